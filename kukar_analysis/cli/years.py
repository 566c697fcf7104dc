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

from kukar_analysis import forms, framework, store, writing
from kukar_analysis.errors import MissingTableError, UsageError
from kukar_analysis.framework.facts import Edition

FILES = ("editions", "weights", "edition_questions", "surveys")
"""Files of definitions that hold an edition's facts, in the order in which they are confirmed."""
_README = "LIES-SAYA.txt"


def begin(year: int, asked: str | None, folder: Path, raw: Path) -> Iterator[str]:
    """Begin a year, as copied from the newest before it or from the one edition `asked`; say it.

    Its forms go to `folder`, where the office's own edition begins. Raises UsageError, before
    anything is written, for a year or edition that cannot begin and a folder that holds something.
    """
    fw = framework.load()
    (region,) = (r.region for r in fw.reported_regions if r.role == "own")
    copies = _copies(fw, year, asked)
    own = next(iter(copies.values())) if asked else f"{year}-{_group_of(region)}"
    if own in copies.values() and folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already; name another folder with --to")
    added = copy(year, list(copies))
    for source, edition in copies.items():
        yield f"edition {edition}: copied from {source}, and nothing of it confirmed yet"
        yield from (f"  {line}" for line in to_ask(edition))
    yield from (f"  added {path}: lines {first}-{last}" for path, first, last in added)
    for part in ("opd", "survei"):
        (raw / part).mkdir(parents=True, exist_ok=True)
    yield f"raw folder: {raw}"
    fw, made = framework.load(), 0
    if own in copies.values() and fw.edition_questions.get(own):
        for kind in ("agency", "programmes", *["survey"] * (own in fw.surveys)):
            opd = list(fw.opd) if kind == "agency" else None
            made += len(forms.write(kind, year, region, folder, opd, edition=own))
        text = Path(__file__).with_name(_README).read_text(encoding="utf-8")
        writing.write(folder / _README, text.format(year=year))
        yield f"{made} forms to send out, with {_README}: {folder}"
    else:
        yield (
            f"no forms: no edition of {region}'s group with a list of questions began here;"
            f" `kukar clean`, then `kukar template {year} --opd all` writes them"
        )
    yield f"next: `kukar new-year {year} --status` lists what is to be confirmed"
    yield "undo: delete the lines that were added, and the folders"


def _copies(fw: framework.Framework, year: int, asked: str | None) -> dict[str, str]:
    """Return the editions that a year is copied from, and what each becomes; none it has already.

    Without `asked` all of the newest year before it.
    """
    can = fw.beginnable
    if year not in can:
        raise UsageError(
            f"year {year} cannot be begun: editions are on record for {fw.years()[0]} to"
            f" {fw.years()[-1]}; expected a year from {can[0]} to {can[-1]}"
        )
    if asked and fw.edition(asked).year >= year:
        raise UsageError(f"edition {asked} is not before {year}: name an earlier one with --from")
    newest = max(y for y in fw.years() if y < year)
    found = {
        e.edition: f"{year}-{e.group}"
        for e in fw.editions.values()
        if (e.edition == asked if asked else e.year == newest)
    }
    left = {source: made for source, made in found.items() if made not in fw.editions}
    if not left:
        raise UsageError(
            f"edition {' and '.join(found.values())} is there already (definitions/editions.csv):"
            f" nothing was written. `kukar new-year {year} --status` lists what is still to be"
            f" confirmed; `kukar template {year}` writes its forms"
        )
    return left


def _group_of(region: str) -> str | None:
    """Return the group that a region was last evaluated in; None where no table on hand tells."""
    try:
        found = store.read("index_scores", region=region).sort_values("year")["edition"]
    except MissingTableError:
        return None
    return None if found.empty else framework.load().edition(str(found.iloc[-1])).group


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
    for edition in _of_year(fw, fw.year(year)):
        facts = _facts(edition.edition)
        if facts:
            yield f"{edition.edition}, copied from {edition.follows}:"
        yield from (f"  {line}" for line in [*facts, *to_ask(edition.edition)])
        count += len(facts)
    yield (
        f"{count} facts not confirmed. In {framework.DEFINITIONS}: correct each to the rule of"
        f" {year}, write its status (seen or inferred) and its citation (a line of citations.csv);"
        " a question that is gone loses its line, and `questions` in editions.csv counts them"
        if count
        else f"{year}: every fact of its editions is confirmed"
    )


def _of_year(fw: framework.Framework, year: int) -> list[Edition]:
    return [e for e in fw.editions.values() if e.year == year]


def _facts(edition: str) -> list[str]:
    """Return every fact of an edition that is not confirmed, with its file and line."""
    about = ("edition", "year", "group", "follows", "status", "citation", "note", "continuity")
    found = []
    for path in map(_file, FILES):
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            for record in reader:
                if (record["edition"], record["status"]) == (edition, "unconfirmed"):
                    said = ", ".join(f"{k} {v}" for k, v in record.items() if v and k not in about)
                    found.append(f"{path.name}:{reader.line_num}  {said}")
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
