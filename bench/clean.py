"""`make bench`: cleaning 500 agency workbooks against merely reading them.

Four ways in one run, interleaved, each in a process of its own: `kukar clean`; the same files with
`pandas.read_excel` through openpyxl and through calamine; and calamine giving the cells as lists
and nothing else. Prints the medians and their ratios, and the memory that cleaning takes for a
fifth of the files and for all.
"""

import importlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import openpyxl

from kukar_analysis import framework

FILES, YEAR, REGION, ROUNDS = 500, 2023, "64.02", 3
# before the time begins, since imports are not what is measured
IMPORTED = ("kukar_analysis.clean", "pandera.backends.pandas.builtin_checks", "python_calamine")


def make(folder: Path, count: int) -> None:
    """Write filled forms: each agency's own form, answered, and as many copies as are asked."""
    from kukar_analysis import forms

    made = forms.write("agency", YEAR, REGION, folder.parent / "forms", framework.load().opd)
    for path in made:
        book = openpyxl.load_workbook(path)
        for sheet in (s for s in book.worksheets[1:] if s.sheet_state == "visible"):
            for row in sheet.iter_rows(min_row=6):
                if row[1].value and "." in str(row[1].value):
                    row[5].value, row[6].value, row[7].value = "Sudah ada", 3, "dokumen"
        book.save(path)
    target = folder / str(YEAR)
    target.mkdir(parents=True)
    for i in range(count):
        shutil.copy(made[i % len(made)], target / f"{i:03}-{made[i % len(made)].name}")


def way(name: str, folder: Path) -> None:
    """Do the work of one way; runs in a process of its own."""
    if name == "clean":
        from kukar_analysis.clean import clean

        clean(folder, folder.parent / "processed")
    elif name.startswith("pandas"):
        import pandas as pd

        for path in sorted(folder.rglob("*.xlsx")):
            pd.read_excel(path, sheet_name=None, engine=name.removeprefix("pandas-"))
    else:
        from python_calamine import CalamineWorkbook

        for path in sorted(folder.rglob("*.xlsx")):
            with CalamineWorkbook.from_path(str(path)) as book:
                for sheet in book.sheet_names:
                    book.get_sheet_by_name(sheet).to_python()


def timed(name: str, folder: Path) -> tuple[float, int]:
    """Return (seconds of the work alone, kB of its largest process at the highest) of a way."""
    said = subprocess.run(
        [sys.executable, __file__, name, str(folder)], capture_output=True, text=True, check=True
    ).stdout.split()
    return float(said[0]), int(said[1])


def main() -> None:
    """Make the files, time the three ways, and print what came out."""
    with tempfile.TemporaryDirectory() as name:
        few, all_ = Path(name) / "few" / "raw", Path(name) / "all" / "raw"
        make(few, FILES // 5)
        make(all_, FILES)
        ways = ("clean", "pandas-openpyxl", "pandas-calamine", "calamine")
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        memory = {}
        for _ in range(ROUNDS):
            for way_name, taken in seconds.items():
                spent, memory[way_name] = timed(way_name, all_)
                taken.append(spent)
        _, little = timed("clean", few)
    median = {n: statistics.median(taken) for n, taken in seconds.items()}
    for n, value in median.items():
        print(
            f"{n:15} {value:6.2f} s for {FILES} workbooks (median of {ROUNDS}),"
            f" {value / median['clean']:.2f} times as long as clean"
        )
    much = memory["clean"]
    print(f"largest process: {little >> 10} MB for {FILES // 5} files, {much >> 10} MB for {FILES}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        for module in IMPORTED:
            importlib.import_module(module)
        begun = time.perf_counter()
        way(sys.argv[1], Path(sys.argv[2]))
        spent = time.perf_counter() - begun
        all_ = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        print(f"{spent:.3f} {max(resource.getrusage(whose).ru_maxrss for whose in all_)}")
    else:
        main()
