"""Opening and closing days of properties: their present state, the preview and the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from hostex_mcp.api import FieldProblem, Pace, guarded, paced, read_all
from hostex_mcp.api.endpoints import calendar as api
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, Property
from hostex_mcp.domain.calendar_changes import (
    DayChange,
    change_runs,
    common_days,
    range_problems,
    reading_window,
)
from hostex_mcp.domain.days import days_of
from hostex_mcp.domain.wording import days_text, quoted
from hostex_mcp.reads.taken_nights import booked
from hostex_mcp.toolkit.arguments import InvalidArguments, in_order
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import JsonObject, PlannedWrite, Preview, Undo, lean
from hostex_mcp.tools.calendar._listing_days import MOST_SHOWN, QUEUED, cut_notes
from hostex_mcp.tools.calendar._read_back import READ_BACK_SECONDS, ReadBack, read_back
from hostex_mcp.tools.writing.edits import unique_names, with_id
from hostex_mcp.tools.writing.pending import holds, remember

_TOOL = "update_availabilities"
STAYS_REMAIN = "Closing neither cancels nor moves a booking."
_ALREADY = "All these days are already {state}."
_UNEVEN = "There is no single undo: the days that change differ between the properties, or are not all known."
_REMARKS = "Remarks on the opened days are lost; the undo closes them without remarks."


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


def requested_days(
    today: date, start_date: date | None, end_date: date | None, dates: Sequence[date] | None
) -> RequestedDays:
    """Return the days of a period or a list.

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
    request: RequestedDays,
    verify: bool | None = None,
) -> PlannedWrite[AvailabilityChange]:
    """Return the write that opens or closes days.

    Raises:
        NotFound: when there is no such property; Blocked: when a guard rail of the operator forbids it.
    """
    guarded(_TOOL, context.guard_rails.days_problem(request.days, context.now().date()))
    homes = await properties_of(context, property_ids)
    ids = [home.id for home in homes]
    differences = await _days_to_change(context, ids, available, request.days)
    rows: list[ChangedAvailability] = []
    all_days: dict[int, list[DayChange]] = {}
    # 100 properties have up to 40,000 days: other calls get their turn in between.
    pace = Pace()
    for home in homes:
        rows += _rows(home, differences[home.id])
        all_days[home.id] = _all_days(differences[home.id], available, request.days)
        await pace.rest()
    undo = _undo(differences, available)
    notes = _notes(rows, undo)
    await pace.rest()
    bookings = await _bookings(context, differences, available, request.days)
    same = all(holds(context, (_TOOL, id), all_days[id]) for id in ids)
    state = "open" if available else "closed"

    async def send() -> JsonObject:
        body = {"property_ids": ids, "available": available, **request.period}
        await context.client.call(api.UPDATE_AVAILABILITIES, body=body)
        for id in ids:
            remember(context, (_TOOL, id), all_days[id])
        result: dict[str, Any] = {
            "changes": rows[:MOST_SHOWN],
            "notes": [QUEUED, *notes, *cut_notes(len(rows))],
        }
        if verify:
            # Hostex queues the write: read at once, the calendar would still show the old state.
            await context.pause(READ_BACK_SECONDS)
            still = await _days_to_change(context, ids, available, request.days)
            result["read_back"] = read_back(change.date for changes in still.values() for change in changes)
        return lean({"available": available, "queued": True, **result})

    await pace.rest()
    names = unique_names({home.id: home.title for home in homes})
    titles = list({id: names[id] for id in ids if differences[id]}.values() or names.values())
    summary = f"{'Open' if available else 'Close'} on all channels: {', '.join(map(quoted, titles))}"
    lines = [_in_words(row, names if len(titles) > 1 else {}) for row in rows]
    preview = Preview(summary, {"properties": titles, "days": request.period}, lines, [*notes, *bookings])
    already = " ".join([_ALREADY.format(state=state), *bookings]) if same else ""
    return PlannedWrite(send, undo, preview, already)


async def _bookings(
    context: Context, differences: Mapping[int, Sequence[DayChange]], available: bool, days: Sequence[date]
) -> list[str]:
    """Return who has booked the days that would open, or that are to be closed."""
    if available:
        return await booked(
            context, {id: [day.date for day in changes] for id, changes in differences.items()}
        )
    bookings = await booked(context, dict.fromkeys(differences, days))
    return [*bookings, STAYS_REMAIN] if bookings else []


def _all_days(differences: Sequence[DayChange], available: bool, days: Sequence[date]) -> list[DayChange]:
    """Return all days of a write, those that are as wanted too."""
    dates = {change.date for change in differences}
    state = (("available", available),)
    return [*differences, *(DayChange(day, state, state) for day in days if day not in dates)]


async def properties_of(context: Context, property_ids: Sequence[int]) -> list[Property]:
    """Return the properties with these ids, each once, their titles fit to be shown.

    Raises:
        NotFound: when there is no such property.
    """
    if not property_ids:
        return []
    account_properties = (await read_all(context.client, LIST_PROPERTIES)).items
    homes = [
        with_id(account_properties, LIST_PROPERTIES, id, "property") for id in dict.fromkeys(property_ids)
    ]
    return context.redactor().redact(homes)


async def _days_to_change(
    context: Context, ids: Sequence[int], available: bool, days: Sequence[date]
) -> dict[int, list[DayChange]]:
    """Return the days of each property that are not, or not known to be, as wanted."""
    start, end = reading_window(days, context.now().date())
    query = {"property_ids": ids, "start_date": start, "end_date": end}
    properties = await context.client.call(api.LIST_AVAILABILITIES, query=query)
    present = dict(await paced(_by_date, properties))

    def differences(id: int) -> list[DayChange]:
        return _differences(present.get(id, {}), available, days)

    return dict(zip(ids, await paced(differences, ids), strict=True))


def _by_date(home: api.PropertyAvailability) -> tuple[int, Mapping[date, api.AvailabilityDay]]:
    return home.id, {day.date: day for day in home.availabilities}


def _differences(
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


def _rows(home: Property, differences: Sequence[DayChange]) -> list[ChangedAvailability]:
    return [
        ChangedAvailability(
            property_id=home.id,
            title=home.title,
            start_date=run.start_date.isoformat(),
            end_date=run.end_date.isoformat(),
            before=dict(run.state[0]),
            after=dict(run.state[1]),
        )
        for run in change_runs(differences)
    ]


def _undo(differences: Mapping[int, Sequence[DayChange]], available: bool) -> Undo | None:
    """Return the opposite write to just the days that change, where one call can do it."""
    if not all(change.before for changes in differences.values() for change in changes):
        return None
    same = common_days({id: [change.date for change in changes] for id, changes in differences.items()})
    if same is None:
        return None
    ids, days = same
    return Undo(_TOOL, {"property_ids": ids, "available": not available, **_period(days)})


def _period(days: Sequence[date]) -> dict[str, Any]:
    """Return days in the shortest form that Hostex accepts."""
    if len(days) == (days[-1] - days[0]).days + 1:
        return {"start_date": days[0].isoformat(), "end_date": days[-1].isoformat()}
    return {"dates": [day.isoformat() for day in days]}


def _notes(rows: Sequence[ChangedAvailability], undo: Undo | None) -> list[str]:
    has_remarks = any("remarks" in row.get("before", {}) for row in rows)
    return [_UNEVEN] if undo is None else [_REMARKS] if has_remarks else []


def _in_words(change: ChangedAvailability, names: Mapping[int, str]) -> JsonObject:
    state = {True: "open", False: "closed", None: ""}
    before, after = change.get("before", {}), change.get("after", {})
    first, last = (date.fromisoformat(change.get(end, "")) for end in ("start_date", "end_date"))
    title = names.get(change.get("property_id", 0))
    label = f"{title}, {days_text(first, last)}" if title else days_text(first, last)
    was = " ".join(filter(None, (state[before.get("available")], before.get("remarks"))))
    return lean({"what": label, "before": was, "after": state[after.get("available")]})
