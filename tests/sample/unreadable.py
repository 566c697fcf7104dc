"""Files as an office sends them that nobody can read."""

from __future__ import annotations

from pathlib import Path

from sample.figures import MARK


def web_page(path: Path) -> None:
    """Write a web page with a workbook's name, as some applications export tables."""
    page = f"<html><body><table><tr><td>{MARK}</td></tr><tr><td>NO</td></tr></table></body></html>"
    path.write_text(page + "\n", encoding="utf-8")


def locked(path: Path) -> None:
    """Write what a workbook with a password looks like from outside."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    path.write_bytes(head + "EncryptedPackage".encode("utf-16-le") + MARK.encode() + bytes(400))


def cut(path: Path, whole: Path) -> None:
    """Write the first half of a workbook, as a broken transfer leaves it."""
    data = whole.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def empty(path: Path) -> None:
    """Write a file of no bytes."""
    path.write_bytes(b"")


def document(path: Path) -> None:
    """Write a file of a kind that is not read."""
    path.write_text(f"{MARK}: jawaban dalam dokumen, bukan dalam formulir\n", encoding="utf-8")
