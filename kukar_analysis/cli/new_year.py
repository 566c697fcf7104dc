"""The start of a year: its editions copied into the definitions, its raw folder and its forms.

Of the new year nothing is known yet, so it begins with the rules of the editions before it, every
fact marked as `unconfirmed`: pages say so until a rule of the year confirms each (docs:
panduan-analis). Files of definitions are changed all or none, and only by lines that are added.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from pathlib import Path

from kukar_analysis import forms, framework, store, writing
from kukar_analysis.errors import MissingTableError, UsageError

FILES = ("editions", "weights", "edition_questions", "surveys")
"""Files of definitions that hold an edition's facts, in the order in which they are confirmed."""
README = "LIES-SAYA.txt"
_README = """\
Formulir evaluasi Smart City {year}, dibuat oleh `kukar new-year {year}`.

formulir-{year}-<opd>.xlsx   dikirim kepada OPD itu; kembali ke data/raw/{year}/opd/
program-{year}.xlsx          program, quick win, dan risikonya; kembali ke data/raw/{year}/
survei-{year}.xlsx           jawaban survei pengguna, bila ada; kembali ke data/raw/{year}/survei/
surat hasil (PDF)            ditaruh di data/raw/{year}/ begitu datang

Bila daftar OPD per pilar {year} sudah ada (DAERAH;PILAR;OPD di data/raw/{year}/), jalankan
`kukar clean` lalu `kukar template {year} --opd all --to FOLDER`: tiap OPD hanya menerima pilarnya.
Sesudah berkas masuk: `kukar clean`. Yang belum dikonfirmasi: `kukar new-year {year} --status`.
"""


def sources_of(year: int, asked: str | None = None) -> list[str]:
    """Return the editions that a year is copied from: all of the newest year before it.

    Those whose group the year has already are left out. With `asked` that one alone. Raises
    UsageError where the year is before the first edition or far after the newest, and where
    nothing is left to begin.
    """
    fw = framework.load()
    can = fw.beginnable
    if year not in can:
        raise UsageError(
            f"year {year} cannot be begun: editions are on record for {fw.years()[0]} to"
            f" {fw.years()[-1]}; expected a year from {can[0]} to {can[-1]}"
        )
    if asked and fw.edition(asked).year >= year:
        raise UsageError(f"edition {asked} is not before {year}: name an earlier one with --from")
    newest = max(y for y in fw.years() if y < year)
    found = [asked] if asked else [e.edition for e in fw.editions.values() if e.year == newest]
    left = [source for source in found if copy_of(source, year) not in fw.editions]
    if not left:
        there = " and ".join(copy_of(source, year) for source in found)
        raise UsageError(
            f"edition {there} is there already (definitions/editions.csv): nothing was written."
            f" `kukar new-year {year} --status` lists what is still to be confirmed;"
            f" `kukar template {year}` writes its forms"
        )
    return left


def copy_of(source: str, year: int) -> str:
    """Return the id of the edition of a year that is copied from another."""
    return f"{year}-{framework.load().edition(source).group}"


def group_of(region: str) -> str | None:
    """Return the group that a region was last evaluated in; None where no table on hand tells."""
    try:
        found = store.read("index_scores", region=region)
    except MissingTableError:
        return None
    if found.empty:
        return None
    return framework.load().edition(str(found.sort_values("year")["edition"].iloc[-1])).group


def copy(year: int, sources: list[str], folder: Path | None = None) -> list[tuple[Path, int, int]]:
    """Add editions copied from `sources` to the definitions; return file, first and last line.

    A question that is retired by then is left out (`Framework.not_copied`). What is added is
    checked before a file is touched, and all files are changed or none. Raises DefinitionError
    where it contradicts what is there, and UsageError for a source that is not known.
    """
    folder = folder or framework.DEFINITIONS
    fw = framework.load(folder)
    for source in sources:
        fw.edition(source)
    paths = [folder / f"{name}.csv" for name in FILES]
    before = {path: path.read_bytes() for path in paths}
    made = {path: _with_copy(before[path].decode(), year, sources, fw) for path in paths}
    with tempfile.TemporaryDirectory() as name:
        trial = Path(shutil.copytree(folder, Path(name) / folder.name))
        for path, (text, *_) in made.items():
            (trial / path.name).write_bytes(text.encode())
        framework.load(trial)
    try:
        for path, (text, *_) in made.items():
            _write(path, text.encode())
    except OSError:
        for path in paths:
            if path.read_bytes() != before[path]:
                _write(path, before[path])
        raise
    framework.forget()
    return [(path, first, last) for path, (_, first, last) in made.items() if last >= first]


def _with_copy(
    text: str, year: int, sources: list[str], fw: framework.Framework
) -> tuple[str, int, int]:
    """Return a file with the editions' lines after those of the years before, and their numbers.

    All other lines keep every byte, so that the difference shows what is new and nothing else.
    """
    lines = [*io.StringIO(text, newline="")]
    reader = csv.DictReader([lines[0].lstrip("\ufeff"), *lines[1:]], strict=True)
    place, copied = 1, []
    for record in reader:
        if record["edition"][:4] <= str(year):
            place = reader.line_num
        if record["edition"] in sources:
            copied.append(_copied(record, year, fw))
    end = "\r\n" if lines[0].endswith("\r\n") else "\n"
    made = io.StringIO(newline="")
    heads = reader.fieldnames or ()
    csv.DictWriter(made, heads, lineterminator=end).writerows(filter(None, copied))
    if not lines[place - 1].endswith(("\n", "\r")):
        lines[place - 1] += end
    new = [*io.StringIO(made.getvalue(), newline="")]
    return "".join([*lines[:place], *new, *lines[place:]]), place + 1, place + len(new)


def _copied(record: dict[str, str], year: int, fw: framework.Framework) -> dict[str, str] | None:
    """Return a fact of an edition as that of a year's which follows it; None of a retired question.

    The questions behind one that is left out move up, and `questions` counts those that are left.
    """
    asked = fw.edition_questions.get(record["edition"], {})
    gone = {q for q, r in fw.retired.items() if r.since <= year and q in asked}
    if record.get("question") in gone:
        return None
    changed = {
        "edition": f"{year}-{fw.edition(record['edition']).group}",
        "year": str(year),
        "follows": record["edition"],
        "continuity": "same",
        "status": "unconfirmed",
        "note": f"Disalin dari edisi {record['edition']}; aturan {year} belum tercatat",
    }
    if record.get("questions"):
        changed["questions"] = str(int(record["questions"]) - len(gone))
    if "number" in record:
        own, number = fw.questions[record["question"]].component, int(record["number"])
        moved = [q for q in gone if fw.questions[q].component == own and asked[q].number < number]
        changed["number"] = str(number - len(moved))
    return record | {name: value for name, value in changed.items() if name in record}


def _write(path: Path, content: bytes) -> None:
    with writing.replacing(path) as temporary:
        temporary.write_bytes(content)
        shutil.copymode(path, temporary)


def write_forms(year: int, edition: str, region: str, folder: Path) -> list[Path]:
    """Write the forms that go out in a year, with a word on where each comes back to.

    None where the edition has no list of questions. Raises UsageError for a folder that is there
    already.
    """
    fw = framework.load()
    check_free(folder)
    if not fw.edition_questions.get(edition):
        return []
    made = forms.forms(year, region, folder, list(fw.opd), {}, edition=edition)
    made.append(forms.programmes(year, region, folder))
    if edition in fw.surveys:
        made.append(forms.survey(year, region, folder, edition=edition))
    (folder / README).write_text(_README.format(year=year), encoding="utf-8")
    return made


def check_free(folder: Path) -> None:
    """Raise UsageError where something stands in the folder that forms are to be written to."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already; name another folder with --to")


def unconfirmed(edition: str) -> list[str]:
    """Return every fact of an edition that is not confirmed, with its file and line."""
    found = []
    about = ("edition", "year", "group", "follows", "status", "citation", "note", "continuity")
    for name in FILES:
        with (framework.DEFINITIONS / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            for record in reader:
                if (record["edition"], record["status"]) == (edition, "unconfirmed"):
                    said = ", ".join(f"{k} {v}" for k, v in record.items() if v and k not in about)
                    found.append(f"{name}.csv:{reader.line_num}  {said}")
    return found


def to_ask(edition: str) -> list[str]:
    """Return a line for each question that was not copied: which, why, and what to do."""
    fw = framework.load()
    return [
        f"not copied: {fw.questions[r.question].label} ({r.question}). {r.reason}. If the form of"
        f" {fw.edition(edition).year} asks it, add its line to edition_questions.csv"
        for r in fw.not_copied(edition)
    ]


def summary() -> list[str]:
    """Return a line an edition that has facts to be confirmed: how many, and where to see them."""
    fw = framework.load()
    return [
        f"edition {e.edition}: {sum(counts.values())} facts copied from {e.follows} and not"
        f" confirmed{asked} (kukar new-year {e.year} --status)"
        for e in fw.editions.values()
        if (counts := fw.unconfirmed(e.edition))
        for left in [len(fw.not_copied(e.edition))]
        for asked in [f", {left} question not copied" if left else ""]
    ]
