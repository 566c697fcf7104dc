"""The invented programmes and quick wins."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from openpyxl import load_workbook

from kukar_analysis import forms, framework
from sample import books
from sample.agencies import SEATS
from sample.books import Value
from sample.figures import MARK, PLACE, REGION, SEED
from sample.lists import write
from sample.workbooks import mark

_WITHOUT = "energy"
"""Part of a pillar that has no programme, though the survey asks about it."""
_DIGITAL = ("infrastruktur digital", "masyarakat digital", "ekonomi digital", "pasar digital")
_STATUS = ("selesai", "berjalan", "berjalan", "belum dimulai")
_KIND = {
    "governance": "Layanan Terpadu",
    "branding": "Promosi Bersama",
    "economy": "Pasar Usaha",
    "living": "Siaga Hidup Layak",
    "society": "Warga Belajar",
    "environment": "Lingkungan Bersih",
}


@dataclass(frozen=True)
class Programme:
    """A programme as typed."""

    pillar: str
    part: str
    opd: str
    name: str
    quick_win: str
    digital: str
    status: str
    target: Value
    realisation: Value
    budget: Value
    users: Value
    likelihood: Value
    impact: Value


def quick_wins(year: int) -> dict[str, list[str]]:
    """Return the candidates of each pillar, the chosen one first."""
    return {
        pillar: [name(pillar, opd) for opd in seats[:2]] for pillar, seats in SEATS[year].items()
    }


def name(pillar: str, opd: str) -> str:
    """Return the name of an agency's programme for a pillar."""
    return f"{_KIND[pillar]} {opd} Contoh"


def programmes(year: int) -> list[Programme]:
    """Return a programme for each seat of a pillar, over its parts in turn."""
    fw = framework.load()
    made = []
    for pillar, seats in SEATS[year].items():
        parts = [s for s in fw.sub_dimensions.values() if s.pillar == pillar]
        parts = [s for s in parts if s.sub_dimension != _WITHOUT or year == 2022]
        for number, opd in enumerate(seats):
            dice = random.Random(f"{SEED} programme {year} {pillar} {opd}")
            target = dice.randrange(4, 40) * 5
            made.append(
                Programme(
                    fw.pillars[pillar].name,
                    parts[number % len(parts)].name,
                    fw.opd[opd].name,
                    name(pillar, opd),
                    "ya" if number == 0 else "tidak",
                    _DIGITAL[dice.randrange(4)],
                    _STATUS[dice.randrange(4)],
                    target,
                    round(target * dice.randrange(40, 105) / 100),
                    dice.randrange(2, 60) * 50_000_000,
                    dice.randrange(3, 90) * 100,
                    dice.randrange(1, 4),
                    dice.randrange(1, 4),
                )
            )
    return made


def planted(year: int) -> Iterator[Programme]:
    """Yield the programmes of 2023, those with a planted fault last."""
    for found in programmes(year):
        if found.name == quick_wins(year)["environment"][0]:
            yield replace(found, users=30)
        else:
            yield found
    plain = replace(programmes(year)[0], quick_win="tidak")
    yield replace(plain, name="Arsip Contoh", target="1.250")
    yield replace(plain, name="Antrean Contoh", likelihood="5")
    yield replace(plain, name="Loket Contoh", pillar="Smart Gouvernance")
    yield replace(plain, name="Peta Contoh", part="Health")
    yield replace(plain, name="Dasbor Contoh", opd="Bappeda dan Diskominfo")


def as_list(path: Path, year: int) -> None:
    """Write the programmes as a list of text."""
    heads = "PILAR;SUBDIMENSI;OPD;PROGRAM;QUICK WIN;BAGIAN DIGITAL;STATUS;TARGET;REALISASI"
    heads += ";ANGGARAN;PENGGUNA;KEMUNGKINAN;DAMPAK"
    lines = [["DAERAH", PLACE], heads.split(";")]
    lines += [[str(cell) for cell in vars(found).values()] for found in programmes(year)]
    write(path, lines)


def as_form(path: Path, year: int) -> None:
    """Fill in the project's own form for programmes and quick wins."""
    with tempfile.TemporaryDirectory() as folder:
        book = load_workbook(*forms.write("programmes", year, REGION, Path(folder)))
    book.properties.creator = MARK
    for sheet in book:
        mark(sheet)
    sheet = book["Program"]
    first = int(sheet.freeze_panes[1:])
    books.rows(sheet, first, [list(vars(found).values()) for found in planted(year)])
    sheet = book["Aspek quick win"]
    first = int(sheet.freeze_panes[1:])
    books.rows(sheet, first, _aspects(year))
    books.save(book, path)


def _aspects(year: int) -> Iterator[list[Value]]:
    for pillar, candidates in quick_wins(year).items():
        for candidate in candidates:
            dice = random.Random(f"{SEED} aspects {year} {pillar} {candidate}")
            for aspect in framework.load().aspects.values():
                yield [candidate, aspect.name, str(dice.randrange(1, 5))]


def aspects_list(path: Path, year: int) -> None:
    """Write the aspects of the quick-win candidates as a list of text."""
    lines = [["DAERAH", PLACE], ["QUICK WIN", "ASPEK", "NILAI"]]
    write(path, [*lines, *([str(cell) for cell in line] for line in _aspects(year))])
