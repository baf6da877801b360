"""A calendar of several properties as compact rows for a model: runs of days instead of days."""

from collections.abc import Sequence

from hostex_mcp.api.endpoints.models import Money
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.grid import Columns, Stuck
from hostex_mcp.domain.stay_rules import RULE_TEXTS
from hostex_mcp.domain.wording import day_text
from hostex_mcp.reads.calendars import SoldListing

# Its calendar shows the floor price, not the selling price.
_FLOOR = "ctrip"


def stay_price(stay: Reservation) -> Money:
    """Return what a stay costs, commission included."""
    return (stay.rates and stay.rates.rate) or Money()


def lead(listings: Sequence[tuple[SoldListing, Columns]]) -> int | None:
    """Return the place of the listing whose prices stand for the property: the first that sells it alone, by
    selling prices, None without prices."""
    priced = [place for place, (_, own) in enumerate(listings) if own.price]

    def is_second_choice(place: int) -> tuple[bool, bool]:
        listing = listings[place][0]
        return listing.channel_type == _FLOOR, listing.pooled

    return min(priced, key=is_second_choice, default=None)


def stuck_text(stuck: Stuck) -> str:
    """Return the rule that keeps nights from being sold."""
    return RULE_TEXTS[stuck.rule.rule].format(day=day_text(stuck.rule.day), value=stuck.rule.value)
