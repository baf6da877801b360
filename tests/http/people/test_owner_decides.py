"""What needs the owner waits for them, and for nobody else."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from hostex_mcp.http.changes.access import Visitor
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.changes.record import State
from tests.http.changing import (
    after,
    asked,
    call,
    drafted,
    kept,
    listed,
    opened,
    press,
    prices,
    reprice,
    send,
    sent,
    tick,
)
from tests.http.connecting import Person, deployment
from tests.http.html_pages import Html
from tests.http.inviting import guest_of, other_person, owner_of
from tests.support.clock import ahead
from tests.support.every_write import every_write

pytestmark = pytest.mark.anyio

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
WEEK: dict[str, int] = dict.fromkeys(DAYS, 300)
NIGHTS = {"start_date": ahead(17), "end_date": ahead(18)}
ALL: dict[str, Any] = {"money": "1", "decides": "all"}


def over(**limits: str) -> dict[str, Any]:
    """The form of an invitation with limits."""
    return {"money": "1", "decides": "limits", "cancelled": [], **limits}


async def test_what_needs_the_owner_waits_seven_days_on_their_page(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **ALL)
        answer = await call(guest, grant, "update_listing_prices", prices())
        assert answer["status"] == "waiting_for_person"
        assert "The owner of the Hostex account decides on this" in answer["next_step"]
        change_id = answer["change_id"]
        owner.clock.advance(days=6, hours=23)
        page = await opened(owner, change_id)
        assert "Maria, in Claude asked for this" in page.text
        done = await after(owner, await press(owner, change_id, "approve"))
        assert "It is done. Approved by the owner" in done.text
        assert sent(owner) == ["POST /listings/prices"]
        told = await call(guest, grant, "update_listing_prices", {**prices(), "change_id": change_id})
        assert told["receipt"]["asked_by"] == "Maria, in Claude"
        assert told["receipt"]["decided_by"] == "the owner"


async def test_who_asked_sees_it_waiting_and_cannot_decide(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **ALL)
        change_id = await asked(guest, grant)
        page = await opened(guest, change_id)
        assert "It waits for the owner of the Hostex account." in page.text
        assert page.all("button") == []
        assert "What waits for the owner" in (await listed(guest)).text
        owners = await opened(owner, change_id)
        ticket = owners.value("change")
        for decision in ("approve", "decline"):
            answer = await send(guest, change_id, owners, decision, change=ticket)
            assert answer.status_code == 403
        # Even with a ticket that this browser was given for what it sees.
        own_ticket = guest_ticket(guest, change_id, owners.value("change").split(" ")[1])
        answer = await guest.post(f"/changes/{change_id}", [("change", own_ticket), ("decision", "approve")])
        assert answer.status_code == 403
        several = await guest.post("/changes", [("change", own_ticket), ("decision", "approve")])
        assert several.status_code == 403
        assert (await kept(owner, change_id)).state is State.WAITING
        assert sent(owner) == []


def guest_ticket(guest: Person, change_id: str, seen: str) -> str:
    """What a form of this browser would bring back, if it were given one."""
    cookie = f"__Host-hostex={guest.browser.id}".encode()
    request = Request({"type": "http", "headers": [(b"cookie", cookie)], "query_string": b""})
    return Visitor(guest.deps, request, "").ticket(change_id, seen)


async def test_no_client_is_asked_about_what_needs_the_owner(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **ALL)
        engine = await guest.tenants.engine(Caller(grant.grant_id, grant.choices.scopes, grant=grant), {})
        for elicitation in (Elicitation(returned=True), Elicitation(returned=True, opens=True)):
            result: Any = await engine.call("update_listing_prices", prices(), elicitation)
            assert result.structured_content["status"] == "waiting_for_person"
        assert sent(owner) == []


@pytest.mark.parametrize(
    ("limits", "price", "waits_for_owner"),
    [
        ({"percent": "10"}, 163, True),  # from 148: 10.1 %
        ({"percent": "11"}, 163, False),
        ({"percent": "10"}, 133, True),  # 10.1 % down
        ({"amount": "162"}, 163, True),
        ({"amount": "163"}, 163, False),
        ({"messages": "1"}, 163, False),
        ({"cancelled": "1"}, 163, False),
    ],
)
async def test_a_price_over_a_limit_needs_the_owner_and_others_do_not(
    limits: dict[str, str], price: int, waits_for_owner: bool, tmp_path: Path
) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **over(**limits))
        change_id = await asked(guest, grant, price)
        assert (await kept(owner, change_id)).owner == (own.grant_id if waits_for_owner else None)
        if not waits_for_owner:
            page = await after(guest, await press(guest, change_id, "approve"))
            assert "Approved by Maria" in page.text
            assert (await owner.get(f"/changes/{change_id}")).status_code == 404


@pytest.mark.parametrize("fee", [1001, "1001", " 1001 ", "1001.0"])
async def test_an_amount_over_the_limit_needs_the_owner_however_it_is_written(
    fee: int | str, tmp_path: Path
) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **over(amount="1000"))
        task = (await call(guest, grant, "list_tasks", {}))["items"][0]["id"]
        answer = await call(guest, grant, "update_task", {"id": task, "fee": fee})
        assert answer["status"] == "waiting_for_person"
        assert (await kept(owner, answer["change_id"])).owner == own.grant_id
        assert sent(owner) == []


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("update_listing_prices", {**prices(), "prices": [{**NIGHTS, "percent": 100}]}),
        ("update_vrbo_price_and_rules", {"listing_id": "vr-3001", "nightly_rate": WEEK}),
    ],
)
@pytest.mark.parametrize(("limit", "waits_for_owner"), [("250", True), ("1000", False)])
async def test_a_price_over_the_limit_needs_the_owner_in_percent_and_by_the_day_of_the_week(
    limit: str, waits_for_owner: bool, tool: str, arguments: dict[str, Any], tmp_path: Path
) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **over(amount=limit))
        answer = await call(guest, grant, tool, arguments)
        assert answer["status"] == "waiting_for_person", answer
        expected = own.grant_id if waits_for_owner else None
        assert (await kept(owner, answer["change_id"])).owner == expected


@pytest.mark.parametrize(("limit", "waits_for_owner"), [("1", True), ("1000000", False)])
async def test_an_amount_over_the_limit_is_replaced_or_deleted_by_the_owner(
    limit: str, waits_for_owner: bool, tmp_path: Path
) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **over(amount=limit))
        entry = every_write(owner.sandbox.accounts.main)["delete_transaction"]["id"]
        offer = {"conversation_id": "0-2200000901-inq002", "special_offer_id": "1500000777"}
        for tool, arguments in (
            ("update_transaction", {"id": entry, "amount": 1}),
            ("delete_transaction", {"id": entry}),
            ("withdraw_special_offer", offer),
        ):
            answer = await call(guest, grant, tool, arguments)
            assert answer["status"] == "waiting_for_person", answer
            expected = own.grant_id if waits_for_owner else None
            assert (await kept(owner, answer["change_id"])).owner == expected, tool
        assert sent(owner) == []


NIGHT = {"start_date": ahead(17), "end_date": ahead(17)}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("update_listing_prices", {**prices(), "prices": [{**NIGHT, "price": "300"}]}),
        ("update_listing_prices", {**prices(), "prices": json.dumps([{**NIGHT, "price": "300"}])}),
        # From 148 per night, and through a ratio above the base price.
        ("update_listing_prices", {**prices(), "prices": [{**NIGHT, "percent": 90}]}),
        ("update_property_prices", {"property_id": 20110001, "prices": [{**NIGHT, "price": 240}]}),
        (
            "update_vrbo_price_and_rules",
            {"listing_id": "vr-3001", "nightly_rate": WEEK},
        ),
        (
            "create_transaction",
            {
                "direction": "income",
                "amount": "300",
                "item_id": 1,
                "payment_method_id": 34,
                "currency": "EUR",
            },
        ),
    ],
)
async def test_an_amount_over_the_limit_needs_the_owner_however_it_is_said(
    tool: str, arguments: dict[str, Any], tmp_path: Path
) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **over(amount="250"))
        answer = await call(guest, grant, tool, arguments)
        assert answer.get("status") == "waiting_for_person", answer
        assert (await kept(owner, answer["change_id"])).owner == own.grant_id


@pytest.mark.parametrize(
    ("limit", "message", "cancellation"), [("messages", True, False), ("cancelled", False, True)]
)
async def test_messages_and_cancellations_need_the_owner_where_they_say_so(
    limit: str, message: bool, cancellation: bool, tmp_path: Path
) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **over(**{limit: "1"}))
        sent_id = await drafted(guest, grant)
        answer = await call(guest, grant, "cancel_reservation", {"reservation_code": "5-DEMO30PAT"})
        owners = [(await kept(owner, name)).owner for name in (sent_id, answer["change_id"])]
        assert [name is not None for name in owners] == [message, cancellation]


async def test_a_price_that_moves_over_the_limit_before_the_click_goes_to_the_owner(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **over(percent="11"))
        change_id = await asked(guest, grant)
        reprice(owner, 140)
        page = await after(guest, await press(guest, change_id, "approve"))
        assert "It waits for the owner of the Hostex account." in page.text
        assert sent(owner) == []
        await press(owner, change_id, "approve")
        assert sent(owner) == ["POST /listings/prices"]


async def test_the_owner_decides_on_several_at_once_and_strangers_on_none(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **ALL)
        first, second = await asked(guest, grant, 150), await drafted(guest, grant)
        stranger = other_person(owner, "z")
        assert (await stranger.get(f"/changes/{first}")).status_code == 404
        page = await after(owner, await tick(owner, "approve", first, second))
        assert "2 done." in page.text


async def test_even_a_change_that_only_the_team_sees_needs_the_owner_of_every_change(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **ALL)
        note = {"conversation_id": "0-2200000039-thr039", "note": "Late arrival"}
        answer = await call(guest, grant, "update_conversation_note", note)
        assert answer["status"] == "waiting_for_person"
        forwarded = {"name": "update_conversation_note", "arguments": json.dumps(note)}
        again = await call(guest, grant, "call_write_tool", forwarded)
        assert again["change_id"] == answer["change_id"]
        assert sent(owner) == []


async def test_what_the_owner_made_is_taken_back_by_the_owner_alone(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **ALL)
        change_id = await asked(guest, grant)
        await press(owner, change_id, "approve")
        assert (await opened(guest, change_id)).all("button") == []
        answer = await press(owner, change_id, "undo")
        undo = answer.headers["location"].removeprefix("/changes/")
        assert "the owner asked for this" in (await opened(guest, undo)).text
        await press(owner, undo, "approve")
        assert sent(owner) == ["POST /listings/prices"] * 2


async def test_what_the_owner_made_is_read_by_them_when_the_connection_of_the_person_has_ended(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path) as owner:
        guest, grant = await guest_of(owner, await owner_of(owner), **ALL)
        change_id = await asked(guest, grant)
        await press(owner, change_id, "approve")
        before = await opened(owner, change_id)
        await owner.deps.store.grants.end(grant.grant_id, "ended by the owner")
        page = await opened(owner, change_id)
        assert "It is done." in page.text
        assert (len(before.all("button")), page.all("button")) == (1, [])
        listed = Html((await owner.get("/changes")).text).text
        assert ("Maria, in Claude" in listed, "Can be undone" in listed) == (True, False)
        assert (await guest.get(f"/changes/{change_id}")).status_code == 404
        assert sent(owner) == ["POST /listings/prices"]


async def test_the_page_of_a_foreign_change_is_that_of_none(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        maria, grant = await guest_of(owner, own, **ALL)
        rui, _ = await guest_of(owner, own, letter="r", person="Rui", **ALL)
        change_id = await asked(maria, grant)
        foreign, unknown = [await rui.get(f"/changes/{name}") for name in (change_id, "0" * 32)]
        assert (foreign.status_code, foreign.text) == (404, unknown.text)
        assert "Maria" not in Html(foreign.text).text
