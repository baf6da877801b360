"""`hostex-mcp memory`, and the file that the user's own accounts are remembered in."""

import asyncio
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from hostex_mcp.cli import main, own_memory
from hostex_mcp.toolkit.account_store import Remembered, StoreTrouble

TOKEN = "token-of-the-harbour-loft"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folder."""

    def state_path(*_: object, **__: object) -> Path:
        return tmp_path / "state"

    monkeypatch.setattr(own_memory, "user_state_path", state_path)
    monkeypatch.delenv("HOSTEX_MCP_MEMORY", raising=False)
    return tmp_path / "state"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["memory", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def remember() -> dict[str, bytes]:
    """Remember a thread, and return what is remembered."""

    async def remembering() -> dict[str, bytes]:
        async with own_memory.remembered([TOKEN, None, True]) as memory:
            thing = Remembered(b"Ada asks for a cot", datetime.now(UTC))
            await memory.keep("thread", {"thread-1": thing})
            return {name: found.record for name, found in (await memory.recall("thread")).items()}

    return asyncio.run(remembering())


def test_nothing_is_there_until_something_is_remembered(folder: Path) -> None:
    assert "HOSTEX_MCP_MEMORY is off" in run("--status")
    assert "nothing is remembered" in run()
    assert "nothing was remembered" in run("--clear")
    assert not folder.exists()


def test_what_is_remembered_is_the_users_alone_and_sealed_and_can_be_cleared(folder: Path) -> None:
    assert remember() == {"thread-1": b"Ada asks for a cot"}
    files = [file for file in folder.iterdir() if file.is_file()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    raw = b"".join(file.read_bytes() for file in files)
    assert not any(secret in raw for secret in (TOKEN.encode(), b"Ada", b"thread-1"))
    assert "thread: 1 (accounts: 1)" in run("--status")
    assert "things forgotten: 1" in run("--clear")
    assert "nothing is remembered" in run("--status")


def test_a_file_that_is_none_of_ours_is_said_and_cleared_and_then_works_again(folder: Path) -> None:
    remember()
    (folder / "memory.db").write_bytes(b"rubbish")
    with pytest.raises(StoreTrouble, match="memory --clear"):
        remember()
    result = CliRunner().invoke(main, ["memory"])
    assert result.exit_code == 2
    assert "cannot use the database" in result.output
    assert "was deleted" in run("--clear")
    assert remember() == {"thread-1": b"Ada asks for a cot"}


def test_with_the_keys_gone_the_old_is_not_there_and_the_new_is_kept(folder: Path) -> None:
    remember()
    (folder / "memory.db.keys").unlink()
    assert remember() == {"thread-1": b"Ada asks for a cot"}
    assert "thread: 2" in run()


def test_showing_and_clearing_at_once_is_refused() -> None:
    result = CliRunner().invoke(main, ["memory", "--status", "--clear"])
    assert (result.exit_code, "choose" in result.output) == (2, True)
