"""The accounts of a period: its stays, income and expenses, by property and apart."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from hostex_mcp.api import Pace, paced
from hostex_mcp.api.endpoints.finance import Transaction
from hostex_mcp.api.endpoints.properties import LIST_PROPERTY_GROUPS, PropertyGroup
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.earnings import APART, Earning, grouped, is_whole, kept_alone, paced_earnings
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.lists import first
from hostex_mcp.domain.month_end import (
    ACCOUNT,
    NOT_LISTED,
    OTHER_ORDERS,
    Ledger,
    accounts,
    balances,
    counts,
    homes_of,
    place_of,
)
from hostex_mcp.domain.periods import Period
from hostex_mcp.reads.lists import Failure, Gathered, PartialReads, read_lists
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.reads.records import transactions_between
from hostex_mcp.reads.stays import all_stays
from hostex_mcp.toolkit.context import Context

_MOST_ORDERS, _MOST_NAMED = 50, 5
_REASONS: Sequence[str] = (*APART, NOT_LISTED, OTHER_ORDERS, ACCOUNT)

_Place = tuple[str, int]
"""Where an amount counts: the reason why it stands apart, empty for none, and its property, 0 for none."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Ledgers that belong to no property's accounts: why, and of which property, 0 for none."""

    why: str
    property_id: int
    accounts: Sequence[Ledger]


@dataclass(frozen=True)
class Books:
    """Stays, entries and property groups of a period; `entries` is None if they could not be read.
    `elsewhere` has further stays of the same orders, `homes` the properties of all orders."""

    portfolio: Portfolio
    period: Period
    stays: Sequence[Reservation]
    elsewhere: Sequence[Reservation]
    earned: Sequence[Earning]
    entries: Sequence[Transaction] | None
    homes: Mapping[str, int]
    groups: Sequence[PropertyGroup]
    notes: Sequence[str]
    failures: Sequence[Failure]

    def of_homes(self) -> Mapping[int, list[Ledger]]:
        """Return the ledgers of each property, by currency."""
        amounts = self._amounts
        return {
            place.id: accounts(*amounts.get(("", place.id), ((), ()))) for place in self.portfolio.properties
        }

    @cached_property
    def apart(self) -> Sequence[Apart]:
        """The ledgers of everything that is in no property's."""
        rest = [(*place, accounts(*amounts)) for place, amounts in self._amounts.items() if place[0]]
        rest.sort(key=lambda item: (_REASONS.index(item[0]), item[1]))
        return [Apart(*item) for item in rest if item[2]]

    def partial_groups(self) -> list[str]:
        """Return the groups of which only some properties are in the accounts, with how many of how many."""
        ids = _ids(self.portfolio)
        sizes = [
            (group.name, len(ids & {*group.property_ids}), len({*group.property_ids}))
            for group in self.groups
        ]
        return [f"{one_line(name)} {count} of {size}" for name, count, size in sizes if 0 < count < size]

    @cached_property
    def _amounts(self) -> dict[_Place, tuple[list[Earning], list[Transaction]]]:
        """Sort all earnings and entries by where they count."""
        ids = _ids(self.portfolio)
        amounts: dict[_Place, tuple[list[Earning], list[Transaction]]] = defaultdict(lambda: ([], []))
        for earning in self.earned:
            why = "" if earning.place == "sold" else earning.place
            amounts[why, earning.property_id][0].append(earning)
        for entry in self.entries or ():
            place = place_of(entry, self.homes, ids)
            amounts[("", place) if isinstance(place, int) else (place, 0)][1].append(entry)
        return amounts


async def read_books(
    context: Context, portfolio: Portfolio, period: Period, *, complete: bool = False
) -> Books:
    """Read the accounts of a period. Entries and groups may be missing, unless they must be `complete`."""

    def needed(order: Sequence[Reservation]) -> bool:
        return kept_alone(order) or bool(balances(order, period))

    stays = await all_stays(context, portfolio, period.start, period.end, following=True)
    parts, pace = PartialReads(stays.failures, stays.notes, needed=complete), Pace()
    entries = await parts.rows("transactions", transactions_between(context, period.start, period.end))
    groups = await parts.rows("property groups", read_lists(context, LIST_PROPERTY_GROUPS))
    others = await parts.rows("stays of the same orders", other_stays(context, stays.items, needed))
    reported = [stay for stay in stays.items if stay.check_in_date <= period.end]
    later = [stay for stay in stays.items if stay.check_in_date > period.end]
    elsewhere = [*later, *(others or ())]
    await pace.rest()
    homes = homes_of(reported)
    await pace.rest()
    earned = await paced_earnings(reported, period, elsewhere)
    await pace.rest()
    return Books(
        portfolio=portfolio,
        period=period,
        stays=reported,
        earned=earned,
        elsewhere=elsewhere,
        entries=None if entries is None else _own(entries, homes, portfolio),
        homes=homes,
        groups=groups or [],
        notes=[*stays.notes, *_notes(entries or (), homes)],
        failures=stays.failures,
    )


async def other_stays(
    context: Context, stays: Sequence[Reservation], needed: Callable[[Sequence[Reservation]], object]
) -> Gathered[Reservation]:
    """Read the other stays of those orders that are `needed` as a whole. Hostex gives what an order owes or
    was paid for the whole order, and its other stays may be in any month and property."""
    orders = grouped(stays, lambda stay: stay.order_key)
    # Prices that add up to the total do not rule out a stay without a charge, so these orders come last.
    codes = await paced(lambda code: code if needed(orders[code]) else None, orders)
    due = sorted((code for code in codes if code is not None), key=lambda code: is_whole(orders[code]))
    selection, rest = first(due, _MOST_ORDERS)
    others = await read_lists(context, LIST_RESERVATIONS, [{"reservation_code": code} for code in selection])
    keys = set(await paced(attrgetter("key"), stays))
    others.items = [stay for stay in others.items if stay.key not in keys]
    if rest:
        problem = "were not looked for: what they owe may be due in another month."
        others.notes.append(f"Further stays of {rest} orders {problem}")
    return others


def _ids(portfolio: Portfolio) -> set[int]:
    return {place.id for place in portfolio.properties}


def _own(
    entries: Sequence[Transaction], homes: Mapping[str, int], portfolio: Portfolio
) -> Sequence[Transaction]:
    """Return the entries that belong to a portfolio: all of the whole account, else those of its
    properties."""
    if portfolio.whole:
        return entries
    ids = _ids(portfolio)
    return [entry for entry in entries if isinstance(place_of(entry, homes, ids), int)]


def _notes(entries: Sequence[Transaction], homes: Mapping[str, int]) -> list[str]:
    """Say how many entries are in no property row, or in no sum at all."""
    notes: list[str] = []
    unassigned = sum(place_of(entry, homes, ()) == OTHER_ORDERS for entry in entries)
    if unassigned:
        verb = "is" if unassigned == 1 else "are"
        notes.append(
            f"{_count(unassigned)} could not be assigned to a property and {verb} in no property row."
        )
    unclear = [entry for entry in entries if not counts(entry)]
    if unclear:
        ids = ", ".join(f"{entry.id}" for entry in unclear[:_MOST_NAMED])
        notes.append(f"In no sum, without a currency or a known direction: {_count(len(unclear))} ({ids}).")
    return notes


def _count(entries: int) -> str:
    return f"{entries} {'entry' if entries == 1 else 'entries'}"
