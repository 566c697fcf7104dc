"""The invented lists saved as text: scores, who carries which pillar, statistics, programmes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from kukar_analysis import framework
from sample import figures
from sample.agencies import SEATS, asked
from sample.figures import EDITIONS, MARK, PLACE, comma

Cell = str | int | None


def write(path: Path, lines: Iterable[Sequence[Cell]]) -> None:
    """Write a list parted by semicolons, with a first line that says it is invented."""
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [";".join("" if cell is None else str(cell) for cell in line) for line in lines]
    path.write_bytes("\r\n".join([MARK, *texts, ""]).encode())


def national_table(path: Path, year: int) -> None:
    """Write the national table of a year: the invented regions, those that stayed away with 0."""
    fw = framework.load()
    names = list(fw.weights[EDITIONS[year]])
    columns = ["NO", "KAB/KOTA", *(fw.components[name].name.upper() for name in names)]
    if year > 2022:
        columns[-1] = "PROGRAM KOLABORASI"
    columns += ["NILAI FINAL"] + ["TINGKAT IMPROVEMENT"] * (year > 2022)
    lines: list[list[Cell]] = [[*columns, "KET", "IKUT EVALUASI"]]
    invented = [region for region in fw.regions.values() if region.is_sample]
    for number, region in enumerate(invented, start=1):
        there = figures.participated(year, region.region)
        line: list[Cell] = [number, region.name]
        if there:
            scores = figures.components(year, region.region)
            line += [comma(scores[name]) for name in names]
            line.append(comma(figures.index(year, region.region)))
        else:
            line += [0] * (len(names) + 1)
        if year > 2022:
            change = figures.improvement(year, region.region)
            line.append("-" if change is None else comma(change))
        lines.append([*line, "KPPN&IKN", "ya" if there else "tidak"])
    write(path, lines)


def question_scores(path: Path, year: int) -> None:
    """Write the assessors' score of every question, as the annex of a letter prints them."""
    fw = framework.load()
    lines: list[list[Cell]] = [["DAERAH", "KOMPONEN", "URUTAN", "BLOK", "KODE", "NILAI"]]
    for question, given in figures.assessors(year).items():
        printed = asked(year, question)
        component = fw.components[fw.questions[question].component].name
        where = [printed.number, printed.block, printed.code]
        lines.append([PLACE, component, *where, comma(given)])
    write(path, lines)


def pillar_agencies(path: Path, year: int) -> None:
    """Write who carries which pillar; Economy is misspelt in a way that is on record."""
    fw = framework.load()
    lines: list[list[Cell]] = [["DAERAH", "PILAR", "PERANGKAT DAERAH"]]
    for pillar, seats in SEATS[year].items():
        name = "Smart Ekonomi" if pillar == "economy" else fw.pillars[pillar].name
        lines += [[PLACE, name, fw.opd[opd].name] for opd in seats]
    write(path, lines)


_STATISTICS = (
    ("Persentase penduduk miskin", "persen", "8,1", "7,9"),
    ("Indeks Pembangunan Manusia", "indeks", "72,4", "73,1"),
    ("Umur harapan hidup", "tahun", "71,2", "71,5"),
    ("Prevalensi stunting", "persen", "24,1", "21,6"),
    ("Tingkat pengangguran terbuka", "persen", "5,6", "5,2"),
    ("Jumlah penduduk", "ribu jiwa", "412,3", "418,9"),
)
"""Statistic, unit, and its values of 2022 and 2023."""


def statistics(path: Path, year: int) -> None:
    """Write the official statistics of a year."""
    lines: list[list[Cell]] = [["TAHUN", "DAERAH", "STATISTIK", "NILAI", "SATUAN", "SITASI"]]
    for name, unit, before, now in _STATISTICS:
        value = before if year == 2022 else now
        lines.append([year, PLACE, name, value, unit, "sample"])
    write(path, lines)


def cut_short(path: Path) -> None:
    """Write a list of agencies with a line that lacks a cell; the other adds nothing new."""
    lines: list[list[Cell]] = [
        ["DAERAH", "PILAR", "PERANGKAT DAERAH"],
        [PLACE, "Smart Living"],
        [PLACE, "Smart Living", "Dinas Kesehatan"],
    ]
    write(path, lines)
