"""What makes Codex wait for our server stands in its entry, only where it starts the server itself, and a
person's own choice of it stays."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_config_command import config, file_of, home, servers
from tests.support.root import ROOT

__all__ = ["home"]

URL = "https://mcp.example.com/mcp"


def entry_in(path: Path) -> Any:
    return tomllib.loads(path.read_text(encoding="utf-8"))["mcp_servers"]["hostex"]


def waits(entry: Any) -> tuple[Any, Any]:
    return entry.get("required"), entry.get("startup_timeout_sec")


def test_codex_waits_half_a_minute_for_a_server_that_it_starts(home: Path) -> None:
    assert waits(servers("codex", config("codex").stdout)["hostex"]) == (True, 30)
    manifest = ROOT / "manifests" / "codex.toml"
    assert waits(entry_in(manifest)) == (True, 30)


def test_a_server_over_http_is_not_required_as_codex_would_not_start_before_its_sign_in(home: Path) -> None:
    assert waits(servers("codex", config("codex", "--http", URL).stdout)["hostex"]) == (None, None)


@pytest.mark.parametrize(
    ("own", "waiting"),
    [("", (True, 30)), ("required = false", (False, 30)), ("startup_timeout_sec = 90", (True, 90))],
)
def test_what_a_person_chose_of_it_stays(home: Path, own: str, waiting: tuple[Any, Any]) -> None:
    path = file_of("codex", home)
    path.parent.mkdir(parents=True)
    path.write_text(f'[mcp_servers.hostex]\ncommand = "old"\n{own}\n', encoding="utf-8")
    config("codex", "--write")
    assert waits(entry_in(path)) == waiting


def test_an_entry_that_changes_to_http_is_not_required_any_more(home: Path) -> None:
    config("codex", "--write")
    path = file_of("codex", home)
    config("codex", "--http", URL, "--write")
    assert entry_in(path)["url"] == URL
    assert "required" not in entry_in(path)
