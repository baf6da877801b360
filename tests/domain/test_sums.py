"""Sums of periods and groups, whatever was sold: parts add up to the whole."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as some

from hostex_mcp.api.endpoints.finance import Transaction
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.earnings import earnings
from hostex_mcp.domain.month_end import Ledger, accounts, sum_of
from hostex_mcp.domain.performance import blocked_nights, figures
from hostex_mcp.domain.periods import Period
from tests.domain.stay_samples import stay

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
HOMES = (1, 2, 3, 4)
days = some.dates(FIRST, LAST)
cents = some.integers(0, 1_000_000).map(lambda amount: amount / 100)
Sums = dict[str, tuple[Fraction, ...]]


@some.composite
def stays(draw: some.DrawFn) -> list[Reservation]:
    """Stays of several properties, some over the ends of months, some not sold, some without a price."""
    rows: list[Reservation] = []
    for number in range(draw(some.integers(0, 8))):
        rest: dict[str, Any] = {
            "property_id": draw(some.sampled_from([0, *HOMES])),
            "currency": draw(some.sampled_from(["EUR", "USD", "JPY"])),
            "price": draw(cents),
            "commission": draw(cents),
            "status": draw(some.sampled_from(["accepted", "accepted", "cancelled"])),
        }
        if draw(some.integers(0, 4)) == 0:
            rest["rates"] = None
        rows.append(stay(f"{number}", draw(days).isoformat(), draw(some.integers(1, 70)), **rest))
    return rows


@some.composite
def entries(draw: some.DrawFn) -> list[Transaction]:
    """Income and expenses of these properties."""
    return [
        Transaction(
            id=number,
            direction=draw(some.sampled_from(["income", "expense"])),
            amount=draw(cents),
            currency=draw(some.sampled_from(["EUR", "USD"])),
            status=draw(some.sampled_from(["paid", "outstanding"])),
            property_id=draw(some.sampled_from(HOMES)),
        )
        for number in range(draw(some.integers(0, 8)))
    ]


@some.composite
def periods(draw: some.DrawFn) -> Period:
    first, second = sorted((draw(days), draw(days)))
    return Period(first, second)


def totals(ledgers: Iterable[Ledger]) -> Sums:
    """Nights and money by currency, those that are not all nothing."""
    sums: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction()] * 6)
    for ledger in ledgers:
        row = (
            ledger.nights,
            ledger.revenue,
            ledger.commission,
            ledger.income,
            ledger.expenses,
            ledger.outstanding,
        )
        sums[ledger.currency] = [a + b for a, b in zip(sums[ledger.currency], row, strict=True)]
    return {key: tuple(row) for key, row in sums.items() if any(row)}


def of_home(rows: Sequence[Reservation], home: int) -> list[Reservation]:
    return [stay for stay in rows if stay.property_id == home]


@given(stays(), periods())
def test_accounts_of_months_add_up_to_the_period(rows: list[Reservation], period: Period) -> None:
    for home in HOMES:
        own = of_home(rows, home)
        parts = [account for month in period.months() for account in accounts(earnings(own, month), [])]
        assert totals(parts) == totals(accounts(earnings(own, period), []))


@given(stays(), entries(), some.lists(some.integers(0, 2), min_size=4, max_size=4))
def test_groups_that_share_no_property_add_up_to_all_properties(
    rows: list[Reservation], booked: list[Transaction], groups: list[int]
) -> None:
    year = Period(FIRST, LAST)
    by_home = {
        home: accounts(
            earnings(of_home(rows, home), year),
            [earning for earning in booked if earning.property_id == home],
        )
        for home in HOMES
    }
    members: dict[tuple[int, str], list[Ledger]] = defaultdict(list)
    for home, group in zip(HOMES, groups, strict=True):
        for ledger in by_home[home]:
            members[group, ledger.currency].append(ledger)
    every = [ledger for own in by_home.values() for ledger in own]
    assert totals(map(sum_of, members.values())) == totals(every)
    assert sum(sum_of(own).result for own in members.values()) == sum(ledger.result for ledger in every)
    entered = sum(Fraction(str(earning.amount)) for earning in booked)
    sums = (
        ledger.income + ledger.expenses + ledger.outstanding + ledger.outstanding_expenses for ledger in every
    )
    assert sum(sums) == entered


@given(stays(), periods(), some.sets(days, max_size=20))
def test_figures_of_months_add_up_to_the_period(
    rows: list[Reservation], period: Period, closed: set[date]
) -> None:
    def of(part: Period) -> list[Fraction]:
        blocked = {home: blocked_nights(closed, of_home(rows, home), part) for home in HOMES}
        result = figures(
            earnings(rows, part), part, lambda stay: stay.check_in_date, blocked=blocked, sells_in={}
        )
        money = [result.money.get(currency) for currency in ("EUR", "JPY", "USD")]
        sums = [
            (revenue.revenue, revenue.commission, Fraction(revenue.nights)) for revenue in money if revenue
        ]
        assert result.sold == result.unpriced + sum(revenue.nights for revenue in money if revenue)
        return [
            *(
                Fraction(number or 0)
                for number in (result.sold, result.for_sale, result.blocked, result.unpriced)
            ),
            *(sum((row[place] for row in sums), Fraction()) for place in range(3)),
        ]

    months = [of(month) for month in period.months()]
    assert [sum(column, Fraction()) for column in zip(*months, strict=True)] == of(period)


@given(stays(), periods())
def test_a_period_split_anywhere_loses_no_night(rows: list[Reservation], period: Period) -> None:
    middle = period.start + timedelta(days=period.nights // 2)
    assume(middle > period.start)
    halves = Period(period.start, middle - timedelta(days=1)), Period(middle, period.end)
    for home in HOMES:
        own = of_home(rows, home)
        parts = [account for half in halves for account in accounts(earnings(own, half), [])]
        assert totals(parts) == totals(accounts(earnings(own, period), []))
