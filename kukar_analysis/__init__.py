"""The yearly Smart City evaluation of Kabupaten Kutai Kartanegara, from letters to answers.

Regions go by their Kemendagri code as text ("64.02" is Kukar), scores from 0 to 4. The tables are
written by `kukar clean`; what is not on record is null or an empty frame, never filled in.

    >>> import kukar_analysis as ka
    >>> ka.index_value(2023, "64.02")
    IndexValue(value=Decimal('2.82'), known='printed')
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
Standing    indices (of every region and year, and how each is known), index_value, ranks,
            components (of all participants), participants, component_profile, component_gaps,
            under_other_group, whole_field (whether all regions of an edition or year are there),
            missing_field (what is missing of a region's field)
Years       components_between, questions_between, decompose_change (adds up to the improvement),
            change_bars (the same as the bars of a waterfall), base_of_improvement
Firmness    rank_intervals (ranks under other ways to compute), rank_cases (what decides them),
            rank_choices (one alone), rank_importance (Sobol), rank_missing (why there is none)
Pillars     pillar_questions, events, statistics; of any frame: means, extremes, moves_sentence
Programmes  programmes, programme_counts, programme_sentences, achievement_bands
Summary     standouts (strengths and weaknesses), first_steps, certainty
Quick wins  quick_win_ranking, quick_win_sentences, named_quick_wins, weights_sentence
Ahead       what_if, rooms, alone, shortest_way, worth (of a point on one question)
Papers      arrivals (files, and whom they speak for), rejected, corrections, findings,
            form (the questions that are asked), unanswered
Agencies    agencies (an agency a row), agency_pillars, agency_questions, leaning (a pillar a row)
Show        show: a frame as a table, a figure with its finding, sentences
Missing     missing (what of a table is not on record, which paper would fill it, who has it),
            limits (what the figures of a page do not say)
Sentences   standing_sentence, moved_sentence, profile_sentence, group_sentences,
            change_sentences, change_note, target_sentences, rank_sentence, cases_sentence,
            caveat (of a printed 0,00), quality_sentences, synergy_sentences,
            agency_sentences, send_back (what an agency is asked for)
Words       region_name, pillar_name, group_name, agency_name, agency_id;
            framework.load(): regions, pillars, components, …

`help(ka.ranks)` says what a function returns; a word that is not known is answered with those
that are.
"""

from __future__ import annotations

__version__ = "0.5.0"
OFFERED = {
    # standing
    "analysis.compare": (
        "base_of_improvement",
        "caveat",
        "change_bars",
        "change_note",
        "change_sentences",
        "component_gaps",
        "component_profile",
        "components",
        "components_between",
        "decompose_change",
        "group_sentences",
        "index_value",
        "indices",
        "missing_field",
        "moved_sentence",
        "participants",
        "profile_sentence",
        "questions_between",
        "ranks",
        "standing_sentence",
        "under_other_group",
        "whole_field",
    ),
    "analysis.pillars": (
        "events",
        "extremes",
        "means",
        "moves_sentence",
        "pillar_questions",
        "statistics",
    ),
    "analysis.programmes": (
        "achievement_bands",
        "programme_counts",
        "programme_sentences",
        "programmes",
    ),
    "analysis.quick_wins": (
        "named_quick_wins",
        "quick_win_ranking",
        "quick_win_sentences",
        "weights_sentence",
    ),
    "analysis.priorities": (
        "alone",
        "rooms",
        "shortest_way",
        "target_sentences",
        "what_if",
        "worth",
    ),
    "analysis.summary": ("certainty", "first_steps", "standouts"),
    "analysis.robustness": (
        "rank_cases",
        "rank_choices",
        "cases_sentence",
        "rank_importance",
        "rank_sentence",
        "rank_intervals",
        "rank_missing",
    ),
    "analysis.origins": ("figures", "trace"),
    # the office's own papers
    "analysis.quality": ("arrivals", "corrections", "form", "rejected", "unanswered"),
    "analysis.findings": ("findings",),
    "analysis.agencies": ("agencies", "agency_pillars", "agency_questions", "leaning"),
    "analysis.office": (
        "agency_sentences",
        "quality_sentences",
        "send_back",
        "synergy_sentences",
    ),
    "analysis.limits": ("limits",),
    "analysis.missing": ("missing",),
    "analysis.asked": (
        "agency_id",
        "agency_name",
        "group_name",
        "pillar_name",
        "read_table",
        "region_name",
    ),
}
"""The functions that are offered, by module."""
_MODULES = ("framework", "show")
__all__ = sorted([*_MODULES, *(name for names in OFFERED.values() for name in names)])


def __getattr__(name: str) -> object:
    """Import what is asked for, and no sooner: pandas alone takes half a second."""
    if name not in __all__:
        known = ", ".join(__all__)
        raise AttributeError(f"kukar_analysis has no {name!r}; known: {known}", name=name)
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    (module,) = (module for module, names in OFFERED.items() if name in names)
    function = getattr(import_module(f"{__name__}.{module}"), name)
    found = globals()[name] = import_module(f"{__name__}.analysis.asked").checked(function)
    return found


def __dir__() -> list[str]:
    return [*__all__, "__all__", "__doc__", "__name__", "__version__"]
