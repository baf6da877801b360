"""Codes of stays and of the orders they belong to, and which stays want the same nights."""

import re
from collections.abc import Iterable
from datetime import date

from hostex_mcp.api.reservations import HourMinute, Reservation

HOLDING = ("wait_accept", "wait_pay", "accepted")

_NUMBER_OF_STAY = re.compile(r"_\d+(?=-[^-]*$|$)")


def order_code(stay_code: str) -> str:
    """The reservation code that a stay code belongs to: of several stays each has a number behind the middle
    part (`0-1234567_1-abcdef`), a single stay has the order's own code."""
    return _NUMBER_OF_STAY.sub("", stay_code)


def displaced(stays: Iterable[Reservation], by: Reservation) -> list[Reservation]:
    """The stays of one property that hold a night of the stay `by`; the day of check-out is free again."""
    return [
        one
        for one in stays
        if one.stay_code != by.stay_code
        and one.status in HOLDING
        and not one.in_reservation_box
        and _overlap((one.check_in_date, one.check_out_date), (by.check_in_date, by.check_out_date))
    ]


def hour_and_minute(text: str) -> dict[str, int] | None:
    """A time of day written `HH:MM` in Hostex's form; None for empty text."""
    if not text:
        return None
    hour, minute = text.split(":")
    return {"hour": int(hour), "minute": int(minute)}


def time_text(time: HourMinute | None) -> str:
    """A time of day as `HH:MM`, empty where there is none."""
    if time is None or time.hour is None:
        return ""
    return f"{time.hour:02}:{time.minute or 0:02}"


def _overlap(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
