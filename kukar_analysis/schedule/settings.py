"""What the office sets for its scheduled runs: `kukar.toml` in the state folder."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kukar_analysis.errors import UsageError
from kukar_analysis.paths import RAW, REPORTS, ROOT

STATE = ROOT / ".kukar"
FILE = "kukar.toml"

EXAMPLE = """\
# kukar.toml, in the state folder (.kukar/ unless --state names another). Every line may be left
# out; what stands here is what happens without it, or an example after a #.

[run]
# raw = "data/raw"            # folders, from the project's folder
# processed = "data/processed"
# reports = "reports"
# region = ["64.02"]          # default: the regions of definitions/reported_regions.csv
# only = ["02_indeks"]        # default: every report of the year
pdf = false                   # print the pages too
timeout_hours = 6             # a run that takes longer is stopped

[keep]
sets = 5                      # published sets kept in sets/ beside this file; 0 keeps none
# delete_surveys_after_days = 365   # default: never; names and numbers go, hashed answers stay

[notice]
when = "always"               # after each run; or "failure"

# [notice.email]
# host = "mail.example.go.id"
# port = 587
# security = "starttls"       # or "ssl", or "none"
# user = "laporan@example.go.id"
# password_env = "KUKAR_MAIL_PASSWORD"   # the variable that holds it, never the password itself
# from = "laporan@example.go.id"
# to = ["bidang@example.go.id"]

# [notice.webhook]
# url_env = "KUKAR_WEBHOOK"   # the variable that holds the address: it is a secret of its own
"""
_PARTS: dict[str, dict[str, Any]] = {
    "run": {
        "raw": str,
        "processed": str,
        "reports": str,
        "region": list,
        "only": list,
        "pdf": bool,
        "timeout_hours": int,
    },
    "keep": {"sets": int, "delete_surveys_after_days": int},
    "notice": {"when": ("always", "failure"), "email": dict, "webhook": dict},
    "notice.email": {
        "host": str,
        "port": int,
        "security": ("starttls", "ssl", "none"),
        "user": str,
        "password_env": str,
        "from": str,
        "to": list,
    },
    "notice.webhook": {"url_env": str},
}
_NEEDED = {"notice.email": ("host", "from", "to"), "notice.webhook": ("url_env",)}
_TYPES = {str: "a text", int: "a whole number of 0 or more", bool: "true or false"}


@dataclass(frozen=True)
class Email:
    """Where a notice is posted; `password_env` names the variable that holds the password."""

    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 587
    security: str = "starttls"
    user: str | None = None
    password_env: str | None = None


@dataclass(frozen=True)
class Settings:
    """How scheduled runs go; folders are whole paths, None is the program's own default."""

    state: Path = STATE
    raw: Path | None = None
    processed: Path | None = None
    reports: Path | None = None
    regions: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    pdf: bool = False
    timeout_hours: int = 6
    sets: int = 5
    delete_surveys_after_days: int | None = None
    when: str = "always"
    email: Email | None = None
    webhook_env: str | None = None

    @property
    def raw_folder(self) -> Path:
        """Return the folder of year folders."""
        return self.raw or RAW

    @property
    def reports_folder(self) -> Path:
        """Return the folder of published pages."""
        return self.reports or REPORTS


def load(state: Path = STATE) -> Settings:
    """Read `kukar.toml` of a state folder; without one everything is as it comes.

    Raises UsageError naming every key that is unknown or of another type, with the known ones.
    """
    path = state / FILE
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return Settings(state)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no TOML ({error}); see `kukar schedule example`") from error
    faults = _faults(given)
    if faults:
        raise UsageError(f"{path}: {'; '.join(faults)}; see `kukar schedule example`")
    return _settings(state, given)


def _settings(state: Path, given: dict[str, Any]) -> Settings:
    run, keep, notice = (dict(given.get(part, {})) for part in ("run", "keep", "notice"))
    folders: dict[str, Any] = {
        n: ROOT / run.pop(n) for n in ("raw", "processed", "reports") if n in run
    }
    run |= {"regions": tuple(run.pop("region", ())), "only": tuple(run.get("only", ()))}
    email = dict(notice.get("email", {}))
    if email:
        email |= {"sender": email.pop("from"), "to": tuple(email["to"])}
    return Settings(
        state=state,
        **(folders | run | keep),
        when=notice.get("when", "always"),
        email=Email(**email) if email else None,
        webhook_env=notice.get("webhook", {}).get("url_env"),
    )


def _faults(given: dict[str, Any]) -> list[str]:
    """Return what is wrong, one line a key."""
    found = _unknown("", given, ("run", "keep", "notice"))
    parts = {name: given.get(name, {}) for name in ("run", "keep", "notice")}
    found += [f"{n} is no part; write [{n}]" for n, p in parts.items() if not isinstance(p, dict)]
    if found:
        return found
    parts |= {f"notice.{n}": parts["notice"].get(n, {}) for n in ("email", "webhook")}
    for name, part in parts.items():
        if not isinstance(part, dict):
            found.append(f"{name} is no part; write [{name}]")
            continue
        found += _unknown(f"{name}.", part, tuple(_PARTS[name]))
        known = {key: value for key, value in part.items() if key in _PARTS[name]}
        found += [f for key, v in known.items() if (f := _misfit(name, key, v))]
        needed = [key for key in _NEEDED.get(name, ()) if part and key not in part]
        found += [f"{name}.{key} is missing" for key in needed]
    return found


def _unknown(place: str, part: dict[str, Any], known: tuple[str, ...]) -> list[str]:
    return [f"{place}{k} is not known; known: {', '.join(known)}" for k in part if k not in known]


def _misfit(part: str, key: str, value: Any) -> str | None:
    wanted = _PARTS[part][key]
    if isinstance(wanted, tuple):
        fits, said = value in wanted, f"one of {', '.join(wanted)}"
    elif wanted is list:
        texts = isinstance(value, list) and all(isinstance(text, str) for text in value)
        fits, said = texts and bool(value), 'a list of texts, as ["64.02"]'
    elif wanted is dict:
        return None  # its own keys are looked at where it is a part
    else:
        fits = type(value) is wanted and (wanted is not int or value >= 0)
        said = _TYPES[wanted]
    return None if fits else f"{part}.{key} = {value!r}: expected {said}"
