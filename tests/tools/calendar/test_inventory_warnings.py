"""Units put up for sale on nights that are booked, or more of them than there are."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostex_mcp.domain.conflicts import oversold
from hostex_mcp.sandbox import Sandbox
from tests.support.engine import Call
from tests.support.every_write import days
from tests.support.previewing import demo_sandbox, preview
from tests.support.previewing import engine as engine

pytestmark = pytest.mark.anyio

STUDIO = {"channel_type": "airbnb", "listing_id": "900000000000000102"}
POOL = {"channel_type": "booking.com", "listing_id": "55502010-220071"}
FIRST = date(2027, 1, 1)


@pytest.fixture
def sandbox() -> Sandbox:
    return demo_sandbox()


async def warnings(call: Call, sandbox: Sandbox, listing: dict[str, str], **period: Any) -> list[str]:
    tool = "update_listing_inventories"
    return (await preview(call, sandbox, tool, **listing, inventories=[period]))["warnings"]


async def test_opening_a_booked_night_names_the_booking(call: Call, sandbox: Sandbox) -> None:
    booked = {"start_date": "2026-11-28", "end_date": "2026-12-01", "inventory": 1}
    said = await warnings(call, sandbox, STUDIO, **booked)
    assert said[0] == "1 unit for sale on the nights of Sat 28 Nov to Tue 1 Dec 2026, but none of 1 free."
    assert said[1].startswith('Already booked: "Emil Eksempel", Sat 28 Nov to Wed 2 Dec 2026')


async def test_three_units_of_one_flat_are_warned_of(call: Call, sandbox: Sandbox) -> None:
    said = await warnings(call, sandbox, STUDIO, **days(300, 301, inventory=3))
    assert said[0].startswith("3 units for sale on the nights of")
    assert said[0].endswith("but only 1 of 1 free.")


async def test_a_room_type_has_as_many_units_as_free_rooms(call: Call, sandbox: Sandbox) -> None:
    said = await warnings(call, sandbox, POOL, **days(300, 301, inventory=3))
    assert said[0].endswith("but only 2 of 2 free.")


async def test_closing_a_listing_is_not_warned_of(call: Call, sandbox: Sandbox) -> None:
    said = await warnings(call, sandbox, STUDIO, **days(300, 301, inventory=0))
    assert said == ["The next change of the master calendar can overwrite these units."]


async def test_closing_a_booked_night_names_the_booking_even_where_the_calendar_shows_it_open(
    call: Call, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def still_open(_: object, __: object, period: list[date]) -> dict[date, int]:
        return dict.fromkeys(period, 1)

    monkeypatch.setattr("hostex_mcp.sandbox.operations.listing_calendar.inventories", still_open)
    closing = {"start_date": "2026-12-01", "end_date": "2026-12-01", "inventory": 0}
    said = await warnings(call, sandbox, STUDIO, **closing)
    assert said[0].startswith('Already booked: "Emil Eksempel", Sat 28 Nov to Wed 2 Dec 2026')
    assert said[1:] == [
        "Closing neither cancels nor moves a booking.",
        "The next change of the master calendar can overwrite these units.",
    ]


async def test_opening_a_booked_night_is_warned_of_even_where_the_master_calendar_shows_it_open(
    call: Call, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_: object, **__: object) -> set[date]:
        return set()

    monkeypatch.setattr("hostex_mcp.sandbox.operations.availability.closed_days", nothing)
    opening = {"start_date": "2026-12-01", "end_date": "2026-12-01", "inventory": 1}
    said = await warnings(call, sandbox, STUDIO, **opening)
    assert said[0] == "1 unit for sale on the night of Tue 1 Dec 2026, but none of 1 free."
    assert said[1].startswith('Already booked: "Emil Eksempel", Sat 28 Nov to Wed 2 Dec 2026')


@given(
    units=st.dictionaries(st.integers(0, 12), st.integers(1, 4), max_size=10),
    closed=st.lists(st.sets(st.integers(0, 12)), min_size=1, max_size=4),
)
def test_a_night_is_oversold_exactly_when_fewer_units_are_free(
    units: dict[int, int], closed: list[set[int]]
) -> None:
    def night(number: int) -> date:
        return FIRST + timedelta(days=number)

    found = oversold(
        {night(number): wanted for number, wanted in units.items()},
        {place: {night(number) for number in numbers} for place, numbers in enumerate(closed)},
    )
    told: dict[date, tuple[int, int]] = {}
    for run in found:
        for ahead in range((run.end_date - run.start_date).days + 1):
            told[run.start_date + timedelta(days=ahead)] = run.state
    expected: dict[date, tuple[int, int]] = {}
    for number, wanted in units.items():
        free = len([nights for nights in closed if number not in nights])
        if wanted > free:
            expected[night(number)] = (wanted, free)
    assert told == expected
