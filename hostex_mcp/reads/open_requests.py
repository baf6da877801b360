"""Open requests of stays further ahead than the stays around a day: in the next two years by their dates,
after that by the guest threads that mention them."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, windows
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.briefing import OPEN
from hostex_mcp.domain.days import DAY
from hostex_mcp.reads.lists import Gathered, read_lists
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.reads.stays import stays_of
from hostex_mcp.toolkit.arguments import LAST_YEAR
from hostex_mcp.toolkit.context import Context

_MANY = 25
_AHEAD = timedelta(days=4 * RESERVATION_WINDOW_DAYS)
_MOST_FAR = 5


@dataclass(slots=True)
class Later:
    """Open requests of stays that end by `until` (None if they could not be read), and all stays that end in
    the half year after the days around, if one page had them."""

    requests: list[Reservation] = field(default_factory=list[Reservation])
    until: date | None = None
    half_year: Gathered[Reservation] | None = None
    notes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class _RequestWindow:
    """The stays of a window: all of them, or only the open requests."""

    stays: Sequence[Reservation]
    whole: bool


async def later_requests(context: Context, portfolio: Portfolio, known_from: date, known_to: date) -> Later:
    """Read the requests of stays that end outside two days, between which all stays are read anyway: from
    today to about two years after the later day, as no channel sells further ahead.

    Hostex finds requests by their status, but only within half a year. A window costs one call if a page has
    all its stays, and one more for each status otherwise; with many properties the nearest window surely
    does.
    """
    first = known_to + DAY
    *later, nearest = windows(first, known_to + _AHEAD, RESERVATION_WINDOW_DAYS)
    read = _of_states if len(portfolio.properties) > _MANY else _of_window
    sooner = windows(portfolio.first_today(), known_from - DAY, RESERVATION_WINDOW_DAYS)
    half_year, *others = await asyncio.gather(
        read(context, *nearest),
        *(_of_window(context, *window) for window in later),
        *(_of_states(context, *window) for window in sooner),
    )
    open_requests, notes = _open(portfolio, [half_year, *others])
    own = [stay for stay in half_year.stays if stay.property_id in portfolio.ids]
    return Later(open_requests, known_to + _AHEAD, Gathered(own) if half_year.whole else None, notes)


async def far_requests(
    context: Context, portfolio: Portfolio, after: date, days: Collection[date]
) -> Gathered[Reservation]:
    """Read the open requests of stays that end later than a day, on or near these days, which the guest
    threads mention: every request of a channel comes with a thread."""
    spans: list[tuple[date, date]] = []
    for day in sorted(day for day in days if day > after and day.year <= LAST_YEAR):
        if not spans or day > spans[-1][1]:
            spans.append((day, day + timedelta(days=RESERVATION_WINDOW_DAYS - 1)))
    selection, rest = spans[:_MOST_FAR], spans[_MOST_FAR:]
    parts = await asyncio.gather(*(_of_window(context, *span) for span in selection))
    open_requests, notes = _open(portfolio, parts)
    beyond = f", none beyond {rest[0][0] - DAY}" if rest else ""
    return Gathered(open_requests, [f"Requests beyond {after}: by guest threads alone{beyond}.", *notes])


def _open(portfolio: Portfolio, parts: Sequence[_RequestWindow]) -> tuple[list[Reservation], list[str]]:
    """Return the open requests of some windows that belong here, each once, and a note on those left out."""
    every = [stay for part in parts for stay in part.stays if stay.status in OPEN]
    return stays_of(portfolio, {stay.stay_code: stay for stay in every}.values(), "request")


async def _of_window(context: Context, start: date, end: date) -> _RequestWindow:
    page = await context.client.page(LIST_RESERVATIONS, query=_window(start, end))
    return await _of_states(context, start, end) if page.more else _RequestWindow(page.items, whole=True)


async def _of_states(context: Context, start: date, end: date) -> _RequestWindow:
    queries = [{**_window(start, end), "status": state} for state in OPEN]
    return _RequestWindow((await read_lists(context, LIST_RESERVATIONS, queries)).items, whole=False)


def _window(start: date, end: date) -> Mapping[str, Any]:
    return {"start_check_out_date": start, "end_check_out_date": end}
