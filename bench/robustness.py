"""`make bench`: 10,000 draws over all regions of 2023 against the start of one notebook.

Interleaved in one run: a kernel that is started, imports pandas and seaborn and ends; and the
draws with their ranks and statistics, the Sobol indices, and one choice at a time, each without
what an earlier round kept. Prints the medians and their ratios to the start.
"""

import statistics
import time
from collections.abc import Callable

import nbformat
from nbclient import NotebookClient
from nbformat import v4

from kukar_analysis import framework
from kukar_analysis.analysis import robustness

YEAR, REGION, DRAWS, ROUNDS = 2023, "64.02", 10_000, 5


def start() -> None:
    """Start a kernel, import what every notebook needs, and end it."""
    cell = v4.new_code_cell("import pandas, seaborn")
    notebook: nbformat.NotebookNode = v4.new_notebook(cells=[cell])
    NotebookClient(
        notebook, kernel_name="python3", extra_arguments=["--log-level=CRITICAL"]
    ).execute()


def intervals() -> None:
    """Draw, rank and count."""
    framework.load().memos.clear()
    robustness.rank_intervals(YEAR, DRAWS, seed=1)


def importance() -> None:
    """Evaluate Saltelli's design and its resamples."""
    framework.load().memos.clear()
    robustness.rank_importance(YEAR, REGION, DRAWS, seed=1)


def one_at_a_time() -> None:
    """Make each choice otherwise, alone."""
    framework.load().memos.clear()
    robustness.rank_choices(YEAR, REGION, DRAWS, seed=1)


def timed(work: Callable[[], None]) -> float:
    """Return the seconds that some work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Time all in turn and print what came out."""
    ways = (start, intervals, importance, one_at_a_time)
    seconds: dict[str, list[float]] = {way.__name__: [] for way in ways}
    for _ in range(ROUNDS):
        for way in ways:
            seconds[way.__name__].append(timed(way))
    median = {name: statistics.median(taken) for name, taken in seconds.items()}
    regions = len(robustness.field(YEAR).regions)
    print(f"{DRAWS} draws, {regions} regions; median of {ROUNDS}")
    for name, value in median.items():
        print(f"{name:15} {value:6.2f} s, {value / median['start']:.2f} of one notebook's start")


if __name__ == "__main__":
    main()
