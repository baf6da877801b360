"""The open requests of stays that lie further ahead than the stays around a day."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, windows
from hostex_mcp.api.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.briefing import OPEN
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.gather_lists import Gathered, read_lists
from hostex_mcp.tools.gather_portfolio import Portfolio

_MANY = 25
_AHEAD = timedelta(days=4 * RESERVATION_WINDOW_DAYS)


async def later_requests(context: Context, meant: Portfolio, known_to: date) -> Gathered[Reservation]:
    """The requests of stays that end after a day, up to which all stays are known anyway, within about two
    years: no channel sells further ahead.

    Hostex finds requests by their state, but never outside a window of half a year. A window of which one
    page holds every stay costs one call, another one a call for each state; of many properties the nearest
    window is sure to be such a one.
    """
    first = known_to + timedelta(days=1)
    cut = windows(first, known_to + _AHEAD, RESERVATION_WINDOW_DAYS)
    *later, nearest = cut
    read = _of_states if len(meant.properties) > _MANY else _of_window
    parts = await asyncio.gather(read(context, *nearest), *(_of_window(context, *one) for one in later))
    found = {one.stay_code: one for part in parts for one in part.items}
    own = [one for one in found.values() if one.property_id in meant.kept and one.status in OPEN]
    return Gathered(own, list(dict.fromkeys(note for part in parts for note in part.notes)))


async def _of_window(context: Context, start: date, end: date) -> Gathered[Reservation]:
    page = await context.client.page(LIST_RESERVATIONS, query=_window(start, end))
    return await _of_states(context, start, end) if page.more else Gathered(page.items)


async def _of_states(context: Context, start: date, end: date) -> Gathered[Reservation]:
    queries = [{**_window(start, end), "status": state} for state in OPEN]
    return await read_lists(context, LIST_RESERVATIONS, queries)


def _window(start: date, end: date) -> Mapping[str, Any]:
    return {"start_check_out_date": start, "end_check_out_date": end}
