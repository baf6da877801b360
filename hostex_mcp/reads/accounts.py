"""What the accounts of a period are worked out from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from anyio.lowlevel import checkpoint

from hostex_mcp.api.endpoints.finance import Transaction
from hostex_mcp.api.endpoints.properties import LIST_PROPERTY_GROUPS, PropertyGroup
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.earnings import APART, Earning, earnings, grouped, is_whole, kept_alone
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


@dataclass(frozen=True, slots=True)
class Apart:
    """Accounts that are in no property's: why, and of which property, 0 where of none."""

    why: str
    property_id: int
    accounts: Sequence[Ledger]


@dataclass(frozen=True, slots=True)
class Books:
    """Stays, entries and groups of a period; `entries` is None where they could not be read. `elsewhere` are
    further stays of the same orders, `homes` the properties of all orders."""

    meant: Portfolio
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
        """The accounts of each property, by currency."""
        counted = self._counted()
        ids = [place.id for place in self.meant.properties]
        return {home: accounts(*counted.get(("", home), ((), ()))) for home in ids}

    def apart(self) -> list[Apart]:
        """The accounts of everything that is in those of no property."""
        rest = [(place, counted) for place, counted in self._counted().items() if place[0]]
        rest.sort(key=lambda item: (_REASONS.index(item[0][0]), item[0][1]))
        every = [Apart(why, home, accounts(*counted)) for (why, home), counted in rest]
        return [part for part in every if part.accounts]

    def partial_groups(self) -> list[str]:
        """The groups of which only some properties are portfolio, with how many of how many."""
        chosen = {place.id for place in self.meant.properties}
        counted = [
            (group, len(chosen & {*group.property_ids}), len({*group.property_ids})) for group in self.groups
        ]
        return [
            f"{one_line(group.name)} {some} of {every}" for group, some, every in counted if 0 < some < every
        ]

    def _counted(self) -> dict[tuple[str, int], tuple[list[Earning], list[Transaction]]]:
        """Every earning and entry in its one place: why it stands apart, and of which property it is."""
        listed = {place.id for place in self.meant.properties}
        counted: dict[tuple[str, int], tuple[list[Earning], list[Transaction]]] = {}
        for earning in self.earned:
            why = "" if earning.place == "sold" else earning.place
            counted.setdefault((why, earning.property_id), ([], []))[0].append(earning)
        for entry in self.entries or ():
            place = place_of(entry, self.homes, listed)
            key = ("", place) if isinstance(place, int) else (place, 0)
            counted.setdefault(key, ([], []))[1].append(entry)
        return counted


async def read_books(
    context: Context, portfolio: Portfolio, period: Period, *, complete: bool = False
) -> Books:
    """Read what the accounts of a period need; without entries or groups there are still stays, unless all
    of it is wanted `complete`."""

    def needed(order: Sequence[Reservation]) -> bool:
        return kept_alone(order) or bool(balances(order, period))

    stays = await all_stays(context, portfolio, period.start, period.end, following=True)
    parts = PartialReads(stays.failures, stays.notes, needed=complete)
    entries = await parts.rows("transactions", transactions_between(context, period.start, period.end))
    groups = await parts.rows("property groups", read_lists(context, LIST_PROPERTY_GROUPS))
    elsewhere = await parts.rows("stays of the same orders", other_stays(context, stays.items, needed))
    found = [stay for stay in stays.items if stay.check_in_date <= period.end]
    late = [stay for stay in stays.items if stay.check_in_date > period.end]
    homes = homes_of(found)
    await checkpoint()
    return Books(
        meant=portfolio,
        period=period,
        stays=found,
        earned=earnings(found, period, [*late, *(elsewhere or ())]),
        elsewhere=[*late, *(elsewhere or ())],
        entries=None if entries is None else _meant(entries, homes, portfolio),
        homes=homes,
        groups=groups or [],
        notes=[*stays.notes, *_left_out(entries or (), homes)],
        failures=stays.failures,
    )


async def other_stays(
    context: Context, stays: Sequence[Reservation], needed: Callable[[Sequence[Reservation]], object]
) -> Gathered[Reservation]:
    """The stays that are missing here of orders that `needed` wants whole. What an order owes or was paid is
    told for the order as a whole, and its other stays may be in any month and property."""
    orders = grouped(stays, lambda stay: stay.reservation_code)
    unsure = [code for code, own in orders.items() if needed(own) and not is_whole(own)]
    asked, left = first(unsure, _MOST_ORDERS)
    found = await read_lists(context, LIST_RESERVATIONS, [{"reservation_code": code} for code in asked])
    known = {stay.stay_code for stay in stays}
    found.items = [stay for stay in found.items if stay.stay_code not in known]
    unread = f"Further stays of {left} orders were not looked for: what they owe may be due in another month."
    found.notes += [unread] if left else []
    return found


def _meant(
    entries: Sequence[Transaction], homes: Mapping[str, int], portfolio: Portfolio
) -> Sequence[Transaction]:
    """The entries that are asked about: all of the whole account, else those of the chosen properties."""
    if portfolio.whole:
        return entries
    listed = {place.id for place in portfolio.properties}
    return [entry for entry in entries if isinstance(place_of(entry, homes, listed), int)]


def _left_out(entries: Sequence[Transaction], homes: Mapping[str, int]) -> list[str]:
    """How many entries are in no row of a property, or in no sum at all."""
    homeless = [entry for entry in entries if place_of(entry, homes, ()) == OTHER_ORDERS]
    unclear = [entry for entry in entries if not counts(entry)]
    ids = ", ".join(f"{entry.id}" for entry in unclear[:_MOST_NAMED])
    names = "no property and an order without stays in the period: in no row of a property."
    return [
        *([f"{_entries(len(homeless))} name{'s' if len(homeless) == 1 else ''} {names}"] if homeless else []),
        *(
            [f"In no sum, without a currency or a known direction: {_entries(len(unclear))} ({ids})."]
            if unclear
            else []
        ),
    ]


def _entries(count: int) -> str:
    return f"{count} {'entry' if count == 1 else 'entries'}"
