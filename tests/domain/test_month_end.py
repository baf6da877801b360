from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from hostex_mcp.api.endpoints.finance import Transaction
from hostex_mcp.domain.earnings import earnings
from hostex_mcp.domain.month_end import (
    accounts,
    alterations,
    balances,
    homes_of,
    place_of,
    property_of,
)
from hostex_mcp.domain.periods import Period
from tests.domain.stay_samples import stay

JUNE = Period(date(2026, 6, 1), date(2026, 6, 30))


def entry(number: int, direction: str, amount: float, **changes: Any) -> Transaction:
    row: dict[str, Any] = {
        "id": number,
        "direction": direction,
        "amount": amount,
        "currency": "EUR",
        "status": "paid",
        "action_at": "2026-06-15T10:00:00+00:00",
    }
    return Transaction.model_validate(row | changes)


def test_a_property_s_result_is_revenue_less_commission_and_expenses() -> None:
    stays = [stay("a", "2026-06-10", 2, price=300, commission=45)]
    [euros] = accounts(earnings(stays, JUNE), [entry(1, "expense", 60), entry(2, "income", 255)])
    assert (euros.revenue, euros.commission, euros.expenses, euros.income) == (300, 45, 60, 255)
    assert euros.result == 195


def test_what_is_not_paid_yet_is_outstanding_and_no_income() -> None:
    [euros] = accounts([], [entry(1, "income", 100, status="outstanding"), entry(2, "income", 40)])
    assert (euros.income, euros.outstanding) == (40, 100)


def test_each_currency_has_accounts_of_its_own() -> None:
    stays = [stay("a", "2026-06-10", 2, price=300)]
    ledgers = accounts(earnings(stays, JUNE), [entry(1, "expense", 5000, currency="JPY")])
    assert [(ledger.currency, ledger.revenue, ledger.expenses) for ledger in ledgers] == [
        ("EUR", 300, 0),
        ("JPY", 0, 5000),
    ]


def test_an_order_s_balance_counts_once_and_with_its_last_stay() -> None:
    shared = {"reservation_code": "order", "balance": 80}
    stays = [
        stay("order_1", "2026-06-20", 2, property_id=2, **shared),
        stay("order", "2026-06-18", 2, **shared),
    ]
    [owed] = balances(stays, JUNE)
    assert (owed.stay.stay_code, owed.currency, owed.amount) == ("order_1", "EUR", 80)


def test_a_balance_is_due_when_the_last_stay_has_checked_out() -> None:
    assert balances([stay("a", "2026-06-29", 1, balance=50)], JUNE)
    assert not balances([stay("a", "2026-06-29", 2, balance=50)], JUNE)
    assert not balances([stay("a", "2026-06-10", 2, balance=0)], JUNE)
    assert not balances([stay("a", "2026-06-10", 2, balance=50, status="cancelled")], JUNE)


def test_too_much_paid_is_a_negative_balance() -> None:
    [owed] = balances([stay("a", "2026-06-10", 2, balance=-12.5)], JUNE)
    assert owed.amount == Fraction("-12.5")


def test_an_entry_belongs_to_its_property_or_to_that_of_its_order() -> None:
    homes = homes_of([stay("b", "2026-06-12", 1, property_id=7), stay("c", "2026-06-12", 1, property_id=0)])
    assert property_of(entry(1, "income", 1, property_id=3), homes) == 3
    assert property_of(entry(1, "income", 1, reservation_code="b"), homes) == 7
    assert property_of(entry(1, "income", 1, reservation_code="c"), homes) is None
    assert property_of(entry(1, "expense", 1), homes) is None


def test_changes_after_a_moment_are_told_oldest_first() -> None:
    begins = {1: datetime(2026, 7, 1, tzinfo=UTC), 0: datetime(2026, 7, 1, tzinfo=UTC)}
    stays = [
        stay("old", "2026-06-10", 2),
        stay("new", "2026-06-20", 2, booked_at="2026-07-03T00:00:00+00:00"),
        stay("gone", "2026-06-25", 2, status="cancelled", cancelled_at="2026-07-02T00:00:00+00:00"),
        stay("july", "2026-07-25", 2, booked_at="2026-07-04T00:00:00+00:00"),
    ]
    entries = [
        entry(1, "expense", 10, created_at="2026-07-05T00:00:00+00:00"),
        entry(
            2,
            "income",
            10,
            created_at="2026-06-05T00:00:00+00:00",
            updated_at="2026-07-06T00:00:00+00:00",
        ),
        entry(
            3, "income", 10, created_at="2026-06-05T00:00:00+00:00", updated_at="2026-06-05T00:00:00+00:00"
        ),
    ]
    changes = [
        (change.what, change.reservation_code or change.transaction_id)
        for change in alterations(stays, entries, begins.__getitem__, JUNE)
    ]
    assert changes == [
        ("cancelled", "gone"),
        ("booked", "new"),
        ("expense recorded", 1),
        ("income changed", 2),
    ]


def test_an_order_that_goes_on_elsewhere_owes_with_its_last_stay() -> None:
    here = stay("order", "2026-06-10", 2, reservation_code="order", balance=80)
    later = stay("order_1", "2026-08-10", 2, reservation_code="order", balance=80, property_id=2)
    assert balances([here], JUNE, [later]) == []
    august = Period(date(2026, 8, 1), date(2026, 8, 31))
    assert [balance.stay.stay_code for balance in balances([later], august, [here])] == ["order_1"]


def test_every_entry_has_one_place_and_a_reason_to_stand_apart() -> None:
    homes = homes_of([stay("a", "2026-06-12", 1), stay("b", "2026-06-12", 1, property_id=0)])
    places = {
        place_of(entry(1, "income", 1, **link), homes, {1})
        for link in (
            {"property_id": 1},
            {"reservation_code": "a"},
            {"property_id": 9},
            {"reservation_code": "b"},
            {"reservation_code": "gone"},
            {},
        )
    }
    assert places == {
        1,
        "property not listed",
        "not allocated",
        "orders without a stay in the period",
        "account",
    }
