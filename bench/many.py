"""`make bench-many`: how time, memory and disk grow with regions and with years.

In a copy of the project: the reports of 2023 for ever more regions of the real table, then of ten
years of thirty regions, whose scores are **invented** (seeded) and go with the copy. Printed are
seconds for each report, the largest process, the disk that the set takes with its cache, and what a
telephone opens: the largest page, the index and the data that is searched.
"""

import json
import random
import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd
from own_reports import copied, timed

from kukar_analysis import framework, score, store

YEAR, REGIONS = 2023, (1, 10, 50, 130)
FIRST, LAST, MANY = 2024, 2033, 30
_MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
print(done.stdout.splitlines()[-2] if done.stdout.count("\\n") > 1 else done.stdout)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)
print(done.stderr, file=sys.stderr)
"""


def measured(project: Path, name: str, *options: str) -> None:
    """Make reports in a folder of their own and print what they took."""
    command = [sys.executable, "-m", "kukar_analysis", "report", "--reports", name, *options]
    spent, said = timed([sys.executable, "-c", _MEASURED, *command], project)
    counted, largest = said.splitlines()[:2]
    folder, cache = project / name, project / f".{name}.cache"
    sizes = [sum(p.stat().st_size for p in of.rglob("*") if p.is_file()) for of in (folder, cache)]
    pages = [path.stat().st_size for path in folder.rglob("*.html")]
    listed = json.loads((folder / "manifest.json").read_text("utf-8"))["reports"]
    made = sum(entry["page"] for entry in listed)
    index, search = ((folder / n).stat().st_size for n in ("index.html", "pencarian.js"))
    print(
        f"{name:12} {counted}: {spent:.0f} s, {spent / made:.2f} s each, largest process"
        f" {largest} MB; set {sizes[0] / 1e6:.0f} MB, cache {sizes[1] / 1e6:.0f} MB; largest page"
        f" {max(pages) / 1e3:.0f} kB, index {index / 1e3:.0f} kB, search {search / 1e3:.0f} kB",
        flush=True,
    )
    shutil.rmtree(folder)
    shutil.rmtree(cache)


def invented(raw: Path, regions: pd.DataFrame) -> None:
    """Write a national table a year of invented scores, which agree with their sums."""
    fw, drawn, last = framework.load(), random.Random(2023), dict[str, float]()
    names = {"baseline": "BASELINE", "output": "OUTPUT", "outcome": "OUTCOME", "impact": "IMPACT"}
    names |= {"quick_wins": "QUICK WINS", "collaboration": "PROGRAM KOLABORASI"}
    for year in range(FIRST, LAST + 1):
        lines = []
        for number, row in enumerate(regions.itertuples(), start=1):
            parts = {c: drawn.randint(100, 390) / 100 for c in fw.weights[row.edition]}
            index = float(score.index_of(parts, edition=row.edition))
            moved = f"{index - last[row.region]:.2f}" if row.region in last else "-"
            last[row.region] = index
            scores = {heading: parts.get(c, "") for c, heading in names.items()}
            said = {"NO": number, "KAB/KOTA": row.region_name} | scores
            said |= {"NILAI FINAL": index, "TINGKAT IMPROVEMENT": moved}
            lines.append(said | {"KET": fw.groups[fw.edition(row.edition).group].name})
        folder = raw / str(year)
        folder.mkdir(parents=True)
        table = pd.DataFrame(lines)
        table.to_csv(folder / "tabel-nasional-rekaan.csv", sep=";", index=False)


def main() -> None:
    """Print a line for each number of regions, and one for the ten years."""
    with tempfile.TemporaryDirectory() as name:
        project = copied(Path(name))
        found = store.read("index_scores", project / "data" / "processed", year=YEAR)
        found = found[found["participated"]]
        for count in REGIONS:
            codes = [word for code in found["region"][:count] for word in ("--region", code)]
            measured(project, f"daerah-{count}", "--year", str(YEAR), *codes)
        kukar = [sys.executable, "-m", "kukar_analysis"]
        for year in range(FIRST, LAST + 1):
            begun = ["--to", str(project / "forms" / str(year)), "--raw", str(project / "begun")]
            timed([*kukar, "new-year", str(year), *begun], project)
        few = found.sort_values("region").head(MANY)
        invented(project / "rekaan", few)
        timed([*kukar, "clean", "--raw", str(project / "rekaan")], project)
        codes = [word for code in few["region"] for word in ("--region", code)]
        measured(project, "sepuluh-tahun", "--raw", str(project / "rekaan"), *codes)


if __name__ == "__main__":
    main()
