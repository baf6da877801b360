"""What was noticed between two looks and what Hostex called about are often the same thing: it is told once,
with the time of the call and with how it was before."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.activity import Call, EditedDays, Event, Span
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.noticing import MOVED, NIGHTS, Change, Noticed

LATEST_CALL = timedelta(days=1)
"""How long after something was noticed Hostex may still call about it."""

_AT_ONCE = timedelta(minutes=2)
_CHECK_IN, _CHECK_OUT = "check_in_date", "check_out_date"


@dataclass(frozen=True, slots=True)
class _Nights:
    """Nights that a stay took or left free at a moment, from the first to the day of departure."""

    at: datetime
    property_ids: Collection[int]
    first: date
    end: date


def told_once(events: Iterable[Event], called: Sequence[Event], span: Span, days: int) -> list[Event]:
    """Return what happened in a period, of what was noticed and what Hostex called about. Calendars are
    compared for so many `days`. What was noticed before the period was told then, however late the call."""
    by_subject: dict[tuple[str, object], list[Event]] = {}
    for event in called:
        by_subject.setdefault((event.kind, _subject(event)), []).append(event)
    told, used = list[Event](), set[Call]()
    for event in sorted(events, key=lambda event: event.at):
        match event.subject:
            case Noticed() as noticed:
                same = by_subject.get((noticed.kind, noticed.subject), ())
                calls = list(_calls(noticed, same, used, days))
                used.update(calls)
                told += [_joined(event, calls)] if event.at in span else []
            case _:
                told.append(event)
    nights = [taken for event in told for taken in _taken(event)]
    return [*told, *_left(called, used, nights)]


def _subject(event: Event) -> object:
    """Return what something that is noticed of the same thing has as its subject."""
    match event.subject:
        case Reservation() as stay:
            return str(stay.key)
        case _:
            return f"{event.property_id}"


def _calls(noticed: Noticed, called: Iterable[Event], used: Collection[Call], days: int) -> Iterator[Call]:
    last = noticed.by.date() + DAY * (days - 1)
    for event in called:
        if isinstance(event.subject, EditedDays) and not _shows(noticed, event.subject, last):
            continue
        for call in event.calls:
            # The clocks of two machines differ, and a look takes its time.
            if noticed.after - _AT_ONCE < call.at <= noticed.by + _AT_ONCE and call not in used:
                yield call


def _shows(noticed: Noticed, days: EditedDays, last: date) -> bool:
    """Whether something of what Hostex called about is among the changes, and none of it out of their
    reach."""
    start = f"{days.id} " if days.listing else f"{NIGHTS} "
    return days.end <= last and any(change.name.startswith(start) for change in noticed.changes)


def _joined(event: Event, calls: Sequence[Call]) -> Event:
    if not calls:
        return event
    at = min(max(call.at for call in calls), event.at)
    return replace(event, at=at, calls=tuple(calls), count=len(calls))


def _left(called: Iterable[Event], used: Collection[Call], nights: Iterable[_Nights]) -> Iterator[Event]:
    """Yield what remains to be told of calls, without days that were told with the stay that took them."""
    stays = list(nights)
    for event in called:
        calls = [call for call in event.calls if call not in used]
        if isinstance(event.subject, EditedDays):
            calls = [call for call in calls if not any(_is_of(call, event, stay) for stay in stays)]
        if len(calls) == len(event.calls):
            yield event
        elif calls:
            yield replace(event, at=max(call.at for call in calls), calls=tuple(calls), count=len(calls))


def _is_of(call: Call, event: Event, nights: _Nights) -> bool:
    if call.start is None or call.end is None or event.property_id not in nights.property_ids:
        return False
    return nights.first <= call.start <= call.end < nights.end and abs(call.at - nights.at) <= _AT_ONCE


def _taken(event: Event) -> Iterator[_Nights]:
    stay = event.subject if isinstance(event.subject, Reservation) else event.now
    if stay is None:
        return
    before = {change.name: change.before for change in _changes(event)}
    places = {stay.property_id, int(before.get(MOVED, stay.property_id))}
    first, end = _earlier(before, stay)
    yield _Nights(event.at, places, min(first, stay.check_in_date), max(end, stay.check_out_date))


def _changes(event: Event) -> Iterable[Change]:
    return event.subject.changes if isinstance(event.subject, Noticed) else ()


def _earlier(before: Mapping[str, str], stay: Reservation) -> tuple[date, date]:
    """Return when a stay began and ended before it was edited."""
    start, end = before.get(_CHECK_IN), before.get(_CHECK_OUT)
    return (
        date.fromisoformat(start) if start else stay.check_in_date,
        date.fromisoformat(end) if end else stay.check_out_date,
    )
