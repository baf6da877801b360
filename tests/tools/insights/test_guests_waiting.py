"""Guests who wait for an answer, against the rows of the demo account."""

from datetime import datetime

import pytest

from hostex_mcp.sandbox.lookups import iso
from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, each_moment
from tests.tools.insights.calendar_world import world
from tests.tools.insights.daily_truth import waiting

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
RANKS = {"in_house": 0, "request": 2, "inquiry": 2, "past": 4, "cancelled": 4}


def rank(row: Row) -> int:
    if row["guest_is"] == "arriving":
        return 1 if row["arrives_in_days"] <= 7 else 3
    return RANKS[row["guest_is"]]


def answered(account: SandboxAccount, guest: str, sender: str, now: datetime) -> None:
    """Somebody or something writes to a guest right now."""
    thread = next(thread for thread in account.conversations.values() if thread["guest"]["name"] == guest)
    message = {"id": "m-new", "sender_role": "host", "sender_name": sender, "content": "Hello"}
    thread["messages"].insert(0, message | {"created_at": iso(now), "display_type": "Text", "sources": []})


def names(answer: Row) -> list[str]:
    return [row["guest_name"] for row in answer["items"]]


@each_moment
async def test_exactly_those_wait_to_whom_no_person_has_answered(now: datetime) -> None:
    async with world(now) as host:
        answer = await host.ask("list_guests_waiting", limit=100, days=20)
    expected = waiting(host.account, now, 20)
    assert {row["conversation_id"] for row in answer["items"]} == set(expected)
    for row in answer["items"]:
        hours = (now - expected[row["conversation_id"]]).total_seconds() / 3600
        assert abs(row["waiting_hours"] - hours) < 0.06


@each_moment
async def test_the_most_urgent_come_first_and_of_equals_who_waits_longest(now: datetime) -> None:
    async with world(now) as host:
        rows = (await host.ask("list_guests_waiting", limit=100))["items"]
    order = [(rank(row), row.get("arrives_in_days", 0), -row["waiting_hours"]) for row in rows]
    assert order == sorted(order)
    assert [row["guest_name"] for row in rows[:2]] == ["Georgia Placeholder", "Thea Prototype"]


async def test_where_the_guest_stands_is_told_with_stay_and_property() -> None:
    async with world(NOON) as host:
        rows = {row["guest_name"]: row for row in (await host.ask("list_guests_waiting", limit=100))["items"]}
    assert rows["Thea Prototype"]["guest_is"] == "in_house"
    assert rows["Thea Prototype"]["stay_code"] == "2-4310000029-coa029"
    assert "check_in_date" not in rows["Thea Prototype"]
    assert rows["Thea Prototype"]["property"] == "Lakeview Coach House"
    assert rows["Haruto Mihon"]["arrives_in_days"] == 1
    assert rows["Camille Gabarit"]["guest_is"] == "request"
    assert rows["Oskar Muster"]["guest_is"] == "inquiry"
    assert "stay_code" not in rows["Oskar Muster"]


@pytest.mark.parametrize(
    ("sender", "still"), [("Bot:1", True), ("HostGPT", True), ("tom.hale@example.com", False)]
)
async def test_templates_are_no_answer_the_assistant_is_one_told_apart_and_a_person_is_one(
    sender: str, still: bool
) -> None:
    async with world(NOON) as host:
        answered(host.account, "Thea Prototype", sender, NOON)
        answer = await host.ask("list_guests_waiting", limit=100)
    assert ("Thea Prototype" in names(answer)) is still
    if still:
        (row,) = (row for row in answer["items"] if row["guest_name"] == "Thea Prototype")
        assert row["auto_reply"] == ("assistant" if sender == "HostGPT" else "template")
        assert (answer["items"][-1] == row) is (sender == "HostGPT")
        assert row["waiting_hours"] == 5.2


async def test_what_the_guest_says_is_fenced_and_what_cannot_be_seen_is_gone() -> None:
    async with world(NOON) as host:
        answer = await host.ask("list_guests_waiting", limit=100, detail="full")
    (row,) = (row for row in answer["items"] if row["guest_name"] == "Mallory Testcase")
    fence = row["says"][1:].split(">")[0]
    assert fence.startswith("guest-")
    assert row["says"].endswith(f"Thanks :)</{fence}>")
    assert "\n" not in row["says"]


async def test_threads_without_a_new_message_are_not_read_again() -> None:
    async with world(NOON) as host:
        first = await host.calls_of("list_guests_waiting")
        again = await host.calls_of("list_guests_waiting")
        answered(host.account, "Thea Prototype", "tom.hale@example.com", NOON)
        after = await host.calls_of("list_guests_waiting")
        answer = await host.ask("list_guests_waiting", limit=100)
    threads = [
        call for call in first if call.startswith("GET /v3/conversations/") or "/conversations/" in call
    ]
    assert len(threads) > 20
    assert not [call for call in again if "/conversations/" in call]
    assert len([call for call in after if "/conversations/" in call]) == 1
    assert "Thea Prototype" not in names(answer)


async def test_a_thread_that_cannot_be_read_is_told_and_the_others_are_there() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", "GET /conversations/{conversation_id}", code=403, message="No")
        answer = await host.ask("list_guests_waiting", limit=100)
    (failure,) = answer["failed"]
    assert failure["conversation_id"] in host.account.conversations
    assert failure["kind"] == "forbidden"
    assert len(answer["items"]) >= len(waiting(host.account, NOON, 30)) - 1


async def test_without_the_stays_the_threads_say_where_the_guest_stands() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", "GET /reservations", times=None, code=403, message="No")
        answer = await host.ask("list_guests_waiting", limit=100)
    rows = {row["guest_name"]: row for row in answer["items"]}
    assert rows["Thea Prototype"]["guest_is"] == "in_house"
    assert rows["Haruto Mihon"]["arrives_in_days"] == 1
    assert answer["failed"] == [{"kind": "forbidden", "message": "stays of waiting guests: No"}]


async def test_one_stay_that_cannot_be_read_leaves_the_others() -> None:
    async with world(NOON) as host:
        complete = await host.ask("list_guests_waiting", limit=100)
        host.sandbox.faults.add("envelope", "GET /reservations", times=1, code=403, message="No")
        answer = await host.ask("list_guests_waiting", limit=100)
    assert answer["failed"] == [{"kind": "forbidden", "message": "stays of waiting guests: No"}]
    rows = [row for row in answer["items"] if "stay_code" in row]
    assert len(rows) == len([row for row in complete["items"] if "stay_code" in row]) - 1


async def test_stays_that_are_too_many_to_be_looked_up_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hostex_mcp.tools.insights.waiting._MOST_LOOKED_UP", 2)
    async with world(NOON) as host:
        answer = await host.ask("list_guests_waiting", limit=100)
    orders = {
        activity["reservation_code"]
        for thread in host.account.conversations.values()
        if thread["id"] in {row["conversation_id"] for row in answer["items"]}
        for activity in thread["activities"]
        if activity["reservation_code"]
    }
    note = f"For {len(orders) - 2} bookings only the thread was read, not the stay."
    assert note in answer["notes"]


async def test_properties_narrow_the_list() -> None:
    async with world(NOON) as host:
        answer = await host.ask("list_guests_waiting", limit=100, property_ids=["Harbour Loft"])
    assert names(answer) == ["Inês Exemplar", "Tomasz Przyklad", "Oskar Muster"]


async def test_more_threads_than_a_call_reads_go_on_with_the_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hostex_mcp.tools.insights.waiting.MOST_THREADS", 10)
    async with world(NOON) as host:
        total = len(host.account.conversations)
        answer = await host.ask("list_guests_waiting", limit=100, days=180)
        assert f"not read yet: {total - 10} of {total}." in answer["notes"][-1]
        rows = list(answer["items"])
        while "next_cursor" in answer:
            assert "total" not in answer
            answer = await host.ask("list_guests_waiting", limit=100, cursor=answer["next_cursor"])
            rows += answer["items"]
    assert {row["conversation_id"] for row in rows} == set(waiting(host.account, NOON, 180))
    assert len(rows) == answer["total"]


async def test_when_no_thread_can_be_read_the_call_fails() -> None:
    async with world(NOON) as host:
        operation = "GET /conversations/{conversation_id}"
        host.sandbox.faults.add("envelope", operation, times=None, code=403, message="No")
        answer = await host.answer("list_guests_waiting")
    assert answer["error"]["kind"] == "forbidden"


@pytest.mark.parametrize("kind", ["Box", "SpecialOffer", "RequestToBook"])
async def test_a_card_of_the_guests_side_is_no_message_and_a_request_is_told_once(kind: str) -> None:
    async with world(NOON) as host:
        (stay,) = (stay for stay in host.account.stays.values() if stay["guest_name"] == "Lucia Boceto")
        thread = host.account.conversations[stay["conversation_id"]]
        thread["messages"] = [thread["messages"][0] | {"sender_role": "guest", "sender_name": None}]
        thread["messages"][0] |= {"display_type": kind, "content": ""}
        listed = await host.ask("list_guests_waiting", limit=100)
        day = await host.ask("get_daily_briefing")
    assert "Lucia Boceto" not in names(listed)
    assert "Lucia Boceto" in {row["guest_name"] for row in day["requests"]}
    assert "Lucia Boceto" not in {row["guest_name"] for row in day["waiting"]}
