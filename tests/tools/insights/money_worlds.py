"""Accounts made up for the tests of money: bookings and entries of every kind, around one month."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as some

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, accounts_at

DECIMALS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
"""The smallest units, as the standard's list prints them."""
MONTHS = {
    "an ordinary noon": (date(2026, 5, 1), date(2026, 5, 31)),
    "the leap day": (date(2028, 2, 1), date(2028, 2, 29)),
    "summer time ends in Europe": (date(2026, 10, 1), date(2026, 10, 31)),
}
HOMES = (20110001, 20110002, 20110010)
CHANNELS = ("airbnb", "booking.com", "vrbo")
STATES = ("accepted", "accepted", "accepted", "cancelled", "cancelled", "wait_accept", "denied")


@dataclass(frozen=True)
class Made:
    """An account: when it is looked at, the month that is asked about, its stays and its entries."""

    moment: str
    stays: list[Row]
    entries: list[Row]

    @property
    def now(self) -> datetime:
        return MOMENTS[self.moment]

    @property
    def month(self) -> tuple[date, date]:
        return MONTHS[self.moment]

    @property
    def dates(self) -> dict[str, str]:
        first, last = self.month
        return {"start_date": f"{first}", "end_date": f"{last}"}

    @property
    def change(self) -> Callable[[SandboxAccount], None]:
        def put(account: SandboxAccount) -> None:
            account.blocks.clear()
            account.stays = {stay["stay_code"]: deepcopy(stay) for stay in self.stays}
            account.transactions = {entry["id"]: deepcopy(entry) for entry in self.entries}

        return put


@some.composite
def made(draw: some.DrawFn) -> Made:
    moment = draw(some.sampled_from(sorted(MONTHS)))
    stays = [stay for number in range(draw(some.integers(1, 8))) for stay in draw(_order(moment, number))]
    codes = [stay["reservation_code"] for stay in stays]
    entries = [draw(_entry(moment, number, codes)) for number in range(draw(some.integers(0, 10)))]
    return Made(moment, stays, entries)


@some.composite
def amounts(draw: some.DrawFn, currency: str) -> float:
    return draw(some.integers(1, 300_000)) / 10 ** DECIMALS[currency]


@some.composite
def signed(draw: some.DrawFn, currency: str) -> float:
    """An amount, now and then nothing, a single coin, or an amount below zero."""
    amount = draw(amounts(currency))
    coin = 1 / 10 ** DECIMALS[currency]
    return draw(some.sampled_from([amount, amount, amount, amount, 0, coin, -coin, -amount]))


@some.composite
def _order(draw: some.DrawFn, moment: str, number: int) -> list[Row]:
    """One to three stays of an order, with what is told of it as a whole on each of them."""
    currency = draw(some.sampled_from(sorted(DECIMALS)))
    shared = {"reservation_code": f"0-MADE{number:03}-x", "channel_type": draw(some.sampled_from(CHANNELS))}
    state = draw(some.sampled_from(STATES))
    rows = [draw(_stay(moment, currency, number, place)) for place in range(draw(some.integers(1, 3)))]
    for row in rows:
        row |= {**shared, "status": state if draw(some.integers(0, 5)) else "cancelled"}
    priced = [row["rates"]["rate"]["amount"] for row in rows if row["rates"]]
    total = round(sum(priced), DECIMALS[currency])
    received, balance = draw(some.tuples(signed(currency), signed(currency)))
    payment = {
        "currency": currency,
        "total_amount": total,
        "received_amount": draw(some.sampled_from([0, received])),
        "balance_amount": draw(some.sampled_from([0, balance])),
        "status": "partial",
    }
    for row in rows:
        row["payment"] = payment
        if row["rates"] and len(priced) == len(rows):
            row["rates"]["total_rate"] = {"currency": currency, "amount": total}
    return rows


@some.composite
def _stay(draw: some.DrawFn, moment: str, currency: str, number: int, place: int) -> Row:
    row = deepcopy(next(iter(accounts_at(MOMENTS[moment]).main.stays.values())))
    arrival = MONTHS[moment][0] + timedelta(days=draw(some.integers(-45, 75)))
    nights = draw(some.sampled_from([0, 1, 2, 3, 5, 9, 33]))
    price, fee = draw(some.tuples(signed(currency), signed(currency)))
    home = draw(some.sampled_from([0, *HOMES, *HOMES]))
    row |= {
        "stay_code": f"0-MADE{number:03}_{place}-x" if place else f"0-MADE{number:03}-x",
        "property_id": home,
        "in_reservation_box": not draw(some.integers(0, 6)) or not home,
        "check_in_date": f"{arrival}",
        "check_out_date": f"{arrival + timedelta(days=nights)}",
        "rates": {
            "rate": {"currency": currency, "amount": price},
            "commission": {"currency": currency, "amount": fee},
            "tax": None,
            "details": [],
        },
    }
    if not draw(some.integers(0, 8)):
        row["rates"] = {}
    return row


@some.composite
def _entry(draw: some.DrawFn, moment: str, number: int, codes: list[str]) -> Row:
    """Income or an expense of a property, an order, or the account, near the ends of the month too."""
    first, last = MONTHS[moment]
    day = draw(
        some.sampled_from([first, last, first - timedelta(1), last + timedelta(1), first + timedelta(9)])
    )
    clock = draw(some.sampled_from([time(0, 0), time(12), time(23, 59)]))
    currency = draw(some.sampled_from(sorted(DECIMALS)))
    link: Any = draw(some.sampled_from(["property", "reservation", "operator"]))
    own = {"property": draw(some.sampled_from([*HOMES, 999])), "operator": None}
    when = datetime.combine(day, clock, UTC).isoformat()
    row = deepcopy(next(iter(accounts_at(MOMENTS[moment]).main.transactions.values())))
    order = draw(some.sampled_from([*codes, "0-LONGAGO-x"])) if link == "reservation" else None
    return row | {
        "id": 600_000 + number,
        "direction": draw(some.sampled_from(["income", "expense"])),
        "status": draw(some.sampled_from(["paid", "outstanding"])),
        "amount": draw(signed(currency)),
        "currency": currency,
        "link_type": link,
        "property_id": own.get(link, draw(some.sampled_from([None, *HOMES]))),
        "reservation_code": order,
        "stay_code": order,
        "action_at": when,
    }
