"""The clock: how the last run ended, what stands published, what should have come and has not.

`last_run.json` among the tables, for its owner and group alone, holds how `kukar run` ended and
what was told last; while it works it holds a lock, which is free when it dies.
"""

import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer

from kukar_analysis import paths
from kukar_analysis.errors import HeldError, KukarError, UsageError
from kukar_analysis.report import folder
from kukar_analysis.report.cache import Asked, faults

VARIABLE = "KUKAR_NOTIFY"  # holds addresses for notices, parted by spaces or lines
_RUN = "jalankan `kukar run`"
_PARTS = {"wrong": "Salah", "waited": "Ditunggu", "accepted": "Diketahui"}


def standing_of(asked: Asked, today: date | None = None) -> dict[str, Any]:
    """Return how things stand on a day, for the regions asked or the office's own.

    Lines of what is wrong (an alarm), waited (may still come), accepted (will not); healthy: none
    of the first two; published: made_at, version, commit, inputs, reports (by status), or null.
    """
    from kukar_analysis import framework
    from kukar_analysis.analysis import missing
    from kukar_analysis.clean.received import check_tables
    from kukar_analysis.framework.facts import WITA

    fw, manifest = framework.load(), paths.known(asked.reports / paths.MANIFEST)
    wrong, published, shown, due = [], None, set(), []
    if ended := _kept().get("ended"):
        with suppress(HeldError), _alone():  # else it is at work
            wrong.append(f"run terakhir {ended}")
    if manifest:
        published = {key: manifest[key] for key in ("made_at", "version", "commit", "inputs")}
        published["reports"] = Counter(entry["status"] for entry in manifest["reports"])
        shown = {(e["year"], e["region"]) for e in manifest["reports"] if e["page"]}
    else:
        wrong.append(f"belum ada terbitan yang terbaca di {asked.reports.name}: {_RUN}")
    try:
        check_tables(paths.processed_dir(), asked.raw)
    except KukarError as error:
        wrong.append(f"tabel tidak dapat dipakai ({error})")
    else:
        wrong += _of_files(asked.reports, manifest)
        for place in map(fw.region, asked.regions or fw.offices):
            come = [y for y in missing.letters(place.region) if (y, place.region) not in shown]
            wrong += [f"{y} {place.name} belum terbit: {_RUN}" for y in come if manifest]
            due += [*missing.due(place.region, today or datetime.now(WITA).date()).itertuples()]
    found = {part: [line.sentence for line in due if line.state == part] for part in _PARTS}
    found["wrong"] = wrong + found["wrong"]
    return {"healthy": not found["wrong"] + found["waited"], "published": published, **found}


def lines(standing: dict[str, Any]) -> Iterator[str]:
    """Say all of a standing, the worst first."""
    from kukar_analysis.report import site

    for part, word in _PARTS.items():
        yield from (f"{word}: {line}" for line in standing[part])
    if made := standing["published"]:
        counts = ", ".join(f"{n} {state}" for state, n in made["reports"].items())
        years = sorted(Counter(name[:4] for name in made["inputs"]).items())
        files = ", ".join(f"{year} ({n})" for year, n in years)
        yield f"Terbit: sejak {site.shown(made['made_at'])}; laporan: {counts}"
        yield f"Dibuat dari: berkas {files}; program {made['version']}"


def _of_files(reports: Path, manifest: dict[str, Any]) -> Iterator[str]:
    from kukar_analysis import store
    from kukar_analysis.formats import listed

    files = store.read("files").set_index("file")
    if manifest:
        read = files["sha256"].dropna().to_dict()
        if changed := sorted(dict(read.items() ^ manifest["inputs"].items())):
            said = "terbitan tidak dibuat dari berkas yang sekarang ada"
            yield f"{said}: {listed(changed, 5)}: {_RUN}"
        if broken := faults(reports):
            yield f"{listed(broken, 5)}: {_RUN}"
    for entry in manifest.get("reports", []):
        if entry["status"] == "failed":
            yield f"laporan {entry['name']} gagal dibuat: {entry.get('error')}"
    reasons = store.read("rejected").drop_duplicates("file").set_index("file")["reason"]
    for name in files.index[files["kind"] == "unread"]:
        yield f"berkas {name} belum terbaca: {reasons.get(name, '')}"


def watched(asked: Asked, notify: list[str], work: Callable[[], bool]) -> bool:
    """Do a run, keep how it ended, and tell what is wrong; return whether all came out.

    Raises the error that ended it, if any did.
    """
    send, error, is_told = sender(notify), None, True
    with _alone():
        _kept(ended=f"berhenti di tengah jalan: {_RUN}")  # until it has ended
        try:
            code = int(not work())
        except (KukarError, OSError) as failed:
            error, code = failed, getattr(failed, "exit_code", 1)
        said = f"berakhir dengan kode {code}: {error or 'ada yang tidak selesai'}"
        _kept(ended=said if code else "")
    if send:
        is_told = tell(send, standing_of(asked)["wrong"])
    if error:
        raise error
    return is_told and not code


def _alone() -> AbstractContextManager[None]:
    """Hold what one `kukar run` holds as long as it lives; HeldError where another does."""
    tables = paths.processed_dir()
    tables.mkdir(parents=True, exist_ok=True)
    return folder.locked(tables.with_name(f".{tables.name}.run.lock"), "another `kukar run` works")


def _kept(**new: Any) -> dict[str, Any]:
    path = paths.processed_dir() / "last_run.json"
    known = paths.known(path) | new
    if new:
        paths.write(path, json.dumps(known, indent=1), mode=paths.OWN)
    return known


def sender(asked: list[str]) -> Any:
    """Return what sends to addresses, from files (`@file`) and the variable too; None without any.

    Raises UsageError, which names no address, for one that apprise does not know.
    """
    found = os.environ.get(VARIABLE, "").split()
    for text in asked:
        found += Path(text[1:]).read_text("utf-8-sig").split() if text[:1] == "@" else [text]
    if not found:
        return None
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it may name an address
    made = apprise.Apprise()
    if not made.add(found):
        known = "mailto://user:password@host or json://host; see docs/jadwal.md"
        raise UsageError(f"--notify: an address is none that apprise knows, as {known}")
    return made


def tell(send: Any, wrong: list[str]) -> bool:
    """Tell what is wrong, or not any more, once for each state; False where it did not go out."""
    state = paths.of_text("\n".join([*send.urls(), *wrong])) if wrong else ""
    if state == _kept().get("told", ""):
        return True
    title = f"Kukar: {len(wrong)} hal perlu dilihat" if wrong else "Kukar: semua beres lagi"
    text = "\n".join(f"- {line}" for line in wrong) or "Tidak ada lagi yang salah."
    if not send.notify(title=title, body=text):
        typer.echo("kukar: pemberitahuan gagal dikirim; run berikutnya mencoba lagi", err=True)
        return False
    _kept(told=state)
    return True
