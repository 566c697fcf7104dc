"""Tells people what became of a run: by e-mail, by webhook, or both.

A notice says which job, its exit code, how many reports, and where the log is: never a line of
the log, which may quote what arrived. Readers are the office, so the words are Indonesian.
"""

from __future__ import annotations

import json
import os
import smtplib
import ssl
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from http.client import HTTPException
from typing import Any

from kukar_analysis.schedule.settings import Email, Settings

_SECONDS = 30
_ENDED = {0: "selesai", 1: "ada yang tidak selesai", 2: "pengaturan keliru", 3: "ditunda"}


@dataclass(frozen=True)
class Notice:
    """What is told: `facts` is what a webhook gets beside the words."""

    subject: str
    text: str
    facts: dict[str, Any]


def of(facts: dict[str, Any], name: str, log: str) -> Notice:
    """Return the notice of a run. `facts` has job, year, exit_code, seconds, missed, counts."""
    code = facts["exit_code"]
    ended = _ENDED.get(code, "berhenti di tengah jalan")
    lines = [
        f"Pekerjaan: {name}, tahun {facts['year']}",
        f"Hasil: {ended} (kode {code}), {facts['seconds']:.0f} detik",
    ]
    if facts["counts"]:
        said = ", ".join(f"{state} {count}" for state, count in facts["counts"].items())
        lines.append(f"Laporan: {said}")
    if facts["missed"]:
        lines.append(f"Susulan: {facts['missed']} jadwal sebelumnya terlewat")
    lines += [f"Masalah: {problem}" for problem in facts["problems"]]
    lines.append(f"Rincian: {log}")
    return Notice(f"Kukar {facts['year']}: {name} {ended}", "\n".join(lines) + "\n", facts)


def send(notice: Notice, settings: Settings) -> list[str]:
    """Send a notice everywhere it is to go, and return what did not go out, one line each."""
    ways: dict[str, Callable[[], None]] = {}
    if email := settings.email:
        ways[f"e-mail by {email.host}:{email.port}"] = lambda: _mail(notice, email)
    if variable := settings.webhook_env:
        ways[f"webhook of {variable}"] = lambda: _post(notice, variable)
    problems = []
    for way, go in ways.items():
        try:
            go()
        except (OSError, ValueError, LookupError) as error:
            problems.append(f"notice by {way} did not go out: {type(error).__name__}: {error}")
    return problems


def _secret(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise LookupError(f"the variable {variable} is not set for the clockwork")
    return value


def _mail(notice: Notice, email: Email) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = notice.subject, email.sender
    message["To"] = ", ".join(email.to)
    message.set_content(notice.text)
    password = _secret(email.password_env) if email.password_env else ""
    context = ssl.create_default_context()
    server = (
        smtplib.SMTP_SSL(email.host, email.port, timeout=_SECONDS, context=context)
        if email.security == "ssl"
        else smtplib.SMTP(email.host, email.port, timeout=_SECONDS)
    )
    with server:
        if email.security == "starttls":
            server.starttls(context=context)
        if email.user:
            server.login(email.user, password)
        refused = server.send_message(message)
    if refused:
        raise LookupError(f"refused for {', '.join(refused)}")


def _post(notice: Notice, variable: str) -> None:
    """Post the notice as JSON; `text` is what chat services show."""
    url = _secret(variable)
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"the address in {variable} does not begin with https://")
    body = {"text": f"{notice.subject}\n{notice.text}", **notice.facts}
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS):
            pass  # an answer that is no success is raised as an HTTPError, which is an OSError
    except HTTPException as error:  # it may quote the address, which is a secret
        raise ValueError(f"no proper address or answer ({type(error).__name__})") from None
