"""The clock: what stands published, what has not come, who is told of it, and what waits."""

import contextlib
import json
import re
import subprocess
import tempfile
import threading
from datetime import date
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from making import bytes_of
from typer.testing import CliRunner

from kukar_analysis import clean, framework, paths
from kukar_analysis.clean import received
from kukar_analysis.cli import app, clock, years
from kukar_analysis.errors import HeldError, KukarError, UsageError
from kukar_analysis.framework.facts import Accepted
from kukar_analysis.report import cache

HEADS = "NO;KAB/KOTA;BASELINE;OUTPUT;OUTCOME;IMPACT;QUICK WINS;KOLABORASI;NILAI FINAL;KET\n"
OURS = HEADS + "1;KAB. KUTAI KARTANEGARA;3,6;2,89;2,92;2,59;3,32;1,2;2,82;KPPN&IKN\n"
KUKAR = "64.02"
LETTER = {"2023/tabel.csv": OURS}


@pytest.fixture
def office(raw_folder, tmp_path, monkeypatch):
    """Return a function that cleans files, publishes a report, and returns a look at a day."""
    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(tmp_path / "tables"))
    reports = tmp_path / "reports"
    reports.mkdir()

    def at(files, **told):
        raw = raw_folder(files)
        made = clean.clean(raw, tmp_path / "tables").tables["files"].dropna(subset="sha256")
        entry = {"name": "02_indeks", "year": 2023, "region": KUKAR, "page": True}
        manifest = {
            "files": {},
            "version": "0",
            "commit": "x",
            "made_at": "2023-12-05T00:00:00+00:00",
            "inputs": dict(zip(made["file"], made["sha256"], strict=True)),
            "reports": [entry | {"status": "complete"} | told],
        }
        (reports / paths.MANIFEST).write_text(json.dumps(manifest))
        asked = cache.Asked(regions=[KUKAR], raw=raw, reports=reports)
        look = lambda day: clock.standing_of(asked, date.fromisoformat(day))  # noqa: E731
        look.raw, look.manifest = raw, reports / paths.MANIFEST
        return look

    return at


def test_a_letter_is_waited_for_then_an_alarm_for_ever(office, with_definitions):
    with_definitions(accepted=())
    look = office({"2022/tabel.csv": OURS}, year=2022)
    days = {"2023-11-30": [], "2023-12-01": ["waited"], "2024-01-31": ["waited"]}
    for day, parts in (days | {"2024-02-01": ["wrong"], "2026-07-01": ["wrong"]}).items():
        said = {part: str(look(day)[part]) for part in ("wrong", "waited", "accepted")}
        assert [part for part, line in said.items() if "evaluasi 2023" in line] == parts, day


def test_what_the_office_accepts_is_said_and_no_alarm_until_its_day(office, with_definitions):
    look = office(LETTER)
    for until, part in ((None, "accepted"), ("2024-01-31", "accepted"), ("2024-01-30", "wrong")):
        known = Accepted("assumed", "project", "letter", 2022, KUKAR, until, "tidak dikirim")
        with_definitions(accepted=(known,))
        (line,) = look("2024-01-31")[part]
        assert "surat hasil evaluasi 2022" in line


def test_a_letter_that_came_late_needs_its_report_to_be_published(office):
    assert office(LETTER)("2024-03-01")["wrong"] == []
    (missing,) = office(LETTER, page=False)("2024-03-01")["wrong"]
    assert "2023 Kabupaten Kutai Kartanegara belum terbit" in missing


def test_what_went_wrong_with_files_tables_and_reports_is_named(office):
    files = LETTER | {"2023/rusak.xlsx": b"PK\x03\x04 setengah"}
    look = office(files, status="failed", error="sel 4: tidak ada data")
    report, file = look("2024-03-01")["wrong"]
    assert report == "laporan 02_indeks gagal dibuat: sel 4: tidak ada data"
    assert "rusak.xlsx" in file
    look.manifest.write_text(look.manifest.read_text().replace("tabel.csv", "lain.csv"))
    assert "2023/lain.csv dan 2023/tabel.csv" in str(look("2024-03-01")["wrong"])
    look.manifest.write_text("{")
    found = look("2024-03-01")
    assert ("belum ada terbitan yang terbaca" in found["wrong"][0], found["published"]) == (1, None)
    (look.raw / "2023" / "tabel.csv").write_text(HEADS)
    assert "run `kukar clean` anew" in str(look("2024-03-01")["wrong"])


def test_agencies_are_called_for_in_the_months_of_collecting_alone(office):
    asked = "DAERAH;PILAR;OPD\nKAB. KUTAI KARTANEGARA;Smart Governance;Diskominfo\n"
    look = office(LETTER | {"2023/opd-per-pilar-kukar.csv": asked})
    days = ("2023-07-31", "2023-08-01", "2023-11-30", "2023-12-01")
    said = "OPD belum menjawab semua pilarnya: Diskominfo"
    assert [said in str(look(day)["wrong"]) for day in days] == [False, True, True, False]
    assert "belum satu pun OPD menjawab" in str(office(LETTER)("2023-11-30")["wrong"])


def test_status_ends_with_1_and_says_the_same_to_programs(office, tmp_path):
    folder = office(LETTER).manifest.parent
    call = ["status", "--processed", str(tmp_path / "tables"), "--reports", str(folder)]
    human, machine = (CliRunner().invoke(app, [*call, *more]) for more in ([], ["--json"]))
    assert (human.exit_code, machine.exit_code) == (1, 1)
    found, lines = json.loads(machine.stdout), human.stdout.splitlines()
    assert found["healthy"] is False
    assert lines[: len(found["wrong"])] == [f"Salah: {line}" for line in found["wrong"]]
    assert lines[-1] == "Dibuat dari: berkas 2023 (1); program 0"


def test_what_took_the_place_of_schedule_is_said_whatever_is_asked():
    gone = CliRunner().invoke(app, ["schedule", "cron", "--install"])
    assert (gone.exception.exit_code, "docs/jadwal.md" in str(gone.exception)) == (2, True)


def test_how_a_run_ended_is_kept_for_its_owner_and_group_alone(office, tmp_path):
    look, asked = office(LETTER), cache.Asked(processed=tmp_path / "tables")

    def said():
        return [line for line in look("2024-03-01")["wrong"] if line.startswith("run terakhir")]

    def fails():
        assert said() == []  # it is at work
        with pytest.raises(HeldError, match="another `kukar run` works"):
            clock.watched(asked, [], lambda: True)
        raise UsageError("folder tidak ada")

    for work, expected in (
        (lambda: True, []),
        (lambda: False, ["run terakhir berakhir dengan kode 1: ada yang tidak selesai"]),
        (fails, ["run terakhir berakhir dengan kode 2: folder tidak ada"]),
        (lambda: 1 / 0, ["run terakhir berhenti di tengah jalan: jalankan `kukar run`"]),
    ):
        with contextlib.suppress(UsageError, ZeroDivisionError):
            assert clock.watched(asked, [], work) == (not expected)
        assert said() == expected
    assert (tmp_path / "tables" / "last_run.json").stat().st_mode & 0o007 == 0


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got += [(body["title"], body["message"])] * self.server.goes
        self.send_response(200 if self.server.goes else 500)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def sent():
    """Return a server: the notices that it got, whether it takes the next, and its address."""
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        server.got, server.goes = [], True
        server.address = f"json://127.0.0.1:{server.server_address[1]}/rahasia-7"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_each_state_is_told_once_and_a_notice_that_failed_again(
    sent, tmp_path, monkeypatch, capfd, caplog
):
    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(tmp_path))
    send = clock.sender([sent.address])
    tell = lambda *wrong: clock.tell(send, list(wrong))  # noqa: E731
    assert all(tell(*wrong) for wrong in ([], ["a"], ["a"], ["a", "b"], [], []))
    titles = ["Kukar: 1 hal perlu dilihat", "Kukar: 2 hal perlu dilihat", "Kukar: semua beres lagi"]
    assert [title for title, _ in sent.got] == titles
    assert sent.got[1][1] == "- a\n- b"
    for sent.goes in (False, True):
        assert tell("c") == sent.goes
    assert len(sent.got) == 4
    said = "".join(capfd.readouterr()) + caplog.text
    assert "pemberitahuan gagal" in said
    assert "rahasia" not in (tmp_path / "last_run.json").read_text() + said


def test_a_run_that_ends_with_an_error_is_told_and_still_ends_so(sent, tmp_path, monkeypatch):
    monkeypatch.setenv(clock.VARIABLE, sent.address)
    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(tmp_path / "tables"))
    call = ["run", "--raw", str(tmp_path / "tidak-ada"), "--reports", str(tmp_path / "reports")]
    assert isinstance(CliRunner().invoke(app, call).exception, UsageError)
    ((_, told),) = sent.got
    assert "berakhir dengan kode 2" in told
    assert "belum ada terbitan yang terbaca" in told


def test_addresses_come_from_words_files_and_the_variable_and_are_never_said(tmp_path, monkeypatch):
    assert clock.sender([]) is None
    monkeypatch.setenv(clock.VARIABLE, "json://127.0.0.1/a json://127.0.0.1/b")
    (tmp_path / "alamat").write_text("json://127.0.0.1/c\n")
    asked = ["json://127.0.0.1/d", f"@{tmp_path / 'alamat'}"]
    assert [url.split("/")[3][0] for url in clock.sender(asked).urls()] == list("abdc")
    with pytest.raises(UsageError, match="an address is none that apprise knows") as said:
        clock.sender(["rahasia-7://x"])
    assert "rahasia" not in str(said.value)


def test_a_file_that_grows_while_it_is_read_waits_and_the_others_go_on(
    raw_folder, tmp_path, monkeypatch
):
    raw = raw_folder(LETTER | {"2023/tumbuh.csv": OURS.replace("KUTAI KARTANEGARA", "KARO")})
    read = clean._read

    def while_it_grows(name, path, **more):
        if name == "2023/tumbuh.csv":
            path.write_text(path.read_text() + "2;KAB. JEPARA")
        return read(name, path, **more)

    monkeypatch.setattr(clean, "_read", while_it_grows)
    made = clean.clean(raw, tmp_path / "tables")
    assert list(made.tables["index_scores"]["region"]) == [KUKAR]
    assert any("tumbuh.csv: berkas belum utuh" in problem for problem in made.problems)
    received.check_tables(tmp_path / "tables", raw)  # it refuses no report of the others
    monkeypatch.undo()
    assert "64.02" in set(clean.clean(raw, tmp_path / "tables").tables["index_scores"]["region"])


SURVEY = "PILAR;NAMA RESPONDEN;NO HP;P1;P2;P3\n"
SOMEONE = "Smart Living;Budi Karangan;0811 222 333;4;3;2\n"
NOBODY = "Smart Living;;;1;1;1\n"
FAULTY = "Smart Living;Ani Karangan;0811;7;3;2\n"
LATER = date(2099, 1, 1)


def answers(raw, folder):
    made = clean.clean(raw, folder).tables["survey_responses"].drop(columns="origin")
    return made.sort_values(list(made), ignore_index=True)


def forget(raw, today=LATER):
    """Delete names that are as old as the definitions state, in a work folder that is cleared."""
    days = framework.load().terms["survey_names"].days
    with tempfile.TemporaryDirectory() as work:
        return years.forget_names(raw, Path(work), days, today)


@pytest.fixture
def surveyed(raw_folder):
    text = SURVEY + SOMEONE + NOBODY + FAULTY
    sources = "file,sha256,received_on,covers\n"
    sources += f"2023/survei.csv,{sha256(text.encode()).hexdigest()},2023-05-15,Survei\n"
    return raw_folder({"2023/survei.csv": text, received.SOURCES: sources})


def test_names_go_after_their_term_and_every_answer_stays(surveyed, tmp_path):
    before = answers(surveyed, tmp_path / "a")
    assert forget(surveyed, date(2024, 5, 13)) == []
    assert forget(surveyed, date(2024, 5, 14)) == ["2023/survei.csv"]
    made = clean.clean(surveyed, tmp_path / "b")
    assert answers(surveyed, tmp_path / "b").equals(before)
    assert [p for p in made.problems if "SOURCES" in p] == []
    assert "Karangan" not in "".join(p.read_text() for p in surveyed.rglob("*") if p.is_file())
    assert forget(surveyed) == []


@pytest.mark.parametrize("step", range(3))
def test_broken_off_anywhere_every_answer_is_there_once_and_the_next_run_goes_on(
    step, surveyed, tmp_path, monkeypatch
):
    before, done = answers(surveyed, tmp_path / "a"), []

    class Killed(BaseException):
        pass

    def until_killed(act):
        def one(path, *more, **options):
            if surveyed in path.parents:
                if len(done) == step:
                    raise Killed
                done.append(path)
            return act(path, *more, **options)

        return one

    with monkeypatch.context() as patch:
        patch.setattr(paths, "write", until_killed(paths.write))
        patch.setattr(type(surveyed), "unlink", until_killed(type(surveyed).unlink))
        with pytest.raises(Killed):
            forget(surveyed)
    assert answers(surveyed, tmp_path / "b").equals(before)
    forget(surveyed)
    assert answers(surveyed, tmp_path / "b").equals(before)
    assert "Karangan" not in "".join(p.read_text() for p in surveyed.rglob("*.*"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("tanpa-nama-survei.csv", SURVEY + NOBODY, "is there already"),
        ("survei.txt", SURVEY + SOMEONE.replace("Budi", "Tuti"), "an answer would change"),
    ],
)
def test_what_would_lose_an_answer_is_not_deleted(surveyed, name, content, said):
    (surveyed / "2023" / name).write_text(content)
    before = bytes_of(surveyed)
    with pytest.raises(KukarError, match=said):
        forget(surveyed)
    assert bytes_of(surveyed) == before


def test_the_line_of_the_documentation_for_cron_shows_what_a_failing_run_says(tmp_path):
    text = (paths.ROOT / "docs" / "jadwal.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"```cron\n(.*?)```", text, re.DOTALL)
    command = line.replace("/srv/kukar-analysis", str(tmp_path)).split(maxsplit=5)[5]
    assert "%" not in command, "a % ends the command in a crontab"
    kukar = tmp_path / ".venv" / "bin" / "kukar"
    kukar.parent.mkdir(parents=True)
    kukar.touch(0o755)
    for code, said in ((0, ""), (1, "run\n")):
        kukar.write_text(f"#!/bin/sh\necho $*\nexit {code}\n")
        assert subprocess.run(["sh", "-c", command], capture_output=True, text=True).stdout == said
