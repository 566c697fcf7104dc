"""What is done and what is not: status, target against realisation, and budget of programmes.

Bands are of realisation against target in percent, in fractions; never of the index of 0 to 4.
"""

from fractions import Fraction

import numpy as np
import pandas as pd

from kukar_analysis import framework, places, store
from kukar_analysis.analysis import quality
from kukar_analysis.analysis.told import ordered, tell, tidy
from kukar_analysis.framework.facts import DIGITAL_PARTS, PROGRAMME_STATUS

NOT_STATED = "not_stated"
"""A status or a part of the digital transformation that a programme does not state."""
_DOUBTED_BELOW = "good"
"""A programme said to be done that does not reach this band is asked about (an own choice)."""
_PROGRAMMES = "pillar sub_dimension opd programme is_quick_win digital_part status target"
_PROGRAMMES += " realisation percent band exceeds lacks doubt budget origin"


def achievement(target: float, realisation: float) -> Fraction | None:
    """Return realisation / target in percent, exactly; None without both, or a target above 0.

    More is taken to be better: no table says which targets are to fall (docs/metode.md).
    """
    if pd.isna(realisation) or not target > 0:
        return None
    # of the decimal numbers that the floats were read from
    return 100 * Fraction(repr(float(realisation))) / Fraction(repr(float(target)))


def band(percent: Fraction) -> str:
    """Return the band of a percentage: the highest whose lower bound is reached.

    The printed bounds leave gaps: 90.5 is below the band that begins at 91 (an own choice).
    """
    bands = framework.load().achievement_bands.values()
    return next(b.band for b in bands if b.lowest is None or percent >= b.lowest)


def programmes(year: int, region: str) -> pd.DataFrame:
    """Return the programmes of a year in the order of the pillars, each with its achievement.

    percent of the target; where not counted, lacks says why: target, realisation, zero_target.
    doubt: not_begun, yet a realisation; done, yet below the band Baik. budget in rupiah.
    """
    fw, found = framework.load(), store.read("programmes", year=year, region=region)
    found = ordered(found, "pillar", fw.pillars)
    target, realised, status = found["target"], found["realisation"], found["status"]
    exact = [achievement(*pair) for pair in found[["target", "realisation"]].values]
    lacks = [target.isna(), realised.isna(), target <= 0]
    enough = fw.achievement_bands[_DOUBTED_BELOW].lowest or 0
    short = np.array([p is not None and p < enough for p in exact], bool)
    doubted = (status == "not_begun") & realised.gt(0) | (status == "done") & short
    made = found.assign(
        percent=[None if p is None else float(p) for p in exact],
        band=[None if p is None else band(p) for p in exact],
        exceeds=[None if p is None else p > 100 for p in exact],
        lacks=np.select(lacks, ["target", "realisation", "zero_target"], ""),
        doubt=status.where(doubted),
    )
    return tidy(made.replace({"lacks": ""}, None), _PROGRAMMES, exceeds="boolean")


def programme_counts(programmes: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return counts and budget of programmes by pillar or digital_part, last their `total`.

    rated: with a percentage; exceeding: above 100 percent. Null where no programme says anything.
    """
    own, bands = programmes.fillna({by: NOT_STATED}), [*framework.load().achievement_bands]
    parts = [*(framework.load().pillars if by == "pillar" else DIGITAL_PARTS)]
    parts += [*[NOT_STATED] * (NOT_STATED in {*own[by]}), "total"]
    both = pd.concat([own, own.assign(**{by: "total"})]).fillna({"status": NOT_STATED})
    each = both.groupby(by)
    made = pd.DataFrame({"programmes": each.size()}, pd.Index(parts, name=by))
    for kind, ids in (("status", [*PROGRAMME_STATUS, NOT_STATED]), ("band", bands)):
        counts = both.groupby([by, kind]).size().unstack()
        made = made.join(counts.reindex(columns=ids).fillna(0).astype("float64"))
    made = made.assign(rated=each["band"].count(), exceeding=each["exceeds"].sum()).fillna(0)
    made = made.assign(
        budget=each["budget"].sum(min_count=1),
        without_budget=made["programmes"] - each["budget"].count(),
    )
    made["without_budget"] = made["without_budget"].fillna(0)
    some = made["programmes"] > 0
    made.loc[some & (made[NOT_STATED] == made["programmes"]), [*PROGRAMME_STATUS]] = None
    made.loc[some & (made["rated"] == 0), [*bands, "exceeding"]] = None
    columns = f"{by} programmes {' '.join(PROGRAMME_STATUS)} {NOT_STATED} rated {' '.join(bands)}"
    made = made.reset_index()[: None if len(own) else 0]
    return tidy(made, f"{columns} exceeding budget without_budget", programmes="int64")


def rejected(year: int) -> int:
    """Return how many records were rejected in a year's files that hold programmes, of any list."""
    files, found = store.read("files", year=year), quality.rejected(year)
    lists = files.loc[files["kind"].str.contains("programmes|quick_wins"), "file"]
    # of a record with several faults each cell has a line
    return int(found.loc[found["file"].isin(lists), "origin"].map(places.record_of).nunique())


def programme_sentences(year: int, region: str) -> list[str]:
    """Say how many programmes are done and how far they are; [] without status and percentage."""
    found, fw = programmes(year, region), framework.load()
    if found["status"].isna().all() and found["band"].isna().all():
        return []
    counts = programme_counts(found, "digital_part").set_index("digital_part")
    total, parts = counts.loc["total"], counts.drop(index=["total", NOT_STATED], errors="ignore")
    nameless, rated = int(total[NOT_STATED]), found.dropna(subset="band")
    status = [f"**{total[s]:.0f} {fw.names['status'][s]}**" for s in PROGRAMME_STATUS]
    status *= nameless < len(found)
    bands = [
        f"{total[b.band]:.0f} {b.name}" for b in fw.achievement_bands.values() if total[b.band] > 0
    ]
    some = parts["programmes"] > 0
    return tell(
        "programmes.first programmes.budget programmes.parts",
        region=region,
        year=year,
        of=len(found),
        status=status + [f"{nameless} tanpa status tercatat"] * bool(nameless),
        rated=len(rated),
        bands=bands,
        reached=int((rated["percent"] >= 100).sum()),
        not_begun=(found["doubt"] == "not_begun").sum(),
        done=(found["doubt"] == "done").sum(),
        bound=fw.achievement_bands[_DOUBTED_BELOW].lowest,
        budget=total["budget"],
        without=total["without_budget"],
        rejected=rejected(year),
        parts=parts[some],
        none_of=[fw.names["digital_part"][part] for part in parts.index[~some]],
    )
