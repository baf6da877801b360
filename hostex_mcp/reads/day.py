"""Everything that the briefing of one day is made from."""

import asyncio
from collections.abc import Callable, Sequence
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
from hostex_mcp.domain.days import DAY
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
    """One day of a portfolio. `day` tells it for a property, `first` is the earliest of them."""

    meant: Portfolio
    day: Callable[[int], date]
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
    """A day of the properties, each property's own today where none is given. What cannot be read is left out
    and told; without the stays there is no briefing."""
    local = day_of(portfolio)
    of: Callable[[int], date] = (lambda _: day) if day else local
    days = {of(place.id) for place in portfolio.properties} or {of(0)}
    first, last = min(days), max(days)
    parts = PartialReads()
    (stays, later), threads, tasks, due, accounts = await asyncio.gather(
        _stays(context, portfolio, first, last + DAY, parts),
        parts.read("guest threads", _threads(context), Threads([])),
        parts.rows("tasks", tasks_between(context, portfolio, first, last + DAY)),
        read_reviews_due(context, portfolio, _REVIEW_DAYS, parts),
        parts.rows("channel accounts", read_lists(context, LIST_CHANNEL_ACCOUNTS)),
    )
    asked = [*later.requests, *await _far(context, portfolio, later, threads, parts)]
    known = {stay.stay_code: stay for stay in [*stays.items, *asked]}
    open_requests = requests(known.values(), local)
    turned = _turnovers(portfolio, stays, tasks, of)
    found = [
        *turnover_warnings(turned),
        *arrival_warnings(stays.items, of),
        *placing_warnings(stays.items, of),
        *request_warnings(open_requests, context.now(), of),
        *channel_warnings(accounts or [], first),
    ]
    waits = waiting(threads.items, known.values(), local, context.now())
    return Daily(
        meant=portfolio,
        day=of,
        first=first,
        movements=movements(stays.items, of),
        turnovers=[
            turnover for turnover in turned if turnover.same_day and turnover.day == of(turnover.place.id)
        ],
        waiting=waits if everything else among(waits, {place.id for place in portfolio.properties}),
        requests=open_requests,
        tasks=_of_the_day(tasks or [], of),
        reviews=due,
        warnings=by_urgency(found, last),
        threads=threads,
        notes=[*stays.notes, *parts.notes],
        failures=[*stays.failures, *parts.failures],
    )


async def _stays(
    context: Context, portfolio: Portfolio, first: date, last: date, parts: PartialReads
) -> tuple[Gathered[Reservation], Later]:
    """The stays around some days, those that follow within a month with them, and the requests of later
    ones."""
    found, later = await asyncio.gather(
        stays_between(context, portfolio, first - _BACK, last, FOLLOWING),
        parts.read("requests", later_requests(context, portfolio, first - _BACK, last + FOLLOWING), Later()),
    )
    known = later.half_year
    if known:
        known.items = [stay for stay in known.items if stay.check_in_date <= last]
    stays = await with_long_stays(context, portfolio, found, last, following=True, later=known)
    stays.notes += later.notes
    return stays, later


async def _far(
    context: Context, portfolio: Portfolio, later: Later, threads: Threads, parts: PartialReads
) -> list[Reservation]:
    """The requests of stays that lie behind the later ones."""
    if later.until is None:
        return []
    return await parts.rows("requests", far_requests(context, portfolio, later.until, threads.until)) or []


def _turnovers(
    portfolio: Portfolio,
    stays: Gathered[Reservation],
    tasks: Sequence[Task] | None,
    of: Callable[[int], date],
) -> list[Turnover]:
    """Those of each property's day and the next one."""
    known = turnover_data(portfolio.properties, stays.items, tasks)
    return [
        turnover
        for place in portfolio.properties
        for turnover in turnovers(known[place.id], portfolio.zone(place.id), of(place.id), of(place.id) + DAY)
    ]


def _of_the_day(tasks: Sequence[Task], of: Callable[[int], date]) -> list[Task]:
    """What is still to be done on the day: by the hour, what nobody is assigned to first of equals."""
    due = [
        task for task in tasks if task.expected_date == of(task.property_id or 0) and task.status not in _DONE
    ]
    return sorted(due, key=lambda task: (task.expected_time or "", bool(task.staff_id), task.id))


async def _threads(context: Context) -> Threads:
    since = context.now() - timedelta(days=_THREAD_DAYS)
    return await threads_since(context, since, _MOST_THREADS)
