"""The full-text index of what is remembered: what it finds, what it gives away, and when it is not there."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from hostex_mcp.domain.word_search import SoughtWords, terms_of
from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store import Store, account_memory, open_store, word_index
from hostex_mcp.http.store.account_memory import AccountMemory
from hostex_mcp.toolkit.account_store import Indexed, Remembered, StoreTrouble
from tests.http.keeping import HOSTEX_TOKEN, KEY, OLDER_KEY, RING, granted
from tests.http.store.test_account_memory import change, run
from tests.support.clock import NOW, Clock

pytestmark = pytest.mark.anyio

TEXTS = {"a": "The boiler is broken", "b": "房间的空调坏了", "c": "Boilers, and où est la clé ?"}
STATES = dict.fromkeys("abcd", "10:00")


def own(store: Store, grant_id: str | None = None) -> AccountMemory:
    return store.account_memory.of([HOSTEX_TOKEN, None, True], grant_id)


def indexed(text: str, state: str = "10:00") -> Remembered:
    return Remembered(b"sealed", NOW, state, terms_of([text]))


THINGS = {name: indexed(text) for name, text in TEXTS.items()}


async def found(memory: AccountMemory, words: str) -> str:
    return "".join(sorted((await memory.find("thread", STATES, SoughtWords(words).terms())).fitting))


async def test_things_are_found_by_words_in_any_script_in_their_own_account_and_state_only(
    store: Store,
) -> None:
    memory = own(store)
    await memory.keep("thread", THINGS)
    words = "boiler", "空调", "clé", "boiler cle", "boiler 空调", "aquarium", "调"
    assert [await found(memory, word) for word in words] == ["ac", "b", "c", "c", "", "", "b"]
    assert (await memory.find("thread", STATES, SoughtWords("x").terms())).names == frozenset("abc")
    later = await memory.find("thread", {**STATES, "a": "11:00"}, SoughtWords("boiler").terms())
    assert later == Indexed(frozenset("bc"), frozenset("c"))
    await memory.keep("thread", {"a": indexed("The heating works", "11:00")})
    later = await memory.find("thread", {**STATES, "a": "11:00"}, SoughtWords("heating").terms())
    assert later == Indexed(frozenset("abc"), frozenset("a"))
    assert await found(store.account_memory.of(["another"]), "boiler") == ""


async def test_it_ends_with_what_is_remembered(
    store: Store, database_url: SecretStr, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant_id = await granted(store)
    await own(store, grant_id).keep("thread", THINGS)
    await store.grants.end(grant_id, "You disconnected it.")
    assert entries(database_url) == 0
    await own(store).keep("thread", THINGS)
    assert entries(database_url) > 0
    await store.account_memory.clear()
    assert entries(database_url) == 0
    await own(store).keep("thread", THINGS)
    monkeypatch.setattr(account_memory, "MOST_BYTES", 400)
    with pytest.raises(StoreTrouble, match="were forgotten"):
        await own(store).keep("thread", {"d": Remembered(b"x", NOW + timedelta(hours=1))})
    left = (await own(store).find("thread", STATES, SoughtWords("boiler").terms())).names
    assert len(left) < len(THINGS)
    assert left == (await own(store).recall("thread")).keys() - {"d"}
    clock.advance(days=91)
    assert await own(store).find("thread", STATES, SoughtWords("boiler").terms()) == Indexed()
    await store.clean()
    assert entries(database_url) == 0


def entries(url: SecretStr) -> int:
    """How many terms are in the table and, in a file, in its index."""
    rows = [*run(url, "SELECT terms FROM account_words")]
    if url.get_secret_value().startswith("sqlite"):
        run(url, "CREATE VIRTUAL TABLE IF NOT EXISTS terms_seen USING fts5vocab(account_words_index, 'row')")
        rows += run(url, "SELECT term FROM terms_seen")
        run(url, "DROP TABLE terms_seen")
    return len(rows)


async def test_a_copy_of_the_index_tells_no_word_and_the_same_word_is_another_entry_elsewhere(
    store: Store, database_url: SecretStr
) -> None:
    await own(store).keep("thread", {"a": indexed("boiler", "2026-06-15T10:00")})
    await store.account_memory.of(["another"]).keep("thread", {"a": indexed("boiler", "2026-06-15T10:00")})
    rows = run(database_url, "SELECT state, terms FROM account_words")
    assert all(part not in f"{rows}" for part in ("boil", "2026", "10:00"))
    (one_state, one), (other_state, other) = rows
    assert one_state != other_state
    assert one
    assert not set(one.split()) & set(other.split())


async def test_new_keys_find_what_older_ones_indexed(database_url: SecretStr, clock: Clock) -> None:
    async with open_store(database_url, KeyRing([OLDER_KEY]), now=clock) as store:
        await own(store).keep("thread", THINGS)
    async with open_store(database_url, KeyRing([KEY, OLDER_KEY]), now=clock) as store:
        await own(store).keep("thread", {"a": indexed("boiler")})
        assert await found(own(store), "boiler") == "ac"
    async with open_store(database_url, KeyRing([KEY]), now=clock) as store:
        assert await found(own(store), "boiler") == "a"


async def test_without_the_module_memory_goes_on_and_the_index_is_made_again_once_it_is_there(
    sqlite_url: SecretStr, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(sqlite_url, RING, now=clock) as store:
        await own(store).keep("thread", THINGS)
    monkeypatch.setattr(word_index, "_MODULE", "fts5-of-another-build")
    async with open_store(sqlite_url, RING, now=clock) as store:
        # What another build of SQLite could not change is not touched any more.
        change(sqlite_url, "DROP TABLE account_words_index")
        with pytest.raises(StoreTrouble, match="no full-text index"):
            await found(own(store), "boiler")
        await own(store).keep("thread", {"d": indexed("a new boiler")})
        assert set(await own(store).recall("thread")) == set("abcd")
        grant_id = await granted(store)
        await own(store, grant_id).keep("thread", {"a": THINGS["a"]})
        await store.grants.end(grant_id, "You disconnected it.")
    monkeypatch.undo()
    async with open_store(sqlite_url, RING, now=clock) as store:
        assert await found(own(store), "boiler") == "cd"
