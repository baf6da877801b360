"""Opening and closing days of properties: their present state, the preview and the way back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from hostex_mcp.api import Pace, guarded, read_all
from hostex_mcp.api.endpoints import calendar as api
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, Property
from hostex_mcp.api.pace import Pace
from hostex_mcp.domain.calendar_changes import (
    DayChange,
    common_days,
    days_of,
    folded,
    range_problems,
    reading_window,
)
from hostex_mcp.domain.days import days_of
from hostex_mcp.domain.wording import days_text, quoted
from hostex_mcp.reads.taken_nights import booked
from hostex_mcp.toolkit.arguments import FieldProblem, InvalidArguments, in_order
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import JsonObject, PlannedWrite, Preview, Undo, lean
from hostex_mcp.tools.calendar._listing_days import MOST_SHOWN, QUEUED
from hostex_mcp.tools.calendar._read_back import READ_BACK_SECONDS, ReadBack, read_back
from hostex_mcp.tools.writing.edits import with_id
from hostex_mcp.tools.writing.pending import holds, remember

_TOOL = "update_availabilities"
_STAYS = "Closing neither cancels nor moves a booking."
_ALREADY = "All these days are {state} already."
_UNEVEN = "There is no single undo: the days that change differ between the properties, or are not all known."
_REMARKS = "Remarks on the opened days are lost; the undo closes them without."


class ChangedAvailability(TypedDict, total=False):
    """Days of a property that open or close, both ends included; `remarks` are those they had."""

    property_id: int
    title: str
    start_date: str
    end_date: str
    before: dict[str, Any]
    after: dict[str, Any]


class AvailabilityChange(TypedDict, total=False):
    """What was asked of the master calendar. Days already as wanted are not among the changes."""

    available: bool
    queued: bool
    changes: list[ChangedAvailability]
    notes: list[str]
    read_back: ReadBack


@dataclass(frozen=True, slots=True)
class RequestedDays:
    """The days that are to open or close: `period` is how they were asked for, in Hostex's own form."""

    days: Sequence[date]
    period: Mapping[str, Any]


def wanted_days(
    today: date, start_date: date | None, end_date: date | None, dates: Sequence[date] | None
) -> RequestedDays:
    """The days of a period or a list.

    Raises:
        InvalidArguments: when neither or both are given, or days are reversed, past or too many.
    """
    if (dates is None) is (start_date is None and end_date is None):
        raise InvalidArguments(FieldProblem("dates", "give either start_date and end_date, or dates"))
    in_order(start_date=start_date, end_date=end_date)
    days = days_of(start_date, end_date) if start_date and end_date else sorted(set(dates or ()))
    if problems := range_problems([(day, day) for day in days], today):
        raise InvalidArguments(FieldProblem("start_date" if start_date else "dates", problems[0][1]))
    return RequestedDays(days, _period(days) if start_date else {"dates": [day.isoformat() for day in days]})


async def change_availability(
    context: Context,
    property_ids: Sequence[int],
    available: bool,
    wanted: RequestedDays,
    verify: bool | None = None,
) -> PlannedWrite[AvailabilityChange]:
    """The write that opens or closes days.

    Raises:
        NotFound: when there is no such property; Blocked: when a guard rail of the operator forbids it.
    """
    guarded(_TOOL, context.guard_rails.days_problem(wanted.days, context.now().date()))
    found = await properties_of(context, property_ids)
    ids = [one.id for one in found]
    changing = await _changing(context, ids, available, wanted.days)
    shown: list[ChangedAvailability] = []
    every: dict[int, list[DayChange]] = {}
    pace = Pace()
    for place in found:
        shown += _rows(place, changing[place.id])
        every[place.id] = _every(changing[place.id], available, wanted.days)
        await pace.rest()
    undo = _undo(changing, available)
    notes = _notes(shown, undo)
    await pace.rest()
    bookings = await _bookings(context, changing, available, wanted.days)
    same = all(holds(context, (_TOOL, one), every[one]) for one in ids)
    state = "open" if available else "closed"

    async def send() -> JsonObject:
        body = {"property_ids": ids, "available": available, **wanted.period}
        await context.client.call(api.UPDATE_AVAILABILITIES, body=body)
        for one in ids:
            remember(context, (_TOOL, one), every[one])
        said: dict[str, Any] = {"changes": shown[:MOST_SHOWN], "notes": [QUEUED, *notes]}
        if verify:
            await context.pause(READ_BACK_SECONDS)
            still = await _changing(context, ids, available, wanted.days)
            said["read_back"] = read_back(one.date for changes in still.values() for one in changes)
        return lean({"available": available, "queued": True, **said})

    await pace.rest()
    called = _called(found)
    titles = list({one: called[one] for one in ids if changing[one]}.values() or called.values())
    summary = f"{'Open' if available else 'Close'} on all channels: {', '.join(map(quoted, titles))}"
    lines = [_in_words(one, called if len(titles) > 1 else {}) for one in shown]
    preview = Preview(summary, {"properties": titles, "days": wanted.period}, lines, [*notes, *bookings])
    already = " ".join([_ALREADY.format(state=state), *bookings]) if same else ""
    return PlannedWrite(send, undo, preview, already)


async def _bookings(
    context: Context, changing: Mapping[int, Sequence[DayChange]], available: bool, days: Sequence[date]
) -> list[str]:
    """Who has booked the days that would open, or that are to be closed."""
    if available:
        return await booked(context, {one: [day.date for day in held] for one, held in changing.items()})
    found = await booked(context, dict.fromkeys(changing, days))
    return [*found, _STAYS] if found else []


def _every(changing: Sequence[DayChange], available: bool, days: Sequence[date]) -> list[DayChange]:
    """All days of a write, those that are as wanted too."""
    differing = {one.date for one in changing}
    state = (("available", available),)
    return [*changing, *(DayChange(day, state, state) for day in days if day not in differing)]


async def properties_of(context: Context, property_ids: Sequence[int]) -> list[Property]:
    """The properties with these ids, each once, their titles fit to be shown.

    Raises:
        NotFound: when there is no such property.
    """
    if not property_ids:
        return []
    every = (await read_all(context.client, LIST_PROPERTIES)).items
    found = [with_id(every, LIST_PROPERTIES, one, "property") for one in dict.fromkeys(property_ids)]
    return context.redactor().redact(found)


async def _changing(
    context: Context, ids: Sequence[int], available: bool, days: Sequence[date]
) -> dict[int, list[DayChange]]:
    """The days of each property that are not, or not known to be, as wanted."""
    start, end = reading_window(days, context.now().date())
    query = {"property_ids": ids, "start_date": start, "end_date": end}
    properties = await context.client.call(api.LIST_AVAILABILITIES, query=query)
    present = {one.id: {day.date: day for day in one.availabilities} for one in properties}
    return {one: _differing(present.get(one, {}), available, days) for one in ids}


def _differing(
    present: Mapping[date, api.AvailabilityDay], available: bool, days: Sequence[date]
) -> list[DayChange]:
    return [
        DayChange(day, _state(present.get(day)), (("available", available),))
        for day in days
        if day not in present or present[day].available is not available
    ]


def _state(day: api.AvailabilityDay | None) -> tuple[tuple[str, Any], ...]:
    if day is None:
        return ()
    remarks = (("remarks", day.remarks),) if day.remarks else ()
    return (("available", day.available), *remarks)


def _rows(place: Property, changing: Sequence[DayChange]) -> list[ChangedAvailability]:
    return [
        ChangedAvailability(
            property_id=place.id,
            title=place.title,
            start_date=run.start_date.isoformat(),
            end_date=run.end_date.isoformat(),
            before=dict(run.state[0]),
            after=dict(run.state[1]),
        )
        for run in folded(changing)
    ]


def _undo(changing: Mapping[int, Sequence[DayChange]], available: bool) -> Undo | None:
    """The opposite write to just the days that change, where one call can do it."""
    if not all(change.before for one in changing.values() for change in one):
        return None
    same = common_days({one: [change.date for change in changes] for one, changes in changing.items()})
    if same is None:
        return None
    ids, days = same
    return Undo(_TOOL, {"property_ids": ids, "available": not available, **_period(days)})


def _period(days: Sequence[date]) -> dict[str, Any]:
    """Days in the shortest form that Hostex takes."""
    if len(days) == (days[-1] - days[0]).days + 1:
        return {"start_date": days[0].isoformat(), "end_date": days[-1].isoformat()}
    return {"dates": [day.isoformat() for day in days]}


def _notes(shown: Sequence[ChangedAvailability], undo: Undo | None) -> list[str]:
    lost = any("remarks" in one.get("before", {}) for one in shown)
    return [
        *([_UNEVEN] if undo is None else [_REMARKS] if lost else []),
        *(
            [f"{MOST_SHOWN} of {len(shown)} changes are shown; all are made."]
            if len(shown) > MOST_SHOWN
            else []
        ),
    ]


def _called(places: Sequence[Property]) -> dict[int, str]:
    """Properties by their titles, with their ids where several have the same."""
    times = Counter(place.title for place in places)
    return {
        place.id: place.title if times[place.title] == 1 else f"{place.title} ({place.id})"
        for place in places
    }


def _in_words(one: ChangedAvailability, called: Mapping[int, str]) -> JsonObject:
    state = {True: "open", False: "closed", None: ""}
    before, after = one.get("before", {}), one.get("after", {})
    first, last = (date.fromisoformat(one.get(end, "")) for end in ("start_date", "end_date"))
    title = called.get(one.get("property_id", 0))
    named = f"{title}, {days_text(first, last)}" if title else days_text(first, last)
    was = " ".join(filter(None, (state[before.get("available")], before.get("remarks"))))
    return lean({"what": named, "before": was, "after": state[after.get("available")]})
