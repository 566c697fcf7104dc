"""A year's bundle for Bappeda: one zip with pages, PDF, Excel annex and a covering message.

One with a fault is a draft only, marked on every page; one with what must not leave is not made.
"""

import html
import json
import re
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kukar_analysis import check, framework, paths, respondents, store
from kukar_analysis.clean.records import PERSONAL
from kukar_analysis.errors import ReportError
from kukar_analysis.read import READERS
from kukar_analysis.report import page, paper, publish, site, workbook

LARGEST = 15_000_000  # bytes of a bundle that still goes through WhatsApp on a slow line
_MACHINE = r"(?<![\w/.:-])/(home|root|Users|tmp|var|opt|mnt|work)/[\w.-]+|\b[A-Z]:\\{1,2}\w+"
_PICTURE = re.compile(r'data:image/(svg\+xml,[^"]*|[\w+]+;base64,[A-Za-z0-9+/=]*)')


def share(
    year: int,
    regions: list[str],
    folder: Path,
    staged: Path,
    record: site.Record,
    *,
    raw: Path,
    sheet: str = "A4",
    is_draft: bool = False,
) -> tuple[Path, list[str]]:
    """Bundle the published pages of a year in `folder`; return the zip, and its faults as a draft.

    ReportError: nothing is published, something must not leave, or there are faults and no draft.
    """
    published = publish.read(folder)["reports"].values()
    entries = [e for e in published if e["year"] == year and e["region"] in regions and e["page"]]
    if not entries:
        said = f"no page of {year} {', '.join(regions)} is published in {folder.name}"
        raise ReportError(f"{said}: `kukar report`")
    tables = ("index_scores", "component_scores", "question_scores", "programmes")
    faults = check.differences(check.check({name: store.read(name) for name in tables}))
    faults += [f"{e['name']} is failed" for e in entries if e["status"] == "failed"]
    old = (e["name"] for e in entries if e["data"] != record["data"])
    faults += [f"{name} was made from other data" for name in old]
    if faults and not is_draft:
        said = f"{len(faults)} faults, the first: {faults[0]}"
        raise ReportError(f"{said}: mend it and run `kukar run`, or share it as a --draft")
    printer = paper.Printer(sheet)
    root = staged / f"{publish.BUNDLE}{year}{'-draf' if is_draft else ''}"
    root.mkdir(parents=True)
    pages = {entry["name"]: entry for entry in entries}
    with publish.written(pages, root, folder, {**record, "draft": is_draft}):
        newest = {e["region"]: e for e in sorted(entries, key=lambda e: (e["made_at"], e["name"]))}
        for region in newest:
            paper.year(printer, root, year, region, record, entries, is_draft=is_draft)
        workbook.write(year, regions, root / site.annex_of(year), record, raw, is_draft=is_draft)
        message = site.ENVIRONMENT.get_template("message.txt").render(
            year=year,
            paper=sheet,
            regions=[newest[region] for region in sorted(newest)],
            sample=any(framework.load().regions[region].is_sample for region in newest),
            unconfirmed=dict.fromkeys(line for e in entries for line in e["unconfirmed"]),
            record=record,
            draft=is_draft,
        )
        (root / "pesan.txt").write_text(message, encoding="utf-8")
    if found := leaks(root, persons(raw)):
        said = f"{len(found)} things must not leave the office, the first: {found[0]}"
        raise ReportError(f"{said}; take them out of the raw files, `kukar run` and share again")
    zipped = shutil.make_archive(str(root), "zip", staged, root.name)
    with paths.replacing(folder / f"{root.name}.zip") as temporary:
        shutil.move(zipped, temporary)
    return folder / f"{root.name}.zip", faults


def leaks(folder: Path, persons: Iterable[str] = ()) -> list[str]:
    """Return which file of a folder holds what kind of thing that should not leave the office.

    PDF are made from the pages and not looked at. `persons`: what names somebody, never repeated.
    """
    kinds = {"a path of a machine": _MACHINE, **page.PERSONAL}
    spaced = {_spaced(text) for text in persons}
    # a shorter one stands in too many words; an age or a year of birth is no name
    names = {text for text in spaced if len(text) > 8 or (len(text) > 4 and not text.isdigit())}
    named = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, sorted(names)))})(?!\w)")
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pdf"):
        text = _PICTURE.sub("", _text(path))
        seen = [kind for kind, pattern in kinds.items() if re.search(pattern, text)]
        seen += ["what names a person"] * bool(names and named.search(_spaced(text)))
        found += [f"{path.relative_to(folder).as_posix()}: holds {kind}" for kind in seen]
    return found


def persons(raw: Path) -> set[str]:
    """Return what names persons: personal columns of all surveys, and `nama.txt` beside the key."""
    listed, files = respondents.key_path().with_name("nama.txt"), store.read("files")
    found = set(listed.read_text(encoding="utf-8").splitlines()) if listed.exists() else set()
    for name in files.loc[files["kind"].str.contains("survey"), "file"]:
        for part in READERS[Path(name).suffix.lower()](raw / name, name).lists:
            cells = [cell for record in part.records for cell in record.cells.items()]
            found |= {text for column, text in cells if column.startswith(PERSONAL)}
    return found


def _text(path: Path) -> str:
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            parts = [book.read(name).decode() for name in book.namelist()]
        return html.unescape("\n".join(parts))
    text = path.read_text(encoding="utf-8")
    return _strings(json.loads(text)) if path.suffix == ".ipynb" else html.unescape(text)


def _strings(value: Any) -> str:
    if isinstance(value, dict):
        value = [part for key, part in value.items() if not key.startswith("image/")]
    return "\n".join(map(_strings, value)) if isinstance(value, list) else str(value)


def _spaced(text: str) -> str:
    return " ".join(text.casefold().split())
