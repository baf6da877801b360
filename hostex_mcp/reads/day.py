"""Everything that the briefing of a day needs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hostex_mcp.api.endpoints.properties import LIST_CHANNEL_ACCOUNTS
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.briefing import (
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
from hostex_mcp.domain.waiting import Waiting, among, waiting
from hostex_mcp.reads.lists import Failure, Gathered, PartialReads, read_lists
from hostex_mcp.reads.open_requests import Later, far_requests, later_requests
from hostex_mcp.reads.portfolio import Portfolio, day_of
from hostex_mcp.reads.records import read_reviews_due, tasks_between
from hostex_mcp.reads.stays import FOLLOWING, stays_between, with_long_stays
from hostex_mcp.reads.threads import Threads, threads_since
from hostex_mcp.toolkit.context import Context

_BACK = timedelta(days=14)
# With the far requests a first briefing of 300 properties stays within 150 calls.
_THREAD_DAYS, _MOST_THREADS = 14, 96
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
        parts.read("guest threads", _threads(context), Threads([])),
        parts.rows("tasks", tasks_between(context, portfolio, first, last + DAY)),
        read_reviews_due(context, portfolio, _REVIEW_DAYS, parts),
        parts.rows("channel accounts", read_lists(context, LIST_CHANNEL_ACCOUNTS)),
    )
    far = await _far(context, portfolio, later, threads, parts)
    every = {stay.stay_code: stay for stay in [*stays.items, *later.requests, *far]}
    open_requests = requests(every.values(), local)
    cleanings = _turnovers(portfolio, stays, tasks, day_at)
    warnings = [
        *turnover_warnings(cleanings),
        *arrival_warnings(stays.items, day_at),
        *placing_warnings(stays.items, day_at),
        *request_warnings(open_requests, context.now(), day_at),
        *channel_warnings(accounts or [], first),
    ]
    guests = waiting(threads.items, every.values(), local, context.now())
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


def _turnovers(
    portfolio: Portfolio, stays: Gathered[Reservation], tasks: Sequence[Task] | None, day_at: Today
) -> list[Turnover]:
    """Return the turnovers of each property's day and the next one."""
    data = turnover_data(portfolio.properties, stays.items, tasks)
    return [
        turnover
        for place_id, own in data.items()
        for turnover in turnovers(own, portfolio.zone(place_id), day_at(place_id), day_at(place_id) + DAY)
    ]


def _of_the_day(tasks: Sequence[Task], day_at: Today) -> list[Task]:
    """Return the open tasks of the day by time, unassigned ones first at the same time."""
    due = [
        task
        for task in tasks
        if task.expected_date == day_at(task.property_id or 0) and task.status not in _DONE
    ]
    return sorted(due, key=lambda task: (task.expected_time or "", bool(task.staff_id), task.id))


async def _threads(context: Context) -> Threads:
    since = context.now() - timedelta(days=_THREAD_DAYS)
    return await threads_since(context, since, _MOST_THREADS)
