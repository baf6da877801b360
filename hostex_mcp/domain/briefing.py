"""A host's day: arrivals, departures, guests in house, and what is wrong.

- Only accepted stays count. An *arrival* checks in on the day, a *departure* checks out on it; a guest is
  *in house* who was there the night before and will be there the night after.
- A *request* is a booking that waits for the host's approval (`wait_accept`) or the guest's payment
  (`wait_pay`), whatever its dates, until its check-out.
- An *anomaly* is something that goes wrong unless somebody acts. On the day and the next: a same-day turnover
  without a cleaning task, a cleaner or enough time, an arrival with a balance due, or without a lock code
  where the property usually has one. In the coming month, by check-out: stays without a property and
  overlapping stays. Also: channel accounts that are no longer authorised, and requests that expire within 12
  hours.
- Inferred: Airbnb and Vrbo give a host 24 hours to answer a request, from the time of booking.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hostex_mcp.api.endpoints.properties import ChannelAccount
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.conflicts import Overlap, overlaps
from hostex_mcp.domain.days import DAY, Today
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.nights import is_placed
from hostex_mcp.domain.readiness import LockCodeUse, balance_due, has_lock_code
from hostex_mcp.domain.turnovers import Turnover
from hostex_mcp.domain.wording import money, quoted

REQUEST_HOURS: Mapping[str, int] = {"airbnb": 24, "vrbo": 24}

OPEN = ("wait_accept", "wait_pay")
"""The statuses of an open request."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_EXPIRES_SOON = timedelta(hours=12)
_NOT_AUTHORISED = ("disconnected", "exception")
_TURNOVER_KINDS = {
    "cleaning task": "turnover_without_cleaning",
    "time between check-out and check-in": "turnover_without_time",
    "who cleans": "turnover_without_cleaner",
}
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
    """Arrivals, departures and guests in house on a day, by property."""

    arrivals: Sequence[Reservation]
    departures: Sequence[Reservation]
    in_house: Sequence[Reservation]


def movements(stays: Iterable[Reservation], day: Today) -> Movements:
    """Return the movements of each property's own day."""
    accepted = [(stay, day(stay.property_id)) for stay in stays if stay.status == "accepted"]
    accepted.sort(key=lambda pair: (pair[0].property_id, pair[0].stay_code))
    return Movements(
        [stay for stay, today in accepted if stay.check_in_date == today],
        [stay for stay, today in accepted if stay.check_out_date == today],
        [stay for stay, today in accepted if stay.check_in_date < today < stay.check_out_date],
    )


def requests(stays: Iterable[Reservation], day: Today) -> list[Reservation]:
    """Return the open requests of stays that are not over, longest waiting first."""
    waiting = {
        stay.key: stay
        for stay in stays
        if stay.status in OPEN and stay.check_out_date > day(stay.property_id)
    }
    return sorted(
        waiting.values(), key=lambda stay: (stay.status, stay.booked_at or _LONG_AGO, stay.stay_code)
    )


def expires(request: Reservation) -> datetime | None:
    """Return when a request expires, None if that is not known."""
    hours = REQUEST_HOURS.get(request.channel_type)
    if request.booked_at is None or not hours or request.status != "wait_accept":
        return None
    return request.booked_at + timedelta(hours=hours)


def by_urgency(warnings: Iterable[DayWarning], day: date) -> list[DayWarning]:
    """Sort warnings: what has to be done by tomorrow first, then by kind and day."""
    return sorted(
        warnings, key=lambda warning: (warning.day > day + DAY, KINDS.index(warning.kind), warning.day)
    )


def turnover_warnings(turnovers: Iterable[Turnover]) -> list[DayWarning]:
    """Return what same-day turnovers lack."""
    return [
        DayWarning(
            _TURNOVER_KINDS[missing], turnover.day, _times(turnover), turnover.coming, turnover.place.id
        )
        for turnover in turnovers
        if turnover.same_day
        for missing in turnover.missing
        if missing in _TURNOVER_KINDS
    ]


def arrival_warnings(stays: Sequence[Reservation], day: Today) -> list[DayWarning]:
    """Return what the arrivals of a day and the next one lack."""
    warnings: list[DayWarning] = []
    orders, codes = set[str](), LockCodeUse(stays)
    for stay in stays:
        today = day(stay.property_id)
        if stay.status != "accepted" or not today <= stay.check_in_date <= today + DAY:
            continue
        if not has_lock_code(stay) and codes.expected(stay):
            warnings.append(_about("arrival_without_lock_code", stay))
        balance = balance_due(stay)
        # The balance is that of the whole order, so each of its stays carries the same one.
        if balance and stay.order_key not in orders:
            orders.add(stay.order_key)
            warnings.append(_about("balance_due", stay, money(balance.amount, balance.currency)))
    return warnings


def placing_warnings(stays: Sequence[Reservation], day: Today) -> list[DayWarning]:
    """Return the stays without a property and those that hold the same nights, from a day on."""
    ahead = [stay for stay in stays if stay.check_out_date > day(stay.property_id)]
    unallocated = [
        _about("unallocated_stay", stay)
        for stay in ahead
        if stay.status == "accepted" and not is_placed(stay)
    ]
    # Cut to the nights to come, so that an overlap that is over raises no warning.
    remaining = [
        stay.model_copy(update={"check_in_date": max(stay.check_in_date, day(stay.property_id))})
        for stay in ahead
    ]
    return [*unallocated, *map(_double_booking, overlaps(remaining))]


def request_warnings(waiting: Iterable[Reservation], now: datetime, day: Today) -> list[DayWarning]:
    """Return the requests that expire soon."""
    warnings: list[DayWarning] = []
    for request in waiting:
        until = expires(request)
        if until and now <= until <= now + _EXPIRES_SOON:
            detail = f"lapses in {(until - now).total_seconds() / 3600:.0f} h"
            home = request.property_id
            warnings.append(DayWarning("request_expiring", day(home), detail, request, home))
    return warnings


def channel_warnings(accounts: Iterable[ChannelAccount], day: date) -> list[DayWarning]:
    """Return the channel accounts that Hostex cannot use any more."""
    return [
        DayWarning(
            "channel_disconnected",
            day,
            f"{account.channel_type} {account.username or ''}: {account.auth_status}",
        )
        for account in accounts
        if account.auth_status in _NOT_AUTHORISED
    ]


def _about(kind: str, stay: Reservation, detail: str = "") -> DayWarning:
    return DayWarning(kind, stay.check_in_date, detail, stay, stay.property_id)


def _double_booking(overlap: Overlap) -> DayWarning:
    name = quoted(one_line(overlap.first.guest_name or "")) or "a guest without a name"
    plural, code = "" if overlap.nights == 1 else "s", overlap.first.stay_code
    detail = f"same {overlap.nights} night{plural} as {name}{f' ({code})' if code else ''}"
    detail += f"; {overlap.more} more are not listed" if overlap.more else ""
    return DayWarning(
        "overlapping_stays", overlap.first_night, detail, overlap.second, overlap.second.property_id
    )


def _times(turnover: Turnover) -> str:
    """Describe when one guest leaves and the next one arrives, and why cleaning tasks nearby do not count."""
    leaves = f"{turnover.out_time:%H:%M}" if turnover.out_time else "?"
    comes = f"{turnover.in_time:%H:%M}" if turnover.in_time else "?"
    tasks = [f"cleaning {other.task.id} {other.why}" for other in turnover.cleaning.uncounted]
    others = [f"{turnover.cleaning.more} more cleanings"] if turnover.cleaning.more else []
    return "; ".join([f"out {leaves}, in {comes}", *tasks, *others])
