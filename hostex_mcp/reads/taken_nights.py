"""What closes the nights of properties: stays, and blocks of the calendar."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, read_all
from hostex_mcp.api.endpoints.calendar import LIST_AVAILABILITIES, AvailabilityDay
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.calendar_changes import reading_window
from hostex_mcp.domain.days import DAY, Run, days_of
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.stays import HOLDING, block_runs, holder, holders
from hostex_mcp.domain.wording import nights_text, quoted
from hostex_mcp.toolkit.context import Context

_MOST_NAMED = 10
_MOST_CHECKED = 5


@dataclass(frozen=True, slots=True)
class Taken:
    """What closes some nights of a property: stays, and calendar blocks. `around` has all its stays that end
    after the first night, of any status."""

    stays: Sequence[Reservation]
    blocks: Sequence[Run[str]]
    around: Sequence[Reservation] = ()

    def warnings(self) -> list[str]:
        """Return a sentence for each stay and block."""
        lines = [*(f"Already booked: {holder(stay)}." for stay in self.stays), *map(_block, self.blocks)]
        more = len(lines) - _MOST_NAMED
        return [*lines[:_MOST_NAMED], *([f"{more} more stays or blocks are in the way."] if more > 0 else [])]


NOTHING = Taken((), ())


async def taken(
    context: Context, property_id: int, check_in: date, check_out: date, leave_out: Collection[str] = ()
) -> Taken:
    """Read what closes the nights between two days, except for some stays."""
    stays, days = await asyncio.gather(
        _around(context, property_id, check_in), _nights(context, property_id, check_in, check_out)
    )
    holding = [stay for stay in stays if stay.status in HOLDING and not stay.in_reservation_box]
    return Taken(holders(stays, check_in, check_out, leave_out), block_runs(days, holding), stays)


async def booked(
    context: Context, nights: Mapping[int, Collection[date]], *, with_blocks: bool = False
) -> list[str]:
    """Say who has booked, or what blocks, these nights of properties, for a limited number of them."""
    closed = [(property_id, days) for property_id, days in nights.items() if days]
    selection, rest = closed[:_MOST_CHECKED], len(closed[_MOST_CHECKED:])
    obstacles = await asyncio.gather(*(_on(context, property_id, days) for property_id, days in selection))
    lines = [line for own in obstacles for line in (own if with_blocks else Taken(own.stays, ())).warnings()]
    return [*lines, *([f"Bookings of {rest} more properties were not checked."] if rest else [])]


async def held(context: Context, property_ids: Sequence[int], days: Collection[date]) -> dict[int, set[date]]:
    """Read which of these nights stays hold, whatever the calendar says, for a limited number of
    properties."""
    selection = property_ids[:_MOST_CHECKED]
    stays = await asyncio.gather(*(_around(context, property_id, min(days)) for property_id in selection))
    return {
        property_id: {day for day in days if holders(own, day, day + DAY)}
        for property_id, own in zip(selection, stays, strict=True)
    }


async def _on(context: Context, property_id: int, days: Collection[date]) -> Taken:
    """Read what closes these nights of a property, without what lies between them."""
    span = await taken(context, property_id, min(days), max(days) + DAY)
    nights = set(days)
    return Taken(
        [stay for stay in span.stays if nights & {*days_of(stay.check_in_date, stay.check_out_date - DAY)}],
        [block for block in span.blocks if nights & {*days_of(block.start_date, block.end_date)}],
    )


async def _around(context: Context, property_id: int, check_in: date) -> list[Reservation]:
    """Read the stays of a property that check out after a day.

    Inferred: none of them is longer than the window that Hostex allows.
    """
    first, last = check_in + DAY, check_in + RESERVATION_WINDOW_DAYS * DAY
    period = {"start_check_out_date": first, "end_check_out_date": last}
    query = {"property_id": property_id, **period}
    return (await read_all(context.client, LIST_RESERVATIONS, query=query)).items


async def _nights(
    context: Context, property_id: int, check_in: date, check_out: date
) -> list[AvailabilityDay]:
    start, end = reading_window([check_in, check_out - DAY], context.now().date())
    query = {"property_ids": [property_id], "start_date": start, "end_date": end}
    answer = await context.client.call(LIST_AVAILABILITIES, query=query)
    days = [day for row in answer if row.id == property_id for day in row.availabilities]
    return [day for day in days if check_in <= day.date < check_out]


def _block(run: Run[str]) -> str:
    remarks = f": {quoted(one_line(run.state))}" if run.state else ""
    return f"Blocked in the calendar: {nights_text(run)}{remarks}."
