"""What a host has to know about one day: who comes, leaves and stays, and what is wrong.

Only accepted stays count. An *arrival* checks in on the day, a *departure* checks out on it; *in house* is
who was there the night before and is there the night after. A *request* is a booking that waits for the
host's approval (`wait_accept`) or the guest's payment (`wait_pay`), whatever its dates, until its check-out.

An *anomaly* is something that goes wrong unless somebody acts: of the day and the next one, a same-day
turnover without a cleaning task, a cleaner or the time for it, an arrival with a balance due or without the
lock code that the house usually sets; of the coming month (by check-out), stays without a property and
stays that overlap; and channel accounts that are no longer authorised, and requests that lapse within 12
hours. Inferred: Airbnb and Vrbo give a host 24 hours for a request, from the time of booking.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hostex_mcp.api.endpoints.properties import ChannelAccount
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.conflicts import overlaps
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.nights import is_placed
from hostex_mcp.domain.readiness import balance_due, has_lock_code, uses_lock_codes
from hostex_mcp.domain.turnovers import Turnover
from hostex_mcp.domain.wording import money, quoted

REQUEST_HOURS: Mapping[str, int] = {"airbnb": 24, "vrbo": 24}

OPEN = ("wait_accept", "wait_pay")

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_EXPIRES_SOON = timedelta(hours=12)
_NOT_AUTHORISED = ("disconnected", "exception")
KINDS = (
    "request_expiring",
    "overlapping_stays",
    "unallocated_stay",
    "turnover_without_cleaning",
    "turnover_without_time",
    "turnover_without_cleaner",
    "arrival_without_lock_code",
    "balance_due",
    "channel_disconnected",
)

Day = Callable[[int], date]


@dataclass(frozen=True, slots=True)
class DayWarning:
    """Something that goes wrong on a day unless somebody acts: about a stay, a property, or neither."""

    kind: str
    day: date
    detail: str
    stay: Reservation | None = None
    property_id: int = 0


@dataclass(frozen=True, slots=True)
class Movements:
    """Who comes, leaves and stays on a day, by property and name."""

    arrivals: Sequence[Reservation]
    departures: Sequence[Reservation]
    in_house: Sequence[Reservation]


def movements(stays: Iterable[Reservation], day: Day) -> Movements:
    """The movements of each property's own day; `day` tells it, of 0 for stays without a property."""
    counted = sorted(
        (stay for stay in stays if stay.status == "accepted"),
        key=lambda stay: (stay.property_id, stay.stay_code),
    )
    return Movements(
        [stay for stay in counted if stay.check_in_date == day(stay.property_id)],
        [stay for stay in counted if stay.check_out_date == day(stay.property_id)],
        [stay for stay in counted if stay.check_in_date < day(stay.property_id) < stay.check_out_date],
    )


def requests(stays: Iterable[Reservation], day: Day) -> list[Reservation]:
    """The open requests of stays that are not over, the one that waits longest first; `day` tells a
    property's today."""
    open_ones = {
        stay.stay_code: stay
        for stay in stays
        if stay.status in OPEN and stay.check_out_date > day(stay.property_id)
    }
    return sorted(
        open_ones.values(), key=lambda stay: (stay.status, stay.booked_at or _LONG_AGO, stay.stay_code)
    )


def expires(request: Reservation) -> datetime | None:
    """When a request lapses, None where that is not known."""
    hours = REQUEST_HOURS.get(request.channel_type)
    if request.booked_at is None or not hours or request.status != "wait_accept":
        return None
    return request.booked_at + timedelta(hours=hours)


def by_urgency(warnings: Iterable[DayWarning], day: date) -> list[DayWarning]:
    """What has to be done by tomorrow first, then by kind and day."""
    return sorted(
        warnings, key=lambda warning: (warning.day > day + DAY, KINDS.index(warning.kind), warning.day)
    )


def turnover_warnings(found: Iterable[Turnover]) -> list[DayWarning]:
    """What is missing on days on which one guest leaves and the next one comes."""
    kinds = {
        "cleaning task": "turnover_without_cleaning",
        "time between check-out and check-in": "turnover_without_time",
        "who cleans": "turnover_without_cleaner",
    }
    return [
        DayWarning(kinds[missing], turnover.day, _times(turnover), turnover.coming, turnover.place.id)
        for turnover in found
        if turnover.same_day
        for missing in turnover.missing
        if missing in kinds
    ]


def arrival_warnings(stays: Sequence[Reservation], day: Day) -> list[DayWarning]:
    """What is missing for the arrivals of a day and the next one. The balance of an order is told once."""
    found: list[DayWarning] = []
    orders: set[str] = set()
    for stay in stays:
        soon = day(stay.property_id) <= stay.check_in_date <= day(stay.property_id) + DAY
        if stay.status != "accepted" or not soon:
            continue
        if not has_lock_code(stay) and uses_lock_codes(stay, stays):
            found.append(_of_stay("arrival_without_lock_code", stay, ""))
        due = balance_due(stay)
        if due and stay.reservation_code not in orders:
            orders.add(stay.reservation_code)
            found.append(_of_stay("balance_due", stay, money(due.amount, due.currency)))
    return found


def placing_warnings(stays: Sequence[Reservation], day: Day) -> list[DayWarning]:
    """Stays that have no property, and stays that hold the same nights, from a day on."""
    homeless = [
        _of_stay("unallocated_stay", stay, "")
        for stay in stays
        if stay.status == "accepted" and not is_placed(stay) and stay.check_out_date > day(stay.property_id)
    ]
    doubled = [
        DayWarning(
            "overlapping_stays",
            overlap.first_night,
            f"same {overlap.nights} night{'' if overlap.nights == 1 else 's'} as {_named(overlap.first)} "
            f"({overlap.first.stay_code})",
            overlap.second,
            overlap.second.property_id,
        )
        for overlap in overlaps(_ahead(stays, day))
    ]
    return [*homeless, *doubled]


def request_warnings(waiting: Iterable[Reservation], now: datetime, day: Day) -> list[DayWarning]:
    """The requests that lapse soon."""
    found: list[DayWarning] = []
    for request in waiting:
        until = expires(request)
        if until and now <= until <= now + _EXPIRES_SOON:
            hours = (until - now).total_seconds() / 3600
            detail = f"lapses in {hours:.0f} h"
            found.append(
                DayWarning("request_expiring", day(request.property_id), detail, request, request.property_id)
            )
    return found


def channel_warnings(accounts: Iterable[ChannelAccount], day: date) -> list[DayWarning]:
    """The channel accounts that Hostex cannot use any more."""
    return [
        DayWarning(
            "channel_disconnected",
            day,
            f"{account.channel_type} {account.username or ''}: {account.auth_status}",
        )
        for account in accounts
        if account.auth_status in _NOT_AUTHORISED
    ]


def _ahead(stays: Iterable[Reservation], day: Day) -> list[Reservation]:
    """Stays that have nights to come, each from today on, so that past overlaps are left out."""
    return [
        stay.model_copy(update={"check_in_date": max(stay.check_in_date, day(stay.property_id))})
        for stay in stays
        if stay.check_out_date > day(stay.property_id)
    ]


def _of_stay(kind: str, stay: Reservation, detail: str) -> DayWarning:
    return DayWarning(kind, stay.check_in_date, detail, stay, stay.property_id)


def _times(turnover: Turnover) -> str:
    """When one guest leaves and the next one comes, and why cleanings nearby do not count."""
    leaves = f"{turnover.out_time:%H:%M}" if turnover.out_time else "?"
    comes = f"{turnover.in_time:%H:%M}" if turnover.in_time else "?"
    near = [f"cleaning {other.task.id} {other.why}" for other in turnover.cleaning.uncounted]
    return "; ".join([f"out {leaves}, in {comes}", *near])


def _named(stay: Reservation) -> str:
    return quoted(one_line(stay.guest_name or "")) or "a guest without a name"
