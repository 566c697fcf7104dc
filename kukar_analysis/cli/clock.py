"""The clock: how the last run ended, what stands published, what should have come and has not.

`last_run.json` among the tables, for its owner and group alone, holds when `kukar run` began, on
which machine as which process, how it ended (null: not yet) and what was told last.
"""

import json
import logging
import os
import platform
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import typer

from kukar_analysis import paths
from kukar_analysis.cli.common import Folder, Words
from kukar_analysis.errors import HeldError, KukarError, UsageError
from kukar_analysis.report.cache import Asked, faults, of_text

VARIABLE = "KUKAR_NOTIFY"
"""Environment variable with addresses for notices, parted by spaces or lines."""
_LONGEST = timedelta(hours=3)
"""What has not ended by then, on another machine, was broken off."""
_KEPT = "last_run.json"
_RUN = "jalankan `kukar run`"
_PARTS = {"wrong": "Salah", "waited": "Ditunggu", "accepted": "Diketahui"}
_Said = Iterator[tuple[str, str]]
"""A part of a standing, and a line of it."""


def standing_of(
    raw: Folder, reports: Path, regions: Words, today: date | None = None
) -> dict[str, Any]:
    """Return how things stand on a day; without `regions` for the office's own.

    Lines of what is wrong (an alarm), waited (may still come), accepted (will not); healthy: none
    of the first two; published: made_at, version, commit, inputs (sha256 by raw file), reports
    (number by status), or null.
    """
    from kukar_analysis import framework
    from kukar_analysis.clean.received import check_tables
    from kukar_analysis.framework.facts import WITA

    tables, fw, now = paths.processed_dir(), framework.load(), datetime.now(WITA)
    manifest, published = paths.known(reports / paths.MANIFEST), None
    said = [*_of_run(tables, now)]
    if manifest:
        published = {key: manifest[key] for key in ("made_at", "version", "commit", "inputs")}
        published["reports"] = Counter(entry["status"] for entry in manifest["reports"])
    else:
        said.append(("wrong", f"belum ada terbitan yang terbaca di {reports.name}: {_RUN}"))
    try:
        check_tables(tables, raw)
    except KukarError as error:
        said.append(("wrong", f"tabel tidak dapat dipakai ({error})"))
    else:
        said += _of_files(tables, reports, manifest)
        own = [known.region for known in fw.reported_regions if known.role == "own"]
        for code in regions or own:
            said += _of_region(fw.region(code).region, manifest, today or now.date())
    lines = {part: [line for of, line in said if of == part] for part in _PARTS}
    healthy = not (lines["wrong"] or lines["waited"])
    return {"healthy": healthy, "published": published, **lines}


def lines(standing: dict[str, Any]) -> Iterator[str]:
    """Say all of a standing, the worst first."""
    from kukar_analysis.report import record

    for part, word in _PARTS.items():
        yield from (f"{word}: {line}" for line in standing[part])
    if made := standing["published"]:
        counts = ", ".join(f"{n} {state}" for state, n in made["reports"].items())
        years = sorted(Counter(name[:4] for name in made["inputs"]).items())
        files = ", ".join(f"{year} ({n})" for year, n in years)
        since = record.shown(datetime.fromisoformat(made["made_at"]))
        yield f"Terbit: sejak {since}; laporan: {counts}"
        yield f"Dibuat dari: berkas {files}; program {made['version']}"


def _of_run(tables: Path, now: datetime) -> _Said:
    """Say what went wrong with the last run, if anything did: without its time, to tell it once."""
    known = paths.known(tables / _KEPT)
    ended = known.get("ended", "")
    if ended is None:
        host, _, process = known["process"].rpartition(" ")
        is_gone = host == platform.node() and not psutil.pid_exists(int(process))
        if is_gone or now - datetime.fromisoformat(known["began_at"]) > _LONGEST:
            ended = f"berhenti di tengah jalan: {_RUN}"
    if ended:
        yield "wrong", f"run terakhir {ended}"


def _of_files(tables: Path, reports: Path, manifest: dict[str, Any]) -> _Said:
    """Say what is not published of the files in the tables, and which files are not read."""
    from kukar_analysis import store
    from kukar_analysis.formats import listed

    made_from = store.made_from(tables).get("files", {}).items()
    read = {name: sha256 for name, sha256 in made_from if sha256}
    changed = sorted(dict(read.items() ^ manifest["inputs"].items())) if read and manifest else []
    if changed:
        said = "terbitan tidak dibuat dari berkas yang sekarang ada"
        yield "wrong", f"{said}: {listed(changed, 5)}: {_RUN}"
    for entry in manifest.get("reports", []):
        if entry["status"] == "failed":
            yield "wrong", f"laporan {entry['name']} gagal dibuat: {entry.get('error')}"
    if manifest and (broken := faults(reports)):
        yield "wrong", f"{listed(broken, 5)}: {_RUN}"
    unread = store.read("files", tables).query("kind == 'unread'")["file"]
    reasons = store.read("rejected", tables).drop_duplicates("file").set_index("file")["reason"]
    for name in unread:
        yield "wrong", f"berkas {name} belum terbaca: {reasons.get(name, '')}"


def _of_region(region: str, manifest: dict[str, Any], today: date) -> _Said:
    """Say what has not come of a region, and of which letters no report stands published.

    A national table with the region's line, or scores of the assessors, is a year's letter; the
    agencies are looked for in the months in which answers are collected.
    """
    from kukar_analysis import framework, store
    from kukar_analysis.analysis import agencies
    from kukar_analysis.formats import day, listed

    fw, reports = framework.load(), manifest.get("reports", [])
    place = fw.regions[region].name
    scores = store.read("question_scores", region=region).query("source == 'assessor'")
    come = {*store.read("index_scores", region=region)["year"], *scores["year"]}
    shown = {e["year"] for e in reports if e["page"] and e["region"] == region}
    for year in sorted(come - shown) if manifest else ():
        yield "wrong", f"{year} {place} belum terbit: {_RUN}"
    letter = "surat hasil evaluasi {0} {1} belum ada; bila datang, taruh di data/raw/{0}"
    years = {*range(fw.years()[0], today.year + 1)} - come
    lacks: list[tuple[Any, int, str]] = [
        ("letter", year, letter.format(year, place)) for year in sorted(years)
    ]
    pairs = agencies.agency_pillars(today.year, region)
    silent = [*pairs.query("expected and answered == 0")["opd"].unique()]
    if silent or pairs.empty:
        said = f"OPD belum menjawab semua pilarnya: {listed(silent, 5)}"
        said = said if silent else "belum satu pun OPD menjawab"
        lacks.append(("agencies", today.year, f"{today.year} {place}: {said}"))
    known = {(a.what, a.year): a for a in fw.accepted if a.region == region}
    for what, year, said in lacks:
        due, accepted = fw.calendar[what], known.get((what, year))
        first, last, alarm = (
            date.fromisoformat(f"{year + (md < due.first)}-{md}")  # 01-31 is of the year after
            for md in (due.first, due.last, due.alarm_from)
        )
        if today < first or (what == "agencies" and today > last):
            continue
        said += f" (ditunggu dari {day(first)} sampai {day(last)})"
        if accepted and str(today) <= (accepted.until or "9999"):
            yield "accepted", f"{said}. {accepted.reason}"
        else:
            yield "wrong" if today >= alarm else "waited", said


def watched(asked: Asked, notify: list[str], work: Callable[[], bool]) -> bool:
    """Do a run, keep how it ended, and tell what is wrong; return whether all came out.

    Raises the error that ended it, if any did.
    """
    tables, send, error, is_told = asked.processed, sender(notify), None, True
    before, ours = paths.known(tables / _KEPT), f"{platform.node()} {os.getpid()}"
    began = datetime.now(UTC).isoformat(timespec="seconds")
    _keep(tables, began_at=began, process=ours, ended=None)
    try:
        code = int(not work())
    except (KukarError, OSError) as failed:
        error, code = failed, getattr(failed, "exit_code", 1)
    said = f"berakhir dengan kode {code}: {error or 'ada yang tidak selesai'}" if code else ""
    if not isinstance(error, HeldError):
        _keep(tables, process=ours, ended=said)
    elif paths.known(tables / _KEPT)["process"] == ours:  # the other run goes on
        _keep(tables, **{"ended": "", **before})
    if send:
        is_told = tell(tables, send, standing_of(asked.raw, asked.reports, asked.regions)["wrong"])
    if error:
        raise error
    return is_told and not code


def _keep(tables: Path, **known: Any) -> None:
    path = tables / _KEPT
    paths.write(path, json.dumps(paths.known(path) | known, indent=1), mode=paths.OWN)


def sender(asked: list[str]) -> Any:
    """Return what sends to all addresses: as asked, from files (`@file`), and from the variable.

    None without any. Raises UsageError, which names no address, for one that apprise does not know.
    """
    found = os.environ.get(VARIABLE, "").split()
    for text in asked:
        read = Path(text[1:]).read_text("utf-8-sig").splitlines() if text[:1] == "@" else [text]
        found += [line.strip() for line in read if line.strip() and line[0] != "#"]
    if not found:
        return None
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it may name an address
    made = apprise.Apprise()
    for number, address in enumerate(found, start=1):
        if not made.add(address):
            known = "mailto://user:password@host or json://host; see docs/jadwal.md"
            raise UsageError(f"--notify: address {number} is none that apprise knows, as {known}")
    return made


def tell(tables: Path, send: Any, wrong: list[str]) -> bool:
    """Tell what is wrong, once for each state, and that nothing is where something was.

    Returns whether it went out; what did not is told again by the next run.
    """
    state = of_text("\n".join([*send.urls(), *wrong])) if wrong else ""
    if state == paths.known(tables / _KEPT).get("told", ""):
        return True
    title = f"Kukar: {len(wrong)} hal perlu dilihat" if wrong else "Kukar: semua beres lagi"
    text = "\n".join(f"- {line}" for line in wrong) or "Tidak ada lagi yang salah."
    if not send.notify(title=title, body=text):
        typer.echo("kukar: pemberitahuan gagal dikirim; run berikutnya mencoba lagi", err=True)
        return False
    _keep(tables, told=state)
    return True
