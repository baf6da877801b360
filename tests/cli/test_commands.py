"""The command as people type it."""

import gc
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from hostex_mcp import __version__
from hostex_mcp.cli import main

MEASURED = {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE_")}
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in ("HOSTEX_ACCESS_TOKEN", "HOSTEX_MCP_SANDBOX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOSTEX_MCP_LOG_LEVEL", "error")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return invoke


def test_a_call_prints_the_structured_result_as_json(run: Run) -> None:
    done = run("call", "list_properties", "name=harbour loft", "--sandbox")
    assert done.exit_code == 0
    assert [item["title"] for item in json.loads(done.stdout)["items"]] == ["Harbour Loft"]


def test_arguments_may_be_one_json_object_and_lists_may_be_typed_with_commas(run: Run) -> None:
    properties = json.loads(run("call", "list_properties", "--json", '{"limit": 2}', "--sandbox").stdout)
    ids = ",".join(str(item["id"]) for item in properties["items"])
    days = ["start_date=2026-12-01", "end_date=2026-12-02"]
    done = run("call", "list_availabilities", f"property_ids={ids}", *days, "--sandbox")
    assert {item["property_id"] for item in json.loads(done.stdout)["items"]} == {
        item["id"] for item in properties["items"]
    }


def test_a_failed_call_prints_the_structured_error_and_ends_with_status_1(run: Run) -> None:
    done = run("call", "list_properties", "guest_email=x", "--sandbox")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["error"]["kind"] == "invalid_arguments"


def test_without_a_token_the_error_says_how_to_get_one(run: Run) -> None:
    done = run("call", "list_properties")
    assert done.exit_code == 1
    error = json.loads(done.stdout)["error"]
    assert error["kind"] == "not_configured"
    assert "HOSTEX_ACCESS_TOKEN" in error["hint"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("call", "list_propertys", "--sandbox"), "hostex-mcp: Unknown tool: list_propertys; did you mean"),
        (("call", "list_tasks", "today", "--sandbox"), "hostex-mcp: 'today' is not NAME=VALUE"),
        (("call", "list_tasks", "--json", "{", "--sandbox"), "hostex-mcp: --json is not JSON"),
        (("call", "list_tasks", "--json", "[]", "--sandbox"), "hostex-mcp: --json must be an object"),
        (("call", "list_\udcff", "--sandbox"), "hostex-mcp: 'list_\\udcff' is not the name of a tool"),
        (("call", "list_tasks", "--json", "[" * 20_000), "hostex-mcp: --json is nested too deeply"),
        (("tools", "--toolsets", "money"), "hostex-mcp: HOSTEX_MCP_TOOLSETS: 'money' does not exist"),
        (
            ("tools", "--confirm", "never"),
            "hostex-mcp: HOSTEX_MCP_CONFIRM=never: allowed: auto, token, off",
        ),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(run: Run, arguments: tuple[str, ...], line: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith(line)
    assert len(done.stderr.splitlines()) == 1


def test_a_list_of_any_depth_that_is_typed_is_answered(run: Run) -> None:
    done = run("call", "list_availabilities", f"property_ids={'[' * 20_000}", "--sandbox")
    assert json.loads(done.stdout)["error"]["kind"] == "invalid_arguments"


def test_the_tools_of_a_toolset_are_listed_with_effect_and_cost(run: Run) -> None:
    done = run("tools", "--toolsets", "webhooks", "--read-only")
    assert re.search(r"list_webhooks\s+webhooks\s+read\s+\d+", done.stdout)
    assert "1 tool " in done.stdout


def test_the_tools_as_json_hold_what_a_client_would_see(run: Run) -> None:
    tools = json.loads(run("tools", "--json").stdout)
    first = next(tool for tool in tools if tool["name"] == "list_properties")
    assert {"inputSchema", "outputSchema", "annotations", "toolset", "effect", "tokens"} <= set(first)
    assert len(tools) <= 25


CANCEL = ("call", "cancel_reservation", "reservation_code=5-DEMO30PAT", "--sandbox")


def test_a_weighty_change_without_a_terminal_is_declined_with_status_3(run: Run) -> None:
    done = run(*CANCEL)
    assert done.exit_code == 3
    assert json.loads(done.stdout)["status"] == "declined"
    assert "There is no terminal to ask on, so the answer is no; --yes agrees." in done.stderr
    assert "Make this change?" in done.stderr


def test_a_change_of_what_is_so_already_asks_nothing_and_ends_well(run: Run) -> None:
    done = run("call", "create_calendar_share_link", "scope=entire", "--sandbox")
    assert (done.exit_code, json.loads(done.stdout)["status"]) == (0, "unchanged")
    assert "Make this change?" not in done.stderr


def test_a_call_at_the_terminal_shows_no_log_lines(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOSTEX_MCP_LOG_LEVEL")
    assert run("call", "list_properties", "--sandbox").stderr == ""
    assert run(*CANCEL, "--yes").stderr.endswith("Make this change?\n")


def test_yes_answers_the_question_and_the_preview_is_still_shown(run: Run) -> None:
    done = run(*CANCEL, "--yes")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["status"] == "done"
    assert "Make this change?" in done.stderr


def test_the_operator_may_have_a_token_handed_out_which_is_not_done_either(run: Run) -> None:
    done = run(*CANCEL, "--confirm", "token", "--yes")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["status"] == "confirmation_required"


def test_read_only_refuses_a_write_that_is_called_by_name(run: Run) -> None:
    done = run(*CANCEL, "--read-only", "--yes")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["error"]["kind"] == "blocked"


def test_log_lines_may_be_json(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTEX_MCP_LOG_LEVEL", "info")
    monkeypatch.setenv("HOSTEX_MCP_LOG_FORMAT", "json")
    done = run("call", "list_properties", "limit=1", "--sandbox")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert "list_properties ok" in lines[-1]["message"]
    assert {"time", "level", "logger", "message"} <= set(lines[-1])


def test_help_and_version_are_there(run: Run) -> None:
    assert run("--version").stdout.strip() == f"hostex-mcp, version {__version__}"
    text = run("--help").stdout
    assert all(word in text for word in ("stdio", "call", "tools", "demo", "sandbox"))


def test_an_unknown_subcommand_is_wrong_usage(run: Run) -> None:
    assert run("dance").exit_code == 2


def test_the_version_is_answered_without_loading_the_server() -> None:
    code = (
        "import sys, click.testing; from hostex_mcp.cli import main;"
        "click.testing.CliRunner().invoke(main, ['--version']); print('mcp' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_demo_answers_its_questions_on_a_real_server() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hostex_mcp", "demo"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**MEASURED, "PATH": "/usr/bin", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    assert "Who arrives today?" in done.stdout
    assert "\n  and 8 more\n" in done.stdout, "three of eleven guests are shown"
    assert "invalid_arguments" in done.stdout
    assert "\x1b[" not in done.stdout


def test_garbage_is_collected_again_once_a_command_is_loaded(run: Run) -> None:
    assert run("tools", "--help").exit_code == 0
    assert gc.isenabled()
