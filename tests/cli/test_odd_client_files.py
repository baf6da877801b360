"""`hostex-mcp config --write` on files that no client ever wrote."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.test_config_command import config, file_of, home

__all__ = ["home"]

DEEP = "[" * 20_000


def kept(client: str, text: str, home: Path) -> str:
    """Write a file, and return what is said about it when it is left as it was."""
    path = file_of(client, home)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    line = config(client, "--write", status=2).stderr
    assert line.startswith(f"hostex-mcp: {path}: ")
    assert "nothing was changed" in line
    assert path.read_text() == text
    return line


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[mcp_servers]\nhostex = 5\n", "something other than a table under hostex"),
        ("[[mcp_servers.hostex]]\n", "something other than a table under hostex"),
        ("mcp_servers = 5\n", "something other than a table under mcp_servers"),
        (f"deep = {DEEP}\n", "not valid TOML"),
        ("[a]\nb = 1\n[a]\n", "not valid TOML"),
        ("a = 1\na = 2\n", "not valid TOML"),
    ],
)
def test_an_odd_file_in_toml_is_left_alone(text: str, reason: str, home: Path) -> None:
    assert reason in kept("codex", text, home)


@pytest.mark.parametrize(
    ("client", "text", "reason"),
    [
        ("cursor", f'{{"deep": {DEEP}', "nested too deeply"),
        ("cursor", f'{{"number": {"9" * 5_000}}}', "not valid JSON"),
        ("vscode", '{"inputs": 5}', "something other than a list under inputs"),
        ("vscode", '{"inputs": {"id": "x"}}', "something other than a list under inputs"),
    ],
)
def test_an_odd_file_in_json_is_left_alone(client: str, text: str, reason: str, home: Path) -> None:
    assert reason in kept(client, text, home)


def test_half_an_emoji_in_our_entry_stays(home: Path) -> None:
    path = file_of("cursor", home)
    path.parent.mkdir()
    path.write_text('{"mcpServers": {"hostex": {"note": "\\ud83d é"}}}')
    config("cursor", "--write")
    assert json.loads(path.read_text())["mcpServers"]["hostex"]["command"]


@pytest.mark.parametrize("made", ["loop", "pipe", "folder"])
def test_what_is_no_file_is_left_alone(made: str, home: Path) -> None:
    path = file_of("cursor", home)
    path.parent.mkdir()
    match made:
        case "loop":
            path.symlink_to(path)
        case "pipe":
            os.mkfifo(path)
        case _:
            path.mkdir()
    for way in ("--write", "--dry-run"):
        assert "nothing was changed" in config("cursor", way, status=2).stderr
    assert not path.is_file()
