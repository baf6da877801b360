"""Changes that wait for a person, as the database keeps them."""

import re
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError

from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store import Store, open_store
from hostex_mcp.server.changes.record import Extent, MemoryChanges, State, TooManyOpen
from hostex_mcp.server.quoting import Quoted
from tests.http.keeping import KEY, OLDER_KEY, RING, a_change, granted
from tests.support.clock import NOW, Clock

pytestmark = pytest.mark.anyio


async def test_a_change_is_found_as_it_was_kept_quoted_text_told_from_what_looks_like_it(
    store: Store,
) -> None:
    looks = "<guest-000001>text</guest-000001>"
    rows = [
        {"what": "message", "before": Quoted(looks, "text"), "after": [looks, {"list": ["quoted", "a", "b"]}]}
    ]
    change = a_change(
        await granted(store), preview={"summary": "S", "changes": rows}, draft_argument="message"
    )
    await store.changes.add(change)
    found = await store.changes.find(change.id)
    assert found is not None
    assert found == change
    [row] = found.preview["changes"]
    assert isinstance(row["before"], Quoted)
    assert row["before"].inner == "text"
    assert type(row["after"][0]) is str
    assert row["after"] == [looks, {"list": ["quoted", "a", "b"]}]


async def test_what_is_unknown_or_cannot_be_kept_is_not_found(store: Store) -> None:
    assert await store.changes.find("unknown") is None
    assert await store.changes.find("a\0b") is None
    assert await store.changes.of_account("nobody") == []
    assert await store.changes.waiting(["nobody", "a\0b"], 5) == []


async def test_the_changes_of_an_account_are_listed_newest_first_in_some_states(store: Store) -> None:
    first, second = await granted(store), await granted(store)
    older = a_change(first, id="older")
    newer = a_change(first, id="newer", asked_at=NOW + timedelta(minutes=1), state=State.DONE)
    other = a_change(second, id="other", asked_at=NOW + timedelta(minutes=2))
    for change in (older, newer, other):
        await store.changes.add(change)
    assert [change.id for change in await store.changes.of_account(first)] == ["newer", "older"]
    assert [change.id for change in await store.changes.of_account(first, [State.WAITING])] == ["older"]


async def test_what_can_be_decided_now_is_told_from_the_rest_whatever_is_newer(
    store: Store, clock: Clock
) -> None:
    first, second = await granted(store), await granted(store)
    draft = a_change(first, id="draft", expires=NOW + timedelta(days=1))
    done = a_change(second, id="done", asked_at=NOW + timedelta(minutes=1), state=State.DONE)
    short = a_change(second, id="short", asked_at=NOW + timedelta(minutes=2))
    stale = a_change(second, id="stale", asked_at=NOW + timedelta(minutes=3), state=State.STALE)
    foreign = a_change(await granted(store), id="foreign")
    for change in (draft, done, short, stale, foreign):
        await store.changes.add(change)
    both = [first, second]
    assert [change.id for change in await store.changes.waiting(both, 5)] == ["stale", "short", "draft"]
    assert [change.id for change in await store.changes.settled(both, 5)] == ["done"]
    clock.advance(minutes=10)
    assert [change.id for change in await store.changes.waiting(both, 1)] == ["draft"]
    assert [change.id for change in await store.changes.settled(both, 2)] == ["stale", "short"]


async def test_expired_ones_are_opened_only_where_all_are_asked_for(store: Store, clock: Clock) -> None:
    grant_id = await granted(store)
    await store.changes.add(a_change(grant_id, id="old"))
    await store.changes.add(a_change(grant_id, id="sent", state=State.APPROVED))
    clock.advance(minutes=10)
    live = [State.WAITING, State.STALE, State.APPROVED]
    assert [change.id for change in await store.changes.of_account(grant_id, live)] == ["sent"]
    assert {change.id for change in await store.changes.of_account(grant_id)} == {"old", "sent"}


async def test_of_two_replacements_of_one_change_the_second_is_refused(store: Store) -> None:
    change = a_change(await granted(store))
    await store.changes.add(change)
    assert await store.changes.replace(change, replace(change, state=State.APPROVED, decided_by="first"))
    assert not await store.changes.replace(change, replace(change, state=State.DECLINED, decided_by="second"))
    kept = await store.changes.find(change.id)
    assert kept is not None
    assert (kept.state, kept.decided_by, kept.revision) == (State.APPROVED, "first", 1)


async def test_a_change_ends_with_its_grant_and_none_is_kept_for_one_that_has_ended(store: Store) -> None:
    grant_id, other = await granted(store), await granted(store)
    change, others = a_change(grant_id), a_change(other)
    for kept in (change, others):
        await store.changes.add(kept)
    await store.grants.end(grant_id, "disconnected")
    assert await store.changes.find(change.id) is None
    assert await store.changes.find(others.id) == others
    assert not await store.changes.replace(change, replace(change, state=State.APPROVED))
    await store.changes.add(a_change(grant_id, id="late"))
    await store.changes.add(a_change("no-such-grant", id="stray"))
    assert await store.changes.find("late") is None
    assert await store.changes.find("stray") is None


async def test_a_change_without_a_grant_is_kept_for_its_account(store: Store) -> None:
    change = a_change(None, account="token-abc")
    await store.changes.add(change)
    assert await store.changes.of_account("token-abc") == [change]
    with pytest.raises(IntegrityError):
        await store.changes.add(change)


async def test_changes_are_forgotten_a_week_after_nobody_can_decide_on_them(
    store: Store, clock: Clock
) -> None:
    grant_id = await granted(store)
    await store.changes.add(a_change(grant_id, id="a"))
    decided = {"state": State.DONE, "decided_at": NOW + timedelta(days=1)}
    await store.changes.add(a_change(grant_id, id="b", **decided))
    clock.advance(days=7, minutes=9)
    await store.clean()
    assert len(await store.changes.of_account(grant_id)) == 2
    clock.advance(minutes=1)
    await store.clean()
    assert [change.id for change in await store.changes.of_account(grant_id)] == ["b"]
    clock.advance(days=1)
    await store.clean()
    assert await store.changes.of_account(grant_id) == []


@pytest.mark.parametrize("kept_in", ["database", "memory"])
async def test_of_settled_changes_the_newest_are_kept_and_whatever_is_under_way(
    store: Store, clock: Clock, kept_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("hostex_mcp.server.changes.record", "hostex_mcp.http.store.changes"):
        monkeypatch.setattr(f"{module}.MOST_SETTLED", 2)
    first, second = await granted(store), await granted(store)
    changes = store.changes if kept_in == "database" else MemoryChanges()
    states = (State.WAITING, State.APPROVED, State.DONE, State.DECLINED, State.UNKNOWN, State.DONE)
    await changes.add(a_change(second, id="of another", state=State.DONE))
    for place, state in enumerate(states):
        await changes.add(
            a_change(
                first, id=f"{place}", state=state, asked_at=NOW + timedelta(seconds=place), decided_at=NOW
            )
        )
    assert [change.id for change in await changes.of_account(first)] == ["5", "4", "1", "0"]
    assert [change.id for change in await changes.of_account(second)] == ["of another"]
    clock.advance(minutes=11)
    await changes.add(a_change(first, id="6", state=State.DONE, asked_at=clock(), expires=clock()))
    # By then nobody decides any more on the one that waited.
    assert [change.id for change in await changes.of_account(first)] == ["6", "5", "1"]


async def test_a_file_holds_nothing_of_what_would_be_written(sqlite_url: SecretStr) -> None:
    async with open_store(sqlite_url, RING) as store:
        change = a_change(
            await granted(store), arguments={"lock_code": "4711-door"}, outcome={"note": "guest-said"}
        )
        await store.changes.add(change)
    with closing(sqlite3.connect(sqlite_url.get_secret_value().removeprefix("sqlite:///"))) as file:
        dump = "\n".join(file.iterdump())
    assert change.id in dump
    # A digest may have any digits in it.
    words = re.sub(r"\b[0-9a-f]{64}\b", "", dump)
    assert [secret for secret in ("4711-door", "guest-said", "Harbour Loft", "163") if secret in words] == []


async def test_changes_are_sealed_anew_and_without_their_key_they_are_unknown(
    database_url: SecretStr,
) -> None:
    async with open_store(database_url, KeyRing([OLDER_KEY])) as store:
        change = a_change(await granted(store))
        await store.changes.add(change)
    async with open_store(database_url, RING) as store:
        assert await store.changes.find(change.id) is None
        assert await store.changes.of_account(change.account) == []
    async with open_store(database_url, KeyRing([KEY, OLDER_KEY])) as store:
        assert await store.reseal() == 2
    async with open_store(database_url, RING) as store:
        assert await store.changes.find(change.id) == change


async def test_a_record_does_not_open_in_the_row_of_another_change(sqlite_url: SecretStr) -> None:
    async with open_store(sqlite_url, RING) as store:
        grant_id = await granted(store)
        for name in ("cheap", "dear"):
            await store.changes.add(a_change(grant_id, id=name))
        with closing(sqlite3.connect(sqlite_url.get_secret_value().removeprefix("sqlite:///"))) as file:
            file.execute(
                "UPDATE changes SET record = (SELECT record FROM changes WHERE change_id = 'dear') "
                "WHERE change_id = 'cheap'"
            )
            file.commit()
        assert await store.changes.find("cheap") is None


async def test_of_equal_calls_one_is_begun_and_another_once_it_has_ended(store: Store, clock: Clock) -> None:
    grant_id = await granted(store)
    first = a_change(grant_id, id="first")
    assert await store.changes.begin(first)
    assert not await store.changes.begin(a_change(grant_id, id="again"))
    approved = replace(first, state=State.APPROVED, decided_at=NOW)
    assert await store.changes.replace(first, approved)
    assert not await store.changes.begin(a_change(grant_id, id="while it is sent"))
    sent = replace(approved, revision=1)
    assert await store.changes.replace(sent, replace(sent, state=State.DONE))
    assert await store.changes.begin(a_change(grant_id, id="second"))
    clock.advance(minutes=10)
    assert await store.changes.begin(
        a_change(grant_id, id="third", asked_at=clock(), expires=NOW + timedelta(minutes=20))
    )
    assert {change.id for change in await store.changes.of_account(grant_id)} == {"first", "second", "third"}


async def test_a_call_whose_process_died_while_it_was_sent_can_be_begun_anew_once_that_is_known(
    store: Store, clock: Clock
) -> None:
    grant_id = await granted(store)
    first = a_change(grant_id, id="first")
    assert await store.changes.begin(first)
    assert await store.changes.replace(first, replace(first, state=State.APPROVED, decided_at=NOW))
    later = {"asked_at": NOW + timedelta(minutes=15), "expires": NOW + timedelta(minutes=25)}
    clock.advance(minutes=14)
    assert not await store.changes.begin(a_change(grant_id, id="second", **later))
    clock.advance(minutes=1)
    assert await store.changes.begin(a_change(grant_id, id="second", **later))


async def test_calls_of_other_accounts_tools_arguments_or_extents_are_not_equal(store: Store) -> None:
    grant_id = await granted(store)
    others = [
        a_change(grant_id, id="a"),
        a_change(await granted(store), id="b"),
        a_change(grant_id, id="c", tool="other"),
        a_change(grant_id, id="d", digest="other"),
        a_change(grant_id, id="e", extent=Extent(privacy="strict")),
        a_change(grant_id, id="f", extent=Extent(property_ids=frozenset((1, 2)))),
    ]
    assert [await store.changes.begin(change) for change in others] == [True] * 6


async def test_a_waiting_change_that_no_key_opens_stands_in_no_calls_way(
    sqlite_url: SecretStr, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_store(sqlite_url, KeyRing([OLDER_KEY])) as store:
        grant_id = await granted(store)
        assert await store.changes.begin(a_change(grant_id, id="old", expires=NOW + timedelta(days=3650)))
    async with open_store(sqlite_url, KeyRing([OLDER_KEY])) as store:
        with closing(sqlite3.connect(sqlite_url.get_secret_value().removeprefix("sqlite:///"))) as file:
            file.execute("UPDATE changes SET record = 'unreadable'")
            file.commit()
        assert await store.changes.begin(a_change(grant_id, id="new"))


@pytest.mark.parametrize("kept_in", ["database", "memory"])
@pytest.mark.parametrize("waited", [True, False])
async def test_a_change_that_was_made_marks_those_of_its_account_that_it_takes_back(
    store: Store, kept_in: str, waited: bool
) -> None:
    changes = store.changes if kept_in == "database" else MemoryChanges()
    first, second = await granted(store), await granted(store)
    done = {"state": State.DONE, "decided_at": NOW, "undo_call": ("close", "c" * 64)}
    await changes.add(a_change(first, id="it", **done))
    await changes.add(a_change(first, id="other call", **{**done, "undo_call": ("open", "c" * 64)}))
    await changes.add(a_change(second, id="foreign", **done))
    undo = a_change(first, id="undo", tool="close", digest="c" * 64)
    if waited:
        await changes.begin(undo)
        approved = replace(undo, state=State.APPROVED, decided_at=NOW)
        assert await changes.replace(undo, approved)
        assert [change.undone_by for change in await changes.of_account(first)] == [""] * 3
        assert await changes.replace(replace(approved, revision=1), replace(approved, state=State.DONE))
    else:
        await changes.add(replace(undo, state=State.DONE))
    undone = {
        change.id: change.undone_by for name in (first, second) for change in await changes.of_account(name)
    }
    assert undone == {"it": "undo", "other call": "", "foreign": "", "undo": ""}


@pytest.mark.parametrize("kept_in", ["database", "memory"])
async def test_no_more_changes_of_an_account_wait_than_may(store: Store, clock: Clock, kept_in: str) -> None:
    changes = store.changes if kept_in == "database" else MemoryChanges()
    first, second = await granted(store), await granted(store)
    begun = 0
    for number in range(110):
        with suppress(TooManyOpen):
            begun += await changes.begin(a_change(first, id=f"{number}", digest=f"{number}"))
    assert begun == len(await changes.of_account(first)) == 100
    assert await changes.begin(a_change(second, id="of another"))
    assert not await changes.begin(a_change(first, id="equal", digest="7"))
    clock.advance(minutes=10)
    later = {"asked_at": clock(), "expires": clock() + timedelta(minutes=10)}
    assert await changes.begin(a_change(first, id="later", digest="later", **later))


async def test_what_an_owner_decided_on_outlives_the_connection_of_the_person_and_nothing_else_of_it(
    store: Store,
) -> None:
    owner = await granted(store)
    person = await granted(store, owner_id=owner, person="Maria")
    for name, state in (("waits", State.WAITING), ("done", State.DONE), ("declined", State.DECLINED)):
        await store.changes.add(a_change(person, id=name, owner=owner, state=state, decided_at=NOW))
    await store.changes.add(a_change(person, id="own", state=State.DONE, decided_at=NOW))
    await store.grants.end(person, "ended")
    assert {change.id for change in await store.changes.of_account(person)} == {"done", "declined"}
    assert {change.id for change in await store.changes.settled([owner], 5)} == {"done", "declined"}
    await store.grants.end(owner, "disconnected")
    assert await store.changes.of_account(person) == []


async def test_whether_changes_of_a_connection_or_of_who_lives_on_it_were_made_since_a_moment_is_known(
    store: Store,
) -> None:
    owner = await granted(store)
    person, stranger = await granted(store, owner_id=owner), await granted(store)

    async def made(minutes: int) -> list[bool]:
        since = NOW + timedelta(minutes=minutes)
        return [await store.changes.made_since(grant_id, since) for grant_id in (owner, stranger)]

    waiting = a_change(owner, id="waits", asked_at=NOW + timedelta(minutes=1))
    await store.changes.begin(waiting)
    assert await made(0) == [False, False]
    decided = replace(waiting, state=State.APPROVED, decided_at=NOW + timedelta(minutes=5))
    assert await store.changes.replace(waiting, decided)
    assert [await made(4), await made(6)] == [[True, False], [False, False]]
    at_once = {"state": State.DONE, "asked_at": NOW + timedelta(minutes=8)}
    await store.changes.add(a_change(person, id="at once", expires=NOW + timedelta(minutes=8), **at_once))
    assert [await made(7), await made(8)] == [[True, False], [False, False]]
