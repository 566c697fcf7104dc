"""Records the office collects besides answers: programmes, quick-win aspects, and notes."""

from __future__ import annotations

import re

from kukar_analysis import framework
from kukar_analysis.clean.line import Line, Rows
from kukar_analysis.read.source import Number, Unsure

_LEVELS = {"rendah": 1.0, "sedang": 2.0, "tinggi": 3.0, "1": 1.0, "2": 2.0, "3": 3.0}
"""Risk levels of the ministry's form, coded 1 to 3 (domain: Sleman 2021)."""


def programme(line: Line) -> Rows:
    """Return a programme with its agency, target, realisation, budget and risk."""
    region = line.region()
    agencies = line.agencies(region)
    if len(agencies) > 1:
        line.fault(
            "opd",
            f"names {' and '.join(agencies)}; write the one that carries the programme, the others"
            " as a remark",
            "opd",
        )
    pillar = line.named("pillar", "pillar")
    part = line.named("sub_dimension", "sub_dimension", needed=False)
    found = framework.load().sub_dimensions.get(part or "")
    if found and pillar and found.pillar != pillar:
        line.fault("sub_dimension", f"is a part of {found.pillar}, not {pillar}", "sub_dimension")
    row = {
        "year": line.year(),
        "region": region,
        "pillar": pillar,
        "sub_dimension": part,
        "opd": agencies[0] if agencies else None,
        "programme": _name(line),
        "is_quick_win": line.yes_no("is_quick_win", default=False),
        "digital_part": line.named("digital_part", "digital_part", needed=False),
        "status": line.named("status", "status", needed=False),
        "target": amount(line, "target"),
        "realisation": amount(line, "realisation"),
        "budget": amount(line, "budget"),
        "users": amount(line, "users"),
        "likelihood": _level(line, "likelihood"),
        "impact": _level(line, "impact"),
        "origin": line.origin("programme"),
    }
    return [("programmes", row)]


def aspect(line: Line) -> Rows:
    """Return the score of a quick win on one of the ten aspects."""
    row = {
        "year": line.year(),
        "region": line.region(),
        "programme": _name(line),
        "aspect": line.named("aspect", "aspect"),
        "score": line.score("score") if line.stated("score") else None,
        "origin": line.origin("score"),
    }
    return [("quick_win_aspects", row)]


def note(line: Line) -> Rows:
    """Return an assessor's note."""
    row = {
        "year": line.year(),
        "region": line.named("region", "region"),
        "kind": line.needed("kind"),
        "pillar": line.named("pillar", "pillar", needed=False),
        "text": line.needed("text"),
        "origin": line.origin(),
    }
    return [("assessor_notes", row)]


def amount(line: Line, column: str) -> float | None:
    """Return an amount: 1.250.000,50, Rp 1.250.000, 75%, 12,5; nothing stated is null.

    A text as 1.250 could be 1250 or 1,25 and is a fault; a number cell of a workbook is certain.
    """
    text = line.stated(column)
    if text is None:
        return None
    if isinstance(text, Number):
        return float(text)
    if isinstance(text, Unsure):
        line.fault("unsure", "could be a percentage; save the workbook as .xlsx", column)
        return None
    if re.fullmatch(r"(Rp\.?\s*)?\d{1,3}(,\d{3}){2,}", text):
        return float(re.sub(r"\D", "", text))
    plain = re.sub(r"^Rp\.?|,-$|\s", "", text, flags=re.IGNORECASE).removesuffix("%")
    if re.fullmatch(r"\d{1,3}(\.\d{3}){2,}(,\d+)?|\d{1,3}(\.\d{3})+,\d+", plain):
        return float(plain.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d{1,3}\.\d{3}", plain) and column == "budget" and plain != text:
        return float(plain.replace(".", ""))
    if re.fullmatch(r"\d{1,3}[.,]\d{3}", plain):
        line.fault("number", "could be read in two ways; write it without a thousands mark", column)
        return None
    if re.fullmatch(r"\d+([.,]\d+)?", plain):
        return float(plain.replace(",", "."))
    line.fault("number", "is no number", column)
    return None


def _name(line: Line) -> str:
    return " ".join(line.needed("programme").split())


def _level(line: Line, column: str) -> float | None:
    text = line.stated(column)
    if text is None:
        return None
    level = _LEVELS.get(text.casefold())
    if level is None:
        line.fault("risk", "expected 1, 2 or 3 (rendah, sedang, tinggi)", column)
    return level
