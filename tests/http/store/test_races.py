"""Several processes, one database: each thing that may happen once happens once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from hostex_mcp.http.store import open_store
from hostex_mcp.http.store.migrating import migrate
from hostex_mcp.server.changes.record import State
from tests.http.keeping import HOSTEX_TOKEN, KEY, RING, a_change, a_code, connected, granted
from tests.http.racing import RACERS, Racers
from tests.support.databases import PostgresServer

pytestmark = pytest.mark.anyio
ROUNDS = 15


def by_round(results: list[list[Any]]) -> list[list[Any]]:
    """For each argument, what each process got."""
    return [list(answers) for answers in zip(*results, strict=True)]


async def test_one_code_is_redeemed_once_by_several_processes(
    database_url: SecretStr, racers: Racers
) -> None:
    async with open_store(database_url, RING) as store:
        grant_id = await granted(store)
        codes = [await a_code(store, grant_id, datetime.now(UTC)) for _ in range(ROUNDS)]
        for got in by_round(racers.race("redeem", database_url, KEY, codes)):
            [pair] = [answer for answer in got if answer is not None]
            assert await store.tokens.access(pair[0]) is not None


async def test_several_processes_that_rotate_one_refresh_token_get_the_very_same_pair(
    database_url: SecretStr, racers: Racers
) -> None:
    async with open_store(database_url, RING) as store:
        pairs = [(await connected(store, datetime.now(UTC)))[1] for _ in range(ROUNDS)]
        results = racers.race("rotate", database_url, KEY, [pair.refresh_token for pair in pairs])
        for got in by_round(results):
            assert got == [got[0]] * RACERS
            assert await store.tokens.access(got[0][0]) is not None
            assert await store.tokens.refreshable(got[0][1]) is not None


async def test_one_lease_is_taken_by_one_process(database_url: SecretStr, racers: Racers) -> None:
    async with open_store(database_url, RING) as store:
        grants = [await granted(store) for _ in range(ROUNDS)]
        for got in by_round(racers.race("lease", database_url, KEY, grants)):
            assert sorted(got) == [False, False, True]


async def test_of_different_changes_at_once_in_several_processes_no_more_wait_than_may(
    database_url: SecretStr, racers: Racers
) -> None:
    async with open_store(database_url, RING) as store:
        grants, now = [await granted(store) for _ in range(2)], datetime.now(UTC)
        for grant_id in grants:
            for number in range(98):
                times = {"asked_at": now, "expires": now + timedelta(days=1)}
                await store.changes.add(a_change(grant_id, id=f"{grant_id} no. {number}", **times))
        for begun in by_round(racers.race("begin another", database_url, KEY, grants)):
            assert sorted(begun, key=str) == [None, True, True]
        assert [len(await store.changes.of_account(grant_id)) for grant_id in grants] == [100, 100]


async def test_a_grant_is_ended_by_one_process_which_alone_gets_the_credential(
    database_url: SecretStr, racers: Racers
) -> None:
    async with open_store(database_url, RING) as store:
        grants = [await granted(store) for _ in range(ROUNDS)]
        for got in by_round(racers.race("end", database_url, KEY, grants)):
            assert sorted(got, key=str) == [None, None, HOSTEX_TOKEN]


async def test_a_credential_is_replaced_by_one_process(database_url: SecretStr, racers: Racers) -> None:
    async with open_store(database_url, RING) as store:
        grants = [await granted(store) for _ in range(ROUNDS)]
        for got in by_round(racers.race("replace", database_url, KEY, grants)):
            assert sorted(got) == [False, False, True]
        assert [kept[1] for grant in grants if (kept := await store.grants.credential(grant))] == [2] * ROUNDS


async def test_a_pending_grant_is_activated_by_one_process(database_url: SecretStr, racers: Racers) -> None:
    async with open_store(database_url, RING) as store:
        now = datetime.now(UTC)
        grants = [await granted(store, status="pending", created_at=now) for _ in range(ROUNDS)]
        for got in by_round(racers.race("activate", database_url, KEY, grants)):
            assert sorted(got) == [False, False, True]


async def test_a_change_is_let_through_by_one_process(database_url: SecretStr, racers: Racers) -> None:
    async with open_store(database_url, RING) as store:
        grant_id = await granted(store)
        changes = [a_change(grant_id) for _ in range(ROUNDS)]
        for change in changes:
            await store.changes.add(change)
        for got in by_round(racers.race("decide", database_url, KEY, [change.id for change in changes])):
            assert sorted(got) == [False, False, True]
        kept = await store.changes.of_account(grant_id)
        assert {change.state for change in kept} == {State.APPROVED}


async def test_of_equal_calls_at_several_processes_one_change_is_begun(
    database_url: SecretStr, racers: Racers
) -> None:
    async with open_store(database_url, RING) as store:
        grants = [await granted(store) for _ in range(ROUNDS)]
        for got in by_round(racers.race("begin", database_url, KEY, grants)):
            assert sorted(got) == [False, False, True]
        assert [len(await store.changes.of_account(grant)) for grant in grants] == [1] * ROUNDS


async def test_a_single_use_key_is_claimed_by_one_process(database_url: SecretStr, racers: Racers) -> None:
    keys = [f"nonce-{number}" for number in range(ROUNDS)]
    for got in by_round(racers.race("claim", database_url, KEY, keys)):
        assert sorted(got) == [False, False, True]


def test_several_processes_migrate_one_new_database_at_once(database_url: SecretStr, racers: Racers) -> None:
    results = racers.race("migrate", database_url, KEY, [database_url.get_secret_value()])
    assert results == [[None]] * RACERS
    migrate(database_url)


def test_several_processes_migrate_many_sqlite_files_at_once(tmp_path: Path, racers: Racers) -> None:
    urls = [f"sqlite:///{tmp_path / f'{number}.db'}" for number in range(8)]
    results = racers.race("migrate", SecretStr(urls[0]), KEY, urls)
    assert results == [[None] * 8] * RACERS


def test_several_processes_migrate_many_postgresql_databases_at_once(
    postgres_server: PostgresServer, racers: Racers
) -> None:
    urls = [postgres_server.new_database() for _ in range(4)]
    results = racers.race("migrate", urls[0], KEY, [url.get_secret_value() for url in urls])
    assert results == [[None] * 4] * RACERS


def test_several_processes_that_start_at_once_make_one_key_file(tmp_path: Path, racers: Racers) -> None:
    files = [str(tmp_path / f"{number}.db") for number in range(ROUNDS)]
    results = racers.race("key file", SecretStr("-"), KEY, files)
    for got in by_round(results):
        assert got == [got[0]] * RACERS
    assert len({tuple(result) for result in results[0]}) == ROUNDS
