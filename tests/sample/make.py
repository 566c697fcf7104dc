"""Writes the files of the invented office: `python tests/sample/make.py [folder]`.

Everything comes from one seed, so the files are the same bytes each time. tests/test_sample.py
holds them against data/sample, and tests/sample/planted_faults.csv names every planted fault.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sample import letters, lists, programmes, survey, unreadable, workbooks
from sample.agencies import ANSWERED, answers

ROOT = Path(__file__).parents[2]
_FORMS = {
    2022: ("Diskominfo", "Dinkes", "Disdikbud", "DLHK"),
    2023: ("Diskominfo", "Bappeda", "Dinkes", "Disdikbud", "DLHK", "DPU"),
}
"""Agencies that filled in the project's own form."""
_OWN_LAYOUT = {2022: ("Dispar", "Dinsos"), 2023: ("Dispar", "Dinsos", "BPBD", "Disdukcapil")}
_PER_PILLAR = {2022: ("Dishub",), 2023: ("Setda", "Dishub")}


def make(folder: Path) -> None:
    """Write the sample into `folder`; year folders that stand there are replaced."""
    for year in (2022, 2023):
        shutil.rmtree(folder / str(year), ignore_errors=True)
        _lists(folder / str(year), year)
        _workbooks(folder / str(year) / "opd", year)
    _later(folder / "2023" / "opd")
    _damaged(folder / "2023" / "opd")
    _sources(folder)


def _lists(folder: Path, year: int) -> None:
    lists.national_table(folder / "contoh-tabel-nasional-kppn-ikn.csv", year)
    lists.pillar_agencies(folder / "contoh-opd-per-pilar.csv", year)
    lists.statistics(folder / "contoh-statistik.csv", year)
    if year == 2022:
        lists.question_scores(folder / "contoh-nilai-butir.csv", year)
        programmes.as_list(folder / "contoh-program.csv", year)
        programmes.aspects_list(folder / "contoh-aspek-quick-win.csv", year)
        return
    letters.letter(folder / "contoh-surat-hasil.pdf", year)
    lists.cut_short(folder / "contoh-opd-tambahan.csv")
    programmes.as_form(folder / "contoh-program.xlsx", year)
    pillars = ("governance", "branding", "economy")
    survey.as_list(folder / "contoh-survei-1.csv", year, pillars)
    pillars = ("living", "society", "environment")
    survey.as_workbook(folder / "contoh-survei-2.xlsx", year, pillars)


def _workbooks(folder: Path, year: int) -> None:
    own = ANSWERED[year]
    for opd in _FORMS[year]:
        extra = "outcome.living.posyandu" if (opd, year) == ("Dinkes", 2023) else None
        workbooks.form(_path(folder, opd), year, opd, own[opd], extra)
    for opd in _OWN_LAYOUT[year]:
        workbooks.own_layout(
            _path(folder, opd),
            year,
            opd,
            answers(year, opd, own[opd]),
            paraf=opd == "Disdukcapil",
            remark="Data dukung menyusul lewat surat" if opd == "BPBD" else "",
            below=_BELOW if opd == "Disdukcapil" else (),
        )
    for opd in _PER_PILLAR[year]:
        made = answers(year, opd, own[opd])
        workbooks.per_pillar(_path(folder, opd), year, opd, made, old=(opd, year) == _OLD)
    workbooks.recap(folder / "contoh-rekap-koordinator.xlsx", year)


_BELOW = (3, "Akuntabilitas kinerja (LAKIP)", "Terlambat ditulis", 3, "Laporan Contoh 98", None)
_OLD = ("Setda", 2023)


def _later(folder: Path) -> None:
    """Write what came after: a correction, a late answer, a copy, a form of the wrong year."""
    changed = {"outcome.society.disaster_response": 3.0, "collaboration.society": 2.0}
    made = [
        a.__class__(a.question, a.answer, changed.get(a.question, a.score), a.evidence)
        for a in answers(2023, "Dinsos", ANSWERED[2023]["Dinsos"])
    ]
    workbooks.own_layout(folder / "contoh-dinsos-ralat.xlsx", 2023, "Dinsos", made)
    made = answers(2023, "Dispar susulan", ["collaboration.branding"])
    workbooks.own_layout(folder / "contoh-dispar-susulan.xlsx", 2023, "Dispar", made)
    shutil.copyfile(_path(folder, "DLHK"), folder / "contoh-dlhk-kiriman-kedua.xlsx")
    made = answers(2022, "Disbun", ANSWERED[2023]["Disbun"])
    workbooks.own_layout(_path(folder, "Disbun"), 2022, "Disbun", made)
    made = answers(2023, "", ANSWERED[2023][""])
    workbooks.own_layout(folder / "contoh-formulir-tanpa-nama.xlsx", 2023, "", made)


def _damaged(folder: Path) -> None:
    unreadable.web_page(folder / "contoh-distransnaker.xls")
    unreadable.locked(folder / "contoh-bpkad.xlsx")
    unreadable.cut(folder / "contoh-inspektorat.xlsx", _path(folder, "Setda"))
    unreadable.empty(folder / "contoh-dispora.xlsx")
    unreadable.document(folder / "contoh-satpol-pp.docx")


def _path(folder: Path, opd: str) -> Path:
    return folder / f"contoh-{opd.casefold().replace(' ', '-')}.xlsx"


def _sources(folder: Path) -> None:
    """Write where each file came from, which is nowhere."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["file", "received_from", "received_on", "sha256", "form", "covers", "citation"]
    )
    for path in sorted(folder.glob("20*/**/*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            made = "DATA CONTOH, dibuat tests/sample/make.py"
            day = f"{name[:4]}-05-15"
            writer.writerow([name, made, day, digest, "form", "Kabupaten Contoh", "sample"])
    (folder / "SOURCES.csv").write_text(out.getvalue(), encoding="utf-8", newline="")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "data" / "sample")
