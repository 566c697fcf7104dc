"""What to do first, a row a step: why, who, by when, and what it would give."""

from __future__ import annotations

import pandas as pd

from kukar_analysis import framework
from kukar_analysis.analysis import agencies, compare, pillars, programmes
from kukar_analysis.formats import number

_ORDER = ["kind", "step", "reason", "who", "due", "gain", "origin"]
_TYPES = dict.fromkeys(_ORDER, "str") | {"gain": "float64"}


def next_steps(year: int, region: str, most: int = 2) -> pd.DataFrame:
    """Return what to do first in a region, the components first, then by what it would give.

    Columns: kind (component, question, programme, agency), step and reason in words, who (agencies,
    null where none is on record), due (definitions/deadlines.csv), gain (what the index would rise
    by, unrounded; null where that cannot be said), origin. Components below the mean of their group
    are to reach it: the gain is weight times gap (`components`), the one criterion of their order.
    Of questions the `most` largest gains up to 4, with all that are as large.
    """
    found = [
        _components(year, region),
        _questions(year, region, most),
        _programmes(year, region),
        _agencies(year, region),
    ]
    made = pd.concat(found, ignore_index=True).reindex(columns=_ORDER)
    due = {step: deadline.due for step, deadline in framework.load().deadlines.items()}
    return made.assign(due=made["kind"].map(due)).astype(_TYPES)


def _components(year: int, region: str) -> pd.DataFrame:
    below = compare.components(year, region).query("effect < 0").sort_values("effect")
    names = framework.load().names["component"]
    return pd.DataFrame(
        {
            "kind": "component",
            "step": [
                f"Naikkan {names[c.component]} ke rata-rata kelompok ({number(c.group_mean)})"
                for c in below.itertuples()
            ],
            "reason": [
                f"nilainya {number(c.score)}, peringkat {c.rank} dari {c.of}"
                for c in below.itertuples()
            ],
            "gain": -below["effect"],
            "origin": below["origin"],
        }
    )


def _questions(year: int, region: str, most: int) -> pd.DataFrame:
    rooms = pillars.questions(year, region).query("gain > 0")
    largest = rooms.nlargest(most, "gain", keep="all")
    answered = agencies.agency_questions(year, region).query("state == 'answered'")
    by = answered.groupby("question")["opd"].agg(lambda opd: ", ".join(sorted(set(opd))))
    return pd.DataFrame(
        {
            "kind": "question",
            "step": "Naikkan butir " + largest["label"] + " sampai 4",
            "reason": [f"nilainya {number(score)}" for score in largest["score"]],
            "who": largest["question"].map(by),
            "gain": largest["gain"],
            "origin": largest["origin"],
        }
    )


def _programmes(year: int, region: str) -> pd.DataFrame:
    every, doubts = programmes.programmes(year, region), framework.load().names["doubt"]
    idle = every[(every["status"] == "not_begun") & every["doubt"].isna()]
    found = [(idle, "Mulai program yang belum dimulai", "")]
    found += [(every[every["doubt"] == d], "Pastikan status program", w) for d, w in doubts.items()]
    return pd.DataFrame(
        [
            {
                "kind": "programme",
                "step": step,
                "reason": f"{len(some)} dari {len(every)} program {why}".strip(),
                "who": ", ".join(sorted(set(some["opd"].dropna()))) or None,
                "origin": "; ".join(some["origin"]),
            }
            for some, step, why in found
            if len(some)
        ]
    )


def _agencies(year: int, region: str) -> pd.DataFrame:
    silent = agencies.agencies(year, region).dropna(subset="lacking_pillars")
    unusable = int((silent["state"] == "unusable").sum())
    why = "pilarnya belum dijawab"
    why += f"; berkas {unusable} di antaranya tidak dapat dipakai" * bool(unusable)
    who = ", ".join(silent["opd"])
    step = f"Minta jawaban {len(silent)} perangkat daerah"
    row = {"kind": "agency", "step": step, "reason": why, "who": who}
    return pd.DataFrame([row] if len(silent) else [])
