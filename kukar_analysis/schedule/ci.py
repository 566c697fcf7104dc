"""CI: a workflow of GitHub Actions, for what is in git. Its cron knows UTC alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from kukar_analysis.facts import ScheduledJob
from kukar_analysis.paths import ROOT
from kukar_analysis.schedule.clockwork import Clockwork, write
from kukar_analysis.schedule.cron import utc_times

FILE = "kukar-schedule.yml"
_WORKFLOW = """\
# Written by `kukar schedule ci` from kukar_analysis/definitions/calendar.csv.
#
# It sees what is in git, and letters and surveys are not: for those, a runner of the office's own
# (`runs-on: self-hosted`) with its data folder, or a clockwork on a machine of the office.
name: jadwal

on:
  schedule:
    # UTC; 06:00 WITA is 22:00 of the day before. The program decides what is due: a call too many
    # does nothing, and one that was left out is made up by the next.
{times}
  workflow_dispatch:

permissions:
  contents: read

concurrency:
  group: kukar-schedule

jobs:
  run:
    runs-on: ubuntu-latest
    timeout-minutes: 350
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - run: make setup
      # what was done last; where it is lost, what is there is made once more
      - uses: actions/cache/restore@v4
        with:
          path: |
            .kukar
            reports
          key: kukar-${{{{ github.run_id }}}}
          restore-keys: kukar-
      - run: .venv/bin/python -m kukar_analysis schedule run
        env:
          KUKAR_MAIL_PASSWORD: ${{{{ secrets.KUKAR_MAIL_PASSWORD }}}}
          KUKAR_WEBHOOK: ${{{{ secrets.KUKAR_WEBHOOK }}}}
      - uses: actions/cache/save@v4
        if: always()
        with:
          path: |
            .kukar
            reports
          key: kukar-${{{{ github.run_id }}}}
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: reports
          path: reports
          if-no-files-found: ignore
"""


def clockwork(calendar: Iterable[ScheduledJob]) -> Clockwork:
    """Return the workflow; `install` writes it to where GitHub looks for it."""
    lines = [
        f'    - cron: "{fields}"  # {job.job}'
        for job in calendar
        for fields in utc_times(job, datetime.now(UTC))
    ]
    files = {FILE: _WORKFLOW.format(times="\n".join(lines)).encode()}
    return Clockwork(files, partial(_install, files))


def _install(files: dict[str, bytes]) -> list[str]:
    (path,) = write(files, ROOT / ".github" / "workflows")
    return [f"written: {path}", "it begins with the next push; to end it, delete the file"]
