"""Pages of the documentation that are made from the code and the definitions: `make docs`."""

from __future__ import annotations

from collections.abc import Iterable

from kukar_analysis import framework, paths, store

_KINDS = {"O": "text", "i": "whole number", "f": "number", "b": "true or false"}
_IMPACT = {"low": "rendah", "medium": "sedang", "high": "tinggi"}


def codebook() -> str:
    """Return data/processed/README.md: every table and column, from the schemas."""
    text = (
        "# Tables of data/processed\n\nWritten by `kukar clean` alone; this page is made from the"
        " schemas by `make docs`.\nRead a table with"
        ' `kukar_analysis.store.read("index_scores")`.\n'
    )
    for name, schema in store.SCHEMAS.items():
        key = f"Key: {', '.join(schema.unique)}.\n\n" if schema.unique else ""
        text += f"\n## {name}\n\n{schema.description}\n\n{key}" + _table(
            ("column", "type", "may be null", "meaning"),
            (
                (c.name, _KINDS[c.dtype.type.kind], "yes" if c.nullable else "no", c.description)
                for c in schema.columns.values()
            ),
        )
    return text


def assumptions() -> str:
    """Return docs/asumsi.md: every assumption on record, how it is known and what hangs on it."""
    fw = framework.load()
    return (
        "# Asumsi dan batas\n\nDibuat dari `kukar_analysis/definitions/assumptions.csv` oleh"
        " `make docs`. Mutu: terlihat pada sumbernya, disimpulkan darinya, atau asumsi yang masih"
        " harus dikonfirmasi.\n\n"
    ) + _table(
        ("Tentang", "Pernyataan", "Mutu", "Dampak", "Sumber"),
        (
            (a.topic, a.statement, fw.names["fact"][a.status], _IMPACT[a.impact], title)
            for a in fw.assumptions
            for title in [fw.citations[a.citation].title]
        ),
    )


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


PAGES = {"data/processed/README.md": codebook, "docs/asumsi.md": assumptions}


if __name__ == "__main__":
    for _name, _page in PAGES.items():
        (paths.ROOT / _name).write_text(_page(), encoding="utf-8")
