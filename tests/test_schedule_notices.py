"""Notices reach a real mail server and a real web server, and one that fails loses no run."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kukar_analysis.facts import WITA
from kukar_analysis.schedule import arrivals, child, notices, status, tick
from kukar_analysis.schedule.settings import Email, Settings

FACTS = {
    "job": "year",
    "year": 2026,
    "exit_code": 1,
    "seconds": 61.4,
    "missed": 2,
    "counts": {"complete": 3, "failed": 1},
    "attempts": 1,
    "problems": [],
}
NOW = datetime(2026, 11, 24, 9, tzinfo=WITA)


class Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a message takes."""

    def handle(self):
        got = self.server.got
        self.say("220 uji")
        while line := self.rfile.readline().decode("latin-1").strip():
            word = line.split()[0].upper()
            got.append(line)
            if word == "DATA":
                self.say("354 go on")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part
                got.append(body)
            if word == "QUIT":
                return self.say("221 bye")
            self.say("550 no such person" if "none@" in line else "250 ok")
        return None

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, self.headers["Content-Type"], json.loads(body)))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, format, *args):  # noqa: A002
        pass


class MailServer(socketserver.TCPServer):
    def handle_error(self, request, client_address):
        """Say nothing: a client that gave up is what some tests are about."""


@contextmanager
def serving(server):
    server.got = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def mail():
    with serving(MailServer(("127.0.0.1", 0), Mail)) as server:
        yield server


@pytest.fixture
def hook(monkeypatch):
    with serving(HTTPServer(("127.0.0.1", 0), Hook)) as server:
        server.answer = 200
        address = f"http://127.0.0.1:{server.server_address[1]}/rahasia-7"
        monkeypatch.setenv("KUKAR_WEBHOOK", address)
        yield server


def email(server, **more):
    to = ("bidang@contoh.test", "kepala@contoh.test")
    made = Email("127.0.0.1", "kukar@contoh.test", to, server.server_address[1], "none")
    return replace(made, **more)


NOTICE = notices.of(FACTS, "laporan setahun", ".kukar/schedule.log")


def test_a_notice_says_in_indonesian_what_became_of_the_run():
    assert NOTICE.subject == "Kukar 2026: laporan setahun ada yang tidak selesai"
    assert NOTICE.text.splitlines() == [
        "Pekerjaan: laporan setahun, tahun 2026",
        "Hasil: ada yang tidak selesai (kode 1), 61 detik",
        "Laporan: complete 3, failed 1",
        "Susulan: 2 jadwal sebelumnya terlewat",
        "Rincian: .kukar/schedule.log",
    ]
    killed = notices.of(FACTS | {"exit_code": -9, "problems": ["x"]}, "a", "b")
    assert killed.subject.endswith("berhenti di tengah jalan")
    assert "Masalah: x" in killed.text


def test_a_mail_server_gets_the_notice_for_everyone(mail):
    assert notices.send(NOTICE, Settings(email=email(mail))) == []
    said = [line for line in mail.got if isinstance(line, str)]
    assert "mail FROM:<kukar@contoh.test>" in [line.split(" size")[0] for line in said]
    assert sum(line.lower().startswith("rcpt to:") for line in said) == 2
    (body,) = [part for part in mail.got if isinstance(part, bytes)]
    message = message_from_bytes(body, policy=policy.default)
    assert message["Subject"] == NOTICE.subject
    assert message["To"] == "bidang@contoh.test, kepala@contoh.test"
    assert message.get_content().splitlines() == NOTICE.text.splitlines()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"security": "starttls"}, "STARTTLS"),
        ({"security": "ssl"}, "SSLError"),
        ({"port": 1}, "refused"),
        ({"to": ("none@contoh.test",)}, "no such person"),
        ({"to": ("a@contoh.test", "none@contoh.test")}, "refused for none@contoh.test"),
        ({"user": "a", "password_env": "KUKAR_NONE"}, "KUKAR_NONE is not set for the clockwork"),
        ({"user": "a"}, "AUTH"),
        ({"sender": "a\nBcc: b@contoh.test"}, "ValueError"),
    ],
)
def test_a_mail_that_does_not_go_out_is_named(mail, more, said):
    (problem,) = notices.send(NOTICE, Settings(email=email(mail, **more)))
    assert problem.startswith("notice by e-mail by 127.0.0.1:")
    assert said in problem


def test_a_webhook_gets_the_words_and_the_facts(hook):
    assert notices.send(NOTICE, Settings(webhook_env="KUKAR_WEBHOOK")) == []
    ((path, kind, body),) = hook.got
    assert (path, kind) == ("/rahasia-7", "application/json")
    assert body == {"text": f"{NOTICE.subject}\n{NOTICE.text}", **FACTS}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "KUKAR_WEBHOOK is not set"),
        ("http://127.0.0.1:1/rahasia-7", "refused"),
        ("file:///rahasia-7", "does not begin with https://"),
        ("http://127.0.0.1:1/rahasia-7 x", "no proper address or answer (InvalidURL)"),
    ],
)
def test_a_webhook_that_fails_is_named_without_its_address(address, said, monkeypatch):
    monkeypatch.setenv("KUKAR_WEBHOOK", address)
    (problem,) = notices.send(NOTICE, Settings(webhook_env="KUKAR_WEBHOOK"))
    assert problem.startswith("notice by webhook of KUKAR_WEBHOOK did not go out: ")
    assert said in problem
    assert "rahasia-7" not in problem


def test_a_webhook_that_answers_with_an_error_is_named(hook):
    hook.answer = 500
    (problem,) = notices.send(NOTICE, Settings(webhook_env="KUKAR_WEBHOOK"))
    assert "500" in problem


def test_one_way_that_fails_does_not_stop_the_other(hook, mail):
    both = Settings(email=email(mail, port=1), webhook_env="KUKAR_WEBHOOK")
    assert len(notices.send(NOTICE, both)) == 1
    assert len(hook.got) == 1


@pytest.fixture
def office(tmp_path, monkeypatch):
    """Return settings on a folder where completeness is due, and let its run end with 0."""
    monkeypatch.setattr(arrivals, "look", lambda raw, year: arrivals.Arrived(1, None, "a"))
    monkeypatch.setattr(child, "kukar", lambda arguments, *, hours: 0)
    return Settings(tmp_path, reports=tmp_path / "reports")


def test_a_notice_that_fails_ends_with_1_is_logged_and_the_run_is_recorded(office):
    made = tick.tick(replace(office, webhook_env="KUKAR_NONE"), NOW)
    assert not made.healthy
    assert (made.exit_code, made.jobs["completeness"].exit_code) == (1, 0)
    assert "KUKAR_NONE" in (office.state / "schedule.log").read_text()
    assert "KUKAR_NONE" in status.read(office.state).problems[0]


@pytest.mark.parametrize(
    ("when", "code", "sent"),
    [("always", 0, 1), ("always", 1, 1), ("failure", 0, 0), ("failure", 1, 1), ("always", 3, 0)],
)
def test_who_is_told_when(when, code, sent, office, hook, monkeypatch):
    monkeypatch.setattr(child, "kukar", lambda arguments, *, hours: code)
    tick.tick(replace(office, when=when, webhook_env="KUKAR_WEBHOOK"), NOW)
    assert len(hook.got) == sent


def test_a_notice_names_no_folder_of_the_machine(office, hook):
    tick.tick(replace(office, webhook_env="KUKAR_WEBHOOK"), NOW)
    assert str(office.state.parent) not in json.dumps(hook.got)
