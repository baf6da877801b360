"""The days on which the demo account is looked at, and what a reader of it would work out by hand."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from hostex_mcp.sandbox.demo import build_accounts
from hostex_mcp.sandbox.state import Accounts, Row, SandboxAccount

MOMENTS = {
    "an ordinary noon": datetime(2026, 6, 15, 12, tzinfo=UTC),
    "the start of a day": datetime(2026, 9, 1, 0, 0, 30, tzinfo=UTC),
    "the end of a month": datetime(2027, 1, 31, 23, 59, tzinfo=UTC),
    "the leap day": datetime(2028, 2, 29, 9, tzinfo=UTC),
    "the last day of a year": datetime(2026, 12, 31, 18, tzinfo=UTC),
    "summer time starts in Europe": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    "summer time ends in Europe": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    "summer time starts in the US": datetime(2027, 3, 14, 8, tzinfo=UTC),
}
FEW_MOMENTS = ("an ordinary noon", "the leap day", "summer time ends in Europe")

each_moment = pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS.keys())
some_moments = pytest.mark.parametrize("now", [MOMENTS[name] for name in FEW_MOMENTS], ids=FEW_MOMENTS)
SEED = 7


@cache
def accounts_at(now: datetime) -> Accounts:
    return build_accounts(now.date(), SEED, now)


def arrival(stay: Row) -> date:
    return date.fromisoformat(stay["check_in_date"])


def departure(stay: Row) -> date:
    return date.fromisoformat(stay["check_out_date"])


def accepted(account: SandboxAccount) -> list[Row]:
    """Return the accepted stays that have a property."""
    return [
        stay
        for stay in account.stays.values()
        if stay["status"] == "accepted" and stay["property_id"] and not stay["in_reservation_box"]
    ]


def taken_nights(account: SandboxAccount, property_id: int) -> set[date]:
    """Return the nights on which nobody else can have the property."""
    nights = set(account.blocks.get(property_id, {}))
    for stay in account.stays.values():
        holds = stay["status"] in ("accepted", "wait_accept", "wait_pay") and not stay["in_reservation_box"]
        if holds and stay["property_id"] == property_id:
            nights |= {
                arrival(stay) + timedelta(days=n) for n in range((departure(stay) - arrival(stay)).days)
            }
    return nights


def moment(text: str) -> datetime:
    """Read a time of an answer."""
    return datetime.fromisoformat(text).astimezone(UTC)
