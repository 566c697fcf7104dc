"""Who answered a survey, as a keyed hash: the same for the same person, and it names nobody."""

import hmac
import os
import re
import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from kukar_analysis.errors import UsageError
from kukar_analysis.framework import normalise

KEY_VARIABLE = "KUKAR_KEY"  # names another file for the key


def key_path() -> Path:
    """Return where the key lies: beside the user's other settings, never in the repository."""
    settings = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA")
    other = Path(settings or Path.home() / ".config") / "kukar" / "key"
    return Path(os.environ.get(KEY_VARIABLE) or other)


def respondent(person: Mapping[str, str]) -> str | None:
    """Return the hash of a person's name and telephone number, or of what else tells who it was.

    `person` maps personal columns of a survey to their texts; None where these tell nothing.
    """
    parts = ("name", "number", "email", "address")
    name, number, email, address = (normalise(person.get(f"person_{part}", "")) for part in parts)
    phone = re.sub(r"^(62|0)", "", re.sub(r"\D", "", person.get("person_phone", "")))
    known = [name, phone] if phone else [number] if number else [name, email or address]
    if not any(known):
        return None
    return hmac.new(_key(key_path()), "|".join(known).encode(), "sha256").hexdigest()[:16]


@cache
def _key(path: Path) -> bytes:
    """Return the key, made on first use; UsageError where others may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(0o600, exist_ok=False)
        path.write_text(secrets.token_hex(32))
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise UsageError(f"{path} can be read by others; say: chmod 600 {path}")
    key = path.read_bytes()
    if len(key) < 32:
        raise UsageError(f"{path} is no key of ours; move it away, and a new one is made")
    return key
