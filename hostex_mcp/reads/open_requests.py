"""The open requests of stays that lie further ahead than the stays around a day: of the next two years by
their dates, of all that comes later by the guest threads that speak of them."""

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
    """Open requests of stays that end up to a day, None where they could not be read, and all stays that end
    in the half year behind the days around, where one page held them."""

    requests: list[Reservation] = field(default_factory=list[Reservation])
    until: date | None = None
    half_year: Gathered[Reservation] | None = None
    notes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class _Part:
    """The stays of a window: all of them, or the open requests alone."""

    stays: Sequence[Reservation]
    whole: bool


async def later_requests(context: Context, portfolio: Portfolio, known_from: date, known_to: date) -> Later:
    """The requests of stays that end outside two days, between which all stays are known anyway: from today
    on, to about two years behind the later one, as no channel sells further ahead.

    Hostex finds requests by their state, but never outside a window of half a year. A window of which one
    page holds every stay costs one call, another one a call more for each state; of many properties the
    nearest window is sure to be such a one.
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
    asked, left_out = _open(portfolio, [half_year, *others])
    own = [stay for stay in half_year.stays if stay.property_id in portfolio.ids]
    return Later(asked, known_to + _AHEAD, Gathered(own) if half_year.whole else None, left_out)


async def far_requests(
    context: Context, portfolio: Portfolio, after: date, days: Collection[date]
) -> Gathered[Reservation]:
    """The open requests of stays that end later than a day, on or about these days, which the guest threads
    tell: a request of a channel comes with a thread."""
    spans: list[tuple[date, date]] = []
    for day in sorted(day for day in days if day > after and day.year <= LAST_YEAR):
        if not spans or day > spans[-1][1]:
            spans.append((day, day + timedelta(days=RESERVATION_WINDOW_DAYS - 1)))
    read, left = spans[:_MOST_FAR], spans[_MOST_FAR:]
    parts = await asyncio.gather(*(_of_window(context, *span) for span in read))
    asked, notes = _open(portfolio, parts)
    beyond = f", none beyond {left[0][0] - DAY}" if left else ""
    return Gathered(asked, [f"Requests beyond {after}: by guest threads alone{beyond}.", *notes])


def _open(portfolio: Portfolio, parts: Sequence[_Part]) -> tuple[list[Reservation], list[str]]:
    """The open requests of some windows that belong here, each once, and a note of those left out."""
    every = [stay for part in parts for stay in part.stays if stay.status in OPEN]
    return stays_of(portfolio, {stay.stay_code: stay for stay in every}.values(), "request")


async def _of_window(context: Context, start: date, end: date) -> _Part:
    page = await context.client.page(LIST_RESERVATIONS, query=_window(start, end))
    return await _of_states(context, start, end) if page.more else _Part(page.items, whole=True)


async def _of_states(context: Context, start: date, end: date) -> _Part:
    queries = [{**_window(start, end), "status": state} for state in OPEN]
    return _Part((await read_lists(context, LIST_RESERVATIONS, queries)).items, whole=False)


def _window(start: date, end: date) -> Mapping[str, Any]:
    return {"start_check_out_date": start, "end_check_out_date": end}
