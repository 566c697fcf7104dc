"""What is chosen, and the drop-downs to choose it."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
import traitlets

from kukar_analysis import framework, store
from kukar_analysis.analysis import compare
from kukar_analysis.errors import UsageError

MOST_PEERS = 6
"""Peers beside which a region can still be told in a figure."""
NOTHING_ADDED = ""
_WIDE: Any = {"layout": {"width": "27em"}, "style": {"description_width": "7em"}}


class Choice(traitlets.HasTraits):
    """What the sections of the notebook are about; each follows when it changes.

    `peers` are codes of regions that took part in the year. `view` is the tab that is open, and
    `figure` the one that is traced (origins.trace).
    """

    year: Any = traitlets.Int()
    before: Any = traitlets.Int(None, allow_none=True)
    region: Any = traitlets.Unicode()
    pillar: Any = traitlets.Unicode()
    peers: Any = traitlets.Tuple()
    view: Any = traitlets.Unicode("Indeks")
    figure: Any = traitlets.Unicode("index")

    def __init__(self, year: int, region: str, pillar: str, peers: str = "") -> None:
        """Begin with a notebook's parameters; `peers` are codes parted by commas, or empty.

        Without peers it begins with the participants of the same province. Raises UsageError for
        what is not known, MissingTableError when `kukar clean` has not run.
        """
        super().__init__()
        fw = framework.load()
        asked = [fw.region(code).region for code in peers.replace(",", " ").split()]
        if len(asked) > MOST_PEERS:
            raise UsageError(f"{len(asked)} peers were given, at most {MOST_PEERS} are shown")
        self.year, self.region = fw.year(year), fw.region(region).region
        self.pillar = fw.pillar(pillar).pillar
        self.before = max((y for y in fw.years() if y < self.year), default=None)
        self.peers = tuple(asked or self._neighbours())

    def _neighbours(self) -> list[str]:
        province = framework.load().regions[self.region].province_code
        found = compare.participants(self.year, partial=True)
        found = found[(found["province_code"] == province) & (found["region"] != self.region)]
        return list(found["region"])[:MOST_PEERS]


def panel(choice: Choice) -> widgets.Widget:
    """Return the drop-downs: year, the year to compare with, region, pillar and peers."""
    fw = framework.load()
    years = [(str(y), y) for y in fw.years()]
    pillars = [(p.name, p.pillar) for p in fw.pillars.values()]
    year = _dropdown(choice, "year", "Tahun", years)
    before = _dropdown(choice, "before", "Dibandingkan", [*years, ("tidak ada", None)])
    region = _dropdown(choice, "region", "Daerah", _regions(choice))
    pillar = _dropdown(choice, "pillar", "Pilar", pillars)

    def follow(_: Any = None) -> None:
        earlier = [y for y in fw.years() if y < choice.year]
        kept = choice.before if choice.before in earlier else max(earlier, default=None)
        before.options = [(str(y), y) for y in earlier] or [("tidak ada tahun sebelumnya", None)]
        before.value = kept

    choice.observe(follow, "year")
    follow()
    add, chosen = _peers(choice)
    columns = [widgets.VBox([year, before]), widgets.VBox([region, pillar]), add]
    return widgets.VBox([widgets.HBox(columns, layout={"flex_flow": "row wrap"}), chosen])


def _dropdown(choice: Choice, trait: str, label: str, options: Any) -> widgets.Dropdown:
    made = widgets.Dropdown(options=options, description=label, **_WIDE)
    traitlets.link((choice, trait), (made, "value"))
    return made


def _regions(choice: Choice) -> list[tuple[str, str]]:
    """Return (name and code, code) of the regions that a table names or that are chosen."""
    fw = framework.load()
    tables = ("index_scores", "question_scores", "programmes")
    codes = {code for table in tables for code in store.read(table)["region"].unique()}
    codes |= {choice.region, *choice.peers}
    return sorted((f"{fw.regions[code].name} ({code})", code) for code in codes)


def _peers(choice: Choice) -> tuple[widgets.Dropdown, widgets.TagsInput]:
    """Return the drop-down that adds a peer, and the peers, each with a cross to take it away."""
    names = {code: framework.load().regions[code].name for _, code in _regions(choice)}
    codes = {name: code for code, name in names.items()}
    add = widgets.Dropdown(description="Pembanding", **_WIDE)
    chosen = widgets.TagsInput(allowed_tags=list(codes), allow_duplicates=False)

    def follow(_: Any = None) -> None:
        found = compare.participants(choice.year, partial=True)
        known = sorted(names[code] for code in found["region"])
        left = [n for n in known if codes[n] not in (*choice.peers, choice.region)]
        full = len(choice.peers) >= MOST_PEERS
        said = f"sudah {MOST_PEERS}; hapus satu dulu (×)" if full else "tambah pembanding …"
        add.options = [(said, NOTHING_ADDED), *([] if full else [(n, codes[n]) for n in left])]
        add.value = NOTHING_ADDED
        chosen.value = [names[code] for code in choice.peers]

    def added(change: Any) -> None:
        if change["new"]:
            choice.peers = (*choice.peers, change["new"])

    def taken(change: Any) -> None:
        choice.peers = tuple(codes[name] for name in change["new"])[:MOST_PEERS]

    choice.observe(follow, ["year", "region", "peers"])
    follow()
    add.observe(added, "value")
    chosen.observe(taken, "value")
    return add, chosen
