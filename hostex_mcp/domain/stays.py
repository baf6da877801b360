"""Codes of stays and of the orders they belong to, and which stays want the same nights."""

import re
from collections.abc import Collection, Iterable
from datetime import date

from hostex_mcp.api.endpoints.calendar import AvailabilityDay
from hostex_mcp.api.endpoints.reservations import HourMinute, Reservation
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.days import Run, runs
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.names import fold
from hostex_mcp.domain.wording import in_quotes, period

HOLDING = ("wait_accept", "wait_pay", "accepted")

_NUMBER_OF_STAY = re.compile(r"_\d+(?=-[^-]*$|$)")


def order_code(stay_code: str) -> str:
    """The reservation code that a stay code belongs to: of several stays each has a number behind the middle
    part (`0-1234567_1-abcdef`), a single stay has the order's own code."""
    return _NUMBER_OF_STAY.sub("", stay_code)


def holders(
    stays: Iterable[Reservation], check_in: date, check_out: date, leave_out: Collection[str] = ()
) -> list[Reservation]:
    """The stays of one property that hold a night between two days, but for some stay codes; the day of
    check-out is free again. By check-in."""
    found = [
        stay
        for stay in stays
        if stay.stay_code not in leave_out
        and stay.status in HOLDING
        and not stay.in_reservation_box
        and stay.check_in_date < check_out
        and check_in < stay.check_out_date
    ]
    return sorted(found, key=lambda stay: (stay.check_in_date, stay.stay_code))


def blocked(days: Iterable[AvailabilityDay], stays: Collection[Reservation]) -> list[Run[str]]:
    """The closed nights among `days` that none of these stays holds, with the remarks of the calendar."""
    free = [
        day
        for day in days
        if not day.available
        and not any(stay.check_in_date <= day.date < stay.check_out_date for stay in stays)
    ]
    return runs(free, lambda day: day.date, lambda day: day.remarks)


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


_NAMELESS = "a guest without a name"


def guest(stay: Reservation) -> str:
    """The name of a stay's guest on one line."""
    return one_line(stay.guest_name or "") or _NAMELESS


def guest_in_words(name: str | None) -> str:
    """A guest's name in a sentence."""
    shown = one_line(name or "")
    return in_quotes(shown) if shown else _NAMELESS


def holder(stay: Reservation) -> str:
    """A stay as something that is in the way or is moved."""
    dates = period(stay.check_in_date, stay.check_out_date)
    name = guest_in_words(stay.guest_name)
    return f"{name}, {dates} ({channel_name(stay.channel_type)}, {stay.status}, stay {stay.stay_code})"


def of_guest(name: str, stays: Iterable[Reservation]) -> list[Reservation]:
    """The stays on which somebody has all the words of a name, whatever their order, case and accents; where
    there are none, those on which each word begins one of the guest's. Stays that are cancelled, denied or
    expired count only where there are no others."""
    wanted = _words(name)
    known = [(stay, _people(stay)) for stay in stays]
    for fits in (_whole, _begun):
        if found := [stay for stay, people in known if any(fits(wanted, words) for words in people)]:
            alive = [stay for stay in found if stay.status in HOLDING]
            return sorted(alive or found, key=lambda stay: (stay.check_in_date, stay.stay_code))
    return []


def _whole(wanted: set[str], words: set[str]) -> bool:
    return bool(wanted) and wanted <= words


def _begun(wanted: set[str], words: set[str]) -> bool:
    return bool(wanted) and all(any(word.startswith(part) for word in words) for part in wanted)


def _people(stay: Reservation) -> list[set[str]]:
    names = [stay.guest_name, *(person.name for person in stay.guests)]
    return [_words(name) for name in names if name]


def _words(name: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", fold(name)))
