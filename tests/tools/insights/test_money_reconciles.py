"""What a host can bet money on: on accounts of every kind, each amount is in one row and in the totals."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from fractions import Fraction
from typing import Any

import anyio
from hypothesis import Phase, given, settings
from hypothesis import strategies as some

from tests.tools.insights.calendar_world import World, world
from tests.tools.insights.money_truth import arrival, days, departure, earned, nights, owed_by, smallest
from tests.tools.insights.money_worlds import DECIMALS, HOMES, Made, made

Sums = dict[Any, float]
FEW = settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def asked(account: Made, ask: Callable[[World], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with world(account.now, change=account.change) as here:
            return await ask(here)

    return anyio.run(run)


def coins(found: Iterable[tuple[Any, str, Fraction]]) -> Sums:
    """Sums by name and currency, in the currency's coins, without what is nothing."""
    sums: dict[tuple[Any, str], Fraction] = defaultdict(Fraction)
    for name, currency, amount in found:
        sums[name, currency] += amount
    return {key: smallest(amount, DECIMALS[key[1]]) for key, amount in sums.items() if amount}


def shown(rows: Iterable[dict[str, Any]], name: str, field: str = "revenue") -> Sums:
    return {
        (row.get(name, ""), one["currency"]): one[field]
        for row in rows
        for one in row.get("money", [])
        if one[field]
    }


@settings(FEW, max_examples=60)
@given(made(), some.sampled_from(["property", "channel", "month"]))
def test_every_accepted_amount_of_a_period_is_in_one_row_and_in_the_total(account: Made, by: str) -> None:
    answer = asked(account, lambda here: here.ask("get_performance", **account.dates, by=by))
    lines = earned(account.stays, *account.month)
    for field, amount in (("revenue", 0), ("commission", 1)):
        money = [(line, line[3:][amount]) for line in lines]
        whole = coins(("", line[2], one) for line, one in money)
        assert shown([answer["total"]], "row", field) == whole
        if by == "channel":
            parts = coins((line[1]["channel_type"], line[2], one) for line, one in money)
            assert shown(answer.get("rows", []), "channel_type", field) == parts
        if by == "month":
            assert shown(answer.get("rows", []), "row", field) == whole
    if by == "property":
        homes = coins((line[1]["property_id"], line[2], line[3]) for line in lines if not line[0])
        apart = coins((line[0], line[2], line[3]) for line in lines if line[0])
        assert shown((one for one in answer.get("rows", []) if "property_id" in one), "property_id") == homes
        assert shown((one for one in answer.get("rows", []) if "row" in one), "row") == apart


@FEW
@given(made())
def test_a_night_sold_twice_counts_once_in_occupancy_and_is_told(account: Made) -> None:
    answer = asked(account, lambda here: here.ask("get_performance", **account.dates))
    period = days(*account.month)
    sold = [
        (one["property_id"], night)
        for one in account.stays
        if one["status"] == "accepted" and one["property_id"] and not one["in_reservation_box"]
        for night in set(nights(one)) & set(period)
    ]
    total = answer["total"]
    assert total["nights_sold"] == len(sold)
    assert total["occupancy"] == round(100 * len(set(sold)) / total["nights_for_sale"], 1) <= 100
    assert total.get("nights_sold_twice", 0) == len(sold) - len(set(sold))
    told = [note for note in answer["notes"] if note.startswith("Double bookings")]
    assert len(told) == (len(sold) > len(set(sold)))


def entries_of(rows: Iterable[dict[str, Any]]) -> Sums:
    """Income and expenses by currency, paid and not, from rows of accounts."""
    names = {
        ("income", "paid"): "income",
        ("expense", "paid"): "expenses",
        ("income", "outstanding"): "outstanding",
        ("expense", "outstanding"): "outstanding_expenses",
    }
    return coins(
        (kind, row["currency"], Fraction(str(row[name])))
        for row in rows
        if "currency" in row
        for kind, name in names.items()
    )


@FEW
@given(made())
def test_a_month_reconciles_with_the_list_of_transactions(account: Made) -> None:
    async def both(here: World) -> Any:
        books = await here.ask("get_month_end", **account.dates)
        return books, await here.ask("list_transactions", **account.dates, limit=100)

    books, listed = asked(account, both)
    rows = listed["items"]
    truth = coins(
        ((one["direction"], one["status"]), one["currency"], Fraction(str(one["amount"]))) for one in rows
    )
    assert entries_of(books["totals"] if rows else []) == truth
    assert entries_of([*books.get("properties", []), *books.get("apart", [])]) == truth
    checks = books.get("reconciliation", [])
    either = coins((one["direction"], one["currency"], Fraction(str(one["amount"]))) for one in rows)
    told = {(one["direction"], one["currency"]): one["list_transactions"] for one in checks}
    assert {key: amount for key, amount in told.items() if amount} == either
    assert sum(one["entries"] for one in checks) == len(rows)
    assert not any(one["difference"] for one in checks)


@FEW
@given(made())
def test_the_accounts_of_a_month_hold_every_amount_earned(account: Made) -> None:
    books = asked(account, lambda here: here.ask("get_month_end", **account.dates))
    lines = earned(account.stays, *account.month)
    whole: Any = coins(("", line[2], line[3]) for line in lines)
    rows = [one for one in books.get("totals", []) if one.get("revenue")]
    assert {("", one["currency"]): one["revenue"] for one in rows} == whole
    apart = [one for one in books.get("apart", []) if one.get("revenue")]
    assert {(one["row"], one["currency"]) for one in apart} == {
        (line[0], line[2]) for line in lines if line[0] and line[3]
    }


@FEW
@given(made())
def test_a_balance_is_due_once_in_the_month_in_which_the_last_stay_leaves(account: Made) -> None:
    """The months before and behind are asked too, and each property for itself."""
    first, last = account.month
    spans = [(first - timedelta(days=31), first - timedelta(days=1)), (first, last)]

    async def ask(here: World) -> Any:
        found: list[tuple[Any, Any]] = []
        for start, end in spans:
            dates = {"start_date": f"{start}", "end_date": f"{end}"}
            whole = await here.ask("get_month_end", **dates)
            parts = [await here.ask("get_month_end", **dates, property_ids=[one]) for one in HOMES]
            found.append((whole, parts))
        return found

    for (start, end), (whole, parts) in zip(spans, asked(account, ask), strict=True):
        due = owed_by(account.stays, start, end)
        assert {one["reservation_code"]: one["amount"] for one in whole.get("unreceived", [])} == due
        single = [one["reservation_code"] for part in parts for one in part.get("unreceived", [])]
        assert len(single) == len(set(single))
        assert set(single) <= due.keys()


@FEW
@given(made())
def test_consecutive_months_add_up_to_the_whole(account: Made) -> None:
    first, last = min(map(arrival, account.stays)), max(map(departure, account.stays))
    dates = {"start_date": f"{first}", "end_date": f"{last}"}
    answer = asked(account, lambda here: here.ask("get_performance", **dates, by="month"))
    received = earned(account.stays, first, last)
    assert shown([answer["total"]], "row") == coins(("", line[2], line[3]) for line in received)
    for (_, currency), amount in shown([answer["total"]], "row").items():
        parts = [
            one["revenue"]
            for row in answer.get("rows", [])
            for one in row.get("money", [])
            if one["currency"] == currency
        ]
        assert abs(sum(parts) - amount) <= len(parts) / 10 ** DECIMALS[currency]
