"""The yearly clockwork: what is due and when, doing it, and the record, log and sets it leaves."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from kukar_analysis import cli, framework, store
from kukar_analysis.errors import UsageError
from kukar_analysis.facts import WITA
from kukar_analysis.schedule import arrivals, child, due, keep, log, settings, status, tick
from kukar_analysis.schedule.settings import Settings
from kukar_analysis.schedule.status import JobStatus, Status

SAMPLE = store.ROOT / "data" / "sample"
WEEKLY, YEARLY = framework.load().calendar["completeness"], framework.load().calendar["year"]
FILES = "NO;DAERAH;BASELINE\n"
LETTER = "2026/surat.pdf"


def wita(text):
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


def looked_after(text, **more):
    return JobStatus(slot=wita(text), **more)


def ended(code, year=2026, inputs="a", attempts=1):
    """Return the record of a run on 1 December."""
    at = wita("2026-12-01T06:02")
    return JobStatus(
        slot=wita("2026-12-01T06:00"),
        year=year,
        ended_at=at,
        exit_code=code,
        inputs=inputs,
        attempts=attempts,
    )


# When


@pytest.mark.parametrize(
    ("job", "now", "slot", "year"),
    [
        (WEEKLY, "2026-11-24T01:00", "2026-11-23T06:00", 2026),
        (WEEKLY, "2026-11-23T06:00", "2026-11-23T06:00", 2026),
        (WEEKLY, "2026-11-23T05:59", "2026-11-16T06:00", 2026),
        (YEARLY, "2026-12-01T06:00", "2026-12-01T06:00", 2026),
        (YEARLY, "2027-01-07T23:00", "2027-01-07T06:00", 2026),
        (YEARLY, "2027-03-15T06:00", "2027-03-15T06:00", 2026),
    ],
)
def test_the_latest_slot_is_of_the_offices_clock_and_of_the_year_it_began_in(job, now, slot, year):
    found = due.open_slot(job, wita(now), None)
    assert (found.slot.at, found.slot.year) == (wita(slot), year)


@pytest.mark.parametrize(
    ("job", "now"),
    [(YEARLY, "2026-11-30T23:00"), (YEARLY, "2026-08-01T06:00"), (WEEKLY, "2026-12-01T09:00")],
)
def test_a_machine_set_up_between_the_seasons_does_not_begin_with_the_one_before(job, now):
    assert due.open_slot(job, wita(now), None) is None


@pytest.mark.parametrize(("now", "year"), [("2026-11-20T09:00", 2026), ("2027-01-20T09:00", 2026)])
def test_asked_for_anyway_it_is_the_year_that_runs_and_the_next_slot_stays_due(now, year):
    found = due.open_slot(YEARLY, wita(now), looked_after("2026-11-19T06:00"), anyway=True)
    assert (found.slot.at, found.slot.year, found.missed) == (wita(now), year, 0)
    done = JobStatus(slot=found.slot.at)
    assert due.open_slot(YEARLY, wita(now) + timedelta(days=20), done) is not None


def test_nothing_is_due_twice():
    assert due.open_slot(WEEKLY, wita("2026-11-29T23:00"), looked_after("2026-11-23T06:00")) is None


def test_three_weeks_off_is_made_up_once_and_the_others_are_counted_as_missed():
    found = due.open_slot(WEEKLY, wita("2026-11-24T09:00"), looked_after("2026-11-02T06:00"))
    assert found == due.Open(due.Slot(wita("2026-11-23T06:00"), 2026), 2)


def test_a_season_that_ended_while_the_machine_was_off_is_made_up_after_it():
    found = due.open_slot(YEARLY, wita("2027-09-01T09:00"), looked_after("2027-06-20T06:00"))
    assert (found.slot.at, found.slot.year) == (wita("2027-07-31T06:00"), 2026)
    assert found.missed == 40


def test_a_record_from_a_clock_that_ran_ahead_does_not_stop_the_clockwork_for_years():
    found = due.open_slot(WEEKLY, wita("2026-11-24T09:00"), looked_after("2036-11-24T06:00"))
    assert found.slot.at == wita("2026-11-23T06:00")


def test_the_next_slot_is_in_wita_whatever_zone_the_machine_keeps():
    now = datetime(2026, 11, 29, 21, 59, tzinfo=UTC)
    assert due.following(WEEKLY, now).at == wita("2026-11-30T06:00")
    assert due.following(WEEKLY, now + timedelta(minutes=1)).at == wita("2027-08-02T06:00")


def test_the_days_of_a_job_in_utc_begin_the_evening_before():
    winter = replace(YEARLY, last="01-31")
    assert due.spans(winter, UTC) == [(1, 1, 30), (11, 30, 30), (12, 1, 31)]
    assert due.spans(winter, WITA) == [(1, 1, 31), (12, 1, 31)]
    assert due.spans(replace(YEARLY, first="02-20", last="03-02"), WITA) == [(2, 20, 29), (3, 1, 2)]


def test_every_day_of_a_month_is_a_slot_or_only_its_mondays():
    days = [slot.at.date() for slot in due.slots(WEEKLY, date(2026, 8, 1), 31)]
    assert days == [date(2026, 8, day) for day in (3, 10, 17, 24, 31)]
    assert len(list(due.slots(YEARLY, date(2026, 12, 1), 31))) == 31


# What it waits for


SLOT = due.Slot(wita("2026-12-02T06:00"), 2026)


@pytest.mark.parametrize(
    ("before", "arrived", "said"),
    [
        (None, arrivals.Arrived(0, None, "a"), "no letter of 2026 has arrived yet"),
        (None, arrivals.Arrived(9, None, "a"), "no letter of 2026 has arrived yet"),
        (None, arrivals.Arrived(9, "surat.pdf", "a"), None),
        (ended(0), arrivals.Arrived(9, "surat.pdf", "a"), "nothing of 2026 is new since 2026-12-0"),
        (ended(0), arrivals.Arrived(9, "surat.pdf", "b"), None),
        (ended(0, year=2025), arrivals.Arrived(9, "surat.pdf", "a"), None),
        (ended(1), arrivals.Arrived(9, "surat.pdf", "a"), None),
        (ended(1, attempts=2), arrivals.Arrived(9, "surat.pdf", "a"), None),
        (ended(1, attempts=3), arrivals.Arrived(9, "surat.pdf", "a"), "did not come out in 3 runs"),
        (ended(1, attempts=3), arrivals.Arrived(9, "surat.pdf", "b"), None),
    ],
)
def test_the_years_run_waits_for_a_letter_and_for_something_new(before, arrived, said):
    reason = due.waits_for(YEARLY, SLOT, before, arrived)
    assert (reason is None) if said is None else (said in reason)


def test_completeness_is_told_weekly_once_a_file_of_the_year_is_there():
    assert "no file of 2026" in due.waits_for(WEEKLY, SLOT, None, arrivals.Arrived(0, None, "a"))
    assert due.waits_for(WEEKLY, SLOT, ended(0), arrivals.Arrived(1, None, "a")) is None


def test_asked_for_anyway_only_what_has_not_arrived_is_waited_for():
    there, none = arrivals.Arrived(9, "surat.pdf", "a"), arrivals.Arrived(9, None, "a")
    assert due.waits_for(YEARLY, SLOT, ended(0), there, anyway=True) is None
    assert "no letter" in due.waits_for(YEARLY, SLOT, ended(0), none, anyway=True)


# What arrived


@pytest.mark.parametrize(
    ("file", "is_letter"),
    [
        ("2023/contoh-surat-hasil.pdf", True),
        ("2023/contoh-tabel-nasional-kppn-ikn.csv", True),
        ("2022/contoh-nilai-butir.csv", True),
        ("2023/contoh-program.xlsx", False),
        ("2023/contoh-survei-1.csv", False),
        ("2023/contoh-statistik.csv", False),
        ("2023/opd/contoh-bappeda.xlsx", False),
        ("2023/opd/contoh-satpol-pp.docx", False),
        ("2023/opd/contoh-bpkad.xlsx", False),
    ],
)
def test_a_letter_is_told_from_what_the_office_collects(file, is_letter, tmp_path):
    target = tmp_path / "2026" / "sub" / file.rsplit("/", 1)[1]
    target.parent.mkdir(parents=True)
    shutil.copy(SAMPLE / file, target)
    assert bool(arrivals.look(tmp_path, 2026).letter) == is_letter


def test_a_pdf_that_cannot_be_read_is_a_letter_so_that_the_run_says_what_is_wrong(raw_folder):
    assert arrivals.look(raw_folder({LETTER: b"rusak"}), 2026).letter == "surat.pdf"


def test_files_of_other_years_and_of_the_system_are_not_the_years(raw_folder):
    others = {"2025/surat.pdf": "x", "2026/.DS_Store": "x", "2026/~$surat.pdf": "x"}
    assert arrivals.look(raw_folder(others), 2026).files == 0
    assert arrivals.look(raw_folder(others), 2024).files == 0


def test_a_new_a_changed_and_a_removed_file_and_a_definition_are_something_new(
    raw_folder, tmp_path, monkeypatch
):
    folder = raw_folder({LETTER: "x"})
    seen = [arrivals.look(folder, 2026).inputs]
    assert arrivals.look(folder, 2026).inputs == seen[0]
    (folder / "2026" / "b.csv").write_text("b")
    seen.append(arrivals.look(folder, 2026).inputs)
    (folder / "2026" / "b.csv").write_text("c")
    seen.append(arrivals.look(folder, 2026).inputs)
    copy = shutil.copytree(framework.DEFINITIONS, tmp_path / "definitions")
    (copy / "spellings.csv").write_text("other")
    monkeypatch.setattr(arrivals, "DEFINITIONS", copy)
    seen.append(arrivals.look(folder, 2026).inputs)
    assert len(set(seen)) == 4


# Settings


def test_the_example_is_what_happens_without_settings(tmp_path):
    (tmp_path / settings.FILE).write_text(settings.EXAMPLE, encoding="utf-8")
    assert settings.load(tmp_path) == settings.load(tmp_path / "none").__class__(tmp_path)


def test_every_line_of_the_example_that_is_commented_out_can_be_set(tmp_path):
    whole = re.sub(r"^# (\[?[a-z_.]+(\]| =))", r"\1", settings.EXAMPLE, flags=re.MULTILINE)
    (tmp_path / settings.FILE).write_text(whole, encoding="utf-8")
    made = settings.load(tmp_path)
    assert made.raw == store.RAW
    assert (made.regions, made.only, made.sets) == (("64.02",), ("02_indeks",), 5)
    assert made.delete_surveys_after_days == 365
    assert (made.email.host, made.email.security) == ("mail.example.go.id", "starttls")
    assert made.webhook_env == "KUKAR_WEBHOOK"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[run", "is no TOML"),
        ("[jalan]", "jalan is not known; known: run, keep, notice"),
        ("run = 1", "run is no part; write [run]"),
        ("[run]\nraws = 'x'", "run.raws is not known; known: raw, processed, reports, region"),
        ("[run]\nregion = '64.02'", "run.region = '64.02': expected a list of texts"),
        ("[run]\nregion = [64.02]", "run.region = [64.02]: expected a list of texts"),
        ("[run]\npdf = 1", "run.pdf = 1: expected true or false"),
        ("[keep]\nsets = true", "keep.sets = True: expected a whole number"),
        ("[keep]\nsets = -1", "keep.sets = -1: expected a whole number of 0 or more"),
        ("[notice]\nwhen = 'never'", "notice.when = 'never': expected one of always, failure"),
        ("[notice]\nemail = 'a'", "notice.email is no part; write [notice.email]"),
        ("[notice.email]\nhost = 'a'", "notice.email.from is missing; notice.email.to is missing"),
        ("[notice.email]\npassword = 'a'", "notice.email.password is not known; known: host,"),
        ("[notice.webhook]\nurl_env = 1", "notice.webhook.url_env = 1: expected a text"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_known(text, said, tmp_path):
    (tmp_path / settings.FILE).write_text(text)
    with pytest.raises(UsageError, match=re.escape(said)):
        settings.load(tmp_path)


# The record


def test_the_record_comes_back_as_it_was_written(tmp_path):
    job = replace(ended(1), counts={"complete": 3}, reason="x")
    made = Status(wita("2026-12-01T06:00"), "failed", 1, False, problems=("p",), jobs={"year": job})
    status.write(tmp_path, made)
    assert status.read(tmp_path) == made
    assert [path.name for path in tmp_path.iterdir()] == [status.FILE]


def test_the_schema_in_the_documentation_names_every_field(tmp_path):
    status.write(tmp_path, Status(jobs={"year": ended(1)}))
    written = json.loads((tmp_path / status.FILE).read_text())
    told = set(re.findall(r"[a-z_]+", status.__doc__))
    assert {*written, *written["jobs"]["year"]} <= told


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 2}', '{"schema": 1, "jobs": 3}'])
def test_a_record_that_cannot_be_believed_is_put_aside_and_named(text, state, ran):
    (state.state / status.FILE).write_text(text)
    made = tick.tick(state, wita("2026-11-24T09:00"))
    assert made.exit_code == 1
    assert "status.json could not be read" in made.problems[0]
    (aside,) = state.state.glob("status.json.broken-*")
    assert aside.read_text() == text
    assert status.read(state.state).problems == made.problems
    assert tick.tick(state, wita("2026-11-24T10:00")).exit_code == 0


# A call of the clockwork


@pytest.fixture
def state(tmp_path, raw_folder):
    """Return settings on a state folder and a raw folder with a letter and a list of 2026."""
    raw = raw_folder({LETTER: "x", "2026/data.csv": "x"})
    folder = tmp_path / "state"
    folder.mkdir()
    return Settings(folder, raw=raw, processed=tmp_path / "p", reports=tmp_path / "r", sets=2)


@pytest.fixture
def ran(monkeypatch):
    """Put a recorder in the place of the real runs; `ran.codes` are their exit codes, then 0."""

    class Ran(list):
        codes: list[int] = []  # noqa: RUF012

        def __call__(self, arguments, *, hours):
            self.append(arguments)
            return self.codes.pop(0) if self.codes else 0

    made = Ran()
    made.codes = []
    monkeypatch.setattr(child, "kukar", made)
    return made


def commands(ran):
    return [command[0] for command in ran]


def test_completeness_is_clean_and_the_report_of_what_is_missing(state, ran):
    made = tick.tick(replace(state, regions=("00.01",)), wita("2026-11-24T09:00"))
    raw, tables = str(state.raw), str(state.processed)
    shared = ["--processed", tables, "--reports", str(state.reports), "--year", "2026"]
    assert ran == [
        ["clean", "--raw", raw, "--processed", tables],
        ["report", *shared, "--region", "00.01", "--only", "01_mutu_data"],
    ]
    assert (made.result, made.exit_code, made.healthy) == ("done", 0, True)
    assert made.next_due == wita("2026-11-30T06:00")


def test_a_letter_makes_the_whole_year_once(state, ran):
    wanted = replace(state, pdf=True, only=("02_indeks",))
    first = tick.tick(wanted, wita("2026-12-05T09:00"))
    assert commands(ran) == ["run"]
    assert ran[0][-3:] == ["--only", "02_indeks", "--pdf"]
    assert first.jobs["year"].last_success == first.jobs["year"].ended_at
    again = tick.tick(wanted, wita("2026-12-06T09:00"))
    assert commands(ran) == ["run"]
    assert again.result == "nothing_due"
    assert "nothing of 2026 is new" in again.jobs["year"].reason
    assert again.jobs["year"].exit_code == 0


def test_a_file_that_comes_later_makes_the_year_anew_at_the_next_look(state, ran):
    tick.tick(state, wita("2026-12-05T09:00"))
    (state.raw / "2026" / "surat-ralat.pdf").write_text("y")
    tick.tick(state, wita("2026-12-05T12:00"))
    assert commands(ran) == ["run"]
    tick.tick(state, wita("2026-12-06T06:00"))
    assert commands(ran) == ["run", "run"]


def test_a_machine_that_was_off_makes_up_what_it_missed(state, ran):
    status.write(state.state, Status(jobs={"completeness": looked_after("2026-11-03T06:00")}))
    made = tick.tick(state, wita("2026-12-24T09:00"))
    assert commands(ran) == ["clean", "report", "run"]
    assert [made.jobs[job].missed for job in ("completeness", "year")] == [3, 0]


def test_a_failing_year_is_tried_three_times_and_then_left_to_people(state, ran):
    ran.codes = [1, -9, 1]
    made = [tick.tick(state, wita(f"2026-12-{day:02}T09:00")) for day in range(5, 10)]
    assert [m.exit_code for m in made] == [1, 1, 1, 0, 0]
    assert [m.healthy for m in made] == [False] * 5
    assert len(ran) == 3
    assert "mend what the log names" in made[-1].jobs["year"].reason
    tick.tick(state, wita("2026-12-09T10:00"), anyway=True)
    assert len(ran) == 6
    assert status.read(state.state).healthy


def test_what_is_held_by_another_run_is_done_at_the_next_call(state, ran):
    ran.codes = [0, 3]
    made = tick.tick(state, wita("2026-11-24T09:00"))
    assert (made.exit_code, made.result) == (3, "held")
    assert tick.tick(state, wita("2026-11-24T10:00")).exit_code == 0
    assert commands(ran) == ["clean", "report"] * 2


def test_after_wrong_use_or_a_crash_the_second_command_is_not_tried(state, ran):
    ran.codes = [2]
    assert tick.tick(state, wita("2026-11-24T09:00")).exit_code == 2
    assert commands(ran) == ["clean"]


@pytest.mark.parametrize(
    ("codes", "code"),
    [([], 0), ([0, 0], 0), ([0, 3], 3), ([1, 3], 1), ([1, 2], 2), ([-9], 1), ([137, 0], 1)],
)
def test_the_worst_exit_code_is_told(codes, code):
    assert tick.worst(codes) == code


def test_two_calls_at_once_are_one(state, ran):
    with FileLock(state.state / "schedule.lock"):
        made = tick.tick(state, wita("2026-11-24T09:00"))
    assert (made.exit_code, ran) == (3, [])
    assert not (state.state / status.FILE).exists()


def test_a_folder_that_cannot_be_read_is_a_problem_and_is_looked_at_again(state, ran, monkeypatch):
    def refuse(raw, year):
        raise PermissionError(13, "Permission denied", str(raw))

    with monkeypatch.context() as patch:
        patch.setattr(arrivals, "look", refuse)
        made = tick.tick(state, wita("2026-11-24T09:00"))
    assert made.exit_code == 1
    assert "Permission denied" in made.problems[0]
    tick.tick(state, wita("2026-11-24T10:00"))
    assert commands(ran) == ["clean", "report"]


def test_counts_are_of_the_year_that_was_run(state, ran):
    listed = [{"year": 2026, "status": s} for s in ("complete", "complete", "waiting")]
    manifest = {"reports": [*listed, {"year": 2023, "status": "failed"}]}
    state.reports.mkdir()
    (state.reports / "manifest.json").write_text(json.dumps(manifest))
    made = tick.tick(state, wita("2026-11-24T09:00"))
    assert made.jobs["completeness"].counts == {"complete": 2, "waiting": 1}


def test_the_log_is_in_the_offices_time_and_goes_round(tmp_path, monkeypatch):
    monkeypatch.setattr(log, "_BYTES", 500)
    with log.to(tmp_path):
        for count in range(100):
            child.LOG.info("line %d", count)
    assert not any(isinstance(h, RotatingFileHandler) for h in child.LOG.handlers)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [log.FILE, *(f"{log.FILE}.{n}" for n in range(1, 6))]
    last = (tmp_path / log.FILE).read_text().splitlines()[-1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d WITA INFO line 99", last)
    stamp = datetime.strptime(last[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=WITA)
    assert abs(datetime.now(UTC) - stamp) < timedelta(minutes=5)


def test_a_child_is_heard_and_its_exit_code_is_kept(tmp_path):
    with log.to(tmp_path):
        assert child.kukar(["schedule", "tidak ada"], hours=1) == 2
    said = (tmp_path / log.FILE).read_text()
    assert "begins: kukar schedule 'tidak ada'" in said
    assert "kukar: schedule 'tidak ada' is not known" in said
    assert "WARNING ended with 2" in said


def test_a_child_that_hangs_is_stopped_with_what_it_started(tmp_path, monkeypatch):
    pid = tmp_path / "pid"
    sleeper = tmp_path / "sleeper"
    sleeper.write_text(f"#!/bin/sh\nsleep 300 >/dev/null 2>&1 & echo $! > {pid}\nwait\n")
    sleeper.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(sleeper))
    with log.to(tmp_path):
        assert child.kukar(["run"], hours=1 / 3600) == -9
    stat = Path(f"/proc/{pid.read_text().strip()}/stat")
    assert not stat.exists() or " Z " in stat.read_text()
    assert "stopped after" in (tmp_path / log.FILE).read_text()


def test_a_real_run_on_the_invented_office_leaves_page_record_log_and_set(tmp_path):
    folder = tmp_path / "keadaan 100%"
    folder.mkdir()
    (tmp_path / "raw").mkdir()
    shutil.copytree(SAMPLE / "2022", tmp_path / "raw" / "2022")
    toml = [f'{n} = "{(tmp_path / n).as_posix()}"' for n in ("raw", "processed", "reports")]
    (folder / settings.FILE).write_text("[run]\nregion = ['00.01']\n" + "\n".join(toml))
    made = tick.tick(settings.load(folder), wita("2022-11-22T09:00"))
    job = made.jobs["completeness"]
    said = (folder / log.FILE).read_text(encoding="utf-8")
    assert (made.problems, job.year) == ((), 2022)
    assert job.exit_code == made.exit_code == (1 if "  problem: " in said else 0)
    assert sum(job.counts.values()) == 1
    assert "files, " in said
    page = "2022/00.01/01_mutu_data.html"
    assert (tmp_path / "reports" / page).is_file()
    assert (folder / "sets" / made.sets[0] / page).is_file()
    assert json.loads((folder / status.FILE).read_text())["jobs"]["completeness"]["seconds"] > 1


# Published sets


@pytest.fixture
def reports(tmp_path):
    folder = tmp_path / "reports"
    (folder / "2023").mkdir(parents=True)
    (folder / "2023" / "a.html").write_text("satu")
    (folder / ".staging-x").mkdir()
    (folder / "manifest.json").write_text("1")
    return folder


def publish(folder, text):
    """Publish as the program does: a new file in the place of the old one."""
    for name in ("2023/a.html", "manifest.json"):
        (folder / "new").write_text(text)
        (folder / "new").replace(folder / name)


def test_a_set_is_kept_by_links_and_stays_when_the_next_is_published(reports, tmp_path):
    archive = tmp_path / "sets"
    (kept,) = keep.keep(reports, archive, 3, wita("2026-12-01T06:05"))
    assert kept == "2026-12-01T060500"
    copy = archive / kept / "2023" / "a.html"
    assert copy.stat().st_ino == (reports / "2023" / "a.html").stat().st_ino
    publish(reports, "dua")
    assert copy.read_text() == "satu"
    assert not (archive / kept / ".staging-x").exists()


def test_the_oldest_sets_go_and_the_same_one_is_kept_once(reports, tmp_path):
    archive = tmp_path / "sets"
    for day in range(1, 6):
        publish(reports, str(day))
        kept = keep.keep(reports, archive, 2, wita(f"2026-12-{day:02}T06:05"))
    assert kept == ["2026-12-04T060500", "2026-12-05T060500"]
    assert sorted(path.name for path in archive.iterdir()) == kept
    assert keep.keep(reports, archive, 2, wita("2026-12-06T06:05")) == kept


def test_where_links_cannot_be_made_files_are_copied(reports, tmp_path, monkeypatch):
    def refuse(source, target, **options):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    (kept,) = keep.keep(reports, tmp_path / "sets", 1, wita("2026-12-01T06:05"))
    assert (tmp_path / "sets" / kept / "2023" / "a.html").read_text() == "satu"


def test_nothing_published_or_nothing_wanted_keeps_nothing(reports, tmp_path):
    assert keep.keep(tmp_path / "none", tmp_path / "sets", 2, wita("2026-12-01T06:05")) == []
    assert keep.keep(reports, tmp_path / "sets", 0, wita("2026-12-01T06:05")) == []
    assert not (tmp_path / "sets").exists()


def test_a_set_that_was_broken_off_is_no_set(reports, tmp_path, monkeypatch):
    def refuse(source, target, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(shutil, "copy2", refuse)
    with pytest.raises(OSError):
        keep.keep(reports, tmp_path / "sets", 2, wita("2026-12-01T06:05"))
    monkeypatch.undo()
    assert len(keep.keep(reports, tmp_path / "sets", 2, wita("2026-12-01T06:06"))) == 1


# The command


def kukar(*arguments):
    command = [sys.executable, "-m", "kukar_analysis", "schedule", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=store.ROOT)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["launchd"], "schedule 'launchd' is not known; known: systemd, cron, windows, ci, run,"),
        (["run", "--install"], "--write and --install need a clockwork"),
        (["--write", "x"], "--write and --install need a clockwork"),
        (["cron", "--now"], "--now belongs to"),
    ],
)
def test_wrong_use_ends_with_2(arguments, said):
    made = kukar(*arguments)
    assert (made.returncode, said in made.stderr) == (2, True)
    assert made.stderr.count("\n") == 1


def test_wrong_settings_end_with_2_and_are_named(tmp_path):
    (tmp_path / settings.FILE).write_text("[run]\nraws = 1")
    made = kukar("run", "--state", tmp_path)
    assert (made.returncode, made.stderr.count("\n")) == (2, 1)
    assert "run.raws is not known" in made.stderr


def test_a_call_with_nothing_due_ends_with_0_and_loads_no_pandas(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    (tmp_path / settings.FILE).write_text(f'[run]\nraw = "{raw.as_posix()}"')
    code = (
        "import sys; from kukar_analysis.cli import main\n"
        f"sys.argv = ['kukar', 'schedule', 'run', '--state', {str(tmp_path)!r}]\n"
        "try: main()\nexcept SystemExit as e: print(e.code, 'pandas' in sys.modules)"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert made.stdout.splitlines()[-1] == "0 False"
    assert re.match(r"nothing_due; next \d{4}-\d\d-\d\d 06:00 WITA", made.stdout)


def test_the_command_ends_with_the_code_of_the_run_and_names_the_log(tmp_path, monkeypatch):
    def failing(given, *, anyway):
        return Status(wita("2026-12-05T06:00"), "failed", 1, False, problems=("notice by e-mail",))

    monkeypatch.setattr(tick, "tick", failing)
    made = CliRunner().invoke(cli.app, ["schedule", "run", "--state", str(tmp_path)])
    assert made.exit_code == 1
    assert "problem: notice by e-mail" in made.output
    assert str(tmp_path / "schedule.log") in made.output


def test_without_a_word_it_tells_the_next_times_and_how_the_last_calls_went(tmp_path):
    assert "no clockwork has called" in kukar("--state", tmp_path).stdout
    job = replace(ended(1), seconds=3.2, reason="2026 did not come out")
    record = Status(wita("2026-12-05T06:00"), "failed", 1, False, problems=("x",))
    status.write(tmp_path, replace(record, jobs={"year": job}))
    said = kukar("--state", tmp_path).stdout
    assert re.search(r"next completeness: \d{4}-\d\d-\d\d 06:00 WITA \(\d\d:\d\d \w+ here\)", said)
    assert "last look: 2026-12-05 06:00 WITA, failed" in said
    assert "year: 2026 ended 2026-12-01 06:02 WITA with 1 after 3 s" in said
    assert "problem: x" in said
