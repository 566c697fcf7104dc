"""The command line: `kukar`. Each command says what it did in a line or two.

Exit codes: 0 all done; 1 something named did not come out, the rest did; 2 wrong use; 3 another
run holds the folder.
Modules are imported inside the commands, so that `kukar --help` is quick.
"""

from __future__ import annotations

import os
import sys

import typer

from kukar_analysis.cli import analysis, clock, data, desk, mapping, reports
from kukar_analysis.cli.common import app
from kukar_analysis.errors import KukarError

__all__ = ["analysis", "app", "clock", "data", "desk", "main", "mapping", "reports"]


def main() -> None:
    """Run `kukar`; an error meant for people is one line and an exit code, without a traceback."""
    for number in range(3):  # one that is closed: the next file opened would get its number
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    said, code = "", 1
    try:
        app()
    except KukarError as error:
        said, code = str(error), error.exit_code
    except OSError as error:
        said = f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")
    except MemoryError:
        said = "there is too little memory: close other programs, or say --jobs 1"
    except KeyboardInterrupt:
        said = "stopped; what was published before is untouched"
    typer.echo(f"kukar: {said}", err=True)
    sys.exit(code)
