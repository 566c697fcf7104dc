"""The exceptions: each says in one line what, where, what was expected and what to do next."""

import traceback
from pathlib import Path


class KukarError(Exception):
    """Base of all errors meant for the person at the keyboard, as contradicting definitions."""

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in place of a traceback: the one line that is for people."""
        return [f"{type(self).__name__}: {self}"]


class UsageError(KukarError):
    """A year, region, pillar, edition or report that is not known was asked for."""

    exit_code = 2


class SourceError(KukarError):
    """A raw file cannot be read, or is not what its place and name say."""


class UnfinishedError(SourceError):
    """A raw file's end is missing: it is cut, or still being copied."""


class ScoreError(KukarError):
    """Scores that cannot be weighed: unknown edition, wrong components, outside the scale."""


class TableError(KukarError):
    """A table of data/processed is not there yet, or does not fit its schema."""


class ReportError(KukarError):
    """A report cannot be run, published or shared."""


class HeldError(ReportError):
    """Another run holds the folder."""

    exit_code = 3


class PrinterError(ReportError):
    """What makes PDF is not installed; everything else can be made."""


def own_fault(error: Exception) -> str:
    """Return how an unforeseen error is told: by its place, as its words may name a person."""
    *_, at = traceback.extract_tb(error.__traceback__)
    where = f"{type(error).__name__}, {Path(at.filename).name} baris {at.lineno}"
    said = f"program gagal membacanya ({where}). Ini kesalahan program, bukan berkasnya: laporkan,"
    return f"{said} dan sementara itu kirim isinya dalam bentuk lain."
