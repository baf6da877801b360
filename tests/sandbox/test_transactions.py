from typing import Any

import pytest

from hostex_mcp.sandbox.state import Row
from tests.support.world import LOFT, STUDIO, Api, add_stay

EXPENSE: Row = {
    "direction": "expense",
    "amount": 80.5,
    "item_id": 0,
    "payment_method_id": 23,
    "currency": "EUR",
    "property_id": LOFT,
    "note": "Plumber came",
}
INCOME: Row = {
    "direction": "income",
    "amount": 200,
    "item_id": 1,
    "payment_method_id": 34,
    "reservation_code": "0-1-a",
}
JUNE = {"start_date": "2026-06-01", "end_date": "2026-06-30"}


def record(api: Api, body: Row, **changes: Any) -> int:
    return api.data("POST /transactions", body | changes)["transaction_id"]


def entry(api: Api, entry_id: int) -> Row:
    [row] = api.data("GET /transactions", id=entry_id)["transactions"]
    return row


def ids(api: Api, **query: object) -> list[int]:
    return [row["id"] for row in api.data("GET /transactions", **JUNE, **query)["transactions"]]


def test_an_expense_on_item_zero_of_a_property(api: Api) -> None:
    entry_id = record(api, EXPENSE)
    assert entry(api, entry_id) == {
        "id": entry_id,
        "direction": "expense",
        "amount": 80.5,
        "currency": "EUR",
        "status": "paid",
        "action_at": "2026-06-15T12:00:00Z",
        "item_id": 0,
        "item_name": "Cleaning",
        "payment_method_id": 23,
        "payment_method_name": "Cash",
        "note": "Plumber came",
        "operator_name": "rita",
        "link_type": "property",
        "property_id": LOFT,
        "property_title": "Harbour Loft",
        "reservation_code": None,
        "stay_code": None,
        "created_at": "2026-06-15T12:00:00Z",
        "updated_at": "2026-06-15T12:00:00Z",
    }


def test_an_entry_without_a_link_belongs_to_the_account(api: Api) -> None:
    body = {key: value for key, value in EXPENSE.items() if key != "property_id"}
    row = entry(api, record(api, body))
    assert (row["link_type"], row["property_id"]) == ("operator", None)


def test_a_reservation_brings_its_currency_and_refuses_another(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"))
    row = entry(api, record(api, INCOME))
    assert (row["currency"], row["link_type"], row["property_id"]) == ("EUR", "reservation", LOFT)
    assert row["stay_code"] == row["reservation_code"] == "0-1-a"
    assert api.refusal("POST /transactions", INCOME | {"currency": "USD"})[0] == 422


def test_any_stay_code_stands_for_the_reservation(api: Api) -> None:
    add_stay(api.account, "3-9-w", ("2026-06-20", "2026-06-22"))
    add_stay(api.account, "3-9-w", ("2026-06-20", "2026-06-22"), STUDIO, stay_code="3-9_1-w")
    entry_id = record(api, INCOME, reservation_code="3-9_1-w")
    assert entry(api, entry_id)["stay_code"] == "3-9-w"
    assert ids(api, stay_code="3-9_1-w") == ids(api, reservation_code="3-9-w") == [entry_id]
    assert ids(api, property_id=LOFT) == ids(api, property_id=STUDIO) == [entry_id]


REFUSED: list[tuple[Row, dict[str, Any], int]] = [
    (EXPENSE, {"amount": 0}, 422),
    (EXPENSE, {"item_id": 1}, 422),
    (EXPENSE, {"payment_method_id": 34}, 422),
    (EXPENSE, {"item_id": None}, 400),
    (EXPENSE, {"property_id": 77}, 422),
    (EXPENSE, {"reservation_code": "0-1-a"}, 400),
    (EXPENSE, {"note": "x" * 501}, 422),
    (EXPENSE, {"action_at": "yesterday"}, 400),
    (EXPENSE, {"action_at": "0001-01-01T00:00:00+05:00"}, 400),
    (INCOME, {"stay_code": "0-1-a"}, 400),
    (INCOME, {"reservation_code": "0-9-z"}, 404),
]


@pytest.mark.parametrize(("body", "changes", "code"), REFUSED)
def test_impossible_entries_are_refused(api: Api, body: Row, changes: dict[str, Any], code: int) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"))
    assert api.refusal("POST /transactions", body | changes)[0] == code
    assert api.account.transactions == {}


def test_a_currency_is_needed_without_a_reservation(api: Api) -> None:
    body = {key: value for key, value in EXPENSE.items() if key != "currency"}
    assert api.refusal("POST /transactions", body)[0] == 400


def test_what_is_due_later_is_outstanding(api: Api) -> None:
    entry_id = record(api, EXPENSE, action_at="2026-06-15T13:01:00")
    assert (entry(api, entry_id)["status"], entry(api, entry_id)["action_at"]) == (
        "outstanding",
        "2026-06-15T12:01:00Z",
    )
    api.data(f"PATCH /transactions/{entry_id}", {"action_at": "2026-06-15T12:00:00+00:00", "amount": 90})
    assert (entry(api, entry_id)["status"], entry(api, entry_id)["amount"]) == ("paid", 90)


def test_the_days_of_the_list_are_the_operators(api: Api) -> None:
    late = record(api, EXPENSE, action_at="2026-05-31T23:30:00+00:00")
    assert ids(api) == [late]
    assert api.data("GET /transactions", start_date="2026-05-31", end_date="2026-05-31")["total"] == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, 400),
        ({"start_date": "2026-06-01"}, 400),
        ({"reservation_code": "0-1-a"}, 400),
        ({"start_date": "2026-06-02", "end_date": "2026-06-01"}, 422),
        ({"start_date": "2025-06-01", "end_date": "2026-06-03"}, 422),
        (JUNE | {"reservation_code": "0-1-a", "stay_code": "0-1-a"}, 400),
    ],
)
def test_the_list_needs_dates_or_an_id(api: Api, query: dict[str, object], code: int) -> None:
    assert api.refusal("GET /transactions", **query)[0] == code


def test_a_span_of_366_days_is_allowed(api: Api) -> None:
    assert api.data("GET /transactions", start_date="2025-06-01", end_date="2026-06-02")["total"] == 0


def test_entries_are_filtered(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"))
    expense, income = record(api, EXPENSE), record(api, INCOME)
    assert ids(api, direction="income") == [income]
    assert ids(api, item_id=0) == [expense]
    assert ids(api, keyword="plumb") == [expense]
    assert ids(api, payment_method_id=34) == [income]
    assert ids(api, currency="USD") == []
    assert ids(api, reservation_code="0-9-z") == []
    assert ids(api, property_id=LOFT) == [expense, income]


def test_income_of_a_reservation_counts_as_received_until_it_is_deleted(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"))
    entry_id = record(api, INCOME)
    payment = api.stay("0-1-a")["payment"]
    assert (payment["received_amount"], payment["balance_amount"], payment["status"]) == (200, 285, "partial")
    api.data(f"PATCH /transactions/{entry_id}", {"amount": 485})
    assert api.stay("0-1-a")["payment"]["status"] == "received"
    api.data(f"DELETE /transactions/{entry_id}")
    assert api.stay("0-1-a")["payment"]["received_amount"] == 0
    assert api.refusal(f"DELETE /transactions/{entry_id}")[0] == 404


def test_a_change_of_item_must_fit_the_direction(api: Api) -> None:
    entry_id = record(api, EXPENSE)
    assert api.refusal(f"PATCH /transactions/{entry_id}", {"item_id": 2})[0] == 422
    api.data(f"PATCH /transactions/{entry_id}", {"item_id": 14, "direction": "income"})
    assert (entry(api, entry_id)["item_name"], entry(api, entry_id)["direction"]) == ("Linen", "expense")
