"""The clock: how the last run ended, what stands published, what should have come and has not.

`last_run.json` among the tables, for its owner and group alone, holds how `kukar run` ended and who
was told of what. One that is killed leaves the record of its beginning. Modules that load pandas
are imported in the functions: every command loads this one.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kukar_analysis import paths, writing
from kukar_analysis.cli.common import Processed, Raw, Regions, Reports, app, end, read_from
from kukar_analysis.errors import HeldError, KukarError, UsageError

if TYPE_CHECKING:
    from kukar_analysis.framework import Framework

VARIABLE = "KUKAR_NOTIFY"
"""Environment variable with addresses for notices, parted by spaces or lines."""
_NAMED = 5
"""Files or agencies of one line that are named; of more only the number is said."""
_RUN = "jalankan `kukar run`"
_GONE = """\
`kukar schedule` is gone: a clock calls `kukar run` every morning, see docs/jadwal.md.
To take out what it had installed: systemd: systemctl --user disable --now kukar-schedule.timer,
then delete kukar-schedule.* in ~/.config/systemd/user; cron: crontab -e, delete the lines from
`# kukar-schedule: begin` to `end`; Windows: schtasks /Delete /TN Kukar /F; CI: delete
.github/workflows/kukar-schedule.yml. Nothing reads .kukar/ any more."""


@app.command()
def status(
    raw: Raw = None,
    processed: Processed = None,
    reports: Reports = None,
    region: Regions = None,
    json_: Annotated[bool, typer.Option("--json", help="say it for a program")] = False,
) -> None:
    """Say what stands published, and what should have come and has not; then it ends with 1.

    Example: kukar status --json
    """
    found = standing_of(raw, processed, reports or paths.REPORTS, region)
    healthy = not (found.wrong or found.waited)
    machine = json.dumps({"healthy": healthy, **vars(found)}, indent=1, ensure_ascii=False)
    typer.echo(machine if json_ else "\n".join(found.lines))
    end(not found.wrong)


@app.command(
    hidden=True, context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
)
def schedule() -> None:
    """Say what took its place, and how to take out what it had installed."""
    typer.echo(_GONE, err=True)
    raise typer.Exit(2)


@dataclass
class Standing:
    """How things stand: `wrong` is an alarm, `waited` may still come, `accepted` will not.

    `published`: made_at, version, commit, inputs (sha256 by raw file), reports (number by status).
    """

    published: dict[str, Any] | None = None
    wrong: list[str] = field(default_factory=list)
    waited: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """Return all of it, the worst first."""
        parts = {"Salah": self.wrong, "Ditunggu": self.waited, "Diketahui": self.accepted}
        said = [f"{part}: {line}" for part, lines in parts.items() for line in lines]
        if self.published:
            counts = ", ".join(f"{n} {state}" for state, n in self.published["reports"].items())
            years = sorted(Counter(name[:4] for name in self.published["inputs"]).items())
            files = ", ".join(f"{year} ({n})" for year, n in years)
            said.append(f"Terbit: sejak {_moment(self.published['made_at'])}; laporan: {counts}")
            said.append(f"Dibuat dari: berkas {files}; program {self.published['version']}")
        return said


def standing_of(
    raw: Path | None,
    processed: Path | None,
    reports: Path,
    regions: list[str] | None,
    today: date | None = None,
) -> Standing:
    """Return how things stand on a day; without `regions` for the office's own."""
    from kukar_analysis import framework
    from kukar_analysis.clean.received import check_tables
    from kukar_analysis.framework.facts import WITA

    read_from(processed)
    tables, fw = paths.processed_dir(), framework.load()
    found = Standing(wrong=faults(tables))
    manifest = writing.known(reports / paths.MANIFEST)
    if manifest:
        keys = ("made_at", "version", "commit", "inputs")
        states = Counter(entry["status"] for entry in manifest["reports"])
        found.published = {**{key: manifest[key] for key in keys}, "reports": dict(states)}
    else:
        found.wrong.append(f"belum ada terbitan yang terbaca di {reports.name}: {_RUN}")
    try:
        check_tables(tables, raw)
    except KukarError as error:
        found.wrong.append(f"tabel tidak dapat dipakai ({error})")
        return found
    found.wrong += _of_files(tables, reports, manifest)
    own = [known.region for known in fw.reported_regions if known.role == "own"]
    now = today or datetime.now(WITA).date()
    for region in [fw.region(code).region for code in regions or own]:
        for part, line in _of_region(fw, region, manifest, now):
            getattr(found, part).append(line)
    return found


def _of_files(tables: Path, reports: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """Say what is not published of the files in the tables, and which files are not read."""
    from kukar_analysis import store
    from kukar_analysis.report import cache

    files = store.made_from(tables).get("files", {}).items()
    read = {name: sha256 for name, sha256 in files if sha256}
    changed = sorted(dict(read.items() ^ manifest["inputs"].items())) if read and manifest else []
    if changed:
        why = "terbitan dibuat dari berkas lain; sesudahnya baru, berubah, atau hilang"
        yield f"{why}: {_some(changed)}: {_RUN}"
    for entry in manifest.get("reports", []):
        if entry["status"] == "failed":
            yield f"laporan {entry['name']} gagal dibuat: {entry.get('error')}"
    if manifest and (broken := cache.faults(reports)):
        yield f"{_some(broken)}: {_RUN}"
    unread = store.read("files", tables).query("kind == 'unread'")["file"]
    reasons = store.read("rejected", tables).drop_duplicates("file").set_index("file")["reason"]
    yield from (f"berkas {name} belum terbaca: {reasons.get(name, '')}" for name in unread)


def _of_region(
    fw: Framework, region: str, manifest: dict[str, Any], today: date
) -> Iterator[tuple[str, str]]:
    """Say what has not come of a region, and of which letters no report stands published.

    A national table with the region's line, or scores of the assessors, is a year's letter; the
    agencies are looked for in the months in which answers are collected. Each line comes with the
    part of Standing that it belongs to.
    """
    from kukar_analysis import store
    from kukar_analysis.analysis import agencies
    from kukar_analysis.formats import day

    place = fw.regions[region].name
    missing: list[tuple[Any, int, str]] = []
    entries = manifest.get("reports", [])
    shown = {e["year"] for e in entries if e["page"] and e["region"] == region}
    scores = store.read("question_scores", region=region).query("source == 'assessor'")
    come = {*store.read("index_scores", region=region)["year"], *scores["year"]}
    for year in range(fw.years()[0], today.year + 1):
        first, last, _ = _days(fw, "letter", year)
        said = f"surat hasil evaluasi {year} {place} belum ada (ditunggu sejak {day(first)}, dapat"
        said += f" datang sampai {day(last)}): bila ada, taruh di data/raw/{year}"
        if year not in come and today >= first:
            missing.append(("letter", year, said))
        elif year in come and manifest and year not in shown:
            yield "wrong", f"{year} {place} belum terbit: {_RUN}"
    first, last, _ = _days(fw, "agencies", today.year)
    pairs = agencies.agency_pillars(today.year, region)
    silent = list(pairs.query("expected and answered == 0")["opd"].unique())
    if first <= today <= last and (silent or pairs.empty):
        said = f"OPD belum menjawab semua pilarnya: {_some(silent)}"
        said = f"{place}: {said if silent else 'belum satu pun OPD menjawab'} (sampai {day(last)})"
        missing.append(("agencies", today.year, f"{today.year} {said}"))
    known = {
        (a.what, a.year): a.reason
        for a in fw.accepted
        if a.region == region and (a.until is None or today <= date.fromisoformat(a.until))
    }
    for what, year, said in missing:
        if (what, year) in known:
            yield "accepted", f"{said}. {known[what, year]}"
        else:
            yield "wrong" if today >= _days(fw, what, year)[2] else "waited", said


def _days(fw: Framework, what: Any, year: int) -> tuple[date, date, date]:
    """Return from when and until when something comes in a year, and from when it is an alarm."""
    due = fw.calendar[what]
    days = [date.fromisoformat(f"{year}-{d}") for d in (due.first, due.last, due.alarm_from)]
    first, last, alarm = (d if d >= days[0] else d.replace(year=year + 1) for d in days)
    return first, last, alarm


def watched(tables: Path, work: Callable[[], bool]) -> tuple[bool, KukarError | None]:
    """Do a run and keep how it ended; return whether all came out, and the error that ended it.

    Raises HeldError where another run is at work on the folder.
    """
    with _held(tables):
        _keep(tables, began_at=_now(), ended_at=None)
        done, error = False, None
        try:
            done = work()
        except KukarError as failed:
            error = failed
        code = error.exit_code if error else int(not done)
        _keep(tables, ended_at=_now(), exit_code=code, error=str(error) if error else None)
    if isinstance(error, HeldError):
        raise error
    return done, error


def faults(tables: Path) -> list[str]:
    """Return in words what went wrong with the last run, if anything did."""
    known = _known(tables)
    if "began_at" not in known or known.get("exit_code", 0) == HeldError.exit_code:
        return []
    began = f"run {_moment(known['began_at'])}"
    if known["ended_at"] is None:
        try:
            with _held(tables):
                return [f"{began} berhenti di tengah jalan: {_RUN}"]
        except HeldError:
            return []  # it is at work
    why = known["error"] or "ada yang tidak selesai"
    return [f"{began} berakhir dengan kode {known['exit_code']}: {why}"] * bool(known["exit_code"])


def addresses(asked: list[str]) -> list[str]:
    """Return where notices go: as asked, from files (`@file`), and from the variable.

    Raises UsageError, which names no address, for one that apprise does not know.
    """
    found = os.environ.get(VARIABLE, "").split()
    for text in asked:
        try:
            file = Path(text[1:]).read_text(encoding="utf-8-sig") if text.startswith("@") else text
        except OSError as error:
            raise UsageError(f"--notify {text}: {error.strerror}; expected a file") from error
        found += [line.strip() for line in file.splitlines() if line.strip() and line[0] != "#"]
    for number, address in enumerate(found, start=1):
        if not _service(address):
            raise UsageError(
                f"--notify: address {number} is none that apprise knows, as mailto://user:password@"
                "host or json://host; see docs/jadwal.md"
            )
    return list(dict.fromkeys(found))


def tell(tables: Path, addresses: list[str], wrong: list[str]) -> list[str]:
    """Tell each address what is wrong, once for each state; return what did not go out.

    That nothing is wrong is told only where something was.
    """
    told, unsent = _known(tables).get("told", {}), []
    state = hashlib.sha256("\n".join(wrong).encode()).hexdigest() if wrong else ""
    title = f"Kukar: {len(wrong)} hal perlu dilihat" if wrong else "Kukar: semua beres lagi"
    text = "\n".join(f"- {line}" for line in wrong) or "Tidak ada lagi yang salah."
    for number, address in enumerate(addresses, start=1):
        key = hashlib.sha256(address.encode()).hexdigest()[:16]
        if told.get(key, "") == state:
            continue
        if _service(address).notify(title=title, body=text):
            told[key] = state
        else:
            unsent.append(f"pemberitahuan ke alamat {number} ({address.split(':')[0]}) gagal")
    _keep(tables, told=told)
    return unsent


def _service(address: str) -> Any:
    """Return what sends to one address; false where it is none. Its log may name the address."""
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    made = apprise.Apprise()
    made.add(address)
    return made


def _held(tables: Path) -> AbstractContextManager[None]:
    from kukar_analysis.report.folder import locked  # not at start-up: most commands hold nothing

    path = tables.resolve().with_name(f".{tables.resolve().name}.run.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    return locked(path, lambda: f"{tables.name} is held by another `kukar run`")


def _known(tables: Path) -> dict[str, Any]:
    return writing.known(tables / "last_run.json")


def _keep(tables: Path, **known: Any) -> None:
    text = json.dumps(_known(tables) | known, indent=1)
    writing.write(tables / "last_run.json", text, mode=writing.OWN)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _moment(iso: str) -> str:
    from kukar_analysis.formats import moment
    from kukar_analysis.framework.facts import WITA

    return f"{moment(datetime.fromisoformat(iso).astimezone(WITA))} WITA"


def _some(names: list[str]) -> str:
    from kukar_analysis.formats import listed

    more = len(names) - _NAMED
    return listed([*names[:_NAMED], *([f"{more} lagi"] if more > 0 else [])])
