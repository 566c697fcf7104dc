"""What machines are handed: read by the real systemd, crontab and shell where they are here."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path, PureWindowsPath
from xml.etree import ElementTree

import pytest
import yaml
from typer.testing import CliRunner

from kukar_analysis import cli, framework
from kukar_analysis.errors import ScheduleError, UsageError
from kukar_analysis.schedule import ci, clockwork, cron, due, machine, systemd, windows
from kukar_analysis.schedule.clockwork import Call

CALENDAR = list(framework.load().calendar.values())
ODD = "laporan 100% \"tahun\" 'ini' $HOME;a&b\\c"
"""A folder's name with everything that a unit, a crontab or a shell reads otherwise."""
ECHO = """#!/bin/sh
{ pwd; printf '%s\\n' "$@"; } > "$(dirname "$0")/heard"
"""
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)


@pytest.fixture
def call(tmp_path):
    """Return a call whose three paths are as odd as they may be; its program writes what it got."""
    root = tmp_path / ODD
    root.mkdir()
    program = root / "py thon%n"
    program.write_text(ECHO)
    program.chmod(0o755)
    return Call(root / "keadaan 50%", python=str(program), root=root)


def heard(call):
    return (call.root / "heard").read_text().splitlines()


def expected(call):
    return [str(call.root), *call.arguments]


def without(monkeypatch, tmp_path):
    """Let no program be found."""
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


@pytest.fixture
def bin_(tmp_path, monkeypatch):
    """Return a function that puts a shell script in front of the machine's own program."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def put(name, script):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return put


@pytest.mark.parametrize("sign", ["\n", "\r", "\0", "\x1b"])
def test_a_path_that_no_clockwork_could_hold_is_refused(sign):
    with pytest.raises(UsageError, match="rename the folder"):
        Call(Path(f"/a{sign}b"))


# systemd


def verify(folder):
    """Return what systemd finds fault with in the units of a folder."""
    command = ["systemd-analyze", "--user", "verify", *map(str, sorted(folder.glob("kukar*")))]
    there = os.environ | {"XDG_RUNTIME_DIR": str(folder)}
    ended = subprocess.run(command, capture_output=True, text=True, env=there)
    return ended.returncode, ended.stderr


needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd is not on this machine"
)


@needs_systemd
def test_systemd_finds_no_fault_with_the_units_whatever_the_folders_are_called(call, tmp_path):
    clockwork.write(systemd.clockwork(call, CALENDAR).files, tmp_path / "units")
    assert verify(tmp_path / "units") == (0, "")


def test_the_units_hold_the_paths_as_they_are_and_no_specifier_or_variable(call):
    unit = systemd.clockwork(call, CALENDAR).files["kukar-schedule.service"].decode()
    said = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line)
    run, where = said["ExecStart"], said["WorkingDirectory"]
    assert not re.search("%|[$]", re.sub(r"%%|[$][$]", "", run))
    assert "%" not in where.replace("%%", "")
    words = shlex.split(run.replace("%%", "%"))  # within double quotes a shell keeps $ as it is
    assert [w.replace("$$", "$") for w in words] == ["/usr/bin/env", call.python, *call.arguments]
    assert where.replace("%%", "%") == str(call.root)


@needs_systemd
@pytest.mark.parametrize(("right", "wrong"), [("Mon *", "Mn *"), ("Type=exec", "Type=oneshot")])
def test_systemd_would_find_a_fault(call, tmp_path, right, wrong):
    files = systemd.clockwork(call, CALENDAR).files
    spoilt = {name: text.replace(right.encode(), wrong.encode()) for name, text in files.items()}
    assert spoilt != files
    clockwork.write(spoilt, tmp_path / "units")
    assert verify(tmp_path / "units")[1] != ""


@needs_systemd
@pytest.mark.parametrize("job", CALENDAR, ids=lambda job: job.job)
def test_systemd_reads_the_times_as_the_slots_of_the_calendar(job):
    now = datetime(2027, 7, 30, 12, tzinfo=UTC)
    for _ in range(40):
        wanted = due.following(job, now).at
        found = []
        for text in systemd.times_of(job):
            command = ["systemd-analyze", "calendar", f"--base-time={now:%Y-%m-%d %H:%M:%S} UTC"]
            said = subprocess.run([*command, text], capture_output=True, text=True, check=True)
            found.append(next_elapse(said.stdout))
        assert min(found) == wanted
        now = wanted


def next_elapse(said):
    (line,) = [line for line in said.splitlines() if "(in UTC):" in line or "Next elapse:" in line][
        -1:
    ]
    words = line.split(": ", 1)[1].split()
    return datetime.strptime(" ".join(words[1:3]), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def test_the_timer_makes_missed_runs_up_and_the_service_asks_again_when_held(call):
    files = systemd.clockwork(call, CALENDAR).files
    assert b"\nPersistent=true\n" in files["kukar-schedule.timer"]
    assert b"\nRestartForceExitStatus=3\n" in files["kukar-schedule.service"]


def test_units_go_to_the_user_and_are_switched_on(call, tmp_path, bin_, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    bin_("systemctl", f'echo "$@" >> "{tmp_path}/asked"')
    said = systemd.clockwork(call, CALENDAR).install()
    assert (tmp_path / "asked").read_text().splitlines() == [
        "--user daemon-reload",
        "--user enable --now kukar-schedule.timer",
    ]
    units = tmp_path / "config" / "systemd" / "user"
    assert sorted(path.name for path in units.iterdir()) == [
        "kukar-schedule.service",
        "kukar-schedule.timer",
    ]
    assert any("enable-linger" in line for line in said)


def test_what_a_machine_refuses_is_named(call, tmp_path, bin_, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    bin_("systemctl", "echo 'Failed to connect to bus' >&2; exit 1")
    with pytest.raises(ScheduleError, match="daemon-reload` ended with 1: Failed to connect"):
        systemd.clockwork(call, CALENDAR).install()


# cron


def test_the_line_of_a_crontab_runs_what_it_should_whatever_the_folders_are_called(call):
    fields, command = cron.line(call)[:10], cron.line(call)[10:]
    assert fields == "5 * * * * "
    assert "%" not in command.replace(r"\%", "")
    subprocess.run(["/bin/sh", "-c", command.replace(r"\%", "%")], check=True, cwd="/")
    assert heard(call) == expected(call)


@pytest.mark.skipif(not shutil.which("crontab"), reason="cron is not on this machine")
def test_the_real_crontab_takes_the_lines(call, tmp_path):
    table = tmp_path / "crontab"
    (content,) = cron.clockwork(call, CALENDAR, NOW).files.values()
    table.write_bytes(content)
    assert subprocess.run(["crontab", "-n", str(table)], capture_output=True).returncode == 0
    table.write_bytes(content.replace(b"5 * *", b"65 * *"))
    assert subprocess.run(["crontab", "-n", str(table)], capture_output=True).returncode != 0


def test_the_crontab_says_when_that_is_on_this_machine(call):
    (content,) = cron.clockwork(call, CALENDAR, NOW).files.values()
    said = content.decode()
    assert "next 2026-11-30 06:00 WITA, which is 2026-11-29 22:00 UTC here" in said
    jakarta = NOW.astimezone(timezone(timedelta(hours=7), "WIB"))
    (content,) = cron.clockwork(call, CALENDAR, jakarta).files.values()
    assert "which is 2026-11-30 05:00 WIB here" in content.decode()


TABLE = """table="$(dirname "$0")/table"
if [ "$1" = -l ]; then
    [ -f "$table" ] || { echo "no crontab for root" >&2; exit 1; }
    cat "$table"
else
    cat > "$table"
fi"""


@pytest.mark.parametrize("before", [None, "", "MAILTO=a\n1 2 * * * echo hai", "# x\n"])
def test_the_lines_go_into_a_crontab_once_and_leave_the_others(before, call, tmp_path, bin_):
    bin_("crontab", TABLE)
    table = tmp_path / "bin" / "table"
    if before is not None:
        table.write_text(before)
    made = cron.clockwork(call, CALENDAR, NOW)
    made.install()
    first = table.read_text()
    assert first.startswith((before or "").rstrip("\n"))
    assert first.count(cron.line(call)) == 1
    made.install()
    assert table.read_text() == first
    cron.clockwork(Call(call.state, root=Path("/lain")), CALENDAR, NOW).install()
    assert cron.line(call) not in table.read_text()
    assert table.read_text().count("schedule run") == 1


def test_a_crontab_that_cannot_be_read_is_not_overwritten(call, tmp_path, bin_):
    bin_("crontab", f"touch {tmp_path}/$1; echo 'you are not allowed' >&2; exit 1")
    with pytest.raises(ScheduleError, match="you are not allowed"):
        cron.clockwork(call, CALENDAR, NOW).install()
    assert not (tmp_path / "-").exists()


def test_without_cron_it_is_said(call, tmp_path, monkeypatch):
    without(monkeypatch, tmp_path)
    with pytest.raises(ScheduleError, match="crontab is not on this machine"):
        cron.clockwork(call, CALENDAR, NOW).install()


# Windows

TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def test_the_windows_task_is_whole_and_starts_what_it_missed():
    python, root = r"C:\Program Files\Python\python.exe", PureWindowsPath(r"D:\data kukar & co")
    call = Call(root / "keadaan 100%", python=python, root=root)
    content = windows.clockwork(call, CALENDAR).files[windows.FILE]
    assert content.startswith((b"\xff\xfe", b"\xfe\xff"))
    task = ElementTree.fromstring(content)
    parts = [part.tag.removeprefix(TASK) for part in task]
    assert parts == ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]
    assert (task.tag, task.get("version")) == (f"{TASK}Task", "1.2")
    text = {e.tag.removeprefix(TASK): e.text for e in task.iter() if not len(e)}
    assert text["StartWhenAvailable"] == "true"
    assert text["Command"] == python
    assert text["WorkingDirectory"] == str(root)
    assert text["Arguments"].endswith(r'--state "D:\data kukar & co\keadaan 100%"')
    assert task.find(f".//{TASK}Principal").get("id") == task[-1].get("Context")


def test_the_windows_task_asks_daily_at_the_offices_time():
    content = windows.clockwork(Call(Path("/a")), CALENDAR).files[windows.FILE]
    starts = [e.text for e in ElementTree.fromstring(content).iter(f"{TASK}StartBoundary")]
    ours = [datetime.fromisoformat(text) for text in starts]
    slots = {due.following(job, NOW).at.astimezone(UTC).time() for job in CALENDAR}
    assert {moment.astimezone(UTC).time() for moment in ours} == slots


def test_the_windows_task_is_handed_to_schtasks(tmp_path, bin_):
    bin_("schtasks", f'echo "$@" > {tmp_path}/asked; cp "$5" {tmp_path}/task.xml')
    made = windows.clockwork(Call(tmp_path / "a b"), CALENDAR)
    made.install()
    assert (tmp_path / "asked").read_text().startswith("/Create /TN Kukar /XML ")
    assert (tmp_path / "task.xml").read_bytes() == made.files[windows.FILE]


# CI


def fires(fields, moment):
    """Whether a cron of the five fields, numbers, ranges and lists, fires at a moment."""
    minute, hour, days, months, week = fields.split()

    def among(text, value):
        ends = [part.split("-") for part in text.split(",")]
        return text == "*" or any(int(part[0]) <= value <= int(part[-1]) for part in ends)

    return (
        among(minute, moment.minute)
        and among(hour, moment.hour)
        and among(days, moment.day)
        and among(months, moment.month)
        and among(week, moment.isoweekday() % 7)
    )


@pytest.mark.parametrize("job", CALENDAR, ids=lambda job: job.job)
def test_a_cron_in_utc_fires_at_every_slot_of_four_years(job):
    lines = cron.utc_times(job, NOW)
    start = datetime(2025, 1, 1, tzinfo=UTC).date()
    slots = list(due.slots(job, start, 4 * 366))
    assert len(slots) > 60
    missed = [s for s in slots if not any(fires(x, s.at.astimezone(UTC)) for x in lines)]
    assert missed == []
    hours = [
        datetime(2025, 1, 1, h, tzinfo=UTC) + timedelta(days=d)
        for d in range(1464)
        for h in range(24)
    ]
    fired = sum(any(fires(x, moment) for x in lines) for moment in hours)
    assert fired <= 1.3 * len(slots)


def test_the_workflow_asks_at_those_times_and_may_only_read():
    (content,) = ci.clockwork(CALENDAR).files.values()
    made = yaml.safe_load(content)
    asked = [line["cron"] for line in made[True]["schedule"]]  # YAML 1.1 takes `on` for true
    assert asked == [fields for job in CALENDAR for fields in cron.utc_times(job, NOW)]
    assert made["permissions"] == {"contents": "read"}
    steps = made["jobs"]["run"]["steps"]
    assert [s["run"] for s in steps if "run" in s][-1].endswith("kukar_analysis schedule run")
    assert all(step["if"] == "always()" for step in steps[-2:])


def test_the_workflow_goes_to_where_it_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(ci, "ROOT", tmp_path)
    ci.clockwork(CALENDAR).install()
    assert (tmp_path / ".github" / "workflows" / ci.FILE).is_file()


# What is here, and the command


@pytest.mark.parametrize(
    ("systemd_runs", "has_cron", "first"),
    [(True, True, "systemd: "), (False, True, "cron: "), (False, False, "no clockwork is here")],
)
def test_the_machine_is_told_what_it_has(systemd_runs, has_cron, first, tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(machine, "_SYSTEMD", folder if systemd_runs else tmp_path / "none")
    if has_cron:
        (folder / "crontab").write_text("#!/bin/sh\n")
        (folder / "crontab").chmod(0o755)
    said = list(machine.advice())
    assert said[0].startswith(first)
    if has_cron or systemd_runs:
        assert said[-1].startswith(f"take {first.removesuffix(': ')}: ")


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("systemd", {"kukar-schedule.service", "kukar-schedule.timer"}),
        ("cron", {"kukar.crontab"}),
        ("windows", {"kukar-task.xml"}),
        ("ci", {"kukar-schedule.yml"}),
    ],
)
def test_each_clockwork_is_shown_or_written_and_the_same(what, names, tmp_path):
    asked = ["schedule", what, "--state", str(tmp_path / "s")]
    shown = CliRunner().invoke(cli.app, asked)
    written = CliRunner().invoke(cli.app, [*asked, "--write", str(tmp_path / "out")])
    assert (shown.exit_code, written.exit_code) == (0, 0)
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    for path in (tmp_path / "out").iterdir():
        encoding = "utf-16" if what == "windows" else "utf-8"
        assert path.read_text(encoding=encoding) in shown.output
        assert str(path) in written.output


def test_install_says_what_it_did(tmp_path, bin_):
    bin_("crontab", TABLE)
    made = CliRunner().invoke(cli.app, ["schedule", "cron", "--install", "--state", str(tmp_path)])
    assert made.exit_code == 0
    assert "crontab -l" in made.output
    assert json.dumps(str(tmp_path)).strip('"') in (tmp_path / "bin" / "table").read_text()
