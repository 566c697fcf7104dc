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
from collections.abc import Iterator
from pathlib import Path

from kukar_analysis import forms, framework, writing
from kukar_analysis.errors import UsageError

FILES = ("editions", "weights", "edition_questions", "surveys")
"""Files of definitions that hold an edition's facts, in the order in which they are confirmed."""
_README = "LIES-SAYA.txt"


def begin(year: int, asked: str | None, folder: Path, raw: Path) -> Iterator[str]:
    """Begin a year, as copied from the newest before it or from the one edition `asked`; say it.

    Its forms go to `folder`: those of the edition whose questions are on record. Raises UsageError,
    before anything is written, for what cannot begin and for a folder that holds something.
    """
    fw, can = framework.load(), framework.load().beginnable
    if year not in can or (asked and fw.edition(asked).year >= year):
        raise UsageError(
            f"year {year} cannot be begun: editions are on record for {fw.years()[0]} to"
            f" {fw.years()[-1]}; expected a year from {can[0]} to {can[-1]}, and --from an earlier"
        )
    newest = max(y for y in fw.years() if y < year)
    found = [e for e in fw.editions.values() if (e.edition == asked if asked else e.year == newest)]
    copies = {e.edition: f"{year}-{e.group}" for e in found}
    copies = {source: made for source, made in copies.items() if made not in fw.editions}
    if not copies:
        raise UsageError(
            f"{year} has its editions already (definitions/editions.csv): nothing was written."
            f" `kukar new-year {year} --status` lists what is still to be confirmed;"
            f" `kukar template {year}` writes its forms"
        )
    forms_of = next((made for source, made in copies.items() if fw.asked(source)), "")
    if forms_of and folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already; name another folder with --to")
    added = copy(year, list(copies))
    for source, edition in copies.items():
        yield f"edition {edition}: copied from {source}, and nothing of it confirmed yet"
        yield from (f"  {line}" for line in to_ask(edition))
    yield from (f"  added {path}: lines {first}-{last}" for path, first, last in added)
    for part in ("opd", "survei"):
        (raw / part).mkdir(parents=True, exist_ok=True)
    yield f"raw folder: {raw}"
    if forms_of:
        yield f"{_write_forms(year, forms_of, folder)} forms to send out, with {_README}: {folder}"
    else:
        yield f"no forms: no list of questions is on record of {' or '.join(copies)}"
    yield f"next: `kukar new-year {year} --status` lists what is to be confirmed"
    yield "undo: delete the lines that were added, and the folders"


def _write_forms(year: int, edition: str, folder: Path) -> int:
    fw = framework.load()
    (region,) = (r.region for r in fw.reported_regions if r.role == "own")
    made = forms.write("agency", year, region, folder, fw.opd, edition=edition)
    for kind in ("programmes", "survey") if edition in fw.surveys else ("programmes",):
        made += forms.write(kind, year, region, folder, edition=edition)
    text = Path(__file__).with_name(_README).read_text(encoding="utf-8")
    writing.write(folder / _README, text.format(year=year))
    return len(made)


def copy(year: int, sources: list[str]) -> list[tuple[Path, int, int]]:
    """Add editions copied from `sources` to the definitions; return file, first and last line.

    A question that is retired by then is left out (`Framework.not_copied`). What is added is
    checked before a file is touched: DefinitionError where it contradicts what is there.
    """
    fw, added, after = framework.load(), [], {}
    before = {path: path.read_bytes().decode() for path in map(_file, FILES)}
    for path, text in before.items():
        end = "\r\n" if "\r\n" in text else "\n"
        text += "" if text.endswith("\n") else end
        reader, made = csv.DictReader(io.StringIO(text.lstrip("\ufeff"))), io.StringIO(newline="")
        lines = [_copied(r, year, fw) for r in reader if r["edition"] in sources]
        writer = csv.DictWriter(made, reader.fieldnames or (), lineterminator=end)
        writer.writerows(filter(None, lines))
        after[path] = text + made.getvalue()
        first, last = text.count("\n") + 1, after[path].count("\n")
        added += [(path, first, last)] * (last >= first)
    with tempfile.TemporaryDirectory() as place:
        trial = Path(shutil.copytree(framework.DEFINITIONS, Path(place) / "definitions"))
        for path, text in after.items():
            writing.write(trial / path.name, text)
        framework.load(trial)
    try:
        for path, text in after.items():
            writing.write(path, text)
    except OSError:
        for path, text in before.items():
            if path.read_bytes() != text.encode():
                writing.write(path, text)
        raise
    framework.forget()
    return added


def _file(name: str) -> Path:
    return framework.DEFINITIONS / f"{name}.csv"


def _copied(record: dict[str, str], year: int, fw: framework.Framework) -> dict[str, str] | None:
    """Return a fact of an edition as that of a year's which follows it; None of a retired question.

    The questions behind one that is left out move up, and `questions` counts those that are left.
    """
    asked = fw.edition_questions.get(record["edition"], {})
    gone = [q for q, r in fw.retired.items() if r.since <= year and q in asked]
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


def unconfirmed(year: int) -> Iterator[str]:
    """Say each fact of a year's editions that is not confirmed, its file and line, what to do."""
    fw, count = framework.load(), 0
    about = ("edition", "year", "group", "follows", "status", "citation", "note", "continuity")
    for edition in [e for e in fw.editions.values() if e.year == fw.year(year)]:
        if fw.unconfirmed(edition.edition):
            yield f"{edition.edition}, copied from {edition.follows}:"
        for path in map(_file, FILES):
            lines = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
            for number, line in enumerate(lines, start=2):
                if (line["edition"], line["status"]) == (edition.edition, "unconfirmed"):
                    said = ", ".join(f"{k} {v}" for k, v in line.items() if v and k not in about)
                    yield f"  {path.name}:{number}  {said}"
                    count += 1
        yield from (f"  {line}" for line in to_ask(edition.edition))
    yield (
        f"{count} facts not confirmed. In {framework.DEFINITIONS}: correct each to the rule of"
        f" {year}, write its status (seen or inferred) and its citation (a line of citations.csv);"
        " a question that is gone loses its line, and `questions` in editions.csv counts them"
        if count
        else f"{year}: every fact of its editions is confirmed"
    )


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
    counts = {e: sum(fw.unconfirmed(e.edition).values()) for e in fw.editions.values()}
    return [
        f"edition {e.edition}: {count} facts copied from {e.follows} and not confirmed"
        f" (kukar new-year {e.year} --status)"
        for e, count in counts.items()
        if count
    ]
