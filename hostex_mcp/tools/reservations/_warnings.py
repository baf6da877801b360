"""Warnings of what speaks against a change of a booking or a stay."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hostex_mcp.api.endpoints.models import Money
from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.api.endpoints.reservations import Reservation, ReservationRates
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.money import currencies
from hostex_mcp.domain.stays import holder
from hostex_mcp.domain.wording import day_text, money, quoted
from hostex_mcp.reads.taken_nights import Taken

DIRECT = "hostex_direct"

_DATES_AND_MONEY = ("check_in_date", "check_out_date", "currency", "rate_amount", "commission_amount")
_NOT_REFUNDED = "{} was received for it; cancelling refunds nothing and leaves the income on record."
_COMMISSION = "The commission of {} is more than the rate of {}."
_IN_HOUSE = "The guest is in house."
_PARTS = "The rate has parts ({}), which Hostex may join; an undo restores the sums, not the parts."
_USUAL_PARTS = {"ACCOMMODATION", "HOST_SERVICE_FEE"}


def booking_warnings(
    body: Mapping[str, Any], place: Property, obstacles: Taken, earlier: Reservation | None, today: date
) -> list[str]:
    """Warn before a direct booking is made. `earlier` is a booking with the same reference."""
    if earlier:
        owner = f"The reference {body['channel_id']} belongs to an earlier booking: {holder(earlier)}."
        return [f"{owner} No second booking is made, whatever else is given here."]
    return [
        *obstacles.warnings(),
        *_other_currency(body["currency"], place),
        *_odd_sums(body),
        *_past(body["check_in_date"], today),
    ]


def _odd_sums(body: Mapping[str, Any]) -> list[str]:
    rate, commission, received = (body[f"{name}_amount"] for name in ("rate", "commission", "received"))
    sums = {
        name: money(body[f"{name}_amount"], body["currency"]) for name in ("rate", "commission", "received")
    }
    warnings: list[str] = []
    if rate == 0:
        warnings.append("The rate is zero, so this stay would be free.")
    if received > rate:
        warnings.append(f"{sums['received']} received is more than the rate of {sums['rate']}.")
    if commission > rate:
        warnings.append(_COMMISSION.format(sums["commission"], sums["rate"]))
    if received:
        warnings.append("The amount received stays on record as income, even if the booking is cancelled.")
    return warnings


def cancelling_warnings(stays: Sequence[Reservation]) -> list[str]:
    """Warn before a direct booking is cancelled."""
    payment = stays[0].payment
    warnings = ["A cancelled booking cannot be revived; its nights open for sale again on all channels."]
    if payment and payment.received_amount:
        warnings.append(_NOT_REFUNDED.format(money(payment.received_amount, payment.currency)))
    if any(stay.stay_status == "in_house" for stay in stays):
        warnings.append(_IN_HOUSE)
    return [*warnings, *_several(stays, "are cancelled")]


def approving_warnings(stays: Sequence[Reservation], obstacles: Sequence[Taken]) -> list[str]:
    """Warn before a booking request is accepted."""
    binding = "Accepting makes the booking binding for guest and host; it cannot be taken back here."
    nights = [warning for obstacle in obstacles for warning in obstacle.warnings()]
    return [*nights, binding, *_several(stays, "are accepted")]


def declining_warnings(stays: Sequence[Reservation]) -> list[str]:
    """Warn before a booking request is declined."""
    final = "It cannot be taken back, and the guest is given no reason."
    channel = channel_name(stays[0].channel_type)
    rate = f"A declined request may count against the host's acceptance rate on {channel}."
    return [final, rate, *_several(stays, "are declined")]


def change_warnings(stay: Reservation, changes: Mapping[str, Any], today: date) -> list[str]:
    """Warn before guest, dates, amounts or remarks of a stay change."""
    warnings: list[str] = []
    if stay.channel_type != DIRECT and any(name in changes for name in _DATES_AND_MONEY):
        channel = channel_name(stay.channel_type)
        warnings.append(f"This is a booking of {channel}; Hostex does not say whether {channel} is told.")
    warnings += [*_inactive(stay), *_past(changes.get("check_in_date"), today)]
    if stay.stay_code != stay.reservation_code:
        warnings.append(f"Only this stay changes; reservation {stay.reservation_code} has others.")
    return [*warnings, *_odd_changes(stay, changes)]


def guide_warnings(stay: Reservation, changes: Mapping[str, Any]) -> list[str]:
    """Warn before the check-in details of a stay change."""
    lock = ["No lock is programmed: the code is only text in the guide."] if "lock_code" in changes else []
    return ["The guest sees this in the check-in guide.", *lock, *_inactive(stay)]


def boxing_warnings(stay: Reservation) -> list[str]:
    """Warn before a stay leaves its property."""
    return [
        "Its nights open for sale again on all channels, although the booking stands.",
        *_inactive(stay),
        *_in_house(stay),
    ]


def allocation_warnings(stay: Reservation, obstacles: Taken) -> list[str]:
    """Warn before a stay is put on a property."""
    ousted = [f"Would lose the property and go to the reservation box: {holder(s)}." for s in obstacles.stays]
    blocks = Taken((), obstacles.blocks).warnings()
    final = ["No single call brings this back."] if ousted else []
    return [*ousted, *blocks, *final, *_inactive(stay), *_in_house(stay)]


def _past(check_in: date | None, today: date) -> list[str]:
    return [f"Check-in on {day_text(check_in)} is in the past."] if check_in and check_in < today else []


def _inactive(stay: Reservation) -> list[str]:
    return [f"The stay is {stay.status}."] if stay.status in ("cancelled", "denied", "timeout") else []


def _in_house(stay: Reservation) -> list[str]:
    return [_IN_HOUSE] if stay.stay_status == "in_house" else []


def _odd_changes(stay: Reservation, changes: Mapping[str, Any]) -> list[str]:
    """Warn of odd new amounts of a stay."""
    rates = stay.rates or ReservationRates()
    old = (rates.rate and rates.rate.currency) or ""
    currency = changes.get("currency", old)
    warnings: list[str] = []
    if old and currency != old:
        warnings.append(f"The currency changes from {old} to {currency}; other amounts keep their numbers.")
    if not {"rate_amount", "commission_amount"} & changes.keys():
        return warnings
    rate = changes.get("rate_amount", _amount(rates.rate))
    commission = changes.get("commission_amount", _amount(rates.commission))
    if commission > rate:
        warnings.append(_COMMISSION.format(money(commission, currency), money(rate, currency)))
    # The payment is the whole order's, so it says nothing of one stay among several.
    received = (stay.payment and stay.payment.received_amount) or 0
    if stay.stay_code == stay.reservation_code and received > rate:
        paid = f"{money(received, old)} was received already"
        warnings.append(f"{paid}, more than the rate of {money(rate, currency)}.")
    return [*warnings, *_parts(rates)]


def _parts(rates: ReservationRates) -> list[str]:
    """Warn that a rate of several parts may lose them. Inferred: Hostex takes their sum only."""
    kinds = dict.fromkeys(part.type for part in rates.details if part.type)
    if kinds.keys() <= _USUAL_PARTS:
        return []
    return [_PARTS.format(one_line(", ".join(kind.lower().replace("_", " ") for kind in kinds)))]


def _amount(sum: Money | None) -> float:
    return (sum and sum.amount) or 0


def _other_currency(currency: str, place: Property) -> list[str]:
    sold = currencies([place])
    if not sold or currency in sold:
        return []
    title = quoted(one_line(place.title))
    return [f"{title} is sold in {' and '.join(sold)}, this booking is in {currency}."]


def _several(stays: Sequence[Reservation], verb: str) -> list[str]:
    codes = ", ".join(stay.stay_code for stay in stays)
    return [f"All {len(stays)} stays of the reservation {verb}: {codes}."] if len(stays) > 1 else []
