"""The open requests of stays that lie further ahead than the stays around a day."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, windows
from hostex_mcp.api.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.briefing import OPEN
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.gather_lists import Gathered, read_lists
from hostex_mcp.tools.gather_portfolio import Portfolio, kept

_DAY = timedelta(days=1)
_MANY = 25
_AHEAD = timedelta(days=4 * RESERVATION_WINDOW_DAYS)


@dataclass(slots=True)
class Later:
    """Open requests of later stays, and all stays that end in the half year behind the days around, where one
    page held them."""

    requests: list[Reservation] = field(default_factory=list[Reservation])
    half_year: Gathered[Reservation] | None = None
    notes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class _Part:
    """The stays of a window: all of them, or the open requests alone."""

    stays: Sequence[Reservation]
    whole: bool


async def later_requests(context: Context, meant: Portfolio, known_from: date, known_to: date) -> Later:
    """The requests of stays that end outside two days, between which all stays are known anyway: from today
    on, to about two years behind the later one, as no channel sells further ahead.

    Hostex finds requests by their state, but never outside a window of half a year. A window of which one
    page holds every stay costs one call, another one a call more for each state; of many properties the
    nearest window is sure to be such a one.
    """
    first = known_to + _DAY
    *later, nearest = windows(first, known_to + _AHEAD, RESERVATION_WINDOW_DAYS)
    read = _of_states if len(meant.properties) > _MANY else _of_window
    sooner = windows(meant.first_today(), known_from - _DAY, RESERVATION_WINDOW_DAYS)
    half_year, *others = await asyncio.gather(
        read(context, *nearest),
        *(_of_window(context, *one) for one in later),
        *(_of_states(context, *one) for one in sooner),
    )
    every = [stay for part in (half_year, *others) for stay in part.stays if stay.status in OPEN]
    found = {stay.stay_code: stay for stay in every}
    asked, left_out = kept(meant, found.values(), "request")
    own = [stay for stay in half_year.stays if stay.property_id in meant.kept]
    notes = [*left_out, f"Requests for stays up to {known_to + _AHEAD}."]
    return Later(asked, Gathered(own) if half_year.whole else None, notes)


async def _of_window(context: Context, start: date, end: date) -> _Part:
    page = await context.client.page(LIST_RESERVATIONS, query=_window(start, end))
    return await _of_states(context, start, end) if page.more else _Part(page.items, whole=True)


async def _of_states(context: Context, start: date, end: date) -> _Part:
    queries = [{**_window(start, end), "status": state} for state in OPEN]
    return _Part((await read_lists(context, LIST_RESERVATIONS, queries)).items, whole=False)


def _window(start: date, end: date) -> Mapping[str, Any]:
    return {"start_check_out_date": start, "end_check_out_date": end}
