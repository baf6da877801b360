"""What a calendar says of what Hostex does not tell: the rest is there, and what is missing is named."""

from collections.abc import Iterable
from datetime import date

import pytest

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.nights import Nights, nights_of
from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.clock import NOW
from tests.tools.calendar.drawing import grid
from tests.tools.insights.calendar_world import World, world

pytestmark = pytest.mark.anyio

LOFT, ROOM_1 = 20110001, 20110007


def refused(host: World, operation: str) -> None:
    host.sandbox.faults.add("envelope", operation, times=None, code=403, message="No")


def only_stays(_: object, stays: Iterable[Reservation], first: date, last: date) -> Nights:
    """The nights of a property of which Hostex shows no calendar."""
    return nights_of([], stays, first, last)


async def test_a_listing_that_its_channel_has_lost_is_named_and_the_others_are_told() -> None:
    def lose(account: SandboxAccount) -> None:
        del account.rates["vrbo", "vr-3001"]

    async with world(NOW, change=lose) as host:
        got = await host.ask("get_calendar", property_ids=[LOFT])
        drawn = await grid(host, property_ids=[LOFT])
    assert got["items"][0]["prices"] == "AS €125, Fri Sat €148; B 112%"
    for answer in (got, drawn):
        (failed,) = answer["failed"]
        assert failed["property_id"] == LOFT
        assert failed["message"].startswith("vrbo vr-3001: ")


async def test_without_room_types_the_rooms_have_no_prices_and_it_is_said() -> None:
    async with world(NOW) as host:
        refused(host, "GET /room_types")
        got = await host.ask("get_calendar", property_ids=[ROOM_1])
    assert got["items"][0]["sold"] is False
    assert got["failed"][0]["message"].startswith("room types: ")


async def test_without_any_calendar_the_call_fails() -> None:
    async with world(NOW) as host:
        refused(host, "GET /availabilities")
        assert (await host.answer("get_calendar"))["error"]["kind"] == "forbidden"


async def test_nights_that_hostex_does_not_show_are_not_called_free(monkeypatch: pytest.MonkeyPatch) -> None:
    async with world(NOW) as host:
        monkeypatch.setattr("hostex_mcp.reads.calendars.nights_of", only_stays)
        got = await host.ask("get_calendar", property_ids=[LOFT], days=10)
        drawn = await grid(host, property_ids=[LOFT], days=10)
    assert got["items"][0]["not_known"] == "28-29"
    assert drawn["items"][0]["nights"] == "ssss??ssss"


async def test_stays_without_a_property_are_not_passed_over_in_silence_on_a_part_of_the_properties() -> None:
    async with world(NOW) as host:
        part = await host.ask("get_calendar", limit=5)
        chosen = await host.ask("get_calendar", property_ids=[LOFT])
    note = "Stays without a property are looked for only when all properties are in one answer."
    assert note in part["notes"]
    assert note not in chosen["notes"]
