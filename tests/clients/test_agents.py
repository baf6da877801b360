"""What models see of our tools through Claude Code, Codex and Gemini CLI when nobody sits before them."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from hostex_mcp.cli import main
from tests.clients.agents import claude, codex, gemini
from tests.clients.scripted_model import Call, ScriptedModel

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

READ: Call = ("list_properties", {"limit": 1})
WRITE: Call = ("send_message", {"conversation_id": "0-2200000003-thr003", "message": "Hello"})
WRONG: Call = ("get_conversation", {"conversation_id": "0-0-none"})
EVERY_KIND = [READ, WRITE, WRONG]

HINT = "Look it up with a list tool first."


def ours(model: ScriptedModel) -> list[str]:
    return [name for name in model.tools if "hostex" in name]


def test_claude_code_without_a_person_closes_the_question_and_the_change_waits_on_the_page(
    tmp_path: Path,
) -> None:
    model = claude(tmp_path, EVERY_KIND)
    assert len(ours(model)) == 25
    read, written, wrong = model.results
    assert '"title":"Harbour Loft"' in read
    assert '"status":"waiting_for_person"' in written
    assert "confirmation_token" not in written
    assert wrong.startswith("not_found 404: ")
    assert HINT in wrong


def test_claude_code_without_a_person_gets_a_token_where_the_operator_chose_so(tmp_path: Path) -> None:
    [written] = claude(tmp_path, [WRITE], HOSTEX_MCP_CONFIRM="token").results
    assert '"status":"confirmation_required"' in written
    assert '"confirmation_token":"' in written


def test_codex_waits_for_our_server_and_does_not_say_yes_for_its_user(tmp_path: Path) -> None:
    entry = tomllib.loads(CliRunner().invoke(main, ["config", "codex"]).stdout)["mcp_servers"]["hostex"]
    model = codex(tmp_path, EVERY_KIND, entry)
    assert len(ours(model)) == 25
    read, written, wrong = model.results
    assert '"title":"Harbour Loft"' in read
    assert '"status":"waiting_for_person"' in written
    assert HINT in wrong


def test_gemini_cli_cannot_ask_so_the_change_waits_on_the_page(tmp_path: Path) -> None:
    model = gemini(tmp_path, EVERY_KIND)
    assert len(ours(model)) == 25
    read, written, wrong = model.results
    assert "20110001 | Harbour Loft" in read
    assert "status: waiting_for_person" in written
    assert "confirmation_token: " not in written
    assert "Only the user can decide" in written
    assert HINT in wrong
