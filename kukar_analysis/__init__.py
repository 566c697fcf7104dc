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
Standing    index_value, ranks, participants, component_profile, component_gaps, under_other_group,
            whole_field (whether all regions of an edition, or of a year, are on record)
Years       components_between, questions_between, decompose_change (adds up to the improvement)
Ahead       what_if, rooms, alone, shortest_way
Show        show: a frame as a table, a figure with its finding, sentences
Pages       tables, plots, narrative: what the pages show, as ka.tables.ranks(2023, "64.02");
            explore: the drop-downs of notebooks/jelajah.ipynb
Words       framework.load(): regions, pillars, components, questions, weights

`help(ka.ranks)` says what a function returns; a word that is not known is answered with those
that are.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own would cost an import; type checkers go by the name
if TYPE_CHECKING:
    from kukar_analysis import explore, framework, narrative, plots, show, tables
    from kukar_analysis.analysis.compare import (
        component_gaps,
        component_profile,
        components_between,
        decompose_change,
        index_value,
        participants,
        questions_between,
        ranks,
        under_other_group,
        whole_field,
    )
    from kukar_analysis.analysis.origins import figures, trace
    from kukar_analysis.analysis.priorities import alone, rooms, shortest_way, what_if
    from kukar_analysis.store import read as read_table

__version__ = "0.5.0"
__all__ = [
    "alone",
    "component_gaps",
    "component_profile",
    "components_between",
    "decompose_change",
    "explore",
    "figures",
    "framework",
    "index_value",
    "narrative",
    "participants",
    "plots",
    "questions_between",
    "ranks",
    "read_table",
    "rooms",
    "shortest_way",
    "show",
    "tables",
    "trace",
    "under_other_group",
    "what_if",
    "whole_field",
]

_MODULES = ("explore", "framework", "narrative", "plots", "show", "tables")

if not TYPE_CHECKING:  # a type checker would take any name for known

    def __getattr__(name: str) -> object:
        """Import what is asked for, and no sooner: pandas alone takes half a second."""
        if name not in __all__:
            known = ", ".join(__all__)
            raise AttributeError(f"kukar_analysis has no {name!r}; known: {known}", name=name)
        if name in _MODULES:
            from importlib import import_module

            return import_module(f"{__name__}.{name}")
        from kukar_analysis import prompt

        return prompt.named(name)

    def __dir__() -> list[str]:
        return [*__all__, "__all__", "__doc__", "__name__", "__version__"]
