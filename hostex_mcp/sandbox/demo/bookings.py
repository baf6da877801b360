"""Who stays where and when: the planned weeks around today, and chance before and after them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hostex_mcp.sandbox.demo.builder import Builder
from hostex_mcp.sandbox.state import Row

LAST_CHECK_OUT = 170
_PAST_GAPS = (0, 0, 1, 2, 4, 6, 10)
_FUTURE_GAPS = (18, 30, 45, 60)
_LENGTHS = (3, 4, 4, 5, 6, 7, 9)


@dataclass(frozen=True)
class Booking:
    """One stay to be. Days count from today; `key` is its name in the plan, `wishes` what the plan adds."""

    property_id: int
    start: int
    nights: int
    channel: str
    key: str = ""
    wishes: Row = field(default_factory=dict[str, Any])

    @property
    def end(self) -> int:
        """Return the day of check-out."""
        return self.start + self.nights

    @property
    def status(self) -> str:
        """Return the status of the reservation."""
        return self.wishes.get("status", "accepted")


def planned_bookings(builder: Builder, schedule: Row) -> list[Booking]:
    """Return every stay, the planned ones first."""
    planned: dict[int, list[Booking]] = {
        int(property_id): [_booking(schedule, int(property_id), line) for line in lines]
        for property_id, lines in schedule["timelines"].items()
    }
    asides = [_booking(schedule, property_id, line) for property_id, line in _pairs(schedule)]
    chance = [
        booking
        for place in builder.plan["properties"]
        for booking in _around(builder, place, planned, schedule)
    ]
    return [booking for timeline in planned.values() for booking in timeline] + asides + chance


def _booking(schedule: Row, property_id: int, line: str) -> Booking:
    start, nights, channel, *keys = line.split()
    key = keys[0] if keys else ""
    return Booking(property_id, int(start), int(nights), channel, key, schedule["bookings"].get(key, {}))


def _pairs(schedule: Row) -> list[tuple[int, str]]:
    return [(int(property_id), line) for property_id, line in schedule["asides"]]


def _around(
    builder: Builder, place: Row, planned: dict[int, list[Booking]], schedule: Row
) -> Iterator[Booking]:
    """Fill the time before the planned weeks and after them, past any block."""
    property_id, timeline = place["id"], planned[place["id"]]
    channels = _channels(builder.plan, place)
    yield from _run(builder, place, channels, (place["since"], timeline[0].start), _PAST_GAPS)
    blocks = [start + nights for blocked, start, nights, _ in schedule["blocks"] if blocked == property_id]
    after = max(timeline[-1].end, 31, *blocks)
    yield from _run(builder, place, channels, (after + 4, LAST_CHECK_OUT), _FUTURE_GAPS)


def _run(
    builder: Builder, place: Row, channels: list[str], span: tuple[int, int], gaps: tuple[int, ...]
) -> Iterator[Booking]:
    chance, (day, end) = builder.random, span
    while True:
        start = day + chance.choice(gaps)
        nights = max(place["min_stay"], chance.choice(_LENGTHS))
        if start + nights > end:
            return
        yield Booking(place["id"], start, nights, chance.choice(channels))
        day = start + nights


def _channels(plan: Row, place: Row) -> list[str]:
    """Return where a place sells, alone or in a room type, each with its weight; else it sells directly."""
    pools = [
        sold for pool in plan["room_types"] if place["id"] in pool["property_ids"] for sold in pool["sells"]
    ]
    sold = {channel for channel, *_ in [*place["sells"], *pools]} & {"airbnb", "booking.com", "vrbo"}
    weights = {"airbnb": 4, "booking.com": 3, "vrbo": 1}
    return [channel for channel in sorted(sold) for _ in range(weights[channel])] + ["hostex_direct"]
