"""Checks the definitions against each other; every contradiction is one line."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import fields
from datetime import date
from itertools import pairwise
from typing import Any

from kukar_analysis.framework.facts import FIXED_NAMES, Definition

Framework = Any
"""framework.Framework, which imports this module."""
_NAMES = {"weight_facts": "weights", "field_sizes": "fields"}
"""The file of a field of Framework, where it has another name."""


def contradictions(fw: Framework) -> list[str]:
    """Check the definitions against each other; one line a fault."""
    found = [fault for rule in _RULES for fault in rule(fw)]
    return found or [*_formats(fw)]  # whose names are there only where all else holds


def _records(fw: Framework) -> Iterator[tuple[str, Definition]]:
    """Yield every record with its file."""
    for field in fields(fw):
        found = [getattr(fw, field.name)]
        while found:
            part = found.pop(0)
            if isinstance(part, Definition):
                yield f"{_NAMES.get(field.name, field.name)}.csv", part
            else:
                found = [*(part.values() if isinstance(part, dict) else part), *found]


def _ids(fw: Framework) -> dict[str, Collection[str]]:
    """Return the ids that a column of that name may hold."""
    kinds = "citation component edition group pillar sub_dimension question region statistic aspect"
    own = {kind: getattr(fw, f"{kind}s") for kind in kinds.split()}
    return {**own, "opd": fw.opd, "follows": fw.editions}


def _references(fw: Framework) -> Iterator[str]:
    ids = _ids(fw)
    for file, record in _records(fw):
        for field in fields(record):  # type: ignore[arg-type]
            value = getattr(record, field.name)
            if field.name in ids and value is not None and value not in ids[field.name]:
                yield f"{file}: {field.name} {value!r} is not defined"
    for s in fw.spellings:
        if s.canonical not in {**ids, **FIXED_NAMES}[s.kind]:
            yield f"spellings.csv: {s.kind} {s.canonical!r} is not defined"


def _states(fw: Framework) -> Iterator[str]:
    """Only facts of an edition are unconfirmed, as pages say so of editions alone."""
    for file, record in _records(fw):
        states = (getattr(record, name, "") for name in ("status", "short_name_status"))
        if "unconfirmed" in states and not hasattr(record, "edition"):
            culprit = getattr(record, fields(record)[2].name)  # type: ignore[arg-type]
            yield f"{file}: {culprit} is unconfirmed; only facts of an edition can be"
    for id_, edition in fw.editions.items():
        if fw.unconfirmed(id_) and not edition.follows:
            yield f"editions.csv: {id_} is not confirmed, but follows no edition it was copied from"


def _editions(fw: Framework) -> Iterator[str]:
    for id_, edition in fw.editions.items():
        if id_ != f"{edition.year}-{edition.group}":
            yield f"editions.csv: {id_} is not <year>-<group>"
        weight = sum(fw.weights.get(id_, {}).values())
        if weight != 100:
            yield f"weights.csv: {id_} adds up to {weight}, not 100"
        asked = fw.edition_questions.get(id_, {})
        if len(asked) != (edition.questions or 0):
            yield (
                f"edition_questions.csv: {id_} has {len(asked)} questions,"
                f" editions.csv says {edition.questions or 'unknown'}"
            )
        before = fw.edition_questions.get(edition.follows or "", {})
        numbers: dict[str, list[int]] = defaultdict(list)
        for q in asked.values():
            if q.question in fw.questions:
                numbers[fw.questions[q.question].component].append(q.number)
            if before and (q.continuity in ("same", "changed")) != (q.question in before):
                yield (
                    f"edition_questions.csv: {id_} {q.question} is {q.continuity}, but"
                    f" {edition.follows} has {'it' if q.question in before else 'it not'}"
                )
        for component, ns in numbers.items():
            if sorted(ns) != list(range(1, len(ns) + 1)):
                yield f"edition_questions.csv: {id_} {component} is not numbered 1, 2, 3 …"
    for size in fw.field_sizes.values():
        if not 0 < size.participants <= size.evaluated:
            yield (
                f"fields.csv: {size.edition} ({size.of}) says {size.participants} of"
                f" {size.evaluated} took part; expected 1 at least, no more than were evaluated"
            )


def _names(fw: Framework) -> Iterator[str]:
    for q in fw.questions.values():
        if not q.question.startswith(f"{q.component}."):
            yield f"questions.csv: {q.question} does not begin with its component"
        part = fw.sub_dimensions.get(q.sub_dimension or "")
        if part and part.pillar != q.pillar:
            yield f"questions.csv: {q.question}: {part.sub_dimension} is of {part.pillar}"
    parts = Counter(s.pillar for s in fw.sub_dimensions.values())
    yield from (
        f"sub_dimensions.csv: {p} has {parts[p]}, not 3" for p in fw.pillars if parts[p] != 3
    )
    for code, region in fw.regions.items():
        if not re.fullmatch(rf"{region.province_code}\.\d\d", code):
            yield f"regions.csv: {code} is not a code of province {region.province_code}"
    bps = Counter(r.bps_code for r in fw.regions.values() if r.bps_code)
    yield from (f"regions.csv: BPS code {c} stands {n} times" for c, n in bps.items() if n > 1)
    for c in fw.corrections:
        if (c.action == "replace") != (c.value is not None):
            yield f"corrections.csv: {c.file} {c.record}: replace needs a value, drop none"


def _scales(fw: Framework) -> Iterator[str]:
    """Scales have every step once: bands of achievement, levels of risk."""
    bands = list(fw.achievement_bands.values())
    if bands[0].highest != 100:
        yield f"achievement_bands.csv: {bands[0].band} does not end at 100"
    for above, below in pairwise(bands):
        if above.lowest is None or above.lowest - 1 != below.highest:
            yield f"achievement_bands.csv: {below.band} does not end where {above.band} begins"
    for b in bands:
        if b.lowest is not None and (b is bands[-1] or b.lowest > b.highest):
            yield f"achievement_bands.csv: {b.band} begins at {b.lowest}, which cannot be"
    levels = [r.level for r in fw.risk_levels]
    if levels != [1, 2, 3]:
        yield f"risk_levels.csv: levels are {levels}, not 1, 2, 3"


def _days(fw: Framework) -> Iterator[str]:
    """Dates are such, and days of the calendar in every year."""
    for file, day, example in [
        *(("events", event.date, "2022-09-07") for event in fw.events),
        *(("accepted", known.until, "2027-03-31") for known in fw.accepted if known.until),
    ]:
        if not _is_day(day):
            yield f"{file}.csv: {day!r} is no date, as {example}"
    for expected in fw.calendar.values():
        for day in (expected.first, expected.last, expected.alarm_from):
            if not re.fullmatch(r"\d\d-\d\d", day) or not _is_day(f"2023-{day}"):
                yield f"calendar.csv: {day!r} is no day of every year, as 12-01"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _formats(fw: Framework) -> Iterator[str]:
    kinds = "|".join(map(re.escape, fw.names))
    plain = r"text|year|date|yesno|place|plain|(number|signed|percent|share):\d"
    for c in fw.columns.values():
        if not re.fullmatch(rf"{plain}|name:({kinds})", c.format):
            what = f"{c.format!r} of {c.column}"
            yield f"columns.csv: {what} is no format, as number:2 or name:pillar"


_RULES: tuple[Callable[[Framework], Iterator[str]], ...] = (
    _references, _states, _editions, _names, _scales, _days,
)  # fmt: skip
