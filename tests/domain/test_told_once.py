"""What was noticed and what Hostex called about, told once."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from hostex_mcp.domain.activity import Call, EditedDays, Event, Span
from hostex_mcp.domain.noticing import Change, Noticed
from hostex_mcp.domain.told_once import told_once
from tests.domain.stay_samples import stay

NINE = datetime(2026, 6, 15, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOFT = 20110001
STAY = stay("0-1", "2026-07-01", 7, property_id=LOFT)
NIGHTS = Change(name="nights 2026-07-20", before="open", after="closed")
PRICE = Change(name="airbnb 7 price 2026-07-20", before="90", after="95")


def noticed(kind: str, after: float, by: float, *changes: Change) -> Event:
    subject = STAY.key if kind == "edit" else f"{LOFT}"
    times = {"after": NINE + after * HOUR, "by": NINE + by * HOUR}
    thing = Noticed.model_validate(
        {"kind": kind, "subject": subject, "property_id": LOFT, "changes": changes, **times}
    )
    return Event(thing.by, thing.kind, thing, LOFT, now=STAY if kind == "edit" else None)


def edited(*hours: float) -> Event:
    calls = tuple(Call(NINE + hour * HOUR, f"at {hour}") for hour in hours)
    return Event(calls[-1].at, "edit", STAY, LOFT, len(calls), True, calls=calls)


def days(hour: float, start: str, end: str, listing: tuple[str, str] | None = None) -> Event:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    call = Call(NINE + hour * HOUR, "", first, last)
    subject = EditedDays(first, last, 1, 1, listing)
    return Event(call.at, "calendar", subject, LOFT, 1, True, calls=(call,))


def told(events: Sequence[Event], called: Sequence[Event], since: float = 0) -> list[tuple[float, type, int]]:
    """When something of which kind was told, with how many calls."""
    span = Span(NINE + since * HOUR, NINE + 24 * HOUR)
    rows = told_once(events, called, span, 92)
    found = [((event.at - NINE) / HOUR, type(event.subject), len(event.calls)) for event in rows]
    return sorted(found, key=lambda row: row[0])


def test_an_edit_has_the_time_of_its_call_and_each_look_its_own_calls() -> None:
    looks = [noticed("edit", 0, 4, NIGHTS), noticed("edit", 4, 8, NIGHTS)]
    assert told(looks, [edited(1, 2, 6, 9)]) == [
        (2, Noticed, 2),
        (6, Noticed, 1),
        (9, type(STAY), 1),
    ]
    assert told(looks, []) == [(4, Noticed, 0), (8, Noticed, 0)]


def test_a_call_that_comes_after_its_edit_was_told_tells_nothing_again() -> None:
    look = noticed("edit", 0, 4, NIGHTS)
    assert told([look], [edited(3)], since=4) == []
    assert told([look], [edited(5)], since=4) == [(5, type(STAY), 1)]


def test_a_clock_that_is_a_little_ahead_makes_no_second_line() -> None:
    assert told([noticed("edit", 0, 4, NIGHTS)], [edited(4.02)]) == [(4, Noticed, 1)]


@pytest.mark.parametrize(
    ("called", "joined"),
    [
        (days(1, "2026-07-20", "2026-07-20"), True),
        (days(1, "2026-07-20", "2026-07-20", ("airbnb", "7")), True),
        (days(1, "2026-07-20", "2026-07-20", ("airbnb", "77")), False),
        (days(1, "2026-07-20", "2027-07-20"), False),
        (days(9, "2026-07-20", "2026-07-20"), False),
    ],
)
def test_days_are_told_with_the_changes_that_show_them_and_else_for_themselves(
    called: Event, joined: bool
) -> None:
    look = noticed("calendar", 0, 4, NIGHTS, PRICE)
    alone = [((called.at - NINE) / HOUR, EditedDays, 1)]
    assert told([look], [called]) == (
        [(1, Noticed, 1)] if joined else sorted([(4, Noticed, 0), *alone], key=lambda row: row[0])
    )


@pytest.mark.parametrize(
    ("called", "apart"),
    [
        (days(2, "2026-07-01", "2026-07-07"), False),
        (days(2, "2026-07-07", "2026-07-08"), True),
        (days(3, "2026-07-01", "2026-07-07"), True),
    ],
)
def test_nights_that_a_booking_takes_are_told_with_it_only(called: Event, apart: bool) -> None:
    booking = Event(NINE + 2 * HOUR, "booking", STAY, LOFT)
    rows = told([booking], [called])
    assert [kind for _, kind, _ in rows] == [type(STAY), EditedDays][: 1 + apart]


def test_nights_that_an_edit_leaves_free_are_told_with_it_even_in_the_former_property() -> None:
    moved = Change(name="property_id", before="20110002", after=f"{LOFT}")
    longer = Change(name="check_out_date", before="2026-07-11", after="2026-07-08")
    there = days(1, "2026-07-01", "2026-07-10")
    former = Event(there.at, "calendar", there.subject, 20110002, 1, True, calls=there.calls)
    look = noticed("edit", 0, 4, moved, longer)
    assert told([look], [edited(1), there, former]) == [(1, Noticed, 1)]
