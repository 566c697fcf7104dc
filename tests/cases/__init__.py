"""Cases that are tables: one CSV a test, a case a line."""

import csv
from pathlib import Path


def cases(name):
    """Return the lines of a table of cases by their first column."""
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}
