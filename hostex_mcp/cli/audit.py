"""`hostex-mcp audit`: a reader of the audit trail."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import click
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from hostex_mcp.cli.look import Block, console, print_json_line
from hostex_mcp.cli.session import OneLine
from hostex_mcp.cli.showing import text_of

_BY = {
    "person": ", a person agreed",
    "token": ", by token",
    "card": ", on a card",
    "operator": ", not confirmed, by the operator's choice",
}
_TRACES = {"account": "account", "request_ids": "request"}


@click.command("audit")
@click.option("--file", "path", type=click.Path(path_type=Path), help="[default: HOSTEX_MCP_AUDIT_LOG]")
@click.option("--tool", help="Only this tool.")
@click.option("--outcome", help="Only this outcome, such as done or declined.")
@click.option("--since", metavar="DATE", help="Only from this day or moment on (ISO 8601).")
@click.option("--last", type=click.IntRange(min=1), help="Only the newest N entries.")
@click.option("--json", "as_json", is_flag=True, help="Print the lines as stored.")
def command(
    path: Path | None,
    tool: str | None,
    outcome: str | None,
    since: str | None,
    last: int | None,
    as_json: bool,
) -> None:
    """Show the audit trail of writes, oldest first."""
    file = path or _configured()
    filters = {name: value for name, value in (("tool", tool), ("outcome", outcome)) if value}
    entries = [
        entry
        for entry in _entries(file)
        if all(entry.get(name) == value for name, value in filters.items())
        and (since is None or entry.get("time", "") >= since)
    ]
    newest = entries[-last:] if last else entries
    if as_json:
        for entry in newest:
            print_json_line(entry)
    else:
        console().print(Block(_paragraphs(newest)))


def _configured() -> Path:
    setting = os.environ.get("HOSTEX_MCP_AUDIT_LOG")
    if not setting:
        raise OneLine("no audit trail: set HOSTEX_MCP_AUDIT_LOG or pass --file")
    return Path(setting).expanduser()


def _entries(file: Path) -> Iterator[dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace").rstrip("\n")
    except OSError as error:
        raise OneLine(f"{file}: {error.strerror}") from None
    # Not at what else ends a line in Unicode, as JSON has that within texts.
    for number, line in enumerate(text.split("\n") if text else (), start=1):
        try:
            entry: object = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        if not isinstance(entry, dict):
            raise OneLine(f"{file}: line {number} is not an entry of the audit trail")
        yield cast("dict[str, Any]", entry)


def _paragraphs(entries: list[dict[str, Any]]) -> Group:
    """Return each entry as two or three lines that fit a narrow terminal."""
    return Group(*(line for entry in entries for line in _lines(entry)))


def _lines(entry: Mapping[str, Any]) -> Iterator[RenderableType]:
    texts = {name: text_of(value) for name, value in entry.items()}
    time = texts.get("time", "")[:16].replace("T", " ")
    by = _BY.get(texts.get("confirmed", ""), "")
    yield Text.assemble(
        (time, "dim"), " ", (texts.get("tool", ""), "cyan"), f" {texts.get('outcome', '')}", by
    )
    if texts.get("changed"):
        yield Padding(Text(texts["changed"]), (0, 0, 0, 2))
    traces = [f"{name} {texts[key]}" for key, name in _TRACES.items() if texts.get(key)]
    if traces:
        yield Padding(Text(", ".join(traces), "dim"), (0, 0, 0, 2))
