"""A search over what is remembered finds, by the index, what a search without it finds."""

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.activity import START, Life, remembering
from hostex_mcp.domain.word_search import MOST_TERMS, SoughtWords, Terms, terms_of
from hostex_mcp.http.store.account_memory import AccountMemory
from hostex_mcp.toolkit.account_store import StoreTrouble
from tests.tools.insights.waiting_worlds import Sketch, filled

pytestmark = pytest.mark.anyio

THREAD = "/conversations/{conversation_id}"
_SCRIPTS = """
    heating heater Heizung schlüssel SCHLÜSSEL schlussel clé cle où key keys car carpet Wi-Fi wifi wi fi l'eau
    check-in checkin a 7 żółty zolty łóżko kap\u0131 ключ ключи включите квартире шум шумно Київ
    空调 空 房间的空调坏了 密码wifi wifi密码 鍵の受け取り ที่จอดรถ จอด ที่จอดรถอยู่ตรงไหน
    المفتاح مفتاح المِفتاح المفتـــاح 열쇠 열쇠를 \u0131rmak İstanbul
    \ufb01nd ½ naïve re-entry o'clock ключwifi abв abв\u0433 don't snow-white-house
"""
WORDS = _SCRIPTS.split()
pieces = st.one_of(st.sampled_from(WORDS), st.text(max_size=6), st.text("\u0430bи空ไم-' .열", max_size=5))
texts = st.lists(pieces, max_size=6).map(" ".join)
queries = st.lists(pieces, min_size=1, max_size=3).map(" ".join).filter(SoughtWords)


def fits(terms: frozenset[str], sought: Terms) -> bool:
    return all(any(way <= terms for way in ways) for ways in sought)


@settings(max_examples=500)
@given(texts, texts, queries)
def test_no_text_with_the_words_lacks_their_terms(text: str, other: str, query: str) -> None:
    words = SoughtWords(query)
    if words.are_in(text):
        assert fits(terms_of([other, text]), words.terms())


@pytest.mark.parametrize("query", WORDS)
def test_each_word_is_found_by_its_terms_and_does_not_fit_every_text(query: str) -> None:
    words = SoughtWords(query)
    assert fits(terms_of([f"so {query}, please"]), words.terms())
    assert not fits(terms_of(["Mmmm"]), words.terms())


def test_a_text_with_too_many_terms_fits_every_query_by_one() -> None:
    terms = terms_of([" ".join(f"w{number}w{number}" for number in range(MOST_TERMS))])
    assert len(terms) == 1
    assert fits(terms, SoughtWords("boiler 空调").terms())


talks = st.lists(st.lists(texts, min_size=1, max_size=4), min_size=1, max_size=6)


def talking(drawn: list[list[str]]) -> Life:
    """The demo account with these texts in its threads, oldest first, of a guest and a template in turns."""
    life = Life(now=START)
    sketches = [Sketch(("gb" * len(talk))[: len(talk)], [60] * 5, "inquiry", 3, 2) for talk in drawn]
    account = life.sandbox.accounts.main
    filled(sketches, START)(account)
    for talk, (_, row) in zip(drawn, sorted(account.conversations.items()), strict=True):
        kept = row["messages"][: len(talk)]
        row["messages"] = [
            {**message, "content": text} for message, text in zip(kept, talk[::-1], strict=False)
        ]
    return life


def plain(answer: dict[str, Any]) -> str:
    return re.sub(r"guest-\w+", "guest", f"{[answer['items'], answer.get('total'), answer['notes'][0]]}")


@pytest.mark.slow
@settings(max_examples=6)
@given(talks, st.lists(queries, min_size=1, max_size=4))
async def test_answers_with_the_index_are_those_without(drawn: list[list[str]], asked: list[str]) -> None:
    bare = talking(drawn)
    async with remembering(talking(drawn)) as life:
        await life.ask("search_messages", words="anything")
        before = len(life.sandbox.log)
        for words in asked:
            with_index = await life.ask("search_messages", words=words, limit=100)
            assert plain(with_index) == plain(await bare.ask("search_messages", words=words, limit=100))
        assert not any(call.path == THREAD for call in life.sandbox.log[before:])


async def test_more_threads_are_searched_than_can_be_read_and_only_those_that_may_fit_are_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hostex_mcp.tools.insights.message_search.MOST_THREADS", 4)
    opened: list[int] = []
    recall = AccountMemory.recall

    async def noted(self: AccountMemory, kind: str, names: Any = None, since: Any = None) -> Any:
        opened.extend([len(names)] if kind == "thread" else [])
        return await recall(self, kind, names, since)

    monkeypatch.setattr(AccountMemory, "recall", noted)
    drawn = [["a cot please"], *[["hello there"]] * 10, ["where is the boiler"]]
    async with remembering(talking(drawn)) as life:
        for _ in range(5):
            await life.ask("search_messages", words="cot")
        opened.clear()
        answer = await life.ask("search_messages", words="boiler")
        assert "in 12 threads" in answer["notes"][0]
        assert [row["says"].split(">")[1].split("<")[0] for row in answer["items"]] == ["where is the boiler"]
        assert answer["total"] == 1
        assert opened == [1]
        common = await life.ask("search_messages", words="hello", limit=100)
        assert "Not searched yet" in f"{common['notes']}"
        shown, mark = len(common["items"]), common["next_cursor"]
        while mark:
            more = await life.ask("search_messages", words="hello", limit=100, cursor=mark)
            shown, mark = shown + len(more["items"]), more.get("next_cursor")
        assert shown == 10


async def test_a_thread_in_which_somebody_wrote_is_read_and_what_was_kept_without_terms_is_indexed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with remembering(talking([["a cot please"], ["hello"]])) as life:
        with monkeypatch.context() as older:
            older.setattr("hostex_mcp.reads.remembered_threads.terms_of", _no_terms)
            await life.ask("search_messages", words="cot")
        for index_has in (0, 2):
            assert len((await life.ask("search_messages", words="cot"))["items"]) == 1
            found = await life.store.find("thread", states(life), SoughtWords("cot").terms())
            assert index_has <= len(found.names)
        row = next(row for row in life.sandbox.accounts.main.conversations.values())
        newest = row["messages"][0]
        at = (START + timedelta(minutes=5)).isoformat()
        row["messages"].insert(0, {**newest, "id": "m-new", "content": "and a second cot", "created_at": at})
        life.now += timedelta(minutes=10)
        before = len(life.sandbox.log)
        assert len((await life.ask("search_messages", words="second cot"))["items"]) == 1
        assert sum(call.path == THREAD for call in life.sandbox.log[before:]) == 1


def _no_terms(_: object) -> None:
    """What an older version kept of the terms."""


def states(life: Life) -> dict[str, str]:
    return {
        key: row["messages"][0]["created_at"] for key, row in life.sandbox.accounts.main.conversations.items()
    }


async def test_without_an_index_answers_go_on_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hostex_mcp.http.store.word_index._MODULE", "fts5-of-another-build")
    async with remembering(talking([["a cot please"], ["hello"]])) as life:
        await life.ask("search_messages", words="cot")
        answer = await life.ask("search_messages", words="cot")
        with pytest.raises(StoreTrouble):
            await life.store.find("thread", {}, SoughtWords("cot").terms())
    assert len(answer["items"]) == 1
    assert any("no full-text index" in note for note in answer["notes"])
