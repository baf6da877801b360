"""What closes the nights of properties: stays, and blocks of the calendar."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, read_all
from hostex_mcp.api.endpoints.calendar import LIST_AVAILABILITIES
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.calendar_changes import reading_window
from hostex_mcp.domain.days import DAY, Run, days_of
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.stays import HOLDING, block_runs, holder, holders
from hostex_mcp.domain.wording import nights_text, quoted
from hostex_mcp.toolkit.context import Context

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Taken:
    """What closes some nights of a property: stays, and blocks of the calendar. `around` are all its stays
    that end after the first night, whatever their status."""

    stays: Sequence[Reservation]
    blocks: Sequence[Run[str]]
    around: Sequence[Reservation] = ()

    def warnings(self) -> list[str]:
        """A sentence for each stay and block."""
        held = [f"Already booked: {holder(stay)}." for stay in self.stays]
        found = [*held, *(_block(block) for block in self.blocks)]
        more = len(found) - _MOST_NAMED
        return [*found[:_MOST_NAMED], *([f"{more} more stays or blocks are in the way."] if more > 0 else [])]


NOTHING = Taken((), ())


async def taken(
    context: Context, property_id: int, check_in: date, check_out: date, leave_out: Collection[str] = ()
) -> Taken:
    """What closes the nights between two days, but for some stays."""
    stays, days = await asyncio.gather(
        _around(context, property_id, check_in), _nights(context, property_id, check_in, check_out)
    )
    alive = [stay for stay in stays if stay.status in HOLDING and not stay.in_reservation_box]
    return Taken(holders(stays, check_in, check_out, leave_out), block_runs(days, alive), stays)


async def _around(context: Context, property_id: int, check_in: date) -> list[Reservation]:
    """The stays on a property that check out after a day. Inferred: none of them lasts longer than the window
    that Hostex allows."""
    first, last = check_in + DAY, check_in + RESERVATION_WINDOW_DAYS * DAY
    period = {"start_check_out_date": first, "end_check_out_date": last}
    query = {"property_id": property_id, **period}
    return (await read_all(context.client, LIST_RESERVATIONS, query=query)).items


async def _nights(context: Context, property_id: int, check_in: date, check_out: date) -> list[Any]:
    wanted = [check_in, check_out - DAY]
    start, end = reading_window(wanted, context.now().date())
    query = {"property_ids": [property_id], "start_date": start, "end_date": end}
    found = await context.client.call(LIST_AVAILABILITIES, query=query)
    days = [day for row in found if row.id == property_id for day in row.availabilities]
    return [day for day in days if check_in <= day.date < check_out]


def _block(run: Run[str]) -> str:
    why = f": {quoted(one_line(run.state))}" if run.state else ""
    return f"Blocked in the calendar: {nights_text(run)}{why}."


_MOST_CHECKED = 5


async def booked(
    context: Context, nights: Mapping[int, Collection[date]], *, with_blocks: bool = False
) -> list[str]:
    """Who has booked, or what blocks, these nights of properties, as far as so many can be looked at."""
    wanted = [(property_id, days) for property_id, days in nights.items() if days]
    looked_at, left = wanted[:_MOST_CHECKED], len(wanted[_MOST_CHECKED:])
    found = await asyncio.gather(*(_on(context, property_id, days) for property_id, days in looked_at))
    kept = [closures if with_blocks else Taken(closures.stays, ()) for closures in found]
    unseen = [f"Bookings of {left} more properties were not looked at."] if left else []
    return [*(line for closure in kept for line in closure.warnings()), *unseen]


async def _on(context: Context, property_id: int, days: Collection[date]) -> Taken:
    """What closes these nights of a property, without what lies between them."""
    way = await taken(context, property_id, min(days), max(days) + DAY)
    wanted = set(days)
    stays = [
        stay
        for stay in way.stays
        if wanted.intersection(days_of(stay.check_in_date, stay.check_out_date - DAY))
    ]
    blocks = [block for block in way.blocks if wanted.intersection(days_of(block.start_date, block.end_date))]
    return Taken(stays, blocks)
