"""The start of a year: editions copied into the definitions, to be confirmed; folders and forms."""

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
    copies = {made: e for e in found if (made := f"{year}-{e.group}") not in fw.editions}
    if not copies:
        said = f"`kukar template {year}` writes its forms, `kukar check` counts what is unconfirmed"
        raise UsageError(f"{year} has its editions already: {said}")
    asks = [made for made, source in copies.items() if fw.asked(source.edition)]
    if asks and folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already; name another folder with --to")
    copy(year, [source.edition for source in copies.values()])
    for made, source in copies.items():
        yield f"edition {made}: copied from {source.edition}, and nothing of it confirmed yet"
        for gone in _retired(year):
            if gone in fw.edition_questions.get(source.edition, ()):
                said = f"not copied: {fw.questions[gone].label} ({gone}). {fw.retired[gone].reason}"
                yield f"{said}. If the form asks it, add its line to edition_questions.csv"
    for part in ("opd", "survei"):
        (raw / part).mkdir(parents=True, exist_ok=True)
    yield f"raw folder: {raw}"
    if asks:
        yield f"{_forms(year, asks[0], folder)} forms to send out, with {_README}: {folder}"
    yield (
        f"next: in {framework.DEFINITIONS} filter `status` = unconfirmed; correct each fact to the"
        f" rule of {year}, and write its status (seen or inferred) and its citation"
    )


def _retired(year: int) -> list[str]:
    return [question for question, r in framework.load().retired.items() if r.since <= year]


def _forms(year: int, edition: str, folder: Path) -> int:
    fw = framework.load()
    (region,) = (r.region for r in fw.reported_regions if r.role == "own")
    made = forms.write("agency", year, region, folder, fw.opd, edition=edition)
    for kind in ["programmes", *["survey"] * (edition in fw.surveys)]:
        made += forms.write(kind, year, region, folder, edition=edition)
    text = Path(__file__).with_name(_README).read_text(encoding="utf-8")
    paths.write(folder / _README, text.format(year=year))
    return len(made)


def copy(year: int, sources: list[str]) -> None:
    """Add lines for editions copied from `sources`, without the questions retired by then.

    What is added is checked before a file is touched (DefinitionError where it contradicts what is
    there), and all files are changed or none.
    """
    fw, after = framework.load(), dict[str, bytes]()
    for name in FILES:
        path = framework.DEFINITIONS / f"{name}.csv"
        lines = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        lines = lines[lines["edition"].isin(sources)]
        if "question" in lines:
            lines = lines[~lines["question"].isin(_retired(year))]
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
        text = made.to_csv(header=False, index=False, lineterminator="\n")
        after[path.name] = path.read_bytes().rstrip(b"\r\n") + b"\n" + text.encode()
    with tempfile.TemporaryDirectory() as place:
        trial = Path(shutil.copytree(framework.DEFINITIONS, Path(place, "definitions")))
        for name, content in after.items():
            (trial / name).write_bytes(content)
        framework.load(trial)
    with ExitStack() as stack:  # all are written before one takes its place
        for name, content in after.items():
            new = stack.enter_context(paths.replacing(framework.DEFINITIONS / name))
            new.write_bytes(content)
    framework.forget()
