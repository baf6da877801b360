"""What each role reaches, tool by tool: the sets are written by hand, and nothing else answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from hostex_mcp.api import Blocked, HostexClient
from hostex_mcp.api.endpoints.reservations import UPDATE_RESERVATION_BASIC
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.scope.money import MoneylessClient
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.http.changing import call, sent
from tests.http.connecting import deployment
from tests.http.inviting import LOFT, guest_of, owner_of
from tests.support.clock import TODAY
from tests.support.every_write import DIRECT
from tests.tools.sample_calls import sample

pytestmark = pytest.mark.anyio

DOORS = {"find_tools", "call_read_tool", "call_write_tool"}
CLEANER = DOORS | {
    *("list_properties", "list_tasks", "update_task"),
    *("get_turnover_plan", "check_arrival_readiness", "list_changes"),
}
FLAT_OWNER = DOORS - {"call_write_tool"} | {
    *("list_properties", "list_availabilities", "list_listing_calendars", "get_pricing_ratios"),
    *("list_calendar_share_links", "get_airbnb_price_and_rules", "get_vrbo_price_and_rules", "get_month_end"),
    "get_calendar",
}
NOT_FOR_CO_HOSTS = {
    *("list_transactions", "create_transaction", "update_transaction", "delete_transaction"),
    *("list_income_items", "list_expense_items", "list_income_methods", "list_expense_methods"),
    *("get_month_end", "get_performance", "get_pricing_ratios", "check_stay_extension"),
    *("update_listing_prices", "update_property_prices", "create_reservation", "get_pace", "find_offers"),
    *("get_airbnb_price_and_rules", "update_airbnb_price_and_rules"),
    *("get_vrbo_price_and_rules", "update_vrbo_price_and_rules"),
    *("list_special_offers", "send_special_offer", "send_preapproval", "withdraw_special_offer"),
}
CO_HOST = set(CATALOGUE) - NOT_FOR_CO_HOSTS
REACHED = {"co_host": CO_HOST, "cleaner": CLEANER, "flat_owner": FLAT_OWNER}

# What holds amounts in the answers of Hostex, and in ours.
MONEY = {"rates", "payment", "additional_fees", "deposit", "fee", "price", "amount", "income", "payout"}


def for_role(role: str) -> dict[str, Any]:
    return {} if role == "co_host" else {"properties": LOFT}


def sampled(name: str, account: SandboxAccount) -> dict[str, Any]:
    return {"query": "x"} if name == "find_tools" else sample(name, account, TODAY)


@pytest.mark.parametrize("role", REACHED)
async def test_a_role_reaches_its_tools_and_no_other_answers_anything(role: str, tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        guest, grant = await guest_of(owner, await owner_of(owner), role, **for_role(role))
        before = len(owner.sandbox.log)
        for name in sorted(set(CATALOGUE) - REACHED[role]):
            answer = await call(guest, grant, name, {})
            assert answer["error"]["kind"] == "blocked", name
            if "call_read_tool" in REACHED[role] and not CATALOGUE[name].writes and name not in DOORS:
                door = {"name": name, "arguments": "{}"}
                answer = await call(guest, grant, "call_read_tool", door)
                assert answer["error"]["kind"] == "blocked", name
        assert len(owner.sandbox.log) == before
        caller = Caller(grant.grant_id, grant.choices.scopes, grant=grant)
        engine = await guest.tenants.engine(caller, {})
        assert set(engine.selection.reachable) == REACHED[role]


def amounts(value: Any, path: str = "") -> Iterator[str]:
    """The places of amounts in an answer."""
    match value:
        case dict():
            for name, member in cast("dict[str, Any]", value).items():
                if MONEY.intersection(name.split("_")) and member not in (None, [], {}, "", 0):
                    yield f"{path}.{name} = {member!r:.80}"
                yield from amounts(member, f"{path}.{name}")
        case list():
            for member in cast("list[Any]", value):
                yield from amounts(member, path)
        case str():
            # The demo account has euros only, and a fee of a task is in words.
            if "€" in value or "EUR " in value:
                yield f"{path} = {value!r:.80}"
        case _:
            return


@pytest.mark.parametrize("role", ["co_host", "cleaner"])
async def test_no_read_of_a_role_without_money_shows_an_amount(role: str, tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        guest, grant = await guest_of(owner, await owner_of(owner), role, **for_role(role))
        account = owner.sandbox.accounts.main
        found: dict[str, list[str]] = {}
        failed: dict[str, Any] = {}
        for name in sorted(REACHED[role] - DOORS):
            if CATALOGUE[name].writes:
                continue
            arguments = sampled(name, account)
            if "detail" in CATALOGUE[name].input_schema["properties"]:
                arguments["detail"] = "full"
            answer = await call(guest, grant, name, arguments)
            if answer.get("error", {}).get("kind") in ("internal", "upstream"):
                failed[name] = answer["error"]
            if places := list(amounts(answer)):
                found[name] = places[:5]
        assert (failed, found) == ({}, {})


async def test_whoever_has_no_money_cannot_set_an_amount_beside_something_else(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        guest, grant = await guest_of(owner, await owner_of(owner), "cleaner", **for_role("cleaner"))
        task = (await call(guest, grant, "list_tasks", {}))["items"][0]
        answer = await call(guest, grant, "update_task", {"id": task["id"], "fee": 1000})
        assert answer["error"]["kind"] == "blocked"
        assert "Amounts of money are not served" in answer["error"]["message"]
        assert sent(owner) == []
        noted = await call(guest, grant, "update_task", {"id": task["id"], "note": "Towels are missing"})
        assert noted["status"] == "done"


@pytest.mark.parametrize("amount", [1, "1", 0, "0"])
@pytest.mark.parametrize("name", ["rate_amount", "commission_amount"])
async def test_whoever_has_no_money_sets_no_amount_of_a_booking_however_it_is_written(
    name: str, amount: int | str, tmp_path: Path
) -> None:
    async with deployment(tmp_path) as owner:
        guest, grant = await guest_of(owner, await owner_of(owner))
        change = {"stay_code": DIRECT, name: amount, "currency": "EUR"}
        answer = await call(guest, grant, "update_reservation_basic", change)
        assert answer["error"]["kind"] == "blocked"
        assert "Amounts of money are not served" in answer["error"]["message"]
        assert sent(owner) == []


@pytest.mark.parametrize("named", [{"rate_amount": 1}, {"rate_amount": "1"}, {"commission_amount": "1"}])
async def test_whoever_has_no_money_cannot_set_the_amounts_of_a_stay(
    named: dict[str, Any], tmp_path: Path
) -> None:
    async with deployment(tmp_path) as owner:
        guest, grant = await guest_of(owner, await owner_of(owner), "co_host", **for_role("co_host"))
        answer = await call(guest, grant, "update_reservation_basic", {"stay_code": "5-DEMO30PAT", **named})
        assert answer.get("error", {}).get("kind") == "blocked", answer
        assert sent(owner) == []


async def test_no_request_of_whoever_has_no_money_names_an_amount() -> None:
    client = MoneylessClient(HostexClient("token", base_url="https://hostex.invalid/v3"))
    with pytest.raises(Blocked):
        await client.call(
            UPDATE_RESERVATION_BASIC, path={"stay_code": "5-DEMO30PAT"}, body={"rate_amount": 1}
        )


def test_every_tool_is_in_the_table_of_roles_as_it_is_served() -> None:
    """The table of the docs is read back, so that it cannot say anything else than the sets above."""
    page = (Path(__file__).parents[3] / "docs" / "people.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    told = {row[0].strip("`"): row[1:] for row in rows}
    assert set(told) == set(CATALOGUE) - DOORS
    for place, role in enumerate(("co_host", "cleaner", "flat_owner")):
        assert {name for name, cells in told.items() if cells[place] == "✓"} == REACHED[role] - DOORS
