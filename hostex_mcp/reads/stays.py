"""Stays of any length that touch some days. Hostex finds stays by check-in or check-out only."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import product

from hostex_mcp.api import (
    RESERVATION_WINDOW_DAYS,
    windows,
)
from hostex_mcp.api.endpoints.calendar import AvailabilityDay
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.nights import holds
from hostex_mcp.domain.periods import Period
from hostex_mcp.domain.stays import by_check_in
from hostex_mcp.domain.wording import some
from hostex_mcp.reads.kept_calendars import read_availabilities
from hostex_mcp.reads.lists import Gathered, PartialReads, read_lists
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.toolkit.context import Context

LONGEST_STAY = timedelta(days=90)
"""How long after the days in question a stay may end to be found without looking for long stays; the calendar
shows longer ones as closed nights."""

FOLLOWING = timedelta(days=31)
"""How far ahead the stays are read that follow the days in question."""

_YEAR = timedelta(days=364)
# The longest window by which Hostex finds reservations.
_HALF_YEAR = timedelta(days=RESERVATION_WINDOW_DAYS)
_MOST_NAMED = 5
_AT_ONCE = 100
_CALENDAR_DAYS = 365
_LONGER = "the calendar, by which stays of more than half a year are found"


async def stays_between(
    context: Context, portfolio: Portfolio, start: date, end: date, beyond: timedelta = LONGEST_STAY
) -> Gathered[Reservation]:
    """Read the stays of these properties that touch the days from `start` to `end`, both included, and those
    that follow soon, of any status; of a whole portfolio also those without a property.

    A stay that ends later than `beyond` after `end` is not found. The notes include those of the portfolio.
    """
    # Hostex filters by one property only; for several, one read of all costs less than one of each.
    alone = len(portfolio.properties) == 1 and not portfolio.whole
    only = {"property_id": portfolio.properties[0].id} if alone else {}
    # By check-out, as a stay that touches the days ends on one of them or later.
    periods = windows(start, end + beyond, RESERVATION_WINDOW_DAYS)
    queries = [{"start_check_out_date": first, "end_check_out_date": last, **only} for first, last in periods]
    account = await read_lists(context, LIST_RESERVATIONS, queries)
    stays, notes = stays_of(portfolio, account.items)
    return Gathered(stays, [*portfolio.notes, *account.notes, *notes])


def stays_of(
    portfolio: Portfolio, stays: Iterable[Reservation], name: str = "stay"
) -> tuple[list[Reservation], list[str]]:
    """Return the stays that belong to a portfolio. Of a whole account, a note names the others that hold
    nights, as they are of properties that Hostex does not list."""
    own: list[Reservation] = []
    codes: list[str] = []
    for stay in stays:
        if stay.property_id in portfolio.ids:
            own.append(stay)
        elif portfolio.whole and holds(stay):
            codes.append(one_line(stay.stay_code))
    if not codes:
        return own, []
    count = f"1 {name} is" if len(codes) == 1 else f"{len(codes)} {name}s are"
    return own, [f"{count} left out, of properties that Hostex does not list: {some(codes, _MOST_NAMED)}."]


async def all_stays(
    context: Context, portfolio: Portfolio, start: date, end: date, *, following: bool = False
) -> Gathered[Reservation]:
    """Read every stay that touches the days from `start` to `end`, both included, of any length and status,
    by check-in; with `following` also those that come later and end within a month.

    Check-outs up to a month after the end are read, and those of the half year after that whose check-in is
    at most half a year before the end. A still longer stay shows as a closed last night, without a remark,
    that no stay explains; if there is one, a year each way is read. What stays unexplained is a block, or is
    named in `notes`.
    """
    stays = await stays_between(context, portfolio, start, end, FOLLOWING)
    return await with_long_stays(context, portfolio, stays, end, following=following)


async def stays_of_periods(
    context: Context, portfolio: Portfolio, periods: Iterable[Period]
) -> Gathered[Reservation]:
    """Read every stay that touches one of several periods, each once, as `all_stays` does."""
    parts = [await all_stays(context, portfolio, period.start, period.end) for period in periods]
    stays = {stay.key: stay for part in parts for stay in part.items}
    notes = dict.fromkeys(note for part in parts for note in part.notes)
    return Gathered(list(stays.values()), list(notes), [why for part in parts for why in part.failures])


async def with_long_stays(
    context: Context,
    portfolio: Portfolio,
    stays: Gathered[Reservation],
    end: date,
    *,
    following: bool = False,
    later: Gathered[Reservation] | None = None,
) -> Gathered[Reservation]:
    """Complete stays that end up to a month after the end, as `all_stays` does; `later` are those that end in
    the half year after that, if they have been read already."""
    _add(stays, later or await _long_stays(context, portfolio, end, _HALF_YEAR))
    parts = PartialReads(stays.failures, stays.notes)
    if await parts.read(_LONGER, _unexplained(context, portfolio, stays.items, end), []):
        _add(stays, await _long_stays(context, portfolio, end, _HALF_YEAR * 2))
        closed = await parts.read(_LONGER, _unexplained(context, portfolio, stays.items, end), [])
        if closed:
            titles = some([portfolio.titled(property_id) for property_id in closed], _MOST_NAMED)
            stays.notes.append(f"Closed on {end} by a block, or by a stay of more than a year: {titles}.")
    # Windows overlap, so a stay may have been read twice.
    unique = {stay.key: stay for stay in stays.items if following or stay.check_in_date <= end}
    stays.items = sorted(unique.values(), key=by_check_in)
    return stays


def _add(stays: Gathered[Reservation], more: Gathered[Reservation]) -> None:
    stays.items += more.items
    stays.notes += [note for note in more.notes if note not in stays.notes]


async def closed_nights(
    context: Context, property_ids: Sequence[int], start: date, end: date
) -> Mapping[int, set[date]]:
    """Read the nights from `start` to `end`, both included, that the calendar of each property shows as
    closed, by a stay or a block. Nights before `known_from` are missing."""
    closed: dict[int, set[date]] = {property_id: set() for property_id in property_ids}
    for property_id, day in await _calendar(context, property_ids, start, end):
        if not day.available:
            closed.setdefault(property_id, set()).add(day.date)
    return closed


def known_from(context: Context) -> date:
    """Return the first day that the master calendar shows (documented: within one year of today)."""
    return context.now().date() - _YEAR


async def _calendar(
    context: Context, property_ids: Sequence[int], start: date, end: date
) -> list[tuple[int, AvailabilityDay]]:
    start, latest = max(start, known_from(context)), context.now().date() + _YEAR
    answers = await asyncio.gather(
        *(
            read_availabilities(context, property_ids[place : place + _AT_ONCE], first, last)
            for place in range(0, len(property_ids), _AT_ONCE)
            for first, last in windows(start, end, _CALENDAR_DAYS)
            if first <= latest
        )
    )
    return [(row.id, day) for answer in answers for row in answer for day in row.availabilities]


async def _unexplained(
    context: Context, portfolio: Portfolio, stays: Iterable[Reservation], night: date
) -> list[int]:
    """Return the properties that are closed, without a remark, for a night that none of these stays holds."""
    occupied = {
        stay.property_id
        for stay in stays
        if holds(stay) and stay.check_in_date <= night < stay.check_out_date
    }
    ids = [place.id for place in portfolio.properties if place.id not in occupied]
    days = await _calendar(context, ids, night, night)
    return [
        property_id
        for property_id, day in days
        if day.date == night and not day.available and not day.remarks
    ]


async def _long_stays(
    context: Context, portfolio: Portfolio, night: date, reach: timedelta
) -> Gathered[Reservation]:
    """Read the stays that hold a night and end more than a month after it; they begin and end within `reach`.

    Inferred: Hostex takes filters by check-in and by check-out together.
    """
    check_ins = windows(night - reach + DAY, night, RESERVATION_WINDOW_DAYS)
    after = night + FOLLOWING
    check_outs = windows(after + DAY, after + reach, RESERVATION_WINDOW_DAYS)
    queries = [
        {
            "start_check_in_date": first,
            "end_check_in_date": last,
            "start_check_out_date": soonest,
            "end_check_out_date": latest,
        }
        for (first, last), (soonest, latest) in product(check_ins, check_outs)
    ]
    stays = await read_lists(context, LIST_RESERVATIONS, queries)
    stays.items, notes = stays_of(portfolio, stays.items)
    stays.notes += notes
    return stays
