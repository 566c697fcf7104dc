"""The yearly Smart City evaluation of Kabupaten Kutai Kartanegara, from letters to answers.

Regions go by their Kemendagri code as text ("64.02" is Kukar), scores from 0 to 4. The tables are
written by `kukar clean`; what is not on record is null or an empty frame, never filled in.

    >>> import kukar_analysis as ka
    >>> ka.indices("Kukar")[["year", "index", "known"]]
       year  index    known
    0  2022   2.82  implied
    1  2023   2.82  printed
    >>> ka.ranks(2023, "64.02")[["scope", "rank", "of"]]
          scope  rank   of
    0  national    73  130
    1     group    27   58
    2  province     5    7
    >>> ka.trace(2023, "64.02", "collaboration")[["value", "place", "heading", "raw"]]
       value   place             heading  raw
    0    1.2  l37:c8  PROGRAM KOLABORASI  1,2

`help(ka.ranks)` says what a function returns; a word that is not known is answered with those that
come near. `show` makes a frame a table, a figure with its finding, a sentence; `say` has sentences
that branch, as say.standing(2023, "Kukar"); `framework`.load() the regions, pillars and questions.
"""

import re

__version__ = "0.5.0"
_CATALOGUE = """
Data        asked.read_table (a checked table, as "index_scores"; columns: data/processed/README.md)
            origins.trace (a figure back to its cells), origins.figures (what can be traced)
Standing    compare.indices (of all regions and years, and how each is known), compare.ranks,
            compare.participants, compare.components (beside their group), compare.component_gaps,
            compare.whole_field (whether all regions of an edition or year are there), peers.peers
Measure     measures.effective_weights (which components tell regions apart, how firmly, how alike)
Years       compare.components_between, change.decompose_change (adds up to the improvement)
Firmness    robustness.rank_intervals (ranks under other ways to compute), robustness.rank_cases
            (what decides them), robustness.rank_choices (one alone), robustness.rank_importance
Pillars     priorities.questions (with an earlier year's, and what each may add), peers.statistics
            (of the province, all years), priorities.means (of any scores, as the ministry rounds)
Programmes  programmes.programmes, programmes.programme_counts
Quick wins  quick_wins.quick_wins (candidates, ranked), quick_wins.named_quick_wins
Ahead       priorities.next_steps (what to do first, who, by when, and what it gives),
            priorities.shortest_way (to a target: its moves, and what each component could do
            alone), priorities.what_if
Papers      quality.arrivals (files, and whom they speak for), quality.rejected (or superseded),
            quality.findings, quality.form (what is asked, and whether anybody answered)
Agencies    agencies.agencies (an agency a row), agencies.agency_pillars, agencies.agency_questions,
            agencies.leaning (a pillar a row)
Missing     missing.missing (what of a table is not on record, which paper would fill it, who has
            it), missing.not_received (every paper), missing.limits (what figures do not say)
Words       asked.region_name, asked.pillar_name, asked.group_name, asked.agency
"""
"""What is offered, by subject: functions by their module of analysis/, which readers do not see."""
_GONE = {
    "tables": "frames of ka, shown by show.table",
    "plots": "seaborn in the cell, and show.figure",
    "narrative": "ka.say",
    "explore": "notebooks/jelajah.ipynb",
    "alone": "alone of ka.shortest_way",
    "corrections": "ka.rejected(year, superseded=True)",
    "correlations": "corr() of ka.components in the cell",
    "questions_between": "ka.questions with since",
}
"""What took the place of names of earlier versions."""
_MODULES = ("framework", "say", "show")


def catalogued(text: str) -> tuple[dict[str, tuple[str, str]], str]:
    """Return module and function by the name offered, and the text as readers see it.

    A function is written `module.function`, or `module.function as name`.
    """
    form = r"\b([a-z_]+)\.([a-z_]+)(?: as ([a-z_]+))?"
    found = {hit[3] or hit[2]: (hit[1], hit[2]) for hit in re.finditer(form, text)}
    return found, re.sub(form, lambda hit: hit[3] or hit[2], text)


def offered(by_name: dict[str, tuple[str, str]], name: str, *besides: str) -> object:
    """Return a function that checks what it is given, imported now: pandas takes half a second.

    AttributeError says what took the place of a name, or which come near.
    """
    from difflib import get_close_matches
    from importlib import import_module

    if name not in by_name:
        near = get_close_matches(name, known := [*by_name, *besides], 3, 0.5)
        said = f"{'nearest' if near else 'known'}: {', '.join(near or known)}"
        said = f"it became {_GONE[name]}" if name in _GONE else said
        raise AttributeError(f"{__name__} has no {name!r}; {said}", name=name)
    module, function = by_name[name]
    checked = import_module(f"{__name__}.analysis.asked").checked
    return checked(getattr(import_module(f"{__name__}.analysis.{module}"), function))


_BY_NAME, _TEXT = catalogued(_CATALOGUE)
OFFERED = tuple(dict.fromkeys(module for module, _ in _BY_NAME.values()))
"""The modules of analysis/ that offer something."""
__doc__ = (__doc__ or "") + _TEXT
__all__ = sorted([*_MODULES, *_BY_NAME])


def __getattr__(name: str) -> object:
    if name in _MODULES:
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    found = globals()[name] = offered(_BY_NAME, name, *_MODULES)
    return found


def __dir__() -> list[str]:
    return [*__all__, "__all__", "__doc__", "__name__", "__version__"]
