"""Windows: a task of the Task Scheduler, which starts a missed run when the machine is on again."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable
from datetime import date
from functools import partial
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from kukar_analysis.facts import ScheduledJob
from kukar_analysis.schedule.clockwork import Call, Clockwork, hand_in, write

NAME = "Kukar"
FILE = "kukar-task.xml"
_SPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_SETTINGS = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "StartWhenAvailable": "true",  # makes a missed run up
    "ExecutionTimeLimit": "PT12H",
    "Priority": "7",
}


def clockwork(call: Call, calendar: Iterable[ScheduledJob]) -> Clockwork:
    """Return the task as `schtasks /Create /XML` reads it."""
    content = _task(call, sorted({job.time for job in calendar}))
    return Clockwork({FILE: content}, partial(_install, content))


def _task(call: Call, times: list[str]) -> bytes:
    task = Element("Task", version="1.2", xmlns=_SPACE)
    about = SubElement(task, "RegistrationInfo")
    SubElement(about, "Description").text = "Kukar: laporan evaluasi Smart City"
    triggers = SubElement(task, "Triggers")
    for time in times:
        trigger = SubElement(triggers, "CalendarTrigger")
        # with the office's zone, whatever zone the machine is in; which days, the program decides
        SubElement(trigger, "StartBoundary").text = f"{date(2026, 1, 1)}T{time}:00+08:00"
        SubElement(trigger, "Enabled").text = "true"
        SubElement(SubElement(trigger, "ScheduleByDay"), "DaysInterval").text = "1"
    principal = SubElement(SubElement(task, "Principals"), "Principal", id="Author")
    SubElement(principal, "LogonType").text = "InteractiveToken"
    SubElement(principal, "RunLevel").text = "LeastPrivilege"
    settings = SubElement(task, "Settings")
    for name, value in _SETTINGS.items():
        SubElement(settings, name).text = value
    run = SubElement(SubElement(task, "Actions", Context="Author"), "Exec")
    SubElement(run, "Command").text = call.python
    SubElement(run, "Arguments").text = subprocess.list2cmdline(call.arguments)
    SubElement(run, "WorkingDirectory").text = str(call.root)
    ElementTree.indent(task)
    made: bytes = ElementTree.tostring(task, encoding="utf-16", xml_declaration=True)
    return made


def _install(content: bytes) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        (path,) = write({FILE: content}, Path(name))
        hand_in("schtasks", "/Create", "/TN", NAME, "/XML", str(path), "/F")
    return [
        f"the task {NAME} runs while you are logged in; see it with: schtasks /Query /TN {NAME}",
        f"to end it: schtasks /Delete /TN {NAME}",
    ]
