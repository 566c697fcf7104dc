"""The sheet of the files that were read: what each is, from which source, and its fingerprint."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from kukar_analysis import framework, store
from kukar_analysis.errors import ReportError
from kukar_analysis.report.annex.sheet import Column, Sheet

Register = dict[str, dict[str, str]]
"""The lines of SOURCES.csv by file, of the files that were read as they are listed there."""


def register(raw: Path, inputs: dict[str, str]) -> Register:
    """Return what SOURCES.csv of a raw folder says about the files that were read.

    Only lines whose fingerprint is that of the file (`inputs`: sha256 by file) count; without the
    list nothing is known. Raises ReportError when it is there and cannot be read.
    """
    path = raw / "SOURCES.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            listed = list(csv.DictReader(file, strict=True))
        return {row["file"]: row for row in listed if inputs.get(row["file"]) == row["sha256"]}
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        said = f"{path.name} cannot be read ({error}): it needs the columns file and sha256"
        raise ReportError(said) from error


def sources(listed: Register, used: frozenset[str]) -> list[str]:
    """Return the titles of the documents behind the files, each once, in the files' order."""
    cited = [c for file in sorted(used) for c in _cited(listed.get(file, {}))]
    return list(dict.fromkeys(cited))


def sheet(listed: Register, used: frozenset[str]) -> Sheet:
    """Return every file that was read; `used` are those that a sheet of the annex shows."""
    found, words = store.read("files"), framework.load().names["kind"]
    rows = []
    for f in found.itertuples(index=False):
        source = listed.get(f.file, {})
        counts = [f.rows_read, f.rows_kept, f.rows_rejected, f.rows_duplicate]
        rows.append(
            [
                f.file,
                ", ".join(words.get(kind, kind) for kind in f.kind.split(" + ")),
                source.get("covers"),
                "ya" if f.file in used else "tidak",
                *counts,
                _day(source.get("received_on")),
                "; ".join(_cited(source)) or "tidak tercatat",
                f.sha256,
            ]
        )
    return Sheet(
        "Berkas",
        "Berkas yang dibaca",
        [
            *(Column("Berkas", "code"), Column("Dibaca sebagai"), Column("Isi")),
            Column("Dipakai di lampiran ini"),
            *(Column(h, "amount") for h in ("Catatan", "Dipakai", "Ditolak", "Kembar")),
            *(Column("Diterima", "date"), Column("Sumber"), Column("sha256", "code")),
        ],
        rows,
        notes=(
            "Catatan = dipakai + ditolak + kembar. Kembar: mengatakan lagi yang sudah dikatakan.",
            "Isi, tanggal, dan sumber menurut SOURCES.csv, bila sidik jari berkasnya sama.",
        ),
    )


def _cited(source: dict[str, str]) -> list[str]:
    """Return the titles of a file's citations, which are parted by ` | `."""
    citations = framework.load().citations
    ids = [part.strip() for part in (source.get("citation") or "").split("|") if part.strip()]
    return [citations[id_].title if id_ in citations else id_ for id_ in ids]


def _day(text: str | None) -> date | str | None:
    """Return a day as a date; what is none stays the text it is."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return text or None
