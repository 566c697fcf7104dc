"""One thing that an assessor would find."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something an assessor would find. `origin` is where it stands, or the first of several."""

    kind: str
    pillar: str | None
    opd: str | None
    subject: str
    detail: str
    origin: str
