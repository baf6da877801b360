"""How output looks: coloured on a terminal, plain in a pipe, and never wider than either."""

import sys

from rich.console import Console


def console(*, stderr: bool = False) -> Console:
    """A console on standard output or error. Colours and animation only on a terminal and without NO_COLOR;
    in a pipe, lines are not folded."""
    file = sys.stderr if stderr else sys.stdout
    return Console(file=file, highlight=False, soft_wrap=not file.isatty(), emoji=False)
