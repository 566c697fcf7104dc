"""The start of a year: editions copied into the definitions as unconfirmed, raw folder and forms.

Files of definitions are changed all or none, and only by lines that are added.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from kukar_analysis import forms, framework, paths
from kukar_analysis.errors import UsageError

FILES = ("edition_questions", "editions", "weights", "surveys")
"""Files of definitions that hold an edition's facts."""
_README = "LIES-SAYA.txt"


def begin(year: int, asked: str | None, folder: Path, raw: Path) -> Iterator[str]:
    """Begin a year, as copied from the newest before it or from the one edition `asked`; say it.

    Its forms go to `folder`: those of the edition whose questions are on record. Raises UsageError,
    before anything is written, for what cannot begin and for a folder that holds something.
    """
    fw = framework.load()
    can, newest = fw.beginnable, max((y for y in fw.years() if y < year), default=0)
    if year not in can or (asked and fw.edition(asked).year >= year):
        raise UsageError(
            f"year {year} cannot be begun: editions are on record for {fw.years()[0]} to"
            f" {fw.years()[-1]}; expected a year from {can[0]} to {can[-1]}, and --from an earlier"
        )
    found = [e for e in fw.editions.values() if (e.edition == asked if asked else e.year == newest)]
    copies = {f"{year}-{e.group}": e.edition for e in found}
    copies = {made: source for made, source in copies.items() if made not in fw.editions}
    if not copies:
        raise UsageError(
            f"{year} has its editions already; `kukar new-year {year} --status` lists what of them"
            f" is to be confirmed, `kukar template {year}` writes its forms"
        )
    asks = [made for made, source in copies.items() if fw.asked(source)]
    if asks and folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already; name another folder with --to")
    copy(year, [*copies.values()])
    for made, source in copies.items():
        yield f"edition {made}: copied from {source}, and nothing of it confirmed yet"
        yield from to_ask(made)
    for part in ("opd", "survei"):
        (raw / part).mkdir(parents=True, exist_ok=True)
    yield f"raw folder: {raw}"
    yield from _forms(year, asks[0], folder) if asks else ()
    yield f"next: `kukar new-year {year} --status` lists what is to be confirmed"
    yield f"undo: delete the folders, and the lines of {year} in {framework.DEFINITIONS}"


def _forms(year: int, edition: str, folder: Path) -> Iterator[str]:
    fw = framework.load()
    (region,) = (r.region for r in fw.reported_regions if r.role == "own")
    made = forms.write("agency", year, region, folder, fw.opd, edition=edition)
    for kind in ["programmes", *["survey"] * (edition in fw.surveys)]:
        made += forms.write(kind, year, region, folder, edition=edition)
    text = Path(__file__).with_name(_README).read_text(encoding="utf-8")
    paths.write(folder / _README, text.format(year=year))
    yield f"{len(made)} forms to send out, with {_README}: {folder}"


def copy(year: int, sources: list[str]) -> None:
    """Add editions copied from `sources` to the definitions, without the questions retired by then.

    What is added is checked before a file is touched: DefinitionError where it contradicts what is
    there.
    """
    fw, after = framework.load(), dict[Path, str]()
    gone = [question for question, retired in fw.retired.items() if retired.since <= year]
    for name in FILES:
        path = _file(name)
        lines = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        lines = lines[lines["edition"].isin(sources)]
        if "question" in lines:
            lines = lines[~lines["question"].isin(gone)]
            component = lines["question"].str.split(".").str[0]
            lines["number"] = lines.groupby(["edition", component]).cumcount() + 1
            asked = lines["edition"].value_counts()
        changed = {
            "edition": lines["edition"].map({e: f"{year}-{fw.edition(e).group}" for e in sources}),
            "year": year,
            "follows": lines["edition"],
            "questions": lines["edition"].map(asked).astype("Int64"),
            "continuity": "same",
            "status": "unconfirmed",
            "note": "Disalin dari edisi " + lines["edition"] + f"; aturan {year} belum tercatat",
        }
        made = lines.assign(**{column: changed[column] for column in changed if column in lines})
        text = path.read_bytes().decode()
        end = "\r\n" if "\r\n" in text else "\n"
        text += "" if text.endswith("\n") else end
        after[path] = text + made.to_csv(header=False, index=False, lineterminator=end)
    with tempfile.TemporaryDirectory() as place:
        trial = Path(shutil.copytree(framework.DEFINITIONS, Path(place, "definitions")))
        for path, text in after.items():
            (trial / path.name).write_bytes(text.encode())
        framework.load(trial)
    with ExitStack() as stack:  # all are written before one takes its place
        for path, text in after.items():
            stack.enter_context(paths.replacing(path)).write_bytes(text.encode())
    framework.forget()


def _file(name: str) -> Path:
    return framework.DEFINITIONS / f"{name}.csv"


def unconfirmed(year: int) -> Iterator[str]:
    """Say each fact of a year's editions that is not confirmed, its file and line, what to do."""
    fw, count = framework.load(), 0
    for name in FILES:
        for number, line in enumerate(_file(name).read_text("utf-8-sig").splitlines(), start=1):
            if line.startswith(f"{fw.year(year)}-") and ",unconfirmed," in line:
                yield f"{name}.csv:{number}  {line}"
                count += 1
    for edition in fw.editions.values():
        yield from to_ask(edition.edition) if edition.year == year else ()
    yield f"{count} facts of {year} are not confirmed"
    if count:
        yield (
            f"In {framework.DEFINITIONS}: correct each to the rule of {year}, write its status"
            " (seen or inferred) and its citation; a question that is gone loses its line, and"
            " `questions` in editions.csv counts them"
        )


def to_ask(edition: str) -> list[str]:
    """Return a line for each question that was not copied: which, why, and what to do."""
    fw = framework.load()
    return [
        f"not copied: {fw.questions[r.question].label} ({r.question}). {r.reason}. If the form of"
        f" {fw.edition(edition).year} asks it, add its line to edition_questions.csv"
        for r in fw.not_copied(edition)
    ]
