"""Checks the definitions against each other; every contradiction is one line."""

from __future__ import annotations

import re
import typing
from collections import Counter, defaultdict
from dataclasses import fields
from datetime import date
from itertools import pairwise
from typing import Any

from kukar_analysis.framework.facts import FIXED_NAMES

Framework = Any
"""framework.Framework, which imports this module."""


def contradictions(fw: Framework) -> list[str]:
    """Check the definitions against each other; one line a fault."""
    known: dict[str, typing.Container[Any]] = {
        "citation": fw.citations,
        "component": fw.components,
        "group": fw.groups,
        "edition": fw.editions,
        "follows": fw.editions,
        "pillar": fw.pillars,
        "sub_dimension": fw.sub_dimensions,
        "question": fw.questions,
        "region": fw.regions,
        "opd": fw.opd,
        "statistic": fw.statistics,
    }
    found = []
    for field in fields(fw):
        records: Any = getattr(fw, field.name)
        flat = list(records.values()) if isinstance(records, dict) else list(records)
        if field.name in ("edition_questions", "weight_facts"):
            flat = [fact for of_edition in flat for fact in of_edition.values()]
        file = {"weight_facts": "weights", "field_sizes": "fields"}.get(field.name, field.name)
        for record in flat:
            for name, ids in known.items():
                value = getattr(record, name, None)
                if value is not None and value not in ids:
                    found.append(f"{file}.csv: {name} {value!r} is not defined")
    found += _bad_status(fw)
    found += _bad_editions(fw) + _bad_fields(fw) + _bad_names(fw)
    found += _bad_scales(fw) + _bad_calendar(fw)
    return found or _bad_columns(fw)  # whose names are there only where all else holds


def _bad_columns(fw: Framework) -> list[str]:
    form = re.compile(
        r"text|year|date|yesno|place|plain|(number|signed|percent|share):\d|name:"
        rf"({'|'.join(map(re.escape, fw.names))})"
    )
    return [
        f"columns.csv: {c.format!r} of {c.column} is no format, as number:2 or name:pillar"
        for c in fw.columns.values()
        if not form.fullmatch(c.format)
    ]


def _bad_status(fw: Framework) -> list[str]:
    """Check that only facts of an edition are unconfirmed, as pages say so of editions alone."""
    found = []
    for field in fields(fw):
        records: Any = getattr(fw, field.name)
        for record in records.values() if isinstance(records, dict) else records:
            states = [getattr(record, name, None) for name in ("status", "short_name_status")]
            if "unconfirmed" in states and not hasattr(record, "edition"):
                culprit = getattr(record, fields(record)[2].name)
                found.append(
                    f"{field.name}.csv: {culprit} is unconfirmed; only facts of an edition can be"
                )
    for id_, edition in fw.editions.items():
        if fw.unconfirmed(id_) and not edition.follows:
            found.append(
                f"editions.csv: {id_} is not confirmed, but follows no edition it was copied from"
            )
    return found


def _bad_fields(fw: Framework) -> list[str]:
    """Check that no more regions took part than were evaluated."""
    return [
        f"fields.csv: {size.edition} ({size.of}) says {size.participants} of {size.evaluated} took"
        " part; expected one at least, and no more than were evaluated"
        for size in fw.field_sizes.values()
        if not 0 < size.participants <= size.evaluated
    ]


def _bad_editions(fw: Framework) -> list[str]:
    found = []
    for id_, edition in fw.editions.items():
        if id_ != f"{edition.year}-{edition.group}":
            found.append(f"editions.csv: {id_} is not <year>-<group>")
        weights = fw.weights.get(id_, {})
        if sum(weights.values()) != 100:
            found.append(f"weights.csv: {id_} adds up to {sum(weights.values())}, not 100")
        questions = fw.edition_questions.get(id_, {})
        if len(questions) != (edition.questions or 0):
            found.append(
                f"edition_questions.csv: {id_} has {len(questions)} questions,"
                f" editions.csv says {edition.questions or 'unknown'}"
            )
        numbers: dict[str, list[int]] = defaultdict(list)
        for q in questions.values():
            if q.question in fw.questions:
                numbers[fw.questions[q.question].component].append(q.number)
            before = fw.edition_questions.get(edition.follows or "", {})
            if before and (q.continuity in ("same", "changed")) != (q.question in before):
                found.append(
                    f"edition_questions.csv: {id_} {q.question} is {q.continuity}, but"
                    f" {edition.follows} has {'it' if q.question in before else 'it not'}"
                )
        for component, ns in numbers.items():
            if sorted(ns) != list(range(1, len(ns) + 1)):
                found.append(f"edition_questions.csv: {id_} {component} is not numbered 1, 2, 3 …")
    return found


def _bad_names(fw: Framework) -> list[str]:
    found = []
    for q in fw.questions.values():
        if not q.question.startswith(f"{q.component}."):
            found.append(f"questions.csv: {q.question} does not begin with its component")
        part = fw.sub_dimensions.get(q.sub_dimension or "")
        if part and part.pillar != q.pillar:
            found.append(f"questions.csv: {q.question}: {part.sub_dimension} is of {part.pillar}")
    parts = Counter(s.pillar for s in fw.sub_dimensions.values())
    found += [f"sub_dimensions.csv: {p} has {parts[p]}, not 3" for p in fw.pillars if parts[p] != 3]
    for code, region in fw.regions.items():
        if not re.fullmatch(rf"{region.province_code}\.\d\d", code):
            found.append(f"regions.csv: {code} is not a code of province {region.province_code}")
    bps = Counter(r.bps_code for r in fw.regions.values() if r.bps_code)
    found += [f"regions.csv: BPS code {c} stands {n} times" for c, n in bps.items() if n > 1]
    ids: dict[str, typing.Container[str]] = {
        "component": fw.components,
        "group": fw.groups,
        "pillar": fw.pillars,
        "sub_dimension": fw.sub_dimensions,
        "region": fw.regions,
        "opd": fw.opd,
        "statistic": fw.statistics,
        "aspect": fw.aspects,
        "question": fw.questions,
        **FIXED_NAMES,
    }
    for s in fw.spellings:
        if s.canonical not in ids[s.kind]:
            found.append(f"spellings.csv: {s.kind} {s.canonical!r} is not defined")
    for event in fw.events:
        try:
            date.fromisoformat(event.date)
        except ValueError:
            found.append(f"events.csv: {event.date!r} is no date, as 2022-09-07")
    for c in fw.corrections:
        if (c.action == "replace") != (c.value is not None):
            found.append(f"corrections.csv: {c.file} {c.record}: replace needs a value, drop none")
    return found


def _bad_scales(fw: Framework) -> list[str]:
    """Check that scales have every step once: bands of achievement, levels of risk."""
    found = []
    bands = list(fw.achievement_bands.values())
    if bands[0].highest != 100:
        found.append(f"achievement_bands.csv: {bands[0].band} does not end at 100")
    for above, below in pairwise(bands):
        if above.lowest is None or above.lowest - 1 != below.highest:
            found.append(
                f"achievement_bands.csv: {below.band} does not end where {above.band} begins"
            )
    for b in bands:
        if b.lowest is not None and (b is bands[-1] or b.lowest > b.highest):
            found.append(f"achievement_bands.csv: {b.band} begins at {b.lowest}, which cannot be")
    levels = [r.level for r in fw.risk_levels]
    if levels != [1, 2, 3]:
        found.append(f"risk_levels.csv: levels are {levels}, not 1, 2, 3")
    return found


def _bad_calendar(fw: Framework) -> list[str]:
    """Check that days of the calendar are such in every year, and dates of what is accepted."""
    found = [
        f"accepted.csv: {known.until!r} is no date, as 2027-03-31"
        for known in fw.accepted
        if known.until and not _is(date.fromisoformat, known.until)
    ]
    for expected in fw.calendar.values():
        for day in (expected.first, expected.last, expected.alarm_from):
            if not re.fullmatch(r"\d\d-\d\d", day) or not _is(date.fromisoformat, f"2023-{day}"):
                found.append(f"calendar.csv: {day!r} is no day of every year, as 12-01")
    return found


def _is(read: typing.Callable[[str], Any], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
