"""Lists that are worked out, paged to the end by processes that know nothing of each other."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.cursor import Cursor
from hostex_mcp.toolkit.memory import Memory
from hostex_mcp.toolkit.results import ListPosition
from hostex_mcp.tools.selection import select
from tests.support.demo_cases import MOMENTS
from tests.tools.insights.calendar_world import World, world
from tests.tools.insights.daily_truth import reviews_to_answer, reviews_to_write
from tests.tools.insights.waiting_worlds import Sketch, filled, in_order, message, sketches

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
WAITS = Sketch("g", [60, 1, 1, 1, 1], "reservation", -1, 4)


def moved_on(host: World) -> World:
    """Another process with the same account, which remembers nothing, some minutes later."""
    now = host.now + timedelta(minutes=7)
    context = replace(host.engine.context, memory=Memory(), now=lambda: now)
    return World(host.sandbox, Engine(select(["all"]), context, "off"), now)


async def pages(
    host: World, limits: Sequence[int], tool: str = "list_guests_waiting", **arguments: Any
) -> list[dict[str, Any]]:
    """All pages, each from another process."""
    answer = await host.ask(tool, limit=limits[0], **arguments)
    answers, number = [answer], 0
    while "next_cursor" in answer:
        host, number = moved_on(host), number + 1
        answer = await host.ask(tool, cursor=answer["next_cursor"], limit=limits[number % len(limits)])
        answers.append(answer)
        assert number < 200
    return answers


def ids(answers: Sequence[dict[str, Any]]) -> list[str]:
    return [row["conversation_id"] for page in answers for row in page["items"]]


@settings(max_examples=25)
@given(st.lists(sketches, max_size=30), st.lists(st.integers(1, 9), min_size=1, max_size=3))
async def test_every_waiting_guest_is_there_once_and_in_order_whatever_the_pages(
    drawn: list[Sketch], limits: list[int]
) -> None:
    async with world(NOON, change=filled(drawn, NOON)) as host:
        answers = await pages(host, limits)
        expected = in_order(host.account, NOON)
    assert ids(answers) == expected
    assert {page["total"] for page in answers} == {len(expected)}
    assert sum(page["returned"] for page in answers) == len(expected)


@settings(max_examples=20)
@given(
    st.lists(sketches, max_size=40),
    st.lists(st.integers(1, 9), min_size=1, max_size=3),
    st.integers(1, 12),
)
async def test_of_more_threads_than_a_call_reads_every_guest_is_there_once_and_the_unread_are_counted(
    drawn: list[Sketch], limits: list[int], most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hostex_mcp.tools.insights.waiting.MOST_THREADS", most)
        async with world(NOON, change=filled(drawn, NOON)) as host:
            answers = await pages(host, limits)
            expected = in_order(host.account, NOON)
            first = await moved_on(host).calls_of("list_guests_waiting")
    assert sorted(ids(answers)) == sorted(expected)
    assert answers[-1]["total"] == len(expected)
    notes = [note for note in answers[0]["notes"] if note.startswith("Threads not read yet: ")]
    unread = len(drawn) - most
    assert [note.split(": ")[1].split(".")[0] for note in notes] == (
        [f"{unread} of {len(drawn)}"] if unread > 0 else []
    )
    assert ("total" in answers[0]) is (unread <= 0)
    assert sum("/conversations/" in call for call in first) <= most


async def test_the_guests_of_200_threads_are_all_reached_as_in_the_account_that_lost_50() -> None:
    def grow(number: int) -> Sketch:
        return replace(WAITS, apart=[60 * (number + 1), 1, 1, 1, 1])

    drawn = [grow(number) for number in range(200)]
    async with world(NOON, change=filled(drawn, NOON)) as host:
        answers = await pages(host, [50])
        expected = in_order(host.account, NOON)
    assert len(ids(answers)) == 200
    assert set(ids(answers)) == set(expected)
    assert answers[-1]["total"] == 200


async def test_a_guest_who_is_answered_or_writes_again_between_pages_moves_no_other() -> None:
    drawn = [replace(WAITS, apart=[60 * number, 1, 1, 1, 1]) for number in range(1, 9)]
    async with world(NOON, change=filled(drawn, NOON)) as host:
        expected = in_order(host.account, NOON)
        first = await host.ask("list_guests_waiting", limit=3)
        threads = host.account.conversations
        for code, sign in ((expected[1], "h"), (expected[2], "g"), (expected[5], "g")):
            threads[code]["messages"].insert(0, message(sign, NOON + timedelta(minutes=1), f"n-{code}"))
        second = await moved_on(host).ask("list_guests_waiting", cursor=first["next_cursor"])
    assert ids([first, second]) == expected
    assert "Rows removed before this page since the last one: 1." in second["notes"]


async def test_every_page_counts_the_hours_up_to_the_first_one() -> None:
    drawn = [replace(WAITS, apart=[60 * number, 1, 1, 1, 1]) for number in range(1, 9)]
    async with world(NOON, change=filled(drawn, NOON)) as host:
        answers = await pages(host, [3])
    hours = [row["waiting_hours"] for page in answers for row in page["items"]]
    assert sorted(hours) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_a_guest_who_came_up_before_the_page_is_told() -> None:
    drawn = [replace(WAITS, apart=[60 * number, 1, 1, 1, 1]) for number in range(1, 9)]
    async with world(NOON, change=filled(drawn, NOON)) as host:
        threads = host.account.conversations
        answered = in_order(host.account, NOON)[0]
        threads[answered]["messages"].insert(0, message("h", NOON, "x"))
        first = await host.ask("list_guests_waiting", limit=3)
        del threads[answered]["messages"][0]
        threads[answered]["messages"].insert(0, message("c", NOON, "x"))
        second = await moved_on(host).ask("list_guests_waiting", cursor=first["next_cursor"])
    assert answered not in ids([first, second])
    assert any(
        note.startswith("Rows added before this page since the last one: 1;") for note in second["notes"]
    )


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
async def test_every_review_that_is_due_is_there_once_whatever_the_pages(limit: int) -> None:
    async with world(NOON) as host:
        answers = await pages(host, [limit], "list_reviews_due")
        due = {*reviews_to_write(host.account, NOON), *reviews_to_answer(host.account, NOON, 60)}
    codes = [row["reservation_code"] for page in answers for row in page["items"]]
    assert sorted(codes) == sorted(due)
    assert {page["total"] for page in answers} == {len(due)}


@pytest.mark.parametrize(
    "mark",
    [
        ListPosition(NOON.timestamp(), key=["a", "b"], shown=1),
        ListPosition(NOON.timestamp(), key=[0, 0, 0, "x", 1], shown=1),
        ListPosition(NOON.timestamp(), since=["a"]),
        ListPosition(NOON.timestamp(), until=["a"]),
        ListPosition(0.0),
    ],
)
async def test_a_forged_or_old_mark_is_refused_and_no_fault_of_the_server(mark: ListPosition) -> None:
    async with world(NOON, change=filled([WAITS] * 3, NOON)) as host:
        cursor = Cursor("list_guests_waiting", {}, mark).encode("local")
        answer = await host.answer("list_guests_waiting", cursor=cursor)
    assert [field["field"] for field in cast("Any", answer)["error"]["fields"]] == ["cursor"]


async def test_a_cursor_of_offsets_is_refused_by_a_list_that_is_worked_out() -> None:
    async with world(NOON) as host:
        cursor = Cursor("list_guests_waiting", {}, [20]).encode("local")
        answer = await host.answer("list_guests_waiting", cursor=cursor)
    assert [field["field"] for field in answer["error"]["fields"]] == ["cursor"]
