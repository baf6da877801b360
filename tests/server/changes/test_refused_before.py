"""What a person may not change is refused before anybody is asked about it, not after the click."""

from typing import Any, cast

import pytest

from hostex_mcp.api import Blocked
from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.server.changes.cards import ChangeCards
from hostex_mcp.server.changes.owner import OwnerRule
from hostex_mcp.server.changes.record import State
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.server.changes.waiting_for_owner import overseen
from tests.support.every_write import LOFT, LOOP, STUDIO, every_write
from tests.support.previewing import changed, demo_sandbox

pytestmark = pytest.mark.anyio

ACCOUNT: SandboxAccount = demo_sandbox().accounts.main
CALLS = every_write(ACCOUNT)
SCOPES = {"the studio": [STUDIO], "the loft": [LOFT], "both": [LOFT, STUDIO], "another": [LOOP]}
EVERYWHERE = {
    *("create_property", "create_reservation_tag", "delete_reservation_tag", "delete_staff", "update_staff"),
    *("delete_knowledge_base", "create_room_type", "create_webhook", "update_webhook", "delete_webhook"),
}
"""Writes that reach beyond any one property."""


@pytest.mark.parametrize("scope", SCOPES)
async def test_within_some_properties_whatever_waits_can_be_made(scope: str) -> None:
    waited = 0
    for tool, arguments in CALLS.items():
        async with overseen(SCOPES[scope]) as account:
            told = await account.call(tool, arguments)
            if told.get("status") != "waiting_for_person":
                assert told.get("error") or told.get("status") == "unchanged", (tool, told)
                continue
            done = await account.approve(await account.waiting(told))
            assert done.state is State.DONE, (tool, done.outcome)
            assert tool not in EVERYWHERE
            waited += 1
    assert waited > 1


async def test_without_money_whatever_waits_can_be_made() -> None:
    waited = 0
    for tool, arguments in CALLS.items():
        async with overseen(money=False) as account:
            told = await account.call(tool, arguments)
            if told.get("status") != "waiting_for_person":
                assert told["error"]["kind"] == "blocked", (tool, told)
                continue
            done = await account.approve(await account.waiting(told))
            assert done.state is State.DONE, (tool, done.outcome)
            waited += 1
    assert waited > 20


REVALUED = sorted(
    name for name in CALLS if name.startswith("update_") and "currency" in CATALOGUE[name].parameters
)


@pytest.mark.parametrize("tool", REVALUED)
async def test_without_money_no_amount_is_given_another_currency(tool: str) -> None:
    keys = {name: CALLS[tool][name] for name in CATALOGUE[tool].required}
    async with overseen(money=False, rule=OwnerRule()) as account:
        told = await account.call(tool, {**keys, "currency": "IDR"})
        assert told["error"]["kind"] == "blocked"
        assert "Amounts of money are not served to this connection" in told["error"]["message"]
        assert changed(account.sandbox) == []


@pytest.mark.parametrize("deposit", [500, "500", " 500.0 "])
async def test_without_money_no_view_proposes_an_amount_however_it_is_written(deposit: int | str) -> None:
    async with overseen(money=False) as account:
        cards = cast("ChangeCards", account.engine.context.cards)
        given = {"stay_code": "0-HMDEMO0028-hos028", "deposit": deposit}
        with pytest.raises(Blocked, match="Amounts of money"):
            await cards.propose("update_reservation_checkin_details", given)
        assert await account.store.of_account("local") == []


async def test_the_refusal_says_what_is_outside_and_nothing_waits_then() -> None:
    async with overseen([STUDIO]) as account:
        told: Any = await account.call("delete_staff", CALLS["delete_staff"])
        assert told["error"]["kind"] == "blocked"
        assert "would reach beyond the properties that this server serves" in told["error"]["message"]
        assert await account.store.of_account("local") == []
