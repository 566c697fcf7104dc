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

Data        read_table (a checked table, as "index_scores"; columns: data/processed/README.md),
            trace (a figure back to its cells), figures (what can be traced)
Standing    indices (of every region and year, and how each is known), participants, ranks,
            components (of all participants or of one region, beside their group), component_gaps,
            whole_field (whether all regions of an edition or year are there), peers (beside whom)
Measure     effective_weights (which components tell regions apart, and how firmly), correlations
Years       components_between, questions_between, decompose_change (adds up to the improvement)
Firmness    rank_intervals (ranks under other ways to compute), rank_cases (what decides them),
            rank_choices (one alone), rank_importance (Sobol)
Pillars     questions (with last year's, and what each may add), statistics (of the province's
            regions, all years), means (of any scores, rounded as the ministry rounds)
Programmes  programmes, programme_counts
Quick wins  quick_wins (candidates, ranked), named_quick_wins
Ahead       next_steps (what to do first, who, by when, and what it gives), alone (one component),
            shortest_way (to a target), what_if
Papers      arrivals (files, and whom they speak for), rejected, corrections, findings,
            form (the questions that are asked, and whether anybody answered)
Agencies    agencies (an agency a row), agency_pillars, agency_questions, leaning (a pillar a row)
Missing     missing (what of a table is not on record, which paper would fill it, who has it),
            not_received (every paper, its holder, and what waits for it),
            limits (what the figures of a page do not say)
Words       region_name, pillar_name, group_name, agency; framework.load(): regions, pillars, …
Show        show: a frame as a table, a figure with its finding, sentences
Say         say: sentences that branch, as say.standing(2023, "Kukar")

`help(ka.ranks)` says what a function returns; a word that is not known is answered with those
that come near.
"""

from __future__ import annotations

__version__ = "0.5.0"
OFFERED = {
    "agencies": "agencies agency_pillars agency_questions leaning",
    "asked": "agency group_name pillar_name read_table region_name",
    "change": "decompose_change",
    "compare": "components component_gaps components_between indices participants"
    " questions_between ranks whole_field",
    "measures": "correlations effective_weights",
    "missing": "limits missing not_received",
    "origins": "figures trace",
    "peers": "peers statistics",
    "priorities": "alone means next_steps questions shortest_way what_if",
    "programmes": "programme_counts programmes",
    "quality": "arrivals corrections findings form rejected",
    "quick_wins": "named_quick_wins quick_wins",
    "robustness": "rank_cases rank_choices rank_importance rank_intervals",
}
"""The functions that are offered, by module of analysis/."""
_GONE = {
    "tables": "frames of ka, shown by show.table",
    "plots": "seaborn in the cell, and show.figure",
    "narrative": "ka.say",
    "explore": "notebooks/jelajah.ipynb",
    "events": "framework.load().events",
    "moves": "the change of ka.questions, counted in the cell",
    "reliability": "columns of effective_weights",
    "statistic_years": "statistics",
}
"""What took the place of names of earlier versions."""
_MODULES = ("framework", "say", "show")


def offers(modules: dict[str, str]) -> dict[str, str]:
    """Return `module:function` by name, of functions by module; `name=function` gives another."""
    parts = [(module, *one.split("=")) for module, own in modules.items() for one in own.split()]
    return {
        name: f"{module}:{function[0] if function else name}" for module, name, *function in parts
    }


def offered(by_name: dict[str, str], name: str, *besides: str) -> object:
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
    module, _, function = by_name[name].partition(":")
    checked = import_module(f"{__name__}.analysis.asked").checked
    return checked(getattr(import_module(f"{__name__}.analysis.{module}"), function))


_BY_NAME = offers(OFFERED)
__all__ = sorted([*_MODULES, *_BY_NAME])


def __getattr__(name: str) -> object:
    if name in _MODULES:
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    found = globals()[name] = offered(_BY_NAME, name, *_MODULES)
    return found


def __dir__() -> list[str]:
    return [*__all__, "__all__", "__doc__", "__name__", "__version__"]
