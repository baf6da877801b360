"""Income and expenses changed through the engine, checked in the sandbox's own state."""

import copy
from typing import Any

import pytest

from hostex_mcp.sandbox import Sandbox
from tests.support.engine import Call
from tests.support.requests_sent import refused, sent, take_back, written

pytestmark = pytest.mark.anyio

LOFT = 20110001
CASH, STRIPE = 23, 34
EXPENSE: dict[str, Any] = {"direction": "expense", "amount": 42.5, "item_id": 0, "payment_method_id": CASH}


async def test_an_expense_of_a_property_takes_its_currency_and_item_0(call: Call, sandbox: Sandbox) -> None:
    done = await call("create_transaction", **EXPENSE, property_id="Harbour Loft", note="Linen")
    entry = sandbox.accounts.main.transactions[done["result"]["id"]]
    assert (entry["amount"], entry["item_id"], entry["currency"]) == (42.5, 0, "EUR")
    assert (entry["property_id"], entry["status"], entry["note"]) == (LOFT, "paid", "Linen")
    assert (done["result"]["item_name"], done["result"]["payment_method_name"]) == ("Cleaning", "Cash")
    assert "action_at" not in sent(sandbox, "POST /transactions")[0]
    await take_back(call, done)
    assert done["result"]["id"] not in sandbox.accounts.main.transactions


async def test_an_entry_of_a_reservation_sends_no_currency_and_inherits_it(
    call: Call, sandbox: Sandbox
) -> None:
    stay = next(stay for stay in sandbox.accounts.main.stays.values() if stay["status"] == "accepted")
    done = await call(
        "create_transaction",
        direction="income",
        amount=10,
        item_id=1,
        payment_method_id=STRIPE,
        reservation_code=stay["reservation_code"],
        action_at="2027-03-01 10:00:00",
    )
    body = sent(sandbox, "POST /transactions")[0]
    assert "currency" not in body
    assert body["action_at"] == "2027-03-01T10:00:00"
    entry = sandbox.accounts.main.transactions[done["result"]["id"]]
    assert entry["currency"] == stay["rates"]["rate"]["currency"]
    assert entry["status"] == "outstanding"


async def test_an_entry_of_the_account_needs_a_currency_where_several_are_in_use(
    call: Call, sandbox: Sandbox
) -> None:
    answer = await call("create_transaction", **EXPENSE)
    assert refused(answer) == {"currency"}
    assert "EUR, USD" in answer["error"]["fields"][0]["problem"]
    done = await call("create_transaction", **EXPENSE, currency="USD")
    assert sandbox.accounts.main.transactions[done["result"]["id"]]["link_type"] == "operator"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", 0),
        ("amount", -5),
        ("amount", "inf"),
        ("direction", "refund"),
        ("item_id", 990),
        ("payment_method_id", STRIPE),
        ("action_at", "yesterday"),
        ("note", "x" * 501),
    ],
)
async def test_an_entry_with_a_value_that_does_not_fit_is_refused(
    call: Call, sandbox: Sandbox, name: str, value: object
) -> None:
    arguments = EXPENSE | {"currency": "EUR", name: value}
    assert refused(await call("create_transaction", **arguments)) == {name}
    assert written(sandbox) == []


async def test_the_dictionary_is_shown_to_whom_picks_an_item_of_the_other_direction(call: Call) -> None:
    answer = await call("create_transaction", **EXPENSE | {"item_id": 990, "currency": "EUR"})
    assert "0 Cleaning" in answer["error"]["fields"][0]["problem"]


async def test_a_property_and_a_reservation_exclude_each_other(call: Call, sandbox: Sandbox) -> None:
    answer = await call("create_transaction", **EXPENSE, property_id=LOFT, reservation_code="0-1-a")
    assert refused(answer) == {"property_id"}
    assert written(sandbox) == []


async def test_an_entry_is_changed_in_what_is_given_alone_and_restored(call: Call, sandbox: Sandbox) -> None:
    before = copy.deepcopy(sandbox.accounts.main.transactions[770001])
    done = await call(
        "update_transaction",
        id=770001,
        amount=90,
        item_id=0,
        action_at="2026-01-02T08:00:00Z",
        clear=["note"],
    )
    now = sandbox.accounts.main.transactions[770001]
    assert (now["amount"], now["item_id"], now["note"]) == (90, 0, "")
    assert now["payment_method_id"] == before["payment_method_id"]
    assert done["result"]["item_name"] == "Cleaning"
    assert done["result"]["currency"] == "EUR"
    await take_back(call, done)
    after = sandbox.accounts.main.transactions[770001]
    assert after | {"updated_at": ""} == before | {"updated_at": ""}


async def test_an_item_of_the_other_direction_is_refused_in_a_change(call: Call, sandbox: Sandbox) -> None:
    assert refused(await call("update_transaction", id=770001, payment_method_id=STRIPE)) == {
        "payment_method_id"
    }
    assert refused(await call("update_transaction", id=770001)) >= {"amount", "note"}
    assert (await call("update_transaction", id=1, amount=5))["error"]["kind"] == "not_found"
    assert written(sandbox) == []


async def test_a_deleted_entry_is_told_and_gone(call: Call, sandbox: Sandbox) -> None:
    done = await call("delete_transaction", id=770001)
    assert (done["result"]["amount"], done["result"]["currency"]) == (89, "EUR")
    assert done["undo"] is None
    assert 770001 not in sandbox.accounts.main.transactions
