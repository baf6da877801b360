"""What a host can bet money on: on accounts of every kind, each amount is in one row and in the totals."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from fractions import Fraction
from typing import Any

import anyio
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as some

from tests.tools.insights.calendar_world import World, world
from tests.tools.insights.money_truth import arrival, days, departure, earned, nights, owed_by, smallest
from tests.tools.insights.money_worlds import DECIMALS, HOMES, Made, made

# Coverage would make these accounts half as slow again, and what adds them up has tests of its own.
pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

Sums = dict[Any, float]
FEW = settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def answer_of(account: Made, ask: Callable[[World], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with world(account.now, change=account.change) as host:
            return await ask(host)

    return anyio.run(run)


def coins(amounts: Iterable[tuple[Any, str, Fraction]]) -> Sums:
    """Sums by name and currency, in the currency's coins."""
    sums: dict[tuple[Any, str], Fraction] = defaultdict(Fraction)
    for name, currency, amount in amounts:
        sums[name, currency] += amount
    return {key: smallest(amount, DECIMALS[key[1]]) for key, amount in sums.items()}


def not_zero(sums: Sums) -> Sums:
    """Sums of whole coins, without those that are nothing."""
    return {key: amount for key, amount in sums.items() if amount}


def shown(rows: Iterable[dict[str, Any]], name: str, field: str = "revenue") -> Sums:
    return {
        (row.get(name, ""), sums["currency"]): sums[field] for row in rows for sums in row.get("money", [])
    }


@settings(FEW, max_examples=60)
@given(made(), some.sampled_from(["property", "channel", "month"]))
def test_every_accepted_amount_of_a_period_is_in_one_row_and_in_the_total(account: Made, by: str) -> None:
    answer = answer_of(account, lambda host: host.ask("get_performance", **account.dates, by=by))
    lines = earned(account.stays, *account.month)
    for field, amount in (("revenue", 0), ("commission", 1)):
        money = [(line, line[3:][amount]) for line in lines]
        total = coins(("", line[2], amount) for line, amount in money)
        assert shown([answer["total"]], "row", field) == total
        if by == "channel":
            parts = coins((line[1]["channel_type"], line[2], amount) for line, amount in money)
            assert shown(answer.get("rows", []), "channel_type", field) == parts
        if by == "month":
            assert shown(answer.get("rows", []), "row", field) == total
    if by == "property":
        homes = coins((line[1]["property_id"], line[2], line[3]) for line in lines if not line[0])
        apart = coins((line[0], line[2], line[3]) for line in lines if line[0])
        assert shown((row for row in answer.get("rows", []) if "property_id" in row), "property_id") == homes
        assert shown((row for row in answer.get("rows", []) if "row" in row), "row") == apart


@FEW
@given(made())
def test_a_night_sold_twice_counts_once_in_occupancy_and_is_told(account: Made) -> None:
    answer = answer_of(account, lambda host: host.ask("get_performance", **account.dates))
    period = days(*account.month)
    sold = [
        (stay["property_id"], night)
        for stay in account.stays
        if stay["status"] == "accepted" and stay["property_id"] and not stay["in_reservation_box"]
        for night in set(nights(stay)) & set(period)
    ]
    total = answer["total"]
    assert total["nights_sold"] == len(sold)
    assert total["occupancy"] == round(100 * len(set(sold)) / total["nights_for_sale"], 1) <= 100
    assert total.get("nights_sold_twice", 0) == len(sold) - len(set(sold))
    notes = [note for note in answer["notes"] if note.startswith("Double bookings")]
    assert len(notes) == (len(sold) > len(set(sold)))


def entries_of(rows: Iterable[dict[str, Any]]) -> Sums:
    """Income and expenses by currency, paid and not, from rows of accounts."""
    names = {
        ("income", "paid"): "income",
        ("expense", "paid"): "expenses",
        ("income", "outstanding"): "outstanding",
        ("expense", "outstanding"): "outstanding_expenses",
    }
    return not_zero(
        coins(
            (kind, row["currency"], Fraction(str(row[name])))
            for row in rows
            if "currency" in row
            for kind, name in names.items()
        )
    )


@FEW
@given(made())
def test_a_month_reconciles_with_the_list_of_transactions(account: Made) -> None:
    async def both(host: World) -> Any:
        books = await host.ask("get_month_end", **account.dates)
        return books, await host.ask("list_transactions", **account.dates, limit=100)

    books, listed = answer_of(account, both)
    rows = listed["items"]
    truth = not_zero(
        coins(
            ((row["direction"], row["status"]), row["currency"], Fraction(str(row["amount"]))) for row in rows
        )
    )
    assert entries_of(books["totals"] if rows else []) == truth
    assert entries_of([*books.get("properties", []), *books.get("apart", [])]) == truth
    checks = books.get("reconciliation", [])
    either = coins((row["direction"], row["currency"], Fraction(str(row["amount"]))) for row in rows)
    recorded = {(row["direction"], row["currency"]): row["list_transactions"] for row in checks}
    assert recorded == either
    assert sum(row["entries"] for row in checks) == len(rows)
    assert not any(row["difference"] for row in checks)


@FEW
@given(made())
def test_the_accounts_of_a_month_hold_every_amount_earned(account: Made) -> None:
    books = answer_of(account, lambda host: host.ask("get_month_end", **account.dates))
    lines = earned(account.stays, *account.month)
    total: Any = coins(("", line[2], line[3]) for line in lines)
    totals = {("", row["currency"]): row["revenue"] for row in books.get("totals", []) if "currency" in row}
    assert totals.keys() >= total.keys()
    assert totals == dict.fromkeys(totals, 0) | total
    apart = [row for row in books.get("apart", []) if "currency" in row and "bookings" in row]
    sums = coins((row["row"], row["currency"], Fraction(str(row["revenue"]))) for row in apart)
    assert sums.keys() == {(line[0], line[2]) for line in lines if line[0]}


@FEW
@given(made())
def test_a_balance_is_due_once_in_the_month_in_which_the_last_stay_leaves(account: Made) -> None:
    """The months before and behind are asked too, and each property for itself."""
    first, last = account.month
    spans = [(first - timedelta(days=31), first - timedelta(days=1)), (first, last)]

    async def ask(host: World) -> Any:
        outcomes: list[tuple[Any, Any]] = []
        for start, end in spans:
            dates = {"start_date": f"{start}", "end_date": f"{end}"}
            complete = await host.ask("get_month_end", **dates)
            parts = [await host.ask("get_month_end", **dates, property_ids=[home]) for home in HOMES]
            outcomes.append((complete, parts))
        return outcomes

    for (start, end), (complete, parts) in zip(spans, answer_of(account, ask), strict=True):
        due = owed_by(account.stays, start, end)
        assert {
            balance["reservation_code"]: balance["amount"] for balance in complete.get("unreceived", [])
        } == due
        single = [balance["reservation_code"] for part in parts for balance in part.get("unreceived", [])]
        assert len(single) == len(set(single))
        assert set(single) <= due.keys()


@FEW
@given(made())
def test_consecutive_months_add_up_to_the_whole(account: Made) -> None:
    first, last = min(map(arrival, account.stays)), max(map(departure, account.stays))
    dates = {"start_date": f"{first}", "end_date": f"{last}"}
    answer = answer_of(account, lambda host: host.ask("get_performance", **dates, by="month"))
    received = earned(account.stays, first, last)
    assert shown([answer["total"]], "row") == coins(("", line[2], line[3]) for line in received)
    for (_, currency), amount in shown([answer["total"]], "row").items():
        parts = [
            sums["revenue"]
            for row in answer.get("rows", [])
            for sums in row.get("money", [])
            if sums["currency"] == currency
        ]
        assert abs(sum(parts) - amount) <= len(parts) / 10 ** DECIMALS[currency]
