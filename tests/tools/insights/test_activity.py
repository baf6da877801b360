"""What happened since a moment, against the times in the rows of the demo account."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.scope import ScopedClient
from hostex_mcp.server.engine import Engine
from hostex_mcp.tools.selection import select
from tests.support.demo_cases import MOMENTS, each_moment
from tests.tools.insights.calendar_world import World, world

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
Named = tuple[str, str]


def _within(text: str | None, since: datetime, now: datetime) -> bool:
    return bool(text) and since < datetime.fromisoformat(text) <= now


def happened(account: SandboxAccount, since: datetime, now: datetime) -> Iterator[Named]:
    """What a careful reader of all rows would list, by the code or id that names it. Tasks are left out:
    their times have no zone."""
    yield from _of_stays(account, since, now)
    for code, review in account.reviews.items():
        written: dict[str, Any] = review["guest_review"] or {}
        if _within(written.get("created_at"), since, now):
            yield "review", code
    for entry in account.transactions.values():
        if _within(entry["created_at"], since, now) or _within(entry["updated_at"], since, now):
            yield "money", str(entry["id"])
    for name, thread in account.conversations.items():
        if any(_within(message["created_at"], since, now) for message in _written(thread)):
            yield "message", name


def _of_stays(account: SandboxAccount, since: datetime, now: datetime) -> Iterator[Named]:
    for code, stay in account.stays.items():
        asked = stay["status"] in ("wait_accept", "wait_pay", "denied", "timeout")
        if _within(stay["booked_at"], since, now):
            yield "request" if asked else "booking", code
        if _within(stay["cancelled_at"], since, now):
            yield "cancellation", code


def _written(thread: dict[str, Any]) -> list[dict[str, Any]]:
    """What the guest wrote in a thread."""
    return [
        message
        for message in thread["messages"]
        if message["sender_role"] == "guest"
        and message["display_type"] == "Text"
        and message["content"] != "Source: reservation_book"
    ]


def told(rows: list[dict[str, Any]]) -> list[Named]:
    return [_named(row) for row in rows]


def _named(row: dict[str, Any]) -> Named:
    kind = row["what"].split(",")[0].split(" ")[-1].removesuffix("s")
    if kind in ("income", "expense"):
        return "money", str(row["transaction_id"])
    code = {"message": "conversation_id", "review": "reservation_code"}.get(kind, "stay_code")
    return kind, row[code]


async def every_row(host: World, **arguments: Any) -> list[dict[str, Any]]:
    rows, cursor = list[dict[str, Any]](), None
    while True:
        answer = await host.ask("get_activity", **({"cursor": cursor} if cursor else arguments), limit=7)
        rows += answer["items"]
        cursor = answer.get("next_cursor")
        if not cursor:
            assert answer["total"] == len(rows)
            return rows


KINDS = ["booking", "request", "cancellation", "message", "review", "money"]


@each_moment
async def test_everything_that_carries_a_time_is_told_once(now: datetime) -> None:
    since = now - timedelta(days=9)
    async with world(now) as host:
        rows = await every_row(host, since=since.isoformat(), kinds=KINDS)
        expected = sorted(happened(host.account, since, now))
    assert expected
    assert sorted(told(rows)) == expected
    times = [datetime.fromisoformat(row["at"]) for row in rows]
    assert times == sorted(times, reverse=True)


async def test_a_booking_and_a_cancellation_of_just_now_come_first() -> None:
    def change(account: SandboxAccount) -> None:
        moment = (NOON - timedelta(minutes=1)).astimezone(UTC).isoformat()
        codes = [
            code
            for code, stay in account.stays.items()
            if stay["status"] == "accepted" and stay["check_in_date"] > f"{NOON.date()}"
        ]
        account.stays[codes[0]]["booked_at"] = moment
        account.stays[codes[1]] |= {"status": "cancelled", "cancelled_at": moment}

    async with world(NOON, change=change) as host:
        answer = await host.ask("get_activity", kinds=["booking", "cancellation"])
    assert {row["what"] for row in answer["items"][:2]} == {"booking", "cancellation"}
    assert all(row["guest_name"] and row["check_in_date"] for row in answer["items"][:2])


async def test_the_notes_say_where_to_go_on_and_what_is_not_known() -> None:
    async with world(NOON) as host:
        notes = (await host.ask("get_activity"))["notes"]
        until = NOON.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        again = await host.ask("get_activity", since=until)
    assert f"since={until}" in notes[0]
    assert "changed prices" in notes[1]
    assert again["items"] == []


@pytest.mark.parametrize(
    ("since", "problem"),
    [
        ("2099-01-01", "still to come"),
        ("2025-01-01", "days ago"),
        ("yesterday", "must be a day"),
        ("2026-13-45", "must be a day"),
        ("0001-01-01", "days ago"),
        ("9999-12-31T23:59:59-23:59", "still to come"),
        ("0001-01-01T00:00+23:59", "days ago"),
    ],
)
async def test_a_bad_since_is_answered_with_what_to_do(since: str, problem: str) -> None:
    async with world(NOON) as host:
        answer = await host.answer("get_activity", since=since)
    assert answer["error"]["kind"] == "invalid_arguments"
    assert problem in str(answer["error"])


@pytest.mark.parametrize("whose", ["another account's", "another list's", "nobody's"])
async def test_a_foreign_cursor_is_refused_by_name(whose: str) -> None:
    async with world(NOON) as host:
        own = (await host.ask("get_activity", since="2026-06-01", limit=2))["next_cursor"]
        assert (await host.ask("get_activity", cursor=own, limit=2))["items"]
        foreign = {
            "another account's": (await _answer_of_another_account(host))["next_cursor"],
            "another list's": (await host.ask("list_reservations", limit=2))["next_cursor"],
            "nobody's": f"{own[:-4]}AAAA",
        }
        answer = await host.answer("get_activity", cursor=foreign[whose])
    assert answer["error"]["kind"] == "invalid_arguments"
    assert [field["field"] for field in answer["error"]["fields"]] == ["cursor"]


async def _answer_of_another_account(host: World) -> dict[str, Any]:
    other = Engine(select(["all"]), host.engine.context, "off", "somebody else's")
    result: Any = await other.call("get_activity", {"since": "2026-06-01", "limit": 2})
    return result.structured_content


async def test_a_property_out_of_scope_is_refused_and_nothing_of_it_is_told() -> None:
    async with world(NOON) as host:
        scoped = replace(host.engine.context, client=ScopedClient(host.engine.context.client, [20110001]))
        host.engine = Engine(select(["all"]), scoped, "off")
        answer = await host.answer("get_activity", since="2026-06-01", property_ids=[20110002])
        rows = await every_row(host, since="2026-06-01")
    assert answer["error"]["kind"] == "invalid_arguments"
    assert [field["field"] for field in answer["error"]["fields"]] == ["property_ids"]
    assert rows
    assert {row["property_id"] for row in rows} == {20110001}


async def test_only_the_chosen_properties_are_told() -> None:
    async with world(NOON) as host:
        rows = await every_row(host, since=f"{(NOON - timedelta(days=30)).date()}", property_ids=[20110001])
    assert rows
    assert {row["property_id"] for row in rows} == {20110001}


async def test_a_part_that_cannot_be_read_is_named_and_the_rest_is_told() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", "GET /transactions", times=9, code=403, message="No")
        answer = await host.ask("get_activity", since=f"{(NOON - timedelta(days=7)).date()}")
    assert [failure["kind"] for failure in answer["failed"]] == ["forbidden"]
    assert answer["items"]


async def test_a_day_costs_a_bounded_number_of_calls() -> None:
    async with world(NOON) as host:
        calls = await host.calls_of(
            "get_activity", kinds=["booking", "request", "cancellation", "review", "money"]
        )
    assert len(calls) <= 14
