"""Two years of a region side by side, and what of them can be compared."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis.compare.index import edition_of, index_value, scores
from kukar_analysis.errors import UsageError
from kukar_analysis.formats import listed
from kukar_analysis.framework.facts import Edition

NO_LIST = "daftar butir salah satu edisi tidak terlihat atau belum dikonfirmasi"
_TYPES = {
    **dict.fromkeys(["question", "component", "pillar", "label", "continuity", "origin"], "str"),
    **dict.fromkeys(["from_score", "to_score", "change"], "float64"),
}


def components_between(region: str, from_year: int, to_year: int) -> pd.DataFrame:
    """Return the components of two years side by side, and whether they can be compared.

    Columns: component, from_weight, to_weight, from_score, to_score, change, same, changed, new,
    dropped (counts of questions), comparable (yes, partly, no, unknown, absent), reason (for it, in
    words). `partly`: some questions were added, dropped or reworded. `unknown`: a year's table or
    question list was not seen. `absent`: the region did not take part in one of the years.
    Weights are null where the component is not part of the edition. Empty when the later year
    has no table.
    """
    check_order(from_year, to_year)
    fw = framework.load()
    columns = ["component", "from_weight", "to_weight", "from_score", "to_score", "change"]
    columns += ["same", "changed", "new", "dropped", "comparable"]
    editions = edition_of(from_year, region), edition_of(to_year, region)
    old, new = (fw.weights[e.edition] if e else {} for e in editions)
    stated = scores()
    before, after = stated.get((from_year, region), {}), stated.get((to_year, region), {})
    absent = any(index_value(y, region).known == "absent" for y in (from_year, to_year))
    rows = []
    for component in fw.components:
        if component not in old and component not in new:
            continue
        counts = continuity_of(component, *editions)
        row = {
            "component": component,
            "from_weight": old.get(component),
            "to_weight": new.get(component),
            "from_score": before.get(component),
            "to_score": after.get(component),
            **(counts or dict.fromkeys(("same", "changed", "new", "dropped"))),
            "comparable": _comparable(
                _weighed(component, from_year, editions[0]),
                _weighed(component, to_year, editions[1]),
                counts,
            )
            if not absent
            else "absent",
        }
        rows.append(row)
    made = pd.DataFrame(rows, columns=columns)
    texts = dict.fromkeys(["component", "comparable"], "str")
    made = made.astype({**dict.fromkeys(columns, "float64"), **texts})
    made["change"] = made["to_score"] - made["from_score"]
    reasons = [_reason(row, from_year, to_year) for row in made.itertuples()]
    return made.assign(reason=pd.Series(reasons, dtype="str"))


def _reason(row: Any, from_year: int, to_year: int) -> str:
    """Return why a component can or cannot be compared, from the counts of its questions."""
    if row.comparable == "absent":
        return "daerah ini tidak ikut pada salah satu tahun"
    if pd.isna(row.from_weight):
        unknown = row.comparable == "unknown"
        return f"nilai {from_year} belum tercatat" if unknown else f"baru ada pada {to_year}"
    if pd.isna(row.to_weight):
        return f"tidak ada lagi pada {to_year}"
    moved = ""
    if row.from_weight != row.to_weight:
        moved = f"; bobotnya berubah dari {row.from_weight:.0f}% menjadi {row.to_weight:.0f}%"
    if row.comparable == "unknown":
        return f"{NO_LIST}{moved}"
    counts = {"same": "sama", "changed": "berubah kalimat", "new": "baru", "dropped": "dihapus"}
    said = [f"{getattr(row, k):.0f} butir {v}" for k, v in counts.items() if getattr(row, k)]
    return f"{listed(said)}{moved}"


def questions_between(region: str, from_year: int, to_year: int) -> pd.DataFrame:
    """Return the assessors' scores of the questions that stand in both years' forms.

    Columns: question, component, pillar, label, continuity (same, changed), from_score, to_score,
    change, origin (of the later). Empty where either year's question scores are not on record, the
    editions do not follow each other, or the later one's questions are not confirmed.
    """
    check_order(from_year, to_year)
    before, after = assessed(from_year, region), assessed(to_year, region)
    editions = edition_of(from_year, region), edition_of(to_year, region)
    columns = ["question", "component", "pillar", "label", "continuity", "from_score", "to_score"]
    columns += ["change", "origin"]
    if not _follows(*editions) or before.empty or after.empty:
        return pd.DataFrame(columns=columns).astype(_TYPES)
    fw = framework.load()
    asked = [fw.edition_questions[e][q] for e, q in after[["edition", "question"]].values]
    after = after[[q.status != "unconfirmed" for q in asked]]
    both = after.merge(before[["question", "score"]], on="question", suffixes=("", "_from"))
    both = with_definitions(both).rename(columns={"score": "to_score", "score_from": "from_score"})
    return both.assign(change=both["to_score"] - both["from_score"])[columns].astype(_TYPES)


def assessed(year: int, region: str) -> pd.DataFrame:
    """Return the rows of question_scores that assessors scored, of one region and year."""
    found = store.read("question_scores", year=year, region=region)
    return found[found["source"] == "assessor"].dropna(subset="score")


def with_definitions(questions: pd.DataFrame) -> pd.DataFrame:
    """Add label, code and continuity of each question, and put them in the order of the form."""
    fw = framework.load()
    asked = [fw.edition_questions[e][q] for e, q in questions[["edition", "question"]].values]
    order = list(fw.components)
    made = questions.assign(
        label=[fw.questions[q].label for q in questions["question"]],
        code=[q.code for q in asked],
        continuity=[q.continuity for q in asked],
        place=[(order.index(fw.questions[q.question].component), q.number) for q in asked],
    )
    return made.sort_values("place", ignore_index=True)


def check_order(from_year: int, to_year: int) -> None:
    """Raise UsageError where the first year is not before the second."""
    if from_year >= to_year:
        raise UsageError(f"from_year {from_year} must be before to_year {to_year}")


def _follows(before: Edition | None, after: Edition | None) -> bool:
    """Whether the later form states of each question what became of it since the earlier one."""
    return bool(before and after and after.follows == before.edition)


def continuity_of(
    component: str, before: Edition | None, after: Edition | None
) -> dict[str, int] | None:
    """Count the questions of a component by what became of them; None where it is not known.

    Of a list that is copied from the earlier form, and not confirmed, it is not.
    """
    if before is None or after is None or not _follows(before, after):
        return None
    fw = framework.load()
    old, new = (
        {
            q.question: q
            for q in fw.edition_questions.get(e.edition, {}).values()
            if fw.questions[q.question].component == component
        }
        for e in (before, after)
    )
    if not (before.questions and after.questions):
        return None
    if any(q.status == "unconfirmed" for q in new.values()):
        return None
    kinds = [q.continuity for q in new.values()]
    counts = {kind: kinds.count(kind) for kind in ("same", "changed", "new")}
    return {**counts, "dropped": len(set(old) - set(new))}


def _weighed(component: str, year: int, edition: Edition | None) -> bool | None:
    """Whether a region was scored on a component; None where its edition is not known.

    A component that no edition of the year weighs was not scored, whatever the edition.
    """
    weights = framework.load().weights
    if edition is not None:
        return component in weights[edition.edition]
    of_year = [e for e in framework.load().editions.values() if e.year == year]
    return None if any(component in weights[e.edition] for e in of_year) else False


def _comparable(in_old: bool | None, in_new: bool | None, counts: dict[str, int] | None) -> str:
    if in_old is False or in_new is False:
        return "no"
    if counts is None:
        return "unknown"
    if counts["same"] + counts["changed"] == 0:
        return "no"
    return "partly" if counts["changed"] + counts["new"] + counts["dropped"] else "yes"
