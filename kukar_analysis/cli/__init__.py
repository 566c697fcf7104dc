"""The command line: `kukar`. Each command says what it did in a line or two.

Exit codes: 0 all done; 1 something named did not come out, the rest did; 2 wrong use; 3 another
run holds the folder. Commands import what they need themselves, so that `kukar --help` is quick.
"""

from kukar_analysis.cli.commands import main
from kukar_analysis.cli.common import app

__all__ = ["app", "main"]
