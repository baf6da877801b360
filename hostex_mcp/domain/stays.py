"""Stays: their codes, whose nights they hold, and finding them by a guest's name."""

import re
from collections.abc import Collection, Iterable
from datetime import date, time

from hostex_mcp.api.endpoints.calendar import AvailabilityDay
from hostex_mcp.api.endpoints.reservations import HourMinute, Reservation
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.days import Run, runs
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.names import fold
from hostex_mcp.domain.wording import in_quotes, period

HOLDING = ("wait_accept", "wait_pay", "accepted")
"""The statuses in which a stay holds its nights."""

_NAMELESS = "a guest without a name"
_NUMBER_OF_STAY = re.compile(r"_\d+(?=-[^-]*$|$)")


def by_check_in(stay: Reservation) -> tuple[date, str]:
    """Return the key that sorts stays by check-in. The code makes the order the same each time."""
    return stay.check_in_date, stay.stay_code


def order_code(stay_code: str) -> str:
    """Return the reservation code that a stay code belongs to.

    Of several stays each has a number behind the middle part (`0-1234567_1-abcdef`); a single stay has the
    code of its order.
    """
    return _NUMBER_OF_STAY.sub("", stay_code)


def holders(
    stays: Iterable[Reservation], check_in: date, check_out: date, leave_out: Collection[str] = ()
) -> list[Reservation]:
    """Return the stays of one property that hold a night between two days, by check-in, except for some stay
    codes. The day of check-out is free again."""
    holding = [
        stay
        for stay in stays
        if stay.stay_code not in leave_out
        and stay.status in HOLDING
        and not stay.in_reservation_box
        and stay.check_in_date < check_out
        and check_in < stay.check_out_date
    ]
    return sorted(holding, key=by_check_in)


def block_runs(days: Iterable[AvailabilityDay], stays: Collection[Reservation]) -> list[Run[str]]:
    """Return the closed nights among `days` that none of these stays holds, with the remarks of the
    calendar."""
    blocks = [
        day
        for day in days
        if not day.available
        and not any(stay.check_in_date <= day.date < stay.check_out_date for stay in stays)
    ]
    return runs(blocks, lambda day: day.date, lambda day: day.remarks)


def hour_and_minute(text: str) -> dict[str, int] | None:
    """Convert a time of day written `HH:MM` to Hostex's form; None for empty text."""
    if not text:
        return None
    hour, minute = text.split(":")
    return {"hour": int(hour), "minute": int(minute)}


def time_text(agreed: HourMinute | None) -> str:
    """Return a time of day as `HH:MM`, empty for none."""
    if agreed is None or agreed.hour is None:
        return ""
    return f"{agreed.hour:02}:{agreed.minute or 0:02}"


def time_of_day(text: str | None) -> time | None:
    """Read a local time of day, such as `HH:MM`; None if it is missing or unreadable."""
    try:
        # Times with and without an offset cannot be compared, and all of a property are its own.
        return time.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None


def guest(stay: Reservation) -> str:
    """Return the name of a stay's guest on one line."""
    return one_line(stay.guest_name or "") or _NAMELESS


def guest_in_words(name: str | None) -> str:
    """Return a guest's name for use in a sentence."""
    line = one_line(name or "")
    return in_quotes(line) if line else _NAMELESS


def holder(stay: Reservation) -> str:
    """Describe a stay that is in the way or is moved."""
    dates = period(stay.check_in_date, stay.check_out_date)
    name = guest_in_words(stay.guest_name)
    return f"{name}, {dates} ({channel_name(stay.channel_type)}, {stay.status}, stay {stay.stay_code})"


def of_guest(name: str, stays: Iterable[Reservation]) -> list[Reservation]:
    """Return the stays with a guest who has all the words of a name, in any order, case and accents; if there
    are none, those with a guest whose names begin with these words.

    Stays that are cancelled, denied or expired count only if there are no others.
    """
    query = _words(name)
    guests = [(stay, _names(stay)) for stay in stays]
    for matches in (_all_words, _all_beginnings):
        matching = [stay for stay, names in guests if any(matches(query, words) for words in names)]
        if query and matching:
            holding = [stay for stay in matching if stay.status in HOLDING]
            return sorted(holding or matching, key=by_check_in)
    return []


def _all_words(query: set[str], words: set[str]) -> bool:
    return query <= words


def _all_beginnings(query: set[str], words: set[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in query)


def _names(stay: Reservation) -> list[set[str]]:
    names = [stay.guest_name, *(person.name for person in stay.guests)]
    return [_words(name) for name in names if name]


def _words(name: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", fold(name)))
