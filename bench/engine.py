"""`make bench`: twelve runs of an ordinary notebook with the engine, against papermill's own ways.

Four ways in interleaved rounds, each in a fresh process, imports included: the papermill command
one run after another; `execute_notebook` in a pool of two processes; the engine in two threads; and
the floor, which is no run at all: the bare cells executed in processes that are forked from one
where the libraries are loaded, two at a time, tables and figures made as a kernel makes them.
Prints the medians, and what the engine is held to: at least 10 times as fast as the command, at
most 1.25 times the floor.
"""

import ast
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

RUNS, SIDE_BY_SIDE, ROUNDS = 12, 2, 5
FASTER_THAN_COMMAND, TIMES_THE_FLOOR = 10.0, 1.25
NOTEBOOK = Path(__file__).with_name("reference.ipynb")
FIGURES = Path(__file__).parents[1] / "docs" / "kinerja.csv"
"""Where --save puts the medians that docs/kinerja.md shows (bench/picture.py)."""
WAYS = ("command", "pool", "engine", "floor")


def make(folder: Path) -> None:
    """Write the invented scores that the notebook reads: 12,960 of 1,080 regions in two years."""
    import numpy as np
    import pandas as pd

    index = pd.MultiIndex.from_product(
        [(2022, 2023), range(1080), [f"K{n}" for n in range(1, 7)]],
        names=["year", "region", "component"],
    )
    scores = np.random.default_rng(7).beta(4, 2, len(index)) * 4
    table = pd.DataFrame({"score": scores.round(2)}, index=index).reset_index()
    table.to_parquet(folder / "invented.parquet")


def way(name: str, folder: Path) -> None:
    """Run the notebook in one way; in a process of its own."""
    {"command": command, "pool": pool, "engine": engine, "floor": floor}[name](folder)


def command(folder: Path) -> None:
    """Call the papermill command once for each run."""
    for run in range(RUNS):
        papermill = [sys.executable, "-m", "papermill", "--no-progress-bar"]
        parameter = ["-p", "path", folder / "invented.parquet"]
        subprocess.run(
            [*papermill, *parameter, NOTEBOOK, folder / f"{run}.ipynb"],
            check=True,
            capture_output=True,
        )


def pool(folder: Path) -> None:
    """Let papermill run the notebook in a pool of processes."""
    with ProcessPoolExecutor(SIDE_BY_SIDE) as processes:
        list(processes.map(execute, range(RUNS), [folder] * RUNS, [None] * RUNS))


def engine(folder: Path) -> None:
    """Let the engine run the notebook in threads; it loads while papermill is imported."""
    from kukar_analysis.report.engine import fork

    fork.preload()
    fork.import_papermill()

    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        list(threads.map(execute, range(RUNS), [folder] * RUNS, ["warm"] * RUNS))


def execute(run: int, folder: Path, engine_name: str | None) -> None:
    """Run the notebook once."""
    import papermill

    papermill.execute_notebook(
        str(NOTEBOOK),
        str(folder / f"{run}.ipynb"),
        {"path": str(folder / "invented.parquet")},
        engine_name=engine_name,
        progress_bar=False,
    )


def floor(folder: Path) -> None:
    """Execute the cells without notebook, kernel or files, in a forked process each."""
    import multiprocessing

    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt
    import pyarrow.dataset  # noqa: F401
    import seaborn  # noqa: F401

    plt.figure().savefig(io.BytesIO(), bbox_inches="tight")
    plt.close("all")
    context = multiprocessing.get_context("fork")
    with context.Pool(SIDE_BY_SIDE, maxtasksperchild=1) as processes:
        processes.map(bare, [folder] * RUNS, chunksize=1)


def bare(folder: Path) -> None:
    """Execute the cells and make what a kernel would show of them."""
    import matplotlib.pyplot as plt

    names: dict[str, Any] = {}
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    for cell in (c for c in cells if c["cell_type"] == "code"):
        body = ast.parse("".join(cell["source"])).body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names["path"] = str(folder / "invented.parquet")
        if last is not None:
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            repr(shown), getattr(shown, "_repr_html_", lambda: None)()
        for number in plt.get_fignums():
            plt.figure(number).savefig(io.BytesIO(), bbox_inches="tight")
        plt.close("all")


def timed(name: str, folder: Path) -> float:
    """Return the seconds that a way takes, from the start of its process to its end."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, __file__, name, str(folder)],
        check=True,
        stderr=subprocess.DEVNULL if name == "floor" else None,
    )
    return time.perf_counter() - begun


def main() -> None:
    """Time the ways in turn, print the medians and whether the engine keeps to its bars."""
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        timed("engine", folder)  # once for the bytecode and the disk
        for _ in range(ROUNDS):
            for way_name, taken in seconds.items():
                taken.append(timed(way_name, folder))
    median = {n: statistics.median(taken) for n, taken in seconds.items()}
    for n, value in median.items():
        low, high = min(seconds[n]), max(seconds[n])
        print(
            f"{n:8} {value:6.2f} s for {RUNS} runs (median of {ROUNDS}, {low:.2f} to {high:.2f}),"
            f" {value / RUNS:.2f} s each, {value / median['engine']:.2f} times the engine"
        )
    if "--save" in sys.argv:
        rows = [f"{name};{value:.2f}" for name, value in median.items()]
        FIGURES.write_text("\n".join(["way;seconds", *rows]) + "\n")
    faster, above = median["command"] / median["engine"], median["engine"] / median["floor"]
    print(f"engine: {faster:.1f} times as fast as the command (bar: {FASTER_THAN_COMMAND:g})")
    print(f"engine: {above:.2f} times the floor (bar: {TIMES_THE_FLOOR:g})")
    sys.exit(int(faster < FASTER_THAN_COMMAND or above > TIMES_THE_FLOOR))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        way(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
