"""How the last `kukar run` on a folder of tables ended, and who was told of what.

`last_run.json` among the tables, for its owner and group alone: a run writes nowhere else but
there and in the reports. One that is killed leaves the record of its beginning.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kukar_analysis import writing
from kukar_analysis.errors import HeldError, KukarError, UsageError

VARIABLE = "KUKAR_NOTIFY"
"""Environment variable with addresses for notices, parted by spaces or lines."""


def watched(tables: Path, work: Callable[[], bool]) -> tuple[bool, KukarError | None]:
    """Do a run and keep how it ended; return whether all came out, and the error that ended it.

    Raises HeldError where another run is at work on the folder.
    """
    with _held(tables):
        began = _now()
        _keep(tables, began_at=began, ended_at=None)
        done, error = False, None
        try:
            done = work()
        except HeldError as held:
            _keep(tables, ended_at=_now(), exit_code=held.exit_code, error=None)
            raise
        except KukarError as failed:
            error = failed
        code = error.exit_code if error else int(not done)
        _keep(tables, ended_at=_now(), exit_code=code, error=str(error) if error else None)
    return done, error


def faults(tables: Path) -> list[str]:
    """Return in words what went wrong with the last run, if anything did."""
    from kukar_analysis.formats import moment
    from kukar_analysis.framework.facts import WITA

    known = _known(tables)
    if "began_at" not in known:
        return []
    began = f"run {moment(datetime.fromisoformat(known['began_at']).astimezone(WITA))} WITA"
    if known.get("ended_at") is None:
        try:
            with _held(tables):
                return [f"{began} berhenti di tengah jalan: jalankan `kukar run`"]
        except HeldError:
            return []  # it is at work
    if known["exit_code"] not in (0, HeldError.exit_code):
        why = known["error"] or "ada yang tidak selesai"
        return [f"{began} berakhir dengan kode {known['exit_code']}: {why}"]
    return []


def addresses(asked: list[str]) -> list[str]:
    """Return where notices go: as asked, from files (`@file`), and from the variable.

    Raises UsageError, which names no address, for one that apprise does not know.
    """
    found = os.environ.get(VARIABLE, "").split()
    for text in asked:
        if not text.startswith("@"):
            found.append(text)
            continue
        try:
            lines = Path(text[1:]).read_text(encoding="utf-8-sig").splitlines()
        except OSError as error:
            raise UsageError(f"--notify {text}: {error.strerror}; expected a file") from error
        found += [line.strip() for line in lines if line.strip() and not line.startswith("#")]
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
    told = _known(tables).get("told", {})
    state, unsent = hashlib.sha256("\n".join(wrong).encode()).hexdigest() if wrong else "", []
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


@contextmanager
def _held(tables: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout  # not at start-up: most commands hold nothing

    path = tables.resolve().with_name(f".{tables.resolve().name}.run.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        said = f"{tables.name} is held by another `kukar run`: wait for it, or end it"
        raise HeldError(said) from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()


def _known(tables: Path) -> dict[str, Any]:
    try:
        found = json.loads(_record(tables).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keep(tables: Path, **known: Any) -> None:
    text = json.dumps(_known(tables) | known, indent=1)
    writing.write(_record(tables), text, mode=writing.OWN)


def _record(tables: Path) -> Path:
    return tables / "last_run.json"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
