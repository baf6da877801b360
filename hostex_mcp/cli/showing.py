"""Rows, previews and calls for a person at a terminal: tables where they fit, named values elsewhere."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from hostex_mcp.cli.look import columns
from hostex_mcp.domain.guest_text import inner
from hostex_mcp.server.quoting import CONTINUED, LINE
from hostex_mcp.server.render import to_json

Row = Mapping[str, Any]

_GAP = 2
_FOLDED = 24
_FOLD = Text(CONTINUED, "dim")


def text_of(value: object) -> str:
    """Return a single value as a person reads it; guests' text without the marks that are for models."""
    match value:
        case None:
            return ""
        case str():
            return _printable(_unfenced(value))
        case list() | tuple() if not any(
            isinstance(member, dict | list) for member in cast("list[object]", value)
        ):
            return ", ".join(map(text_of, cast("list[object]", value)))
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(value)
        case _:
            return _printable(to_json(_unfenced(value)))


def _unfenced(value: Any) -> Any:
    """Return a value without the fences around the texts in it; what only looks like a fence stays."""
    match value:
        case str():
            text = inner(value)
            return value if text is None else text
        case dict():
            return {name: _unfenced(member) for name, member in cast("Row", value).items()}
        case list() | tuple():
            return [_unfenced(member) for member in cast("list[Any]", value)]
        case _:
            return value


def call_line(tool: str, arguments: Row) -> RenderableType:
    """Return a call as it would be typed after `hostex-mcp call`."""
    typed = [f"{name}={_typed(value)}" for name, value in arguments.items()]
    return _hanging(Text(tool, "cyan"), Text(" ".join(typed), "dim"))


def _typed(value: object) -> str:
    if isinstance(value, str | int | float):
        return _quoted(text_of(value))
    parts = cast("list[object]", value) if isinstance(value, list) else []
    if parts and all(isinstance(part, str | int) for part in parts):
        return _quoted(_printable(",".join(map(str, parts))))
    return _printable(json.dumps(value, ensure_ascii=False))


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def error(failure: Row) -> RenderableType:
    """Return a failed call: what is wrong, and what to do."""
    code = f" {failure['code']}" if failure.get("code") is not None else ""
    trace = f" (request {failure['request_id']})" if failure.get("request_id") else ""
    message = Text.assemble(
        (f"{failure['kind']}{code}", "bold red"), f": {text_of(failure['message'])}", (trace, "dim")
    )
    return Group(message, _hanging(Text("→"), Text(text_of(failure["hint"]), "bold")))


def question(message: str) -> RenderableType:
    """Return the preview of a change, as the server asks about it. Folded lines stay behind their mark."""
    first, *rest = message.split("\n")
    title = _Marked(Text(), _FOLD, Text(_printable(first), "bold"))
    return Group(title, *(_preview_line(_printable(line)) for line in rest))


class TableRows:
    """Rows as a table where the terminal is wide enough, if need be with its widest column folded; otherwise
    each row as a paragraph of named values."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        names = list(dict.fromkeys(name for row in self._rows for name in row))
        cells = [[text_of(row.get(name)) for name in names] for row in self._rows]
        widths = [max(map(cell_len, column)) for column in zip(names, *cells, strict=True)]
        over = sum(widths) + _GAP * len(widths) - options.max_width
        if max(widths) - over >= min(max(widths), _FOLDED):
            yield _filled(names, cells, widths.index(max(widths)))
        else:
            yield from (_paragraph(row) for row in self._rows)


def _filled(names: Sequence[str], cells: Iterable[Sequence[str]], folded: int) -> Table:
    table = columns(*names)
    for number, column in enumerate(table.columns):
        column.no_wrap = number != folded
    for row in cells:
        table.add_row(*map(Text, row))
    return table


def _paragraph(row: Row) -> RenderableType:
    words = Text()
    for name, value in row.items():
        if value in (None, "", []):
            continue
        words.append(" · " if words else "", "dim")
        words.append(f"{name} ", "dim").append(text_of(value))
    return _hanging(Text("•", "cyan"), words)


def _hanging(head: Text, body: Text) -> Table:
    """Return words behind a head, whose further lines begin where the first does."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(head, body)
    return grid


def _preview_line(line: str) -> RenderableType:
    text = line.lstrip(" ")
    indent = Text(line[: len(line) - len(text)])
    for mark in (LINE, CONTINUED):
        if text.startswith(mark):
            return _Marked(indent + Text(mark, "dim"), indent + _FOLD, text[len(mark) :])
    name, colon, value = text.partition(": ")
    if name == "Warning":
        return _Marked(Text("! ", "bold yellow"), _FOLD, Text(value, "yellow"))
    return _Marked(indent, indent + _FOLD, Text(name + colon, "dim") + Text(value))


class _Marked:
    """Words behind a mark; lines that have to be folded go on behind another one."""

    def __init__(self, mark: Text, folded: Text, words: Text | str) -> None:
        self._mark = mark
        self._folded = folded
        self._words = Text(words) if isinstance(words, str) else words

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(1, options.max_width - max(self._mark.cell_len, self._folded.cell_len))
        for number, line in enumerate(self._words.wrap(console, width, overflow="fold") or [Text("")]):
            yield (self._folded if number else self._mark) + line


def _printable(text: str) -> str:
    # Control characters in guests' texts could give the terminal orders.
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)
