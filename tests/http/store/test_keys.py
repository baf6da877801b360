"""Keys, rotated: by the store, and by the command."""

from pathlib import Path

import anyio
import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from hostex_mcp.cli import main
from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store import Store, open_keys, open_store
from hostex_mcp.http.store.records import OAuthClient, Spent
from hostex_mcp.settings import Settings, SettingsError
from tests.http.keeping import (
    BOTH,
    HOSTEX_TOKEN,
    KEY,
    OLDER_KEY,
    a_credential,
    connected,
    granted,
)
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio


async def _filled(store: Store, clock: Clock) -> tuple[str, str]:
    """A grant and a refresh token that was rotated; five sealed texts in all."""
    grant_id, pair = await connected(store, clock.now)
    await granted(store)
    await store.tokens.rotate(pair.refresh_token, BOTH)
    await store.clients.put(OAuthClient("claude", {}, SecretStr("s3cret")))
    await store.spent.claim("confirmation", "token", clock.now)
    await store.spent.settle("confirmation", "token", {"status": "done"})
    return grant_id, pair.refresh_token


async def test_everything_is_sealed_anew_and_the_old_key_is_no_longer_needed(
    database_url: SecretStr, clock: Clock
) -> None:
    async with open_store(database_url, KeyRing([OLDER_KEY]), now=clock) as store:
        grant_id, refresh_token = await _filled(store, clock)
    async with open_store(database_url, KeyRing([KEY, OLDER_KEY]), now=clock) as store:
        assert len(await store.grants.of_token(HOSTEX_TOKEN)) == 2
        assert await store.reseal() == 5
        assert await store.reseal() == 0
    async with open_store(database_url, KeyRing([KEY]), now=clock) as store:
        assert await store.grants.credential(grant_id) == (a_credential(), 1)
        assert len(await store.grants.of_token(HOSTEX_TOKEN)) == 2
        assert await store.tokens.rotate(refresh_token, BOTH) is not None
        client = await store.clients.get("claude")
        assert client is not None
        assert client.secret == SecretStr("s3cret")
        assert await store.spent.outcome("confirmation", "token") == Spent(clock.now, {"status": "done"})


async def test_rows_that_no_key_opens_are_left_and_told(
    database_url: SecretStr, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_store(database_url, KeyRing([OLDER_KEY]), now=clock) as store:
        await granted(store)
    async with open_store(database_url, KeyRing([KEY]), now=clock) as store:
        await granted(store)
        assert await store.reseal() == 0
    assert "No key opens 1 rows of grants" in caplog.text


class Command:
    """The command line with a SQLite file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
        self.file, self._monkeypatch = file, monkeypatch
        self.settings = Settings(database_url=SecretStr(f"sqlite:///{file}"))
        monkeypatch.setenv("HOSTEX_MCP_DATABASE_URL", f"sqlite:///{file}")

    def keys(self) -> list[str]:
        return self.file.with_name("kept.db.keys").read_text().split()

    def rotate(self, *secret_keys: str) -> str:
        self._monkeypatch.setenv("HOSTEX_MCP_SECRET_KEYS", ",".join(secret_keys))
        done = CliRunner().invoke(main, ["keys", "rotate"])
        assert done.exit_code == 0, done.output
        return done.stdout


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    return Command(monkeypatch, tmp_path / "kept.db")


async def _grant_in(url: SecretStr | None, keys: KeyRing, clock: Clock) -> str:
    assert url is not None
    async with open_store(url, keys, now=clock) as store:
        return await granted(store)


async def _opens_in(url: SecretStr | None, keys: KeyRing, grant_id: str) -> bool:
    assert url is not None
    async with open_store(url, keys) as store:
        return await store.grants.credential(grant_id) == (a_credential(), 1)


def test_a_key_file_is_rotated_under_a_server_that_goes_on(command: Command) -> None:
    clock, url = Clock(), command.settings.database_url
    serving = open_keys(command.settings)
    grant_id = anyio.run(_grant_in, url, serving, clock)
    [first] = command.keys()
    told = command.rotate()
    assert "Rows encrypted again: 1. Older keys dropped: 0." in told
    [second, kept] = command.keys()
    assert kept == first
    assert anyio.run(_opens_in, url, serving, grant_id)
    newer = anyio.run(_grant_in, url, serving, clock)
    assert "Rows encrypted again: 2. Older keys dropped: 1." in command.rotate()
    assert command.keys()[1:] == [second]
    for grant in (grant_id, newer):
        assert anyio.run(_opens_in, url, serving, grant)
    assert [key in told for key in (first, second)] == [False, False]


def test_keys_of_the_environment_are_rotated_and_it_is_told_when_the_others_may_go(
    command: Command,
) -> None:
    url = command.settings.database_url
    grant_id = anyio.run(_grant_in, url, KeyRing([OLDER_KEY]), Clock())
    told = command.rotate(KEY, OLDER_KEY)
    assert "Rows encrypted again under the first key: 1." in told
    assert "the other keys can be removed" in told
    assert anyio.run(_opens_in, url, KeyRing([KEY]), grant_id)
    assert "HOSTEX_MCP_SECRET_KEYS holds one key. Rows encrypted again: 0." in command.rotate(KEY)
    assert not command.file.with_name("kept.db.keys").exists()


def test_the_command_prints_a_new_key() -> None:
    printed = CliRunner().invoke(main, ["keys", "new"]).stdout
    assert printed != CliRunner().invoke(main, ["keys", "new"]).stdout
    KeyRing([printed.strip()])


def test_the_command_says_in_one_line_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTEX_MCP_DATABASE_URL", "postgresql://host.invalid/hostex")
    done = CliRunner().invoke(main, ["keys", "rotate"])
    assert done.exit_code == 2
    assert done.stderr.startswith("hostex-mcp: HOSTEX_MCP_SECRET_KEYS: required when HOSTEX_MCP_DATABASE_URL")
    assert done.stderr.count("\n") == 1


def test_postgresql_needs_keys_that_all_replicas_share() -> None:
    url = SecretStr("postgresql://host.invalid/hostex")
    with pytest.raises(SettingsError, match=r"HOSTEX_MCP_SECRET_KEYS: required .* `hostex-mcp keys new`"):
        open_keys(Settings(database_url=url))
    assert open_keys(Settings(database_url=url, secret_keys=(SecretStr(KEY),))).mac_keys("a")
