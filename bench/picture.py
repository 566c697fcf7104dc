"""Draws docs/img/kinerja.png from the figures that `bench/engine.py --save` has measured."""

import csv
from pathlib import Path

import matplotlib.pyplot as plt

from kukar_analysis import formats

DOCS = Path(__file__).parents[1] / "docs"
NAMES = {
    "command": "perintah papermill, satu per satu",
    "pool": "execute_notebook, dua proses",
    "engine": "mesin ini, dua utas",
    "floor": "batas bawah: selnya saja, dua proses",
}


def main() -> None:
    """Draw a bar a way, the longest first."""
    with (DOCS / "kinerja.csv").open(encoding="utf-8", newline="") as file:
        seconds = {row["way"]: float(row["seconds"]) for row in csv.DictReader(file, delimiter=";")}
    names = [NAMES[way] for way in seconds]
    figure, axes = plt.subplots(figsize=(8, 2.6), layout="constrained")
    colours = ["#0b3d72" if way == "engine" else "#9aa5b1" for way in seconds]
    bars = axes.barh(names, list(seconds.values()), color=colours, edgecolor="#333333")
    axes.bar_label(bars, [formats.number(value, 1) for value in seconds.values()], padding=4)
    axes.invert_yaxis()
    axes.set_xlabel("detik untuk 12 notebook (median)")
    axes.spines[["top", "right"]].set_visible(False)
    faster = formats.number(seconds["command"] / seconds["engine"], 1)
    axes.set_title(f"Dua belas notebook {faster} kali lebih cepat", loc="left", weight="bold")
    figure.savefig(DOCS / "img" / "kinerja.png", dpi=120)


if __name__ == "__main__":
    main()
