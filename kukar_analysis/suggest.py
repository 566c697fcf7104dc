"""Names that come near one that is not known: suggested with their likeness, never accepted."""

from __future__ import annotations

import csv
import io
from typing import Any

from rapidfuzz import fuzz, process

from kukar_analysis import framework
from kukar_analysis.errors import UsageError
from kukar_analysis.framework.facts import Opd, Region

_SPEAKS_OF = 60
"""Likeness, of 100, from which a form's sentence may be a question's."""
_SHOWN = 2
_LEAST = {"question": 88}
_LEAST_ELSE = 75
"""Likeness, of 100, below which a name is not worth showing; question ids begin all alike."""


def nearest(kind: str, text: str) -> list[tuple[str, str, int]]:
    """Return (id, spelling, likeness of 100) of the known names nearest to a text, best first."""
    fw = framework.load()
    plain = {framework.normalise(name): name for name in fw.spelled(kind)}
    found = process.extract(framework.normalise(text), list(plain), scorer=fuzz.ratio, limit=9)
    near: dict[str, tuple[str, str, int]] = {}
    for key, likeness, _ in found:
        for id_ in fw.match(kind, plain[key]):
            if likeness >= _LEAST.get(kind, _LEAST_ELSE):
                near.setdefault(id_, (id_, plain[key], round(likeness)))
    return list(near.values())[:_SHOWN]


def advice(kind: str, text: str) -> str:
    """Return what to do about an unknown name: the nearest ones, and the line that accepts one."""
    if framework.without_point(kind, text):
        return "tulis kodenya dengan titik, seperti 64.02: kode Kemendagri dan BPS berbeda"
    near, line = nearest(kind, text), io.StringIO()
    if not near:
        return "tidak ada yang mirip"
    shown, id_ = " atau ".join(f"{name} ({n} dari 100)" for _, name, n in near), near[0][0]
    csv.writer(line, lineterminator="").writerow([kind, text, id_, "assumed", "project"])
    said = f"mirip {shown}; bila {id_} yang dimaksud, tambahkan di definitions/spellings.csv:"
    return f"{said} {line.getvalue()}"


def reads_as(text: str) -> list[str]:
    """Return the questions whose label or printed sentence a text comes nearest; none if far."""
    fw, names = framework.load(), framework.load().spelled("question")
    known, scorer = [name.casefold() for name in names], fuzz.token_set_ratio
    found = process.extract(
        text.casefold(), known, scorer=scorer, score_cutoff=_SPEAKS_OF, limit=None
    )
    best = [names[place] for _, likeness, place in found if likeness == found[0][1]]
    return [*dict.fromkeys(id_ for name in best for id_ in fw.match("question", name))]


def agency(name: str) -> Opd:
    """Return the agency of a short or long name.

    Raises UsageError where it is none, naming those that come near, or could be two.
    """
    fw = framework.load()
    known = {id_: f"{id_} ({o.name})" if o.name != id_ else id_ for id_, o in fw.opd.items()}
    return fw.opd[_one("opd", name, fw.match("opd", name), known, f"known: {', '.join(fw.opd)}")]


def region(name: Any) -> Region:
    """Return the region of a Kemendagri code, or of any name on record, with or without its kind.

    Raises UsageError where it is none, naming those that come near, or could be several.
    """
    fw, text = framework.load(), str(name).strip()
    if any(sign.isdigit() for sign in text):
        return fw.region(name)
    bare = framework.normalise(text)
    names = {id_: framework.normalise(r.name) for id_, r in fw.regions.items()}
    ids = fw.match("region", text)
    ids = ids or [i for i, n in names.items() if n in (f"kabupaten{bare}", f"kota{bare}")]
    known = {id_: f"{r.name} ({id_})" for id_, r in fw.regions.items()}
    return fw.regions[_one("region", text, ids, known)]


def _one(kind: str, name: str, ids: list[str], known: dict[str, str], else_: str = "") -> str:
    """Return the one id of a name; UsageError names those it could be, or that come near."""
    if len(ids) == 1:
        return ids[0]
    near = ids or [id_ for id_, *_ in nearest(kind, name)]
    shown = " or ".join(known[id_] for id_ in near)
    what = f"could be {shown}" if ids else "is not known"
    hint = "" if ids else f"nearest: {shown}" if near else else_
    said = f"{kind} {name!r} {what}{f'; {hint}' if hint else ''}"
    raise UsageError(f"{said} (definitions/{'opd' if kind == 'opd' else 'regions'}.csv)")
