"""Stays and reviews for which Hostex gives no code: each is one of its own."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.demo_cases import MOMENTS
from tests.tools.insights.calendar_world import world

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
TODAY, DAY = NOON.date(), timedelta(days=1)
HOMES = [20110001, 20110002, 20110006]


def codeless(account: SandboxAccount) -> None:
    """In each of three homes a guest leaves and another comes, one asks for later dates, and one has no
    home."""
    pattern = next(stay for stay in account.stays.values() if stay["channel_type"] == "hostex_direct")
    account.stays.clear()
    account.tasks.clear()
    account.transactions = dict(list(account.transactions.items())[:1])
    (entry,) = account.transactions.values()
    entry |= {"reservation_code": None, "stay_code": None, "property_id": None, "link_type": "operator"}

    def add(name: str, home: int, first: int, nights: int, **others: Any) -> None:
        account.stays[name] = deepcopy(pattern) | {
            "stay_code": "",
            "reservation_code": "",
            "guest_name": name,
            "property_id": home,
            "in_reservation_box": not home,
            "conversation_id": None,
            "status": "accepted",
            "check_in_date": f"{TODAY + DAY * first}",
            "check_out_date": f"{TODAY + DAY * (first + nights)}",
            "payment": {
                "currency": "EUR",
                "total_amount": 100,
                "received_amount": 60,
                "balance_amount": 40,
                "status": "partial",
            },
            **others,
        }

    for place, home in enumerate(HOMES):
        add(f"Leaves {place}", home, -2, 2)
        add(f"Comes {place}", home, 0, 3)
        add(f"Asks {place}", home, 20, 2, status="wait_accept", channel_type="airbnb")
        add(f"Homeless {place}", 0, 2, 2)


def names(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(row["guest_name"] for row in rows)


def three(name: str) -> list[str]:
    return [f"{name} {place}" for place in range(3)]


async def test_each_is_in_the_briefing_with_its_turnover_and_its_balance() -> None:
    async with world(NOON, change=codeless) as host:
        answer = await host.ask("get_daily_briefing")
    assert names(answer["arrivals"]) == three("Comes")
    assert names(answer["departures"]) == three("Leaves")
    assert names(answer["requests"]) == three("Asks")
    assert len(answer["turnovers"]) == 3
    warned = {
        kind: names([row for row in answer["warnings"] if row["kind"] == kind])
        for kind in ("balance_due", "unallocated_stay")
    }
    assert warned == {"balance_due": three("Comes"), "unallocated_stay": three("Homeless")}


async def test_each_is_in_the_plan_with_the_guest_before_and_after() -> None:
    async with world(NOON, change=codeless) as host:
        answer = await host.ask("get_turnover_plan")
    pairs = [
        (row["leaving"]["guest_name"], row["coming"]["guest_name"])
        for row in answer["turnovers"]
        if row["day"] == f"{TODAY}"
    ]
    assert sorted(pairs) == list(zip(three("Leaves"), three("Comes"), strict=True))
    assert names(answer["unplaced"]) == three("Homeless")


async def test_each_counts_in_the_accounts_and_none_takes_entries_without_an_order() -> None:
    async with world(NOON, change=codeless) as host:
        (entry,) = host.account.transactions.values()
        day = entry["action_at"][:10]
        first, last = min(day, f"{TODAY - DAY * 2}"), max(day, f"{TODAY + DAY * 4}")
        answer = await host.ask("get_month_end", start_date=first, end_date=last)
        listed = await host.ask("list_reservations", limit=100)
    assert len(answer["unreceived"]) == 9
    assert {row["row"] for row in answer["apart"]} == {"not allocated", "account"}
    assert len([row for row in listed["items"] if row["status"] == "accepted"]) == 9
