"""Messages found by their words, against a plain look through the rows."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, some_moments
from tests.tools.insights.calendar_world import world
from tests.tools.insights.test_paging_of_worked_out_lists import pages
from tests.tools.insights.waiting_worlds import Sketch, filled, saying, sketches

pytestmark = pytest.mark.anyio

YEARS = timedelta(days=800)
NOON = MOMENTS["an ordinary noon"]
SEARCH, LINE = "search_messages", "Source: reservation_book"


def written(account: SandboxAccount, beginning: str) -> list[tuple[str, datetime]]:
    """Thread and time of every message that somebody or a template wrote with a word that begins so."""
    return [
        (code, datetime.fromisoformat(row["created_at"]).replace(second=0))
        for code, thread in account.conversations.items()
        for row in thread["messages"]
        if re.search(rf"\b{beginning}", row["content"].lower())
        and row["display_type"] == "Text"
        and not row["content"].startswith("Source: ")
    ]


def told(rows: list[Row]) -> list[tuple[str, datetime]]:
    return [(row["conversation_id"], datetime.fromisoformat(row["at"])) for row in rows]


@some_moments
async def test_every_message_with_a_word_in_any_form_is_found_once_newest_first(now: datetime) -> None:
    async with world(now) as host:
        answer = await host.ask(SEARCH, words="Parking", since=f"{now.date() - YEARS}", limit=100)
        expected = written(host.account, "park")
    found = told(answer["items"])
    assert found
    assert sorted(found) == sorted(expected)
    times = [moment for _, moment in found]
    assert times == sorted(times, reverse=True)


async def test_a_message_stands_between_its_neighbours_and_guests_are_fenced() -> None:
    talk = [("b", "Welcome"), ("g", "Is there a grand piano?"), ("l", LINE), ("h", "Yes, in the hall")]
    async with world(NOON, change=saying("Thea Prototype", *talk)) as host:
        answer = await host.ask(SEARCH, words="PIANOS", detail="full")
    (row,) = answer["items"]
    fence = row["says"][1:].split(">")[0]
    assert row["says"] == f"<{fence}>Is there a grand piano?</{fence}>"
    assert fence.startswith("guest-")
    assert (row["by"], row["guest_name"], row["message_id"]) == ("guest", "Thea Prototype", "m-1")
    assert row["before"] == "automation: Welcome"
    assert row["after"] == "team: Yes, in the hall"
    assert row["property"] == "Lakeview Coach House"


async def test_only_one_author_is_searched_if_asked() -> None:
    talk = [("g", "A piano?"), ("a", "A piano, yes"), ("h", "The piano is new"), ("b", "Piano rules")]
    async with world(NOON, change=saying("Thea Prototype", *talk)) as host:
        by = {
            who: [row["by"] for row in (await host.ask(SEARCH, words="piano", by=who))["items"]]
            for who in ("guest", "team", "assistant", "automation")
        }
        everybody = await host.ask(SEARCH, words="piano")
    assert by == {who: [who] for who in by}
    assert [row["by"] for row in everybody["items"]] == ["automation", "team", "assistant", "guest"]


async def test_days_bound_the_messages_at_the_property_and_other_properties_do_not_count() -> None:
    async with world(NOON) as host:
        whole = await host.ask(SEARCH, words="check-in", since="2026-05-01", limit=100)
        early = await host.ask(SEARCH, words="check-in", since="2026-05-01", until="2026-06-10", limit=100)
        loft = await host.ask(SEARCH, words="check-in", since="2026-05-01", property_ids=["Harbour Loft"])
    assert len(early["items"]) < len(whole["items"])
    # The end of a day is that of the property where days begin first, in Lisbon.
    assert all(datetime.fromisoformat(row["at"]).timestamp() < 1781132400 for row in early["items"])
    assert {row["property"] for row in loft["items"]} == {"Harbour Loft"}
    assert len(loft["items"]) == sum(row.get("property") == "Harbour Loft" for row in whole["items"])


@pytest.mark.parametrize(
    ("arguments", "field", "problem"),
    [
        ({"words": "?!"}, "words", "no letters"),
        ({"words": "a", "since": "2027-01-01"}, "since", "still to come"),
        ({"words": "a", "since": "2026-06-02", "until": "2026-06-01"}, "until", "before since"),
        ({"words": "a", "by": "system"}, "by", "must be one of"),
    ],
)
async def test_a_search_that_cannot_be_made_says_why(
    arguments: dict[str, Any], field: str, problem: str
) -> None:
    async with world(NOON) as host:
        (error,) = (await host.answer(SEARCH, **arguments))["error"]["fields"]
    assert error["field"] == field
    assert problem in error["problem"]


@settings(max_examples=20)
@given(
    st.lists(sketches, min_size=1, max_size=30),
    st.lists(st.integers(1, 9), min_size=1, max_size=3),
    st.integers(1, 12),
)
async def test_of_more_threads_than_a_call_reads_every_message_is_found_once(
    drawn: list[Sketch], limits: list[int], most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hostex_mcp.tools.insights.message_search.MOST_THREADS", most)
        async with world(NOON, change=filled(drawn, NOON)) as host:
            answers = await pages(host, limits, SEARCH, words="hello")
            expected = written(host.account, "hello")
    assert sorted(told([row for page in answers for row in page["items"]])) == sorted(expected)
    unread = [note for note in answers[0]["notes"] if note.startswith("Not searched yet: ")]
    assert bool(unread) is (len(drawn) > most)
    assert ("total" in answers[0]) is (len(drawn) <= most)


async def test_a_thread_that_cannot_be_read_is_counted_as_not_searched() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", "GET /conversations/{conversation_id}", code=403, message="No")
        answer = await host.ask(SEARCH, words="parking", limit=100)
    assert len(answer["failed"]) == 1
    assert "Threads that could not be read, and so were not searched: 1." in answer["notes"]
