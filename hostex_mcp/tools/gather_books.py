"""What the accounts of a period are worked out from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hostex_mcp.api.finance import Transaction
from hostex_mcp.api.properties import LIST_PROPERTY_GROUPS, PropertyGroup
from hostex_mcp.api.reservations import Reservation
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.month_end import Account, accounts, homes_of, property_of
from hostex_mcp.domain.performance import Period, grouped
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.gather import all_stays, transactions_between
from hostex_mcp.tools.gather_lists import Failure, Parts, read_lists
from hostex_mcp.tools.gather_portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class Books:
    """Stays, entries and groups of a period; `entries` is None where they could not be read."""

    meant: Portfolio
    period: Period
    stays: Sequence[Reservation]
    entries: Sequence[Transaction] | None
    groups: Sequence[PropertyGroup]
    notes: Sequence[str]
    failures: Sequence[Failure]

    def of_homes(self) -> Mapping[int, list[Account]]:
        """The accounts of each property, by currency."""
        homes = homes_of(self.stays)
        stays = grouped(self.stays, lambda one: one.property_id)
        entries: dict[int | None, list[Transaction]] = {}
        for one in self.entries or ():
            entries.setdefault(property_of(one, homes), []).append(one)
        return {
            place.id: accounts(stays.get(place.id, ()), entries.get(place.id, ()), self.period)
            for place in self.meant.properties
        }

    def partial_groups(self) -> list[str]:
        """The groups of which only some properties are meant, with how many of how many."""
        chosen = {one.id for one in self.meant.properties}
        counted = [(one, len(chosen & {*one.property_ids}), len({*one.property_ids})) for one in self.groups]
        return [f"{one_line(one.name)} {some} of {every}" for one, some, every in counted if 0 < some < every]


async def read_books(context: Context, meant: Portfolio, period: Period, *, complete: bool = False) -> Books:
    """Read what the accounts of a period need; without entries or groups there are still stays, unless all
    of it is wanted `complete`."""
    stays = await all_stays(context, meant, period.start, period.end)
    parts = Parts(stays.failures, stays.notes, needed=complete)
    entries = await parts.rows("transactions", transactions_between(context, period.start, period.end))
    groups = await parts.rows("property groups", read_lists(context, LIST_PROPERTY_GROUPS))
    homes = homes_of(stays.items)
    notes = [*stays.notes, *_homeless(entries or (), homes)]
    own = (
        None if entries is None else [one for one in entries if (property_of(one, homes) or 0) in meant.kept]
    )
    return Books(meant, period, stays.items, own, groups or [], notes, stays.failures)


def _homeless(entries: Iterable[Transaction], homes: Mapping[str, int]) -> list[str]:
    """How many entries are in no row, because neither they nor the stays of the period tell a property."""
    found = [one for one in entries if one.reservation_code and property_of(one, homes) is None]
    if not found:
        return []
    count = "1 entry names" if len(found) == 1 else f"{len(found)} entries name"
    return [f"{count} no property and an order without stays in the period: in no row of a property."]
