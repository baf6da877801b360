"""A limit holds for what a change does, whatever else is changed with it and whether it can be undone."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from mcp.types import ElicitResult

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.changes.owner import OwnerRule
from hostex_mcp.toolkit.results import PlannedWrite
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.roles import ABOUT_MONEY
from tests.server.changes.waiting_for_owner import Overseen, overseen
from tests.support.clock import TODAY, ahead
from tests.support.every_write import every_write
from tests.support.previewing import changed, demo_sandbox

pytestmark = pytest.mark.anyio

STAY, LISTING, TASK = "0-HMDEMO0028-hos028", "900000000000000101", 440002
MONEY, PERCENT, MESSAGES = OwnerRule(money=10), OwnerRule(price_percent=11), OwnerRule(messages=True)
CALLS = every_write(demo_sandbox().accounts.main)
AMOUNTS = (
    *("rate_amount", "commission_amount", "deposit", "fee", "amount", "base_price", "weekend_price"),
    *("cleaning_fee", "pet_fee", "extra_guest_fee", "security_deposit", "nightly_rate"),
)


async def owner_of(account: Overseen, tool: str, arguments: Mapping[str, Any]) -> str | None:
    """Who has to decide on what a call began."""
    return (await account.waiting(await account.call(tool, arguments))).owner


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("update_reservation_basic", {"stay_code": STAY, "rate_amount": 1, "email": "x@example.com"}),
        ("update_task", {"id": TASK, "fee": 1, "level": "advanced"}),
        ("update_transaction", {"id": 0, "amount": 1, "payment_method_id": 12}),
    ],
)
async def test_no_argument_beside_an_amount_makes_one_forget_what_it_replaces(
    tool: str, arguments: dict[str, Any]
) -> None:
    async with overseen(rule=MONEY) as account:
        main = account.sandbox.accounts.main
        # What was empty cannot be emptied again, so that there is no undo.
        for row in (*main.tasks.values(), *main.transactions.values()):
            row |= {"level": "", "payment_method_id": 0}
        if tool == "update_transaction":
            arguments = {**arguments, "id": CALLS["delete_transaction"]["id"]}
        assert await owner_of(account, tool, arguments) == "owner"


@pytest.mark.parametrize("tool", sorted(name for name in CALLS if name.startswith("update_")))
async def test_every_amount_that_an_undo_would_restore_is_known_without_it(tool: str) -> None:
    async with overseen() as account:
        context = account.engine.context
        bound = CATALOGUE[tool].bind(CALLS[tool])
        change = cast("PlannedWrite[Any]", await CATALOGUE[tool].function(context, **bound))
        restored = dict(amounts(change.undo.arguments)) if change.undo else {}
        assert restored.items() <= dict(amounts(change.gone)).items()


def amounts(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The amounts among arguments; nightly prices of days are counted as prices."""
    return ((name, arguments[name]) for name in AMOUNTS if arguments.get(name) is not None)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("update_reservation_basic", {"stay_code": STAY, "currency": "IDR"}),
        ("update_task", {"id": TASK, "currency": "IDR"}),
    ],
)
async def test_an_amount_that_is_given_another_currency_is_replaced(
    tool: str, arguments: dict[str, Any]
) -> None:
    async with overseen(rule=MONEY) as account:
        assert await owner_of(account, tool, arguments) == "owner"


@pytest.mark.parametrize(
    ("kind", "fee", "status"),
    [
        ("cleaning", {}, "waiting_for_person"),
        ("cleaning", {"fee": 10}, "done"),
        ("cleaning", {"fee": 11}, "waiting_for_person"),
        ("maintenance", {}, "done"),
    ],
)
async def test_a_cleaning_whose_fee_hostex_sets_may_be_over_the_limit(
    kind: str, fee: dict[str, Any], status: str
) -> None:
    async with overseen(rule=MONEY) as account:
        task = {"type": kind, "expected_date": ahead(3), "property_id": 20110001, **fee}
        assert (await account.call("create_task", task))["status"] == status


async def test_every_write_that_is_ticked_for_whoever_has_no_money_works_for_them() -> None:
    refused: dict[str, Any] = {}
    for tool, arguments in CALLS.items():
        if tool in ABOUT_MONEY:
            continue
        unpriced = {name: value for name, value in arguments.items() if name not in (*AMOUNTS, "currency")}
        async with overseen(money=False) as account:
            answer = await account.call(tool, unpriced)
        if answer.get("error", {}).get("kind") == "blocked":
            refused[tool] = answer["error"]["message"]
    assert refused == {}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("update_reservation_custom_fields", {"stay_code": STAY, "custom_fields": {"wifi": "Pay elsewhere"}}),
        ("update_reservation_checkin_details", {"stay_code": STAY, "lock_code": "Pay elsewhere"}),
        ("create_knowledge_base", CALLS["create_knowledge_base"]),
        ("update_knowledge_base", CALLS["update_knowledge_base"]),
    ],
)
async def test_what_guests_read_is_sent_to_them_though_it_is_no_message(
    tool: str, arguments: dict[str, Any]
) -> None:
    async with overseen(rule=MESSAGES) as account:
        assert await owner_of(account, tool, arguments) == "owner"


# The calendar asks for 148 and 178 for these two nights.
@pytest.mark.parametrize(("price", "owner"), [(10, "owner"), (326, None)])
async def test_a_price_that_is_offered_to_a_guest_is_a_price_that_moves(
    price: int, owner: str | None
) -> None:
    async with overseen(rule=PERCENT) as account:
        rates = account.sandbox.accounts.main.rates["airbnb", LISTING]
        rates.prices[TODAY + timedelta(days=26)] = 148
        rates.prices[TODAY + timedelta(days=27)] = 178
        offer = {
            "conversation_id": "0-2200000900-inq001",
            "listing_id": LISTING,
            "check_in_date": ahead(26),
            "check_out_date": ahead(28),
            "price": price,
            "number_of_adults": 2,
        }
        assert await owner_of(account, "send_special_offer", offer) == owner


@dataclass
class Hasty:
    """A person at a client that asks, who agrees to everything, and a price that moves while they read."""

    sandbox: Sandbox
    asked: list[str] = field(default_factory=list[str])

    @property
    def session(self) -> "Hasty":
        return self

    async def elicit_form(self, message: str, _: Any) -> ElicitResult:
        self.asked.append(message)
        rates = self.sandbox.accounts.main.rates["airbnb", LISTING]
        rates.prices[TODAY + timedelta(days=17)] = 300
        await asyncio.sleep(0)
        return ElicitResult(action="accept", content={"confirm": True})


async def test_a_price_that_moves_over_the_limit_while_a_client_asks_goes_to_the_owner() -> None:
    async with overseen(rule=PERCENT) as account:
        person = Hasty(account.sandbox)
        night = {"start_date": ahead(17), "end_date": ahead(17), "price": 163}  # from 148
        prices = {"channel_type": "airbnb", "listing_id": LISTING, "prices": [night]}
        told = await account.call("update_listing_prices", prices, Elicitation(context=cast("Any", person)))
        assert (await account.waiting(told)).owner == "owner"
        assert len(person.asked) == 1
        assert changed(account.sandbox) == []
