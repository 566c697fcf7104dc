"""Makes the pages of the documentation that hold what the code and definitions say: `make docs`."""

from pathlib import Path

import jinja2

from kukar_analysis import framework, paths, store

PAGES = {"data/processed/README.md": "codebook.md", "docs/asumsi.md": "assumptions.md"}
"""The templates, by the page that each makes: tables and columns; assumptions on record."""
TYPES = {"O": "text", "i": "whole number", "f": "number", "b": "true or false"}


def page(name: str) -> str:
    """Return a page as it should be now."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(loader=loader, trim_blocks=True, keep_trailing_newline=True)
    told = {"schemas": store.SCHEMAS, "types": TYPES, "fw": framework.load()}
    return environment.get_template(PAGES[name]).render(told)


if __name__ == "__main__":
    for made in PAGES:
        (paths.ROOT / made).write_text(page(made), encoding="utf-8")
