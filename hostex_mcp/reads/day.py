"""Everything that the briefing of a day needs."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, Pace, in_pieces, run_apart, windows
from hostex_mcp.api.endpoints.properties import LIST_CHANNEL_ACCOUNTS
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.briefing import (
    OPEN,
    DayWarning,
    Movements,
    arrival_warnings,
    by_urgency,
    channel_warnings,
    movements,
    placing_warnings,
    request_warnings,
    requests,
    turnover_warnings,
)
from hostex_mcp.domain.days import DAY, Today
from hostex_mcp.domain.reviews_due import ReviewDue
from hostex_mcp.domain.turnovers import Turnover, turnover_data, turnovers
from hostex_mcp.domain.waiting import Waiting, among, each_waiting, most_urgent_first
from hostex_mcp.reads.lists import Failure, Gathered, PartialReads, read_lists
from hostex_mcp.reads.portfolio import Portfolio, day_of
from hostex_mcp.reads.records import read_reviews_due, tasks_between
from hostex_mcp.reads.stays import FOLLOWING, stays_between, stays_of, with_long_stays
from hostex_mcp.reads.threads import Threads, opened_of, present_first, threads_since
from hostex_mcp.toolkit.arguments import LAST_YEAR
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.kept_lists import read_short

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
    return stays_of(portfolio, {stay.key: stay for stay in every}.values(), "request")


async def _of_window(context: Context, start: date, end: date) -> _RequestWindow:
    stays = await read_short(context, LIST_RESERVATIONS, _window(start, end))
    return await _of_states(context, start, end) if stays is None else _RequestWindow(stays, whole=True)


async def _of_states(context: Context, start: date, end: date) -> _RequestWindow:
    queries = [{**_window(start, end), "status": state} for state in OPEN]
    return _RequestWindow((await read_lists(context, LIST_RESERVATIONS, queries)).items, whole=False)


def _window(start: date, end: date) -> Mapping[str, Any]:
    return {"start_check_out_date": start, "end_check_out_date": end}


_BACK = timedelta(days=14)
_THREAD_DAYS = 14
# Hostex does not list who wrote last, so who waits is known only once threads are opened. A briefing of 300
# properties takes 80 calls with these.
_MOST_THREADS = (96, 28)
_REVIEW_DAYS = 30
_DONE = ("completed", "cancelled")


@dataclass(slots=True)
class Daily:
    """A day of a portfolio. `day` gives the date at a property, `first` is the earliest of them."""

    portfolio: Portfolio
    day: Today
    first: date
    movements: Movements
    turnovers: Sequence[Turnover]
    waiting: Sequence[Waiting]
    requests: Sequence[Reservation]
    tasks: Sequence[Task]
    reviews: Sequence[ReviewDue]
    warnings: Sequence[DayWarning]
    threads: Threads
    notes: list[str]
    failures: list[Failure]


async def read_day(context: Context, portfolio: Portfolio, day: date | None, everything: bool) -> Daily:
    """Read a day of the properties, each property's own today if none is given. What cannot be read is left
    out and reported in `failures`.

    Raises:
        HostexError: if the stays cannot be read.
    """
    local = day_of(portfolio)
    day_at: Today = (lambda _: day) if day else local
    days = {day_at(place.id) for place in portfolio.properties} or {day_at(0)}
    first, last = min(days), max(days)
    parts = PartialReads()
    (stays, later), threads, tasks, due, accounts = await asyncio.gather(
        _stays(context, portfolio, first, last + DAY, parts),
        parts.read("guest threads", _threads(context, portfolio), Threads([])),
        parts.rows("tasks", tasks_between(context, portfolio, first, last + DAY)),
        read_reviews_due(context, portfolio, _REVIEW_DAYS, parts),
        parts.rows("channel accounts", read_lists(context, LIST_CHANNEL_ACCOUNTS)),
    )
    far = await _far(context, portfolio, later, threads, parts)
    every = {stay.key: stay for stay in [*stays.items, *later.requests, *far]}
    open_requests = requests(every.values(), local)
    pace = Pace()
    await pace.rest()
    cleanings = await _turnovers(portfolio, stays, tasks, day_at)
    await pace.rest()
    warnings = [
        *turnover_warnings(cleanings),
        *await _stay_warnings(stays.items, day_at),
        *request_warnings(open_requests, context.now(), day_at),
        *channel_warnings(accounts or [], first),
    ]
    guests = most_urgent_first(
        await in_pieces(each_waiting(threads.items, every.values(), local, context.now()))
    )
    await pace.rest()
    return Daily(
        portfolio=portfolio,
        day=day_at,
        first=first,
        movements=movements(stays.items, day_at),
        turnovers=[
            turnover
            for turnover in cleanings
            if turnover.same_day and turnover.day == day_at(turnover.place.id)
        ],
        waiting=guests if everything else among(guests, portfolio.ids - {0}),
        requests=open_requests,
        tasks=_of_the_day(tasks or [], day_at),
        reviews=due,
        warnings=by_urgency(warnings, last),
        threads=threads,
        notes=[*stays.notes, *parts.notes],
        failures=[*stays.failures, *parts.failures],
    )


async def _stay_warnings(stays: Sequence[Reservation], day_at: Today) -> list[DayWarning]:
    found = list[DayWarning]()
    for warnings_of in (arrival_warnings, placing_warnings):
        found += await run_apart(stays, warnings_of, stays, day_at)
    await Pace().rest()
    return found


async def _stays(
    context: Context, portfolio: Portfolio, first: date, last: date, parts: PartialReads
) -> tuple[Gathered[Reservation], Later]:
    """Read the stays around some days, including those that follow within a month, and the requests of later
    ones."""
    stays, later = await asyncio.gather(
        stays_between(context, portfolio, first - _BACK, last, FOLLOWING),
        parts.read("requests", later_requests(context, portfolio, first - _BACK, last + FOLLOWING), Later()),
    )
    # The half year was read for its requests anyway, so long stays in it need no call of their own.
    half_year = later.half_year
    if half_year:
        half_year.items = [stay for stay in half_year.items if stay.check_in_date <= last]
    stays = await with_long_stays(context, portfolio, stays, last, following=True, later=half_year)
    stays.notes += later.notes
    return stays, later


async def _far(
    context: Context, portfolio: Portfolio, later: Later, threads: Threads, parts: PartialReads
) -> list[Reservation]:
    """Read the requests of stays beyond the later ones."""
    if later.until is None:
        return []
    return await parts.rows("requests", far_requests(context, portfolio, later.until, threads.until)) or []


async def _turnovers(
    portfolio: Portfolio, stays: Gathered[Reservation], tasks: Sequence[Task] | None, day_at: Today
) -> list[Turnover]:
    """Return the turnovers of each property's day and the next one."""
    data = turnover_data(portfolio.properties, stays.items, tasks)
    return await in_pieces(
        turnover
        for place_id, own in data.items()
        for turnover in turnovers(own, portfolio.zone(place_id), day_at(place_id), day_at(place_id) + DAY)
    )


def _of_the_day(tasks: Sequence[Task], day_at: Today) -> list[Task]:
    """Return the open tasks of the day by time, unassigned ones first at the same time."""
    due = [
        task
        for task in tasks
        if task.expected_date == day_at(task.property_id or 0) and task.status not in _DONE
    ]
    return sorted(due, key=lambda task: (task.expected_time or "", bool(task.staff_id), task.id))


async def _threads(context: Context, portfolio: Portfolio) -> Threads:
    since, size = context.now() - timedelta(days=_THREAD_DAYS), len(portfolio.properties)
    order = present_first(portfolio.first_today())
    return await threads_since(context, since, opened_of(size, *_MOST_THREADS), order=order)
