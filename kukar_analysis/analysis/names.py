"""Names of what goes by an id, as titles and sentences call it."""

from __future__ import annotations

from kukar_analysis import framework
from kukar_analysis.analysis import compare


def region_name(region: str) -> str:
    """Return the name of a region, as `Kabupaten Kutai Kartanegara`."""
    return framework.load().regions[region].name


def pillar_name(pillar: str) -> str:
    """Return the name of a pillar, as `Smart Governance`."""
    return framework.load().pillars[pillar].name


def group_name(year: int, region: str) -> str:
    """Return the name of the group that a region was evaluated in; empty where not on record."""
    edition = compare.edition_of(year, region)
    return framework.load().groups[edition.group].name if edition else ""
