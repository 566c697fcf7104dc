"""Names that come near one that is not known: suggested with their likeness, never accepted."""

import csv
import io
from typing import Any

from rapidfuzz import fuzz, process

from kukar_analysis import framework
from kukar_analysis.errors import UsageError
from kukar_analysis.framework import normalise
from kukar_analysis.framework.facts import Opd, Region

# likeness, of 100, from which a sentence may be a question's, a name or (as ids begin all alike) a
# question's id is worth showing
_SPEAKS_OF, _LEAST, _LEAST_QUESTION = 60, 75, 88


def nearest(kind: str, text: str) -> list[tuple[str, str, int]]:
    """Return (id, spelling, likeness of 100) of the two known names nearest to a text."""
    fw, least = framework.load(), _LEAST_QUESTION if kind == "question" else _LEAST
    names, near = fw.spelled(kind), dict[str, tuple[str, str, int]]()
    found = process.extract(text, names, scorer=fuzz.ratio, processor=normalise, limit=20)
    for name, likeness, _ in found:
        for id_ in fw.match(kind, name) if likeness >= least else ():
            near.setdefault(id_, (id_, name, round(likeness)))
    return list(near.values())[:2]


def advice(kind: str, text: str) -> str:
    """Return what to do about an unknown name: the nearest ones, and the line that accepts one."""
    if framework.lacks_point(kind, text):
        return "tulis kodenya dengan titik, seperti 64.02: kode Kemendagri dan BPS berbeda"
    near, line, known = nearest(kind, text), io.StringIO(), framework.load().names[kind].values()
    if not near:
        return f"dikenal: {', '.join(known)}" if len(known) < 7 else "tidak ada yang mirip"
    shown, id_ = " atau ".join(f"{name} ({n} dari 100)" for _, name, n in near), near[0][0]
    csv.writer(line, lineterminator="").writerow([kind, text, id_, "assumed", "project"])
    said = f"mirip {shown}; bila {id_} yang dimaksud, tambahkan di definitions/spellings.csv:"
    return f"{said} {line.getvalue()}"


def reads_as(text: str) -> list[str]:
    """Return the questions whose label or printed sentence a text comes nearest; none if far."""
    fw, scorer = framework.load(), fuzz.token_set_ratio
    names = fw.spelled("question")
    found = process.extract(text, names, scorer=scorer, processor=str.casefold, limit=None)
    best = [name for name, likeness, _ in found if likeness == found[0][1] >= _SPEAKS_OF]
    return [*dict.fromkeys(id_ for name in best for id_ in fw.match("question", name))]


def agency(name: str) -> Opd:
    """Return the agency of a short or long name; UsageError names those that come near."""
    fw = framework.load()
    return fw.opd[_one("opd", name, fw.match("opd", name))]


def region(name: Any) -> Region:
    """Return the region of a Kemendagri code or any name on record, with or without its kind.

    Raises UsageError where it is none, or could be several, naming these or those that come near.
    """
    fw, text = framework.load(), str(name).strip()
    if any(sign.isdigit() for sign in text):
        return fw.region(name)
    return fw.regions[_one("region", text, fw.regions_named(text))]


def _one(kind: str, name: str, ids: list[str]) -> str:
    if len(ids) == 1:
        return ids[0]
    names, file = framework.load().names[kind], {"opd": "opd"}.get(kind, f"{kind}s")
    near = ids or [id_ for id_, *_ in nearest(kind, name)]
    shown = " or ".join(i if names[i] == i else f"{i} ({names[i]})" for i in near)
    said = f"could be {shown}" if ids else f"is not known; nearest: {shown or 'none'}"
    raise UsageError(f"{kind} {name!r} {said} (definitions/{file}.csv)")
