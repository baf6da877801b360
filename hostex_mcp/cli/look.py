"""The look of output: coloured on a terminal, plain in a pipe, and folded only where somebody reads it."""

import json
import os
import re
import sys
from io import TextIOWrapper
from typing import Any, TextIO

import click
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.highlighter import JSONHighlighter
from rich.segment import Segment
from rich.status import Status
from rich.table import Table
from rich.text import Text

_UNFOLDED = 1_000
_UNPRINTABLE = re.compile(
    r"[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)


def console(*, stderr: bool = False) -> Console:
    """Return a console on standard output or error. Styles only on a terminal or with FORCE_COLOR, none with
    NO_COLOR; in a pipe, lines are not folded. What the stream's encoding lacks becomes a question mark."""
    file = sys.stderr if stderr else sys.stdout
    _forgive(file)
    return _Console(
        file=file,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        width=_width(file),
        highlight=False,
        emoji=False,
    )


def _forgive(file: TextIO) -> None:
    if isinstance(file, TextIOWrapper):
        file.reconfigure(errors="replace")


def _width(file: TextIO) -> int | None:
    """Return the columns of this very stream; None leaves it to the console to find out."""
    if "COLUMNS" in os.environ:
        return None
    if not file.isatty():
        return _UNFOLDED
    try:
        return os.get_terminal_size(file.fileno()).columns or None
    except OSError:
        return None


class _Console(Console):
    def on_broken_pipe(self) -> None:
        # Whoever read is gone; the work goes on, and the rest of the output goes nowhere.
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())
        os.close(nowhere)


class Block:
    """Something to print, `indent` columns in, without blanks at the ends of its lines."""

    def __init__(self, content: RenderableType, indent: int = 0) -> None:
        self._content = content
        self._indent = indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        inner = options.update(width=max(1, options.max_width - self._indent))
        for line in console.render_lines(self._content, inner, pad=False):
            segments = list(line)
            while segments and not segments[-1].text.strip():
                segments.pop()
            if segments:
                segments[-1] = Segment(segments[-1].text.rstrip(), *segments[-1][1:])
                yield Segment(" " * self._indent)
            yield from segments
            yield Segment.line()


class _PlainStatus(Status):
    """Shows texts as they are: names of tools and addresses may have brackets."""

    def update(self, status: RenderableType | None = None, **how: Any) -> None:
        super().update(Text(status) if isinstance(status, str) else status, **how)


def waiting(text: str) -> Status:
    """Return a context in which a terminal shows what is going on; in a pipe it shows nothing. `update`
    changes it, `stop` and `start` leave the terminal to others for a while."""
    is_visible = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    out = Console(stderr=True, quiet=not is_visible, force_terminal=is_visible, force_interactive=is_visible)
    return _PlainStatus(Text(text), console=out, spinner_style="cyan")


def print_json(value: object) -> None:
    """Print JSON, every script readable where the stream can show it, coloured on a terminal."""
    unicode = sys.stdout.encoding.lower().startswith("utf")
    text = json.dumps(value, indent=2, ensure_ascii=not unicode)
    if sys.stdout.isatty():
        console().print(JSONHighlighter()(_seen(text)), soft_wrap=True)
    else:
        click.echo(text)


def print_json_line(value: object) -> None:
    """Print JSON on one line, as programs read it; on a terminal with nothing in it that nobody sees."""
    text = json.dumps(value, ensure_ascii=False)
    click.echo(_seen(text) if sys.stdout.isatty() else text)


def _seen(text: str) -> str:
    """Return JSON in which the characters that nobody sees are spelled out."""
    # Control characters in guests' texts could give the terminal orders.
    return _UNPRINTABLE.sub(lambda match: json.dumps(match[0])[1:-1], text)


def columns(*headings: str) -> Table:
    """Return an empty table of aligned columns, without lines."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
