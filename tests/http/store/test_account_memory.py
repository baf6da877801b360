"""What is remembered of accounts: who finds it, how long, and what a copy of the database gives away."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.http.store import Store, account_memory, open_store
from hostex_mcp.http.store.account_memory import AccountMemory
from hostex_mcp.toolkit.account_store import Remembered, StoreTrouble
from tests.http.keeping import HOSTEX_TOKEN, KEY, OLDER_KEY, RING, granted
from tests.support.clock import NOW, Clock

pytestmark = pytest.mark.anyio

THREAD = Remembered(b'{"guest": "Ada Beispiel asks for a cot"}', NOW, "10:00")


def own(store: Store, grant_id: str | None = None) -> AccountMemory:
    return store.account_memory.of([HOSTEX_TOKEN, None, True], grant_id)


async def things(store: Store) -> int:
    return sum(count.things for count in await store.account_memory.counts())


async def test_a_thing_is_found_by_its_name_and_kind_by_its_own_account_only(store: Store) -> None:
    memory = own(store)
    later = Remembered(b"2", NOW + timedelta(hours=1))
    await memory.keep("thread", {"a": THREAD, "b": later})
    await memory.keep("stays", {"a": later})
    assert await memory.recall("thread", ["a", "c"]) == {"a": THREAD}
    assert await memory.recall("thread") == {"a": THREAD, "b": later}
    assert await memory.recall("thread", None, NOW) == {"b": later}
    newer = Remembered(b"3", NOW, "11:00")
    await own(store).keep("thread", {"a": newer})
    assert await memory.recall("thread", ["a"]) == {"a": newer}
    for other in ([HOSTEX_TOKEN, [1], True], [HOSTEX_TOKEN, None, False], ["another", None, True]):
        assert await store.account_memory.of(other).recall("thread") == {}


async def test_it_ends_with_its_grant_even_for_a_call_that_is_still_under_way(store: Store) -> None:
    grant_id, other = await granted(store), await granted(store)
    memory, others = own(store, grant_id), store.account_memory.of(["other"], other)
    await memory.keep("thread", {"a": THREAD})
    await others.keep("thread", {"a": THREAD})
    await store.grants.end(grant_id, "You disconnected it.")
    await memory.keep("thread", {"b": THREAD})
    assert await memory.recall("thread") == {}
    assert await others.recall("thread") == {"a": THREAD}
    assert await things(store) == 1


async def test_what_was_not_seen_for_ninety_days_is_forgotten(store: Store, clock: Clock) -> None:
    memory = own(store)
    await memory.keep("thread", {"a": THREAD})
    clock.advance(days=89)
    await memory.keep("thread", {"b": Remembered(b"2", clock.now)})
    assert await memory.recall("thread", ["a"]) == {"a": THREAD}
    clock.advance(days=2)
    assert await memory.recall("thread", ["a"]) == {}
    await store.clean()
    assert await things(store) == 1


async def test_an_account_with_no_room_left_forgets_what_was_seen_longest_ago_and_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory, other = own(store), store.account_memory.of(["other"])
    await other.keep("thread", {"a": THREAD})
    await memory.keep(
        "thread", {f"{hour}": Remembered(b"x", NOW + timedelta(hours=hour)) for hour in range(9)}
    )
    size = next(count.size for count in await store.account_memory.counts())
    monkeypatch.setattr(account_memory, "MOST_BYTES", size // 2)
    with pytest.raises(StoreTrouble, match="were forgotten"):
        await memory.keep("thread", {"9": Remembered(b"x", NOW + timedelta(hours=9))})
    left = sorted(map(int, await memory.recall("thread")))
    assert 0 < len(left) < 10
    assert left == list(range(10 - len(left), 10))
    assert await other.recall("thread") == {"a": THREAD}


async def test_a_copy_of_the_database_tells_neither_accounts_nor_what_is_remembered(
    store: Store, database_url: SecretStr
) -> None:
    await own(store).keep("thread", {"0-2200000900-inq001": THREAD})
    rows = all_rows(database_url)
    assert len(rows) == 1
    for secret in (HOSTEX_TOKEN, "0-2200000900-inq001", "Ada", "cot", "10:00"):
        assert secret not in rows[0]


async def test_a_record_that_was_altered_or_put_in_another_place_is_not_there(
    store: Store, database_url: SecretStr
) -> None:
    await own(store).keep("thread", {"a": THREAD, "b": THREAD})
    change(database_url, "UPDATE account_memory SET record = (SELECT max(record) FROM account_memory)")
    assert len(await own(store).recall("thread")) == 1


async def test_new_keys_find_what_older_ones_sealed_as_long_as_they_are_there(
    database_url: SecretStr, clock: Clock
) -> None:
    async with open_store(database_url, KeyRing([OLDER_KEY]), now=clock) as store:
        await own(store).keep("thread", {"a": THREAD, "b": THREAD})
    newer = Remembered(b"2", NOW + timedelta(hours=1), "11:00")
    async with open_store(database_url, KeyRing([KEY, OLDER_KEY]), now=clock) as store:
        await own(store).keep("thread", {"a": newer})
        assert await store.reseal() == 2
        assert await own(store).recall("thread", ["a", "b"]) == {"a": newer, "b": THREAD}
    async with open_store(database_url, KeyRing([new_key()]), now=clock) as store:
        assert await own(store).recall("thread") == {}
        await own(store).keep("thread", {"a": newer})
        assert await own(store).recall("thread") == {"a": newer}


async def test_a_locked_file_is_trouble_soon_and_not_an_error(
    sqlite_url: SecretStr, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_memory, "_PATIENCE_SECONDS", 0.2)
    file = sqlite_url.get_secret_value().removeprefix("sqlite:///")
    async with open_store(sqlite_url, RING, now=clock) as store:
        await own(store).keep("thread", {"a": THREAD})
        with closing(sqlite3.connect(file, isolation_level=None)) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreTrouble, match="just now"):
                await own(store).keep("thread", {"b": THREAD})
            with pytest.raises(StoreTrouble, match="still waits"):
                await store.account_memory.of(["other"]).keep("thread", {"c": THREAD})
            assert await own(store).recall("thread") == {"a": THREAD}
        # Writes have one connection, so that this one waits for the late one.
        await granted(store)
        monkeypatch.undo()
        await own(store).keep("thread", {"c": THREAD})
        assert sorted(await own(store).recall("thread")) == ["a", "b", "c"]


async def test_a_table_that_is_gone_is_trouble_and_not_an_error(sqlite_url: SecretStr, clock: Clock) -> None:
    async with open_store(sqlite_url, RING, now=clock) as store:
        change(sqlite_url, "DROP TABLE account_memory")
        with pytest.raises(StoreTrouble, match="no such table"):
            await own(store).recall("thread")
        with pytest.raises(StoreTrouble, match="no such table"):
            await own(store).keep("thread", {"a": THREAD})


def all_rows(url: SecretStr) -> list[str]:
    return [f"{row}" for row in run(url, "SELECT * FROM account_memory")]


def change(url: SecretStr, statement: str) -> None:
    run(url, statement)


def run(url: SecretStr, statement: str) -> list[Any]:
    engine = create_engine(url.get_secret_value().replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        answer = connection.execute(text(statement))
        rows = [*answer.all()] if answer.returns_rows else []
    engine.dispose()
    return rows
