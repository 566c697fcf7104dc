"""Checks the definitions against each other: rules as (file, whether it holds, what is wrong)."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import chain, pairwise
from typing import Any

from kukar_analysis.framework.facts import FIXED_NAMES, Definition

Framework = Any
"""framework.Framework, which imports this module."""
Lines = Mapping[str, list[Definition]]
Claims = Iterator[tuple[str, bool, str]]
_KINDS = "citation component edition group pillar sub_dimension question region statistic aspect"
_PLAIN = r"text|year|date|yesno|place|plain|(number|signed|percent|share):\d"


def contradictions(fw: Framework, lines: Lines) -> list[str]:
    """Return every contradiction of the definitions, one line each; `lines` are those of a file."""
    first = chain(
        _references(fw, lines), *(rule(fw) for rule in (_editions, _names, _scales, _days))
    )
    # the names of formats are there only where all else holds
    for claims in (first, _formats(fw)):
        if found := [f"{file}.csv: {wrong}" for file, holds, wrong in claims if not holds]:
            return found
    return []


def _references(fw: Framework, lines: Lines) -> Claims:
    """Ids are defined; only facts of an edition are unconfirmed, as pages say so of those alone."""
    ids: dict[str, Collection[str]] = {kind: getattr(fw, f"{kind}s") for kind in _KINDS.split()}
    ids |= {"opd": fw.opd, "follows": fw.editions}
    for file, own in ((file, vars(line)) for file, of in lines.items() for line in of):
        for name in own.keys() & ids.keys():
            is_known = own[name] is None or own[name] in ids[name]
            yield file, is_known, f"{name} {own[name]!r} is not defined"
        is_open = "unconfirmed" in (own.get("status"), own.get("short_name_status"))
        said = f"{[*own.values()][2]} is unconfirmed; only facts of an edition can be"
        yield file, "edition" in own or not is_open, said
    for s in fw.spellings:
        is_known = s.canonical in {**ids, **FIXED_NAMES}[s.kind]
        yield "spellings", is_known, f"{s.kind} {s.canonical!r} is not defined"


def _editions(fw: Framework) -> Claims:
    for id_, edition in fw.editions.items():
        yield "editions", id_ == f"{edition.year}-{edition.group}", f"{id_} is not <year>-<group>"
        is_copied = bool(edition.follows) or not fw.unconfirmed(id_)
        said = f"{id_} is not confirmed, but follows no edition it was copied from"
        yield "editions", is_copied, said
        weight = sum(fw.weights.get(id_, {}).values())
        yield "weights", weight == 100, f"{id_} adds up to {weight}, not 100"
        asked, file = fw.edition_questions.get(id_, {}), "edition_questions"
        said = f"{id_} has {len(asked)} questions, editions.csv says"
        is_whole = len(asked) == (edition.questions or 0)
        yield file, is_whole, f"{said} {edition.questions or 'unknown'}"
        before = fw.edition_questions.get(edition.follows or "", {})
        numbers: dict[str, list[int]] = defaultdict(list)
        for q in asked.values():
            numbers[q.question.partition(".")[0]].append(q.number)
            was_there = q.question in before
            said = f"{id_} {q.question} is {q.continuity}, but {edition.follows} has it"
            fits = not before or (q.continuity in ("same", "changed")) == was_there
            yield file, fits, said if was_there else f"{said} not"
        for component, ns in numbers.items():
            is_counted = sorted(ns) == list(range(1, len(ns) + 1))
            yield file, is_counted, f"{id_} {component} is not numbered 1, 2, 3 …"
    for size in fw.field_sizes.values():
        said = f"{size.edition} ({size.of}) says {size.participants} of {size.evaluated} took part"
        holds = 0 < size.participants <= size.evaluated
        yield "fields", holds, f"{said}; expected 1 at least, no more than were evaluated"


def _names(fw: Framework) -> Claims:
    for id_, q in fw.questions.items():
        begins = id_.startswith(f"{q.component}.")
        yield "questions", begins, f"{id_} does not begin with its component"
        part = fw.sub_dimensions.get(q.sub_dimension or "")
        if part:
            said = f"{id_}: {part.sub_dimension} is of {part.pillar}"
            yield "questions", part.pillar == q.pillar, said
    parts = Counter(s.pillar for s in fw.sub_dimensions.values())
    for pillar in fw.pillars:
        yield "sub_dimensions", parts[pillar] == 3, f"{pillar} has {parts[pillar]}, not 3"
    for code, region in fw.regions.items():
        is_code = bool(re.fullmatch(rf"{region.province_code}\.\d\d", code))
        yield "regions", is_code, f"{code} is not a code of province {region.province_code}"
    for code, n in Counter(r.bps_code for r in fw.regions.values() if r.bps_code).items():
        yield "regions", n == 1, f"BPS code {code} stands {n} times"
    for c in fw.corrections:
        fits = (c.action == "replace") == (c.value is not None)
        yield "corrections", fits, f"{c.file} {c.record}: replace needs a value, drop none"


def _scales(fw: Framework) -> Claims:
    """Bands of achievement follow each other without a gap."""
    bands, file = list(fw.achievement_bands.values()), "achievement_bands"
    yield file, bands[0].highest == 100, f"{bands[0].band} does not end at 100"
    for above, below in pairwise(bands):
        meets = above.lowest is not None and above.lowest - 1 == below.highest
        yield file, meets, f"{below.band} does not end where {above.band} begins"
    for b in bands:
        can_be = b.lowest is None or (b is not bands[-1] and b.lowest <= b.highest)
        yield file, can_be, f"{b.band} begins at {b.lowest}, which cannot be"


def _days(fw: Framework) -> Claims:
    """Dates are such, and days of the calendar in every year."""
    days = [("events", e.date, e.date, "date, as 2022-09-07") for e in fw.events]
    until = [a.until for a in fw.accepted if a.until]
    days += [("accepted", day, day, "date, as 2027-03-31") for day in until]
    for e in fw.calendar.values():
        own = (e.first, e.last, e.alarm_from)
        days += [("calendar", d, f"2023-{d}", "day of every year, as 12-01") for d in own]
    for file, text, day, wanted in days:
        try:
            is_day = date.fromisoformat(day).isoformat() == day
        except ValueError:
            is_day = False
        yield file, is_day, f"{text!r} is no {wanted}"


def _formats(fw: Framework) -> Claims:
    kinds = "|".join(map(re.escape, fw.names))
    for c in fw.columns.values():
        said = f"{c.format!r} of {c.column} is no format, as number:2 or name:pillar"
        yield "columns", bool(re.fullmatch(rf"{_PLAIN}|name:({kinds})", c.format)), said
