"""Pages of the documentation that are made from the code and the definitions: `make docs`."""

from __future__ import annotations

from pathlib import Path

from kukar_analysis import framework, store

_KINDS = {"O": "text", "i": "whole number", "f": "number", "b": "true or false"}
_IMPACT = {"low": "rendah", "medium": "sedang", "high": "tinggi"}


def codebook() -> str:
    """Return data/processed/README.md: every table and column, from the schemas."""
    lines = [
        "# Tables of data/processed",
        "",
        "Written by `kukar clean` alone; this page is made from the schemas by `make docs`.",
        'Read a table with `kukar_analysis.store.read("index_scores")`.',
    ]
    for name, schema in store.SCHEMAS.items():
        lines += ["", f"## {name}", "", schema.description, ""]
        if schema.unique:
            lines += [f"Key: {', '.join(schema.unique)}.", ""]
        lines += ["| column | type | may be null | meaning |", "| --- | --- | --- | --- |"]
        for column in schema.columns.values():
            kind, null = _KINDS[column.dtype.type.kind], "yes" if column.nullable else "no"
            lines.append(f"| {column.name} | {kind} | {null} | {column.description} |")
    return "\n".join(lines) + "\n"


def assumptions() -> str:
    """Return docs/asumsi.md: every assumption on record, how it is known and what hangs on it."""
    fw = framework.load()
    lines = [
        "# Asumsi dan batas",
        "",
        "Dibuat dari `kukar_analysis/definitions/assumptions.csv` oleh `make docs`. Mutu: terlihat"
        " pada sumbernya, disimpulkan darinya, atau asumsi yang masih harus dikonfirmasi.",
        "",
        "| Tentang | Pernyataan | Mutu | Dampak | Sumber |",
        "| --- | --- | --- | --- | --- |",
    ]
    for a in fw.assumptions:
        known, title = fw.names["fact"][a.status], fw.citations[a.citation].title
        lines.append(f"| {a.topic} | {a.statement} | {known} | {_IMPACT[a.impact]} | {title} |")
    return "\n".join(lines) + "\n"


PAGES = {"data/processed/README.md": codebook, "docs/asumsi.md": assumptions}


def write(root: Path = store.ROOT) -> None:
    """Write every page to its place."""
    for name, page in PAGES.items():
        (root / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
