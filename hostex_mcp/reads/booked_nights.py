"""What previews say of bookings on nights that are opened or closed."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from hostex_mcp.domain.calendar_changes import days_of
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.reservations.describe import Taken, taken

_MOST_CHECKED = 5
_ONE = timedelta(days=1)


async def booked(
    context: Context, nights: Mapping[int, Collection[date]], *, with_blocks: bool = False
) -> list[str]:
    """Who has booked, or what blocks, these nights of properties, as far as so many can be looked at."""
    wanted = [(property_id, days) for property_id, days in nights.items() if days]
    looked_at, left = wanted[:_MOST_CHECKED], len(wanted[_MOST_CHECKED:])
    found = await asyncio.gather(*(_on(context, one, days) for one, days in looked_at))
    kept = [one if with_blocks else Taken(one.stays, ()) for one in found]
    unseen = [f"Bookings of {left} more properties were not looked at."] if left else []
    return [*(line for one in kept for line in one.warnings()), *unseen]


async def _on(context: Context, property_id: int, days: Collection[date]) -> Taken:
    """What closes these nights of a property, without what lies between them."""
    way = await taken(context, property_id, min(days), max(days) + _ONE)
    wanted = set(days)
    stays = [
        one for one in way.stays if wanted.intersection(days_of(one.check_in_date, one.check_out_date - _ONE))
    ]
    blocks = [one for one in way.blocks if wanted.intersection(days_of(one.start_date, one.end_date))]
    return Taken(stays, blocks)
