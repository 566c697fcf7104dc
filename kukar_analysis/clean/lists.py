"""Records of the lists that are published: national tables, component scores, statistics.

The four kinds of nothing, as the national tables print them:

- blank: the component does not apply to the group (no row);
- 0: took part and scored 0;
- "-": nothing stated, as no earlier year (null);
- 0 in every column: did not take part (`participated` false, scores null).
"""

from __future__ import annotations

import re

from kukar_analysis import framework, score
from kukar_analysis.clean.line import ASK, Line, Rows, number, says_nothing


def national(line: Line) -> Rows:
    """Return the index row of a region's line, then its component rows."""
    year, region = line.year(), line.named("region", "region")
    edition = line.edition(year, region)
    if line.faults or region is None or edition is None:
        return []
    fw = framework.load()
    printed = {c: line.record.cells.get(c, "") for c in (*fw.components, "index")}
    zeros = number(printed["index"]) == 0 and all(
        text == "" or number(text) == 0 for text in printed.values()
    )
    participated = line.yes_no("participated", default=not zeros)
    stated = [text for text in printed.values() if not says_nothing(text)]
    if participated and (zeros or not stated):
        found = "every score is 0" if zeros else "no score is stated"
        line.fault("participated", f"took part, but {found}; say which in a column IKUT EVALUASI")
    if not participated and any(number(text) != 0 for text in stated):
        line.fault("participated", "did not take part, but the scores are not 0")
    scores = {}
    for component in fw.components:
        if component in fw.weights[edition]:
            scores[component] = line.score(component) if participated else None
        elif participated and not says_nothing(printed[component]):
            line.fault(
                "component", f"{edition} has no {component}, yet a score is given", component
            )
    improvement = line.score("improvement", -score.HIGHEST) if line.text("improvement") else None
    if improvement and not participated:
        line.fault("participated", "did not take part, but an improvement is given", "improvement")
    index_row = {
        "year": year,
        "region": region,
        "region_name": fw.regions[region].name,
        "edition": edition,
        "participated": participated,
        "index_published": line.score("index") if participated else None,
        "improvement_published": improvement if participated else None,
        "origin": line.origin("index"),
    }
    shared = {"year": year, "region": region, "edition": edition}
    return [("index_scores", index_row)] + [
        ("component_scores", {**shared, "component": c, "score": s, "origin": line.origin(c)})
        for c, s in scores.items()
    ]


def component(line: Line) -> Rows:
    """Return a component score that is printed by itself, as a letter's section mean."""
    year, region = line.year(), line.region()
    found = line.named("component", "component")
    edition = line.edition(year, region)
    mean = line.score("mean")
    if not line.faults and edition and found not in framework.load().weights[edition]:
        line.fault("component", f"{edition} has no {found}", "component")
    row = {
        "year": year,
        "region": region,
        "edition": edition,
        "component": found,
        "score": mean,
        "origin": line.origin("mean"),
    }
    return [("component_scores", row)]


def quick_win(line: Line) -> Rows:
    """Return a programme that is named as a quick win."""
    row = {
        "year": line.year(),
        "region": line.named("region", "region"),
        "pillar": line.named("pillar", "pillar"),
        "opd": line.named("opd", "opd", needed=False),
        "programme": line.needed("programme"),
        "is_quick_win": True,
        "origin": line.origin("programme"),
    }
    return [("programmes", row)]


def pillar_agencies(line: Line) -> Rows:
    """Return an agency of a pillar, or how many there are."""
    text = line.text("agencies") or ("1" if line.text("opd") else line.needed("agencies"))
    if text and not re.fullmatch(r"[1-9]\d{0,3}", text):
        line.fault("number", "is no whole number of agencies", "agencies")
        text = ""
    row = {
        "year": line.year(),
        "region": line.named("region", "region"),
        "pillar": line.named("pillar", "pillar"),
        "opd": line.named("opd", "opd", needed=False),
        "agencies": int(text or 0),
        "origin": line.origin("agencies"),
    }
    return [("pillar_agencies", row)]


def statistic(line: Line) -> Rows:
    """Return one value of an official or press statistic."""
    found = line.named("statistic", "statistic")
    unit, citation = line.needed("unit_of_measure"), line.needed("citation")
    value = number(line.needed("value"))
    if value is None and not line.faults:
        line.fault("number", "is no number, or 1.234 that could be read in two ways", "value")
    fw = framework.load()
    if found and unit and unit != fw.statistics[found].unit_of_measure:
        expected = fw.statistics[found].unit_of_measure
        line.fault("unit", f"{found} is in {expected}", "unit_of_measure")
    if citation and citation not in fw.citations:
        line.fault("citation", f"is not known; {ASK}citations.csv", "citation")
    row = {
        "year": line.year(),
        "region": line.named("region", "region"),
        "statistic": found,
        "value": value,
        "unit_of_measure": unit,
        "citation": citation,
        "origin": line.origin("value"),
    }
    return [("official_statistics", row)]
