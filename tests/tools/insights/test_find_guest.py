"""Who a guest is, against the rows of the demo account and what is written into them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import httpx2
import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.demo_cases import MOMENTS
from tests.tools.insights.calendar_world import world

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
TODAY = NOON.date()
THEA, CODE, THREAD = "Thea Prototype", "2-4310000029-coa029", "2-2200000040-thr040"
PHONE, EMAIL = "+1 3125550129", "thea@example.com"


def earlier(code: str, days: int, **changes: Any) -> Callable[[SandboxAccount], None]:
    """What adds another stay like Thea's, of so many days before, without her contact data."""

    def add(account: SandboxAccount) -> None:
        stay = account.stays[CODE]
        first = TODAY - timedelta(days=days)
        dates = {"check_in_date": f"{first}", "check_out_date": f"{first + timedelta(days=4)}"}
        own = {"stay_code": code, "reservation_code": code, "conversation_id": None}
        nothing: Row = {"guest_phone": "", "guest_email": "", "guests": []}
        account.stays[code] = stay | own | dates | nothing | {"status": "accepted"} | changes

    return add


def price(amount: float, currency: str) -> Row:
    money = {"amount": amount, "currency": currency}
    return {
        "rates": {
            "total_rate": money,
            "total_commission": None,
            "rate": money,
            "commission": None,
            "details": [],
        }
    }


def both(*changes: Callable[[SandboxAccount], None]) -> Callable[[SandboxAccount], None]:
    def change(account: SandboxAccount) -> None:
        for part in changes:
            part(account)

    return change


@pytest.mark.parametrize(
    "arguments",
    [
        {"guest_name": "prototype THEA"},
        {"phone": "001 312 555 0129"},
        {"phone": "3125550129"},
        {"email": "THEA@example.com"},
        {"guest_name": "thea", "phone": PHONE, "email": EMAIL},
    ],
)
async def test_a_guest_is_found_by_name_phone_or_address(arguments: dict[str, str]) -> None:
    async with world(NOON) as host:
        answer = await host.ask("find_guest", **arguments)
    (guest,) = answer["guests"]
    assert guest["guest_name"] == THEA
    assert (guest["phone"], guest["email"]) == (PHONE, EMAIL)
    assert [stay["stay_code"] for stay in answer["stays"]] == [CODE]
    assert [thread["conversation_id"] for thread in answer["threads"]] == [THREAD]


async def test_stays_are_one_guests_with_totals_by_currency_of_those_that_came_about() -> None:
    change = both(
        earlier("d-1", 100, **price(250.5, "EUR")),
        earlier("d-2", 200, **price(100, "EUR")),
        earlier("d-3", 300, status="cancelled", **price(999, "EUR")),
        earlier("d-4", 50, guest_name="Thea Prototype-Other", **price(1, "EUR")),
    )
    async with world(NOON, change=change) as host:
        own = host.account.stays[CODE]["rates"]["rate"]
        answer = await host.ask("find_guest", guest_name=THEA)
    guest, other = sorted(answer["guests"], key=lambda row: row["guest_name"])
    assert (own["amount"], own["currency"]) == (1092, "USD")
    assert guest["total"] == "€350.50 + $1,092"
    assert (guest["stays"], guest["not_accepted"]) == (3, 1)
    assert guest["first_check_in"] == f"{TODAY - timedelta(days=200)}"
    stays = [stay for stay in answer["stays"] if stay["guest"] == guest["guest"]]
    assert [stay["stay_code"] for stay in stays] == [CODE, "d-1", "d-2", "d-3"]
    assert [(stay["amount"], stay["currency"], stay.get("status")) for stay in stays[1:]] == [
        (250.5, "EUR", None),
        (100, "EUR", None),
        (999, "EUR", "cancelled"),
    ]
    assert other["total"] == "€1"


async def test_years_look_further_back_and_a_thread_names_older_stays() -> None:
    def in_the_thread(account: SandboxAccount) -> None:
        old = account.stays["d-7"]
        activities = account.conversations[THREAD]["activities"]
        dates = {name: old[name] for name in ("check_in_date", "check_out_date")}
        activities.append(activities[0] | {"reservation_code": "d-7"} | dates)

    change = both(earlier("d-3", 1_000), earlier("d-7", 2_500), in_the_thread)
    async with world(NOON, change=change) as host:
        near = await host.ask("find_guest", guest_name=THEA)
        far = await host.ask("find_guest", guest_name=THEA, years=3)
    # The older one is found at any rate, as a thread names it.
    assert [stay["stay_code"] for stay in near["stays"]] == [CODE, "d-7"]
    assert [stay["stay_code"] for stay in far["stays"]] == [CODE, "d-3", "d-7"]
    (looked,) = (note for note in near["notes"] if note.startswith("Looked at "))
    assert f"that end from {TODAY - timedelta(days=365)} to" in looked
    assert f"all {len(host.account.conversations)} guest threads" in looked


async def test_reviews_of_the_stays_are_there_in_a_fence() -> None:
    async with world(NOON) as host:
        code, review = next(
            (code, row)
            for code, row in host.account.reviews.items()
            if row["guest_review"] and row["guest_review"]["content"] and row["host_reply"]
        )
        stay = next(row for row in host.account.stays.values() if row["reservation_code"] == code)
        answer = await host.ask("find_guest", guest_name=stay["guest_name"])
    row = next(row for row in answer["reviews"] if row["reservation_code"] == code)
    assert row["guest_score"] == review["guest_review"]["score"]
    assert review["guest_review"]["content"] in row["guest_review"]
    assert row["guest_review"].startswith("<guest-")
    assert row["host_reply"] == review["host_reply"]["content"]


async def test_names_that_are_near_are_offered_where_nobody_fits() -> None:
    async with world(NOON) as host:
        answer = await host.ask("find_guest", guest_name="Tea Prototyp")
    assert answer["guests"] == []
    assert THEA in answer["near_names"]


async def test_more_guests_than_are_shown_are_counted_and_cost_a_bounded_number_of_calls() -> None:
    many = [earlier(f"d-{place}", 20 + place, guest_name=f"Quintus Q{place}") for place in range(14)]
    async with world(NOON, change=both(*many)) as host:
        calls = await host.calls_of("find_guest", guest_name="quint")
        answer = await host.ask("find_guest", guest_name="quint")
    # Those with the latest stays are shown.
    assert [guest["guest_name"] for guest in answer["guests"]] == [f"Quintus Q{place}" for place in range(10)]
    assert "4 more guests fit, with earlier stays: give more of the name." in answer["notes"]
    # Properties, six windows of stays, threads, and two states of reviews for each of ten stays.
    assert len(calls) <= 30


@pytest.mark.parametrize(
    ("arguments", "field", "problem"),
    [
        ({}, "guest_name", "give guest_name, phone or email"),
        ({"phone": "555"}, "phone", "7 digits or more"),
        ({"email": "thea"}, "email", "whole e-mail address"),
        ({"guest_name": "!!"}, "guest_name", "no letters"),
    ],
)
async def test_what_cannot_be_looked_for_is_said(arguments: dict[str, str], field: str, problem: str) -> None:
    async with world(NOON) as host:
        before = len(host.sandbox.log)
        (error,) = (await host.answer("find_guest", **arguments))["error"]["fields"]
        assert len(host.sandbox.log) == before
    assert error["field"] == field
    assert problem in error["problem"]


async def strictly(sandbox: Sandbox, **arguments: Any) -> Row:
    """The answer where contact data is hidden."""
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        chosen = select(["all"])
        context = Context(client, chosen.reachable, now=lambda: NOON, privacy="strict")
        result = cast("Any", await Engine(chosen, context, "off").call("find_guest", arguments))
        return cast("Row", result.structured_content)


@pytest.mark.parametrize(
    "arguments", [{"phone": PHONE}, {"email": EMAIL}, {"guest_name": "Thea", "phone": "1234567"}]
)
async def test_contact_data_that_is_hidden_is_not_searched_hit_or_miss(arguments: dict[str, str]) -> None:
    sandbox = Sandbox(now=lambda: NOON)
    error = (await strictly(sandbox, **arguments))["error"]
    assert error["kind"] == "blocked"
    assert "hidden" in error["message"]
    assert len(sandbox.log) == 0


async def test_hidden_contact_data_does_not_show_by_who_is_one_guest() -> None:
    sandbox = Sandbox(now=lambda: NOON)
    account = sandbox.accounts.main
    shared = {"guest_name": "Theodora Else", "guest_phone": PHONE, "guest_email": EMAIL}
    earlier("d-1", 60, **shared)(account)
    hidden = await strictly(sandbox, guest_name="thea")
    async with world(NOON, change=earlier("d-1", 60, **shared)) as host:
        seen = await host.ask("find_guest", guest_name="thea")
    assert [stay["stay_code"] for stay in seen["stays"]] == [CODE, "d-1"]
    assert [stay["stay_code"] for stay in hidden["stays"]] == [CODE]
    assert PHONE not in str(hidden)
    assert not {"phone", "email"} & set(hidden["guests"][0])
    assert "phone" not in str(hidden["notes"])


async def test_threads_that_cannot_be_listed_leave_the_stays() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", "GET /conversations", times=9, code=403, message="No")
        answer = await host.ask("find_guest", guest_name=THEA)
    assert [stay["stay_code"] for stay in answer["stays"]] == [CODE]
    assert [failure["message"] for failure in answer["failed"]] == ["guest threads: No"]
