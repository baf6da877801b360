"""What the daily and money answers read besides calendars: stays of any length, tasks, reviews, transactions
and guest threads. Each read is capped and says so."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import product

from hostex_mcp.api import (
    RESERVATION_WINDOW_DAYS,
    windows,
)
from hostex_mcp.api.endpoints.calendar import LIST_AVAILABILITIES, AvailabilityDay
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.nights import holds
from hostex_mcp.domain.wording import some
from hostex_mcp.reads.lists import Gathered, PartialReads, read_lists
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.toolkit.arguments import PropertyIds as PropertyIds
from hostex_mcp.toolkit.context import Context

_MONTH = timedelta(days=31)
FOLLOWING = _MONTH
_YEAR = timedelta(days=364)
_HALF_YEAR = timedelta(days=RESERVATION_WINDOW_DAYS)
_MOST_NAMED = 5
_AT_ONCE = 100
_CALENDAR_DAYS = 365
_LONGER = "the calendar, by which stays of more than half a year are found"


async def all_stays(
    context: Context, meant: Portfolio, start: date, end: date, *, following: bool = False
) -> Gathered[Reservation]:
    """Every stay that touches the days from `start` to `end`, both included, of any length and status, in
    the order of check-in; with `following` also those that come later and end within a month.

    Hostex finds stays by check-in or check-out only. So check-outs up to a month behind the end are read,
    and those of the half year after it whose check-in is at most half a year before the end. A still longer
    stay shows as a closed last night without a remark that no stay explains; if there is one, a year each way
    is read. What stays unexplained is a block, or is named in `notes`.
    """
    found = await stays_between(context, meant, start, end, FOLLOWING)
    return await with_long_stays(context, meant, found, end, following=following)


async def with_long_stays(
    context: Context,
    meant: Portfolio,
    found: Gathered[Reservation],
    end: date,
    *,
    following: bool = False,
    known: Gathered[Reservation] | None = None,
) -> Gathered[Reservation]:
    """As `all_stays`, with the stays that end up to a month behind the end already found, and maybe those
    `known` that end in the half year after it."""
    _join(found, known or await _long_stays(context, meant, end, _HALF_YEAR))
    parts = PartialReads(found.failures, found.notes)
    if await parts.read(_LONGER, _unexplained(context, meant, found.items, end), []):
        _join(found, await _long_stays(context, meant, end, _HALF_YEAR * 2))
        left = await parts.read(_LONGER, _unexplained(context, meant, found.items, end), [])
        found.notes += _still_unknown(meant, left, end)
    touching = [stay for stay in found.items if following or stay.check_in_date <= end]
    unique = {stay.stay_code: stay for stay in touching}
    found.items = sorted(unique.values(), key=lambda stay: (stay.check_in_date, stay.stay_code))
    return found


def _join(found: Gathered[Reservation], more: Gathered[Reservation]) -> None:
    found.items += more.items
    found.notes += [note for note in more.notes if note not in found.notes]


async def closed_nights(
    context: Context, property_ids: Sequence[int], start: date, end: date
) -> Mapping[int, set[date]]:
    """The nights from `start` to `end`, both included, that the calendar of each property shows as closed,
    by a stay or a block. Hostex shows no calendar that begins more than a year away (see `known_from`)."""
    closed: dict[int, set[date]] = {property_id: set() for property_id in property_ids}
    for property_id, day in await _calendar(context, property_ids, start, end):
        if not day.available:
            closed.setdefault(property_id, set()).add(day.date)
    return closed


def known_from(context: Context) -> date:
    """The first day of which the master calendar tells anything (documented: within one year of today)."""
    return context.now().date() - _YEAR


async def _calendar(
    context: Context, property_ids: Sequence[int], start: date, end: date
) -> list[tuple[int, AvailabilityDay]]:
    start, latest = max(start, known_from(context)), context.now().date() + _YEAR
    queries = [
        {"property_ids": list(property_ids[place : place + _AT_ONCE]), "start_date": first, "end_date": last}
        for place in range(0, len(property_ids), _AT_ONCE)
        for first, last in windows(start, end, _CALENDAR_DAYS)
        if first <= latest
    ]
    answers = await asyncio.gather(
        *(context.client.call(LIST_AVAILABILITIES, query=query) for query in queries)
    )
    return [(row.id, day) for answer in answers for row in answer for day in row.availabilities]


async def _unexplained(
    context: Context, meant: Portfolio, stays: Iterable[Reservation], night: date
) -> list[int]:
    """The properties that are closed without a remark for a night which none of these stays holds."""
    held = {
        stay.property_id
        for stay in stays
        if holds(stay) and stay.check_in_date <= night < stay.check_out_date
    }
    ids = [place.id for place in meant.properties if place.id not in held]
    days = await _calendar(context, ids, night, night)
    return [
        property_id
        for property_id, day in days
        if day.date == night and not day.available and not day.remarks
    ]


async def _long_stays(
    context: Context, meant: Portfolio, night: date, reach: timedelta
) -> Gathered[Reservation]:
    """The stays that hold a night and end more than a month behind it; they began and end within `reach`.
    Inferred: Hostex takes filters by check-in and by check-out together."""
    came = windows(night - reach + DAY, night, RESERVATION_WINDOW_DAYS)
    leave = windows(night + _MONTH + DAY, night + _MONTH + reach, RESERVATION_WINDOW_DAYS)
    queries = [
        {
            "start_check_in_date": first,
            "end_check_in_date": last,
            "start_check_out_date": soonest,
            "end_check_out_date": latest,
        }
        for (first, last), (soonest, latest) in product(came, leave)
    ]
    found = await read_lists(context, LIST_RESERVATIONS, queries)
    found.items, notes = kept(meant, found.items)
    found.notes += notes
    return found


def _still_unknown(meant: Portfolio, property_ids: Sequence[int], night: date) -> list[str]:
    if not property_ids:
        return []
    named = some([meant.titled(property_id) for property_id in property_ids], _MOST_NAMED)
    return [f"Closed on {night} by a block, or by a stay of more than a year: {named}."]


_MOST_CODES = 5


LONGEST_STAY = timedelta(days=90)
"""Stays that end later than this after the days asked for are not looked for; the calendar shows them as
closed nights."""


async def stays_between(
    context: Context, meant: Portfolio, start: date, end: date, beyond: timedelta = LONGEST_STAY
) -> Gathered[Reservation]:
    """The stays of these properties that touch the days from `start` to `end`, both included, and those that
    follow soon, whatever their status; of a whole portfolio also those without a property. A stay that ends
    later than `beyond` after `end` is not found. What was cut of the properties is among the notes."""
    alone = len(meant.properties) == 1 and not meant.whole
    only = {"property_id": meant.properties[0].id} if alone else {}
    periods = windows(start, end + beyond, RESERVATION_WINDOW_DAYS)
    queries = [{"start_check_out_date": first, "end_check_out_date": last, **only} for first, last in periods]
    found = await read_lists(context, LIST_RESERVATIONS, queries)
    own, notes = kept(meant, found.items)
    return Gathered(own, [*meant.notes, *found.notes, *notes])


def kept(
    meant: Portfolio, stays: Iterable[Reservation], name: str = "stay"
) -> tuple[list[Reservation], list[str]]:
    """Those of some stays that belong here, and a note of the others that hold nights of properties which
    Hostex does not list, where all are meant."""
    every = list(stays)
    own = [stay for stay in every if stay.property_id in meant.kept]
    strange = [
        stay.stay_code for stay in every if meant.whole and holds(stay) and stay.property_id not in meant.kept
    ]
    if not strange:
        return own, []
    count = f"1 {name} is" if len(strange) == 1 else f"{len(strange)} {name}s are"
    left = f"{count} left out, of properties that Hostex does not list: {some(strange, _MOST_CODES)}."
    return own, [left]
