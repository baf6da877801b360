"""What people see: laid out and coloured on a terminal, exact and plain in a pipe."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from hostex_mcp.cli.showing import call_line
from hostex_mcp.sandbox import Sandbox, running
from tests.cli.terminals import Seen, on_terminal, spawned_on_terminal

ESCAPE = "\x1b"
COLOUR = f"{ESCAPE}[3"
LIST = ("call", "list_properties", "limit=2", "--sandbox")
BRIEFING = ("call", "get_daily_briefing", "--sandbox")
CANCEL = ("call", "cancel_reservation", "reservation_code=5-DEMO30PAT", "--sandbox")
MEASURED = {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE_")}
Show = Callable[..., Seen]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Runs the command on a terminal, with `environ` besides what a shell has."""

    def run(*arguments: str, environ: dict[str, str] | None = None, **how: Any) -> Seen:
        for name in list(os.environ):
            if name.startswith("HOSTEX_") or name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
                monkeypatch.delenv(name)
        for name, value in {"TERM": "xterm-256color", **(environ or {})}.items():
            monkeypatch.setenv(name, value)
        return on_terminal(monkeypatch, arguments, **how)

    return run


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("arguments", [("tools", "--toolsets", "all"), ("doctor",)])
def test_no_line_is_wider_than_the_terminal(show: Show, arguments: tuple[str, ...], width: int) -> None:
    seen = show(*arguments, width=width, piping="stderr", environ={"HOSTEX_MCP_SANDBOX": "1"})
    assert max(map(cell_len, seen.lines)) <= width
    assert "…" not in "".join(line for line in seen.lines if "consequential" in line)


@pytest.mark.parametrize("arguments", [("tools",), LIST, ("doctor",)])
def test_colours_are_on_a_terminal_and_neither_in_a_pipe_nor_with_no_color(
    show: Show, arguments: tuple[str, ...]
) -> None:
    sandbox = {"HOSTEX_MCP_SANDBOX": "1"}
    assert ESCAPE in show(*arguments, environ=sandbox, piping="stderr").screen
    assert ESCAPE not in show(*arguments, environ={**sandbox, "NO_COLOR": "1"}, piping="stderr").screen
    assert ESCAPE not in show(*arguments, environ={**sandbox, "TERM": "dumb"}, piping="stderr").screen
    assert ESCAPE not in show(*arguments, environ=sandbox, piping="stdout").piped


def test_force_color_colours_a_pipe_but_never_json(show: Show) -> None:
    forced = {"FORCE_COLOR": "1"}
    assert COLOUR in show("tools", environ=forced, piping="stdout").piped
    assert json.loads(show(*LIST, environ=forced, piping="stdout").piped)["returned"] == 2
    assert json.loads(show("tools", "--json", environ=forced, piping="stdout").piped)


def test_a_call_prints_the_same_json_on_a_terminal_and_in_a_pipe(show: Show) -> None:
    arguments = ("call", "list_staffs", "--sandbox")
    piped = show(*arguments, piping="stdout").piped
    plain = show(*arguments, piping="stderr", width=60, environ={"NO_COLOR": "1"}).screen
    assert json.loads(piped)["items"]
    assert plain.replace("\r\n", "\n") == piped


def test_a_failed_call_prints_its_error_and_what_to_do(show: Show) -> None:
    seen = show("call", "list_properties", "page_size=2", "--sandbox", piping="stdout")
    assert seen.status == 1
    assert json.loads(seen.piped)["error"]["hint"] == "Correct the arguments and call again."


def test_json_gives_the_terminal_no_orders(show: Show) -> None:
    orders = ("\x9b", "\u202e")
    arguments = ("call", "list_properties", f"{orders[0]}31m{orders[1]}=1", "--sandbox")
    # Errors quote no invisible character.
    problem = "31m: unknown argument"
    assert problem in show(*arguments, piping="stdout").piped
    seen = show(*arguments, piping="stderr", width=200, environ={"NO_COLOR": "1"})
    assert [order for order in orders if order in seen.screen] == []
    assert problem in seen.screen


def test_a_line_of_the_audit_trail_gives_the_terminal_no_orders(show: Show, tmp_path: Path) -> None:
    orders = "\x9b2J\u202e\u061c\u200b\U000e0041"
    entry = {"tool": f"send_message{orders}", "time": "2026-12-01T10:00:00Z"}
    trail = tmp_path / "audit.jsonl"
    trail.write_text(json.dumps(entry) + "\n", encoding="utf-8")
    arguments = ("audit", "--json", "--file", f"{trail}")
    assert json.loads(show(*arguments, piping="stdout").piped) == entry
    seen = show(*arguments, piping="stderr", width=400)
    assert [order for order in orders[3:] + orders[0] if order in seen.screen] == []
    assert "\\u202e" in seen.screen


@pytest.mark.parametrize("value", ["\x1b[2J\u202e", ["\x1b[2J\u202e"], {"a": ["\x9b2J\u202e"]}])
def test_a_call_to_type_gives_the_terminal_no_orders(value: object) -> None:
    out = Console(width=80, color_system=None)
    with out.capture() as captured:
        out.print(call_line("send_message", {"message": value}))
    assert not re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", captured.get())


def test_a_change_is_shown_and_asked_about_and_yes_does_it(show: Show) -> None:
    seen = show(*CANCEL, typed="y\n", width=120)
    assert seen.status == 0
    assert "• status: accepted → cancelled" in seen.lines
    assert any(line.startswith("! $378.50 was received") for line in seen.lines)
    assert "Do it? [y/N]" in seen.screen
    assert '"status": "done",' in "".join(seen.lines)


@pytest.mark.parametrize("typed", ["n\n", "\n", "\x04"])
def test_no_nothing_or_the_end_of_input_is_a_no(show: Show, typed: str) -> None:
    seen = show(*CANCEL, typed=typed)
    assert seen.status == 3
    assert '"status": "declined",' in "".join(seen.lines)


def test_a_result_in_a_pipe_leaves_the_question_to_the_terminal(show: Show) -> None:
    seen = show(*CANCEL, typed="y\n", piping="stdout")
    assert json.loads(seen.piped)["status"] == "done"
    assert "Do it? [y/N]" in seen.screen


def test_the_terminal_shows_what_is_waited_for_and_takes_it_away_again(show: Show) -> None:
    seen = show(*BRIEFING, piping="stdout")
    assert "Loading…" in seen.screen
    assert "Calling get_daily_briefing" in seen.screen
    assert re.search(r"Calling get_daily_briefing: Reading [a-z ]+ \d+/\d+", seen.screen)
    assert seen.screen.endswith(f"{ESCAPE}[2K")
    assert "…" not in show(*LIST, piping="stderr").piped


def test_the_name_of_a_tool_gives_no_orders_to_what_shows_it(show: Show) -> None:
    for tool in ("[/red]list", "[link=https://x.example]list[/link]"):
        assert f"Unknown tool: {tool}" in "".join(show("call", tool, "--sandbox").lines)


def test_an_address_with_brackets_gives_no_orders_to_what_shows_it(show: Show) -> None:
    address = {"HOSTEX_API_BASE_URL": "http://127.0.0.1:9/[/red]", "HOSTEX_ACCESS_TOKEN": "tok-1"}
    assert show("doctor", environ=address).status == 1


def test_doctor_tells_what_it_looks_at(show: Show) -> None:
    with running(Sandbox()) as url:
        seen = show("doctor", piping="stdout", environ={"HOSTEX_API_BASE_URL": url})
    assert "Checking the" in seen.screen
    assert "No access token is set." in seen.piped


def test_a_stream_that_lacks_characters_gets_question_marks_and_json_its_escapes(show: Show) -> None:
    ascii_pipe = {"piping": "stdout", "encoding": "ascii"}
    output = show("doctor", environ={"HOSTEX_MCP_SANDBOX": "1"}, **ascii_pipe).piped
    assert "? settings" in output
    listed = show("call", "list_properties", "name=belem", "--sandbox", **ascii_pipe).piped
    assert json.loads(listed)["items"][0]["title"] == "Belém Riverside Flat"


def test_a_reader_that_leaves_early_is_no_crash() -> None:
    away, back = os.pipe()
    os.close(away)
    done = subprocess.run(
        [sys.executable, "-m", "hostex_mcp", "tools"],
        stdout=back,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(back)
    assert "Traceback" not in done.stderr


def test_the_demo_fits_a_narrow_terminal_and_says_what_it_waits_for() -> None:
    seen = spawned_on_terminal(["demo"], {**MEASURED, "TERM": "xterm-256color", "LANG": "C.UTF-8"}, width=60)
    assert seen.status == 0
    assert "Starting the server…" in seen.screen
    read = [line for line in seen.lines if "Starting" not in line]
    assert max(map(cell_len, read)) <= 60
    assert "  done" in read
    assert not any("<guest-" in line or line.endswith(" ") for line in read)
