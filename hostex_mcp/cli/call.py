"""`hostex-mcp call`: a tool call through a real MCP session."""

import asyncio
import json
import signal
import sys
from typing import Any, cast

import click
from mcp import Client, MCPError
from mcp.client import ClientRequestContext
from mcp.client.session import ElicitationFnT
from mcp.types import ElicitRequestParams, ElicitResult
from rich.status import Status

from hostex_mcp.cli import showing
from hostex_mcp.cli.look import Block, console, print_json, waiting
from hostex_mcp.cli.session import (
    OneLine,
    load_settings,
    open_engine,
    serving_options,
    usual_log_level,
)
from hostex_mcp.server.app import create_server
from hostex_mcp.settings import Settings
from hostex_mcp.tools.catalogue import CATALOGUE

TOOL_ERROR, NOT_CONFIRMED = 1, 3

_NOBODY = "There is no terminal to ask on, so the answer is no; --yes agrees."


@click.command("call")
@click.argument("tool")
@click.argument("arguments", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--json", "as_json", metavar="{...}", help="Arguments as one JSON object.")
@click.option("--yes", is_flag=True, help="Answer yes when a change has to be confirmed.")
@serving_options
def command(tool: str, arguments: tuple[str, ...], as_json: str | None, yes: bool, **options: Any) -> None:
    """Call one tool and print its structured result as JSON. A consequential change is shown first and asked
    about; without a terminal and without --yes the answer is no. Status 1: the tool failed; 2: wrong usage;
    3: not confirmed, so nothing was changed."""
    if not tool.isprintable():
        raise OneLine(f"{tool!a} is not the name of a tool")
    values = _json_arguments(as_json) | _named_arguments(tool, arguments)
    settings = load_settings(log_level=usual_log_level("error"), **options)
    with waiting(f"Calling {tool}…") as status:
        result = asyncio.run(_call(settings, tool, values, status, yes))
    print_json(result)
    if "error" in result:
        raise SystemExit(TOOL_ERROR)
    if result.get("status", "done") not in ("done", "unchanged"):
        raise SystemExit(NOT_CONFIRMED)


def _person(status: Status, yes: bool) -> ElicitationFnT:
    """Return what asks the person at the terminal, on standard error."""

    async def answer(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        status.stop()
        console(stderr=True).print(Block(showing.question(params.message)))
        agreed = yes or _agrees()
        status.start()
        return ElicitResult(action="accept" if agreed else "decline")

    return answer


def _agrees() -> bool:
    """Whether the person says yes; an interrupt or the end of the input is a no."""
    if not sys.stdin.isatty():
        click.echo(_NOBODY, err=True)
        return False
    # asyncio takes interrupts for itself; while it waits here, they have to reach the question.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return click.confirm("Do it?", err=True)
    except click.Abort:
        click.echo(err=True)
        return False
    finally:
        signal.signal(signal.SIGINT, before)


async def _call(
    settings: Settings, tool: str, arguments: dict[str, Any], status: Status, yes: bool
) -> dict[str, Any]:
    problem = ""

    async def listen(progress: float, total: float | None, message: str | None) -> None:
        status.update(f"Calling {tool}: {message or ''} {progress:g}/{total or progress:g}")

    async with (
        open_engine(settings) as engine,
        Client(create_server(lambda _: engine), elicitation_callback=_person(status, yes)) as client,
    ):
        try:
            result = await client.call_tool(tool, arguments, progress_callback=listen)
            return cast("dict[str, Any]", result.structured_content)
        except MCPError as error:
            problem = error.error.message
    # Raised behind the block: inside it, the task group would wrap the exception.
    raise OneLine(problem)


def _json_arguments(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        value: object = json.loads(text)
    except ValueError as error:
        raise OneLine(f"--json is not JSON: {error}") from None
    except RecursionError:
        raise OneLine("--json is nested too deeply") from None
    if not isinstance(value, dict):
        raise OneLine("--json must be an object, such as '{\"limit\": 5}'")
    return cast("dict[str, Any]", value)


def _named_arguments(tool: str, pairs: tuple[str, ...]) -> dict[str, Any]:
    declared: dict[str, Any] = CATALOGUE[tool].input_schema["properties"] if tool in CATALOGUE else {}
    values: dict[str, Any] = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator:
            raise OneLine(f"{pair!r} is not NAME=VALUE")
        values[name] = _value(text, declared.get(name, {}).get("type"))
    return values


def _value(text: str, kind: str | None) -> Any:
    """Return a value typed on a command line: JSON for lists and objects, or a list separated by commas."""
    if kind not in ("array", "object"):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return [part.strip() for part in text.split(",")] if kind == "array" else text
