"""What somebody who has copied the database can do with it: nothing."""

import asyncio
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, inspect, text

from hostex_mcp.http.keys.keyring import KeyRing, Unsealable
from hostex_mcp.http.store import Store, new_code, open_store
from hostex_mcp.http.store.grants import EndedGrants
from hostex_mcp.http.store.records import OAuthClient
from tests.http.keeping import (
    BOTH,
    HOSTEX_TOKEN,
    KEY,
    OLDER_KEY,
    RING,
    a_code,
    a_grant,
    a_pair_at_hostex,
    connected,
    granted,
)
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio
SEALED = re.compile(r"'A[Q-Za-f][\w-]{60}")


async def _fill(store: Store, clock: Clock) -> list[str]:
    """Every secret that a busy store has been given or has issued."""
    grant_id, pair = await connected(store, clock.now)
    newer = await store.tokens.rotate(pair.refresh_token, BOTH)
    assert newer is not None
    code = await a_code(store, grant_id, clock.now)
    await store.grants.add(a_grant(kind="partner"), a_pair_at_hostex(clock.now))
    await store.clients.put(OAuthClient("claude", {"client_name": "Claude"}, SecretStr("client-s3cret")))
    await store.spent.claim("partner-state", "state-in-a-url", clock.now)
    await store.spent.settle("partner-state", "state-in-a-url", {"note": "guest's lock code"})
    issued = [token for made in (pair, newer) for token in (made.access_token, made.refresh_token)]
    given = ["partner-access", "partner-refresh", "client-s3cret", "state-in-a-url", "guest's lock code"]
    return [HOSTEX_TOKEN, *given, code, *issued, KEY, "0123456789012345678901234567890"]


async def test_the_bytes_of_a_sqlite_file_and_its_companions_hold_no_secret(
    sqlite_url: SecretStr, clock: Clock
) -> None:
    file = sqlite_url.get_secret_value().removeprefix("sqlite:///")
    async with open_store(sqlite_url, RING, now=clock) as store:
        secrets = await _fill(store, clock)
        raw = b"".join(_bytes(file + suffix) for suffix in ("", "-wal", "-shm", ".lock"))
    raw += _bytes(file)
    assert b"https://mcp.example.com/mcp" in raw
    assert [secret for secret in secrets if secret.encode() in raw] == []
    assert [secret for secret in secrets if secret[7:].encode() in raw] == []


def _bytes(file: str) -> bytes:
    return Path(file).read_bytes()


async def test_no_row_of_any_table_holds_a_secret(
    store: Store, clock: Clock, database_url: SecretStr
) -> None:
    secrets = await _fill(store, clock)
    rows = "\n".join(_all_rows(database_url))
    assert "https://mcp.example.com/mcp" in rows
    assert [secret for secret in secrets if secret in rows] == []


def _all_rows(url: SecretStr) -> list[str]:
    address = url.get_secret_value().replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(address)
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        found = [connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables]
        rows = [repr(tuple(row)) for table in found for row in table]
    engine.dispose()
    return rows


def _execute(url: SecretStr, statement: str, **values: Any) -> None:
    engine = create_engine(url.get_secret_value().replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


async def test_a_credential_does_not_open_in_the_row_of_another_grant(
    store: Store, database_url: SecretStr
) -> None:
    mine, theirs = await granted(store), await granted(store)
    _execute(
        database_url,
        "UPDATE grants SET credential = (SELECT credential FROM grants WHERE grant_id = :theirs) "
        "WHERE grant_id = :mine",
        mine=mine,
        theirs=theirs,
    )
    with pytest.raises(Unsealable):
        await store.grants.credential(mine)
    assert await store.grants.credential(theirs) is not None


async def test_a_grant_whose_credential_does_not_open_can_still_be_ended(
    store: Store, database_url: SecretStr, caplog: pytest.LogCaptureFixture
) -> None:
    grant_id = await granted(store)
    _execute(database_url, "UPDATE grants SET credential = 'spoilt'")
    assert await store.grants.end(grant_id, "disconnected") == EndedGrants((grant_id,), None)
    kept = await store.grants.get(grant_id)
    assert kept is not None
    assert kept.status == "ended"
    assert "could not be opened" in caplog.text


async def test_a_successor_that_was_exchanged_is_not_given_out(
    store: Store, clock: Clock, database_url: SecretStr
) -> None:
    _, mine = await connected(store, clock.now)
    _, theirs = await connected(store, clock.now)
    await store.tokens.rotate(mine.refresh_token, BOTH)
    await store.tokens.rotate(theirs.refresh_token, BOTH)
    _execute(
        database_url,
        "UPDATE tokens SET successor = (SELECT max(successor) FROM tokens) WHERE successor IS NOT NULL",
    )
    given = [await store.tokens.rotate(pair.refresh_token, BOTH) for pair in (mine, theirs)]
    assert [pair is None for pair in given].count(True) == 1


async def test_a_digest_in_place_of_a_token_opens_nothing(
    store: Store, clock: Clock, database_url: SecretStr
) -> None:
    await connected(store, clock.now)
    for row in _all_rows(database_url):
        for word in row.strip("()").replace("'", "").split(", "):
            assert await store.tokens.access(word) is None
            assert await store.tokens.refreshable(word) is None


async def test_another_key_opens_neither_credentials_nor_the_table_of_hostex_tokens(
    store: Store, database_url: SecretStr, clock: Clock
) -> None:
    grant_id = await granted(store)
    async with open_store(database_url, KeyRing([OLDER_KEY]), now=clock) as other:
        with pytest.raises(Unsealable):
            await other.grants.credential(grant_id)
        assert await other.grants.of_token(HOSTEX_TOKEN) == []


async def test_wiped_secrets_are_gone_from_the_rows(
    store: Store, clock: Clock, database_url: SecretStr
) -> None:
    grant_id, pair = await connected(store, clock.now)
    await store.tokens.rotate(pair.refresh_token, BOTH)
    clock.advance(seconds=61)
    assert any(SEALED.search(row) for row in _all_rows(database_url))
    await store.clean()
    await store.grants.end(grant_id, "disconnected")
    rows = _all_rows(database_url)
    assert any(grant_id in row for row in rows)
    assert [row for row in rows if SEALED.search(row)] == []


async def test_a_refresh_while_its_grant_is_ended_leaves_no_token_behind(
    store: Store, clock: Clock, database_url: SecretStr
) -> None:
    for _ in range(20):
        grant_id, pair = await connected(store, clock.now)
        code = await a_code(store, grant_id, clock.now)
        await asyncio.gather(
            store.tokens.rotate(pair.refresh_token, BOTH),
            store.grants.end(grant_id, "disconnected"),
            store.tokens.redeem(code),
        )
    rows = _all_rows(database_url)
    assert len([row for row in rows if "disconnected" in row]) == 20
    assert [row for row in rows if "'refresh'" in row or "'access'" in row] == []


async def test_the_files_are_for_this_user_only(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "deep" / "folder" / "kept.db"
    async with open_store(SecretStr(f"sqlite:///{file}"), RING, now=clock) as store:
        await granted(store)
        modes = {stat.S_IMODE(entry.stat().st_mode) for entry in file.parent.iterdir()}
        assert modes == {0o600}
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with closing(sqlite3.connect(file)) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_codes_are_not_guessable() -> None:
    assert len({new_code() for _ in range(1000)}) == 1000
    assert len({new_code()[7:9] for _ in range(1000)}) > 500
