"""What a careful colleague would say before a booking or a stay is changed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hostex_mcp.api.endpoints.models import Money
from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.money import currencies
from hostex_mcp.domain.stays import holder
from hostex_mcp.domain.wording import day_text, money, quoted
from hostex_mcp.reads.taken_nights import Taken

DIRECT = "hostex_direct"

_DATES_AND_MONEY = ("check_in_date", "check_out_date", "currency", "rate_amount", "commission_amount")
_NOT_REFUNDED = "{} was received for it; cancelling pays nothing back and leaves the income on record."
_IN_HOUSE = "The guest is in house."


def booking_warnings(
    body: Mapping[str, Any], place: Property, way: Taken, earlier: Reservation | None, today: date
) -> list[str]:
    """Before a direct booking is made. `earlier` is a booking with the same reference."""
    if earlier:
        known = f"The reference {body['channel_id']} belongs to an earlier booking: {holder(earlier)}."
        return [f"{known} No second one is made, whatever else is given here."]
    found = [*way.warnings(), *_currency(body["currency"], place), *_sums(body)]
    if body["check_in_date"] < today:
        found.append(f"Check-in on {day_text(body['check_in_date'])} is in the past.")
    return found


def _sums(body: Mapping[str, Any]) -> list[str]:
    """What is odd about the amounts of a booking."""
    rate, commission, received = (body[f"{name}_amount"] for name in ("rate", "commission", "received"))
    found: list[str] = []
    if rate == 0:
        found.append("The rate is zero, so this stay would be free.")
    if received > rate:
        found.append(f"{money(received, body['currency'])} received is more than the rate of {money(rate)}.")
    if commission > rate:
        found.append(f"The commission of {money(commission)} is more than the rate of {money(rate)}.")
    if received:
        found.append("What was received stays on record as income, even if the booking is cancelled later.")
    return found


def cancelling_warnings(stays: Sequence[Reservation]) -> list[str]:
    """Before a direct booking is cancelled."""
    payment = stays[0].payment
    found = ["A cancelled booking cannot be revived; its nights open for sale again on all channels."]
    if payment and payment.received_amount:
        found.append(_NOT_REFUNDED.format(money(payment.received_amount, payment.currency)))
    if any(one.stay_status == "in_house" for one in stays):
        found.append(_IN_HOUSE)
    return [*found, *_several(stays, "are cancelled")]


def approving_warnings(stays: Sequence[Reservation], ways: Sequence[Taken]) -> list[str]:
    """Before a booking request is accepted."""
    binding = "Accepting makes the booking binding for guest and host; it cannot be taken back here."
    found = [one for way in ways for one in way.warnings()]
    return [*found, binding, *_several(stays, "are accepted")]


def declining_warnings(stays: Sequence[Reservation]) -> list[str]:
    """Before a booking request is declined."""
    final = "It cannot be taken back, and the guest gets no reason."
    channel = channel_name(stays[0].channel_type)
    rate = f"A declined request may count against the host's acceptance rate on {channel}."
    return [final, rate, *_several(stays, "are declined")]


def change_warnings(stay: Reservation, changes: Mapping[str, Any], today: date) -> list[str]:
    """Before guest, dates, amounts or remarks of a stay change."""
    found: list[str] = []
    if stay.channel_type != DIRECT and any(name in changes for name in _DATES_AND_MONEY):
        channel = channel_name(stay.channel_type)
        found.append(f"This is a booking of {channel}: whether {channel} learns of it is not known.")
    found += _over(stay)
    if (day := changes.get("check_in_date")) and day < today:
        found.append(f"Check-in on {day_text(day)} is in the past.")
    if stay.stay_code != stay.reservation_code:
        found.append(f"Only this stay changes; order {stay.reservation_code} has others.")
    return [*found, *_amounts(stay, changes)]


def guide_warnings(stay: Reservation, changes: Mapping[str, Any]) -> list[str]:
    """Before the check-in details of a stay change."""
    found = ["The guest sees this in the check-in guide."]
    if "lock_code" in changes:
        found.append("No lock is programmed: the code is only text in the guide.")
    return [*found, *_over(stay)]


def boxing_warnings(stay: Reservation) -> list[str]:
    """Before a stay leaves its property."""
    found = ["Its nights open for sale again on all channels, though the booking goes on."]
    return [*found, *_over(stay), *([_IN_HOUSE] if stay.stay_status == "in_house" else [])]


def allocation_warnings(stay: Reservation, way: Taken) -> list[str]:
    """Before a stay is put on a property."""
    ousted = [f"Would lose the property and go to the reservation box: {holder(one)}." for one in way.stays]
    blocks = Taken((), way.blocks).warnings()
    final = ["No single call brings this back."] if ousted else []
    house = [_IN_HOUSE] if stay.stay_status == "in_house" else []
    return [*ousted, *blocks, *final, *_over(stay), *house]


def _over(stay: Reservation) -> list[str]:
    """A warning where a stay does not take place."""
    return [f"The stay is {stay.status}."] if stay.status in ("cancelled", "denied", "timeout") else []


def _amounts(stay: Reservation, changes: Mapping[str, Any]) -> list[str]:
    """What is odd about new amounts of a stay."""
    rate, fee = (stay.rates.rate, stay.rates.commission) if stay.rates else (None, None)
    old = (rate.currency if rate else None) or ""
    found: list[str] = []
    if old and changes.get("currency", old) != old:
        found.append(
            f"The currency changes from {old} to {changes['currency']}; other amounts keep their numbers."
        )
    if not {"rate_amount", "commission_amount"} & changes.keys():
        return found
    now = changes.get("rate_amount", _amount(rate))
    commission = changes.get("commission_amount", _amount(fee))
    if commission > now:
        found.append(f"The commission of {money(commission)} is more than the rate of {money(now)}.")
    received = (stay.payment and stay.payment.received_amount) or 0
    if stay.stay_code == stay.reservation_code and received > now:
        found.append(f"{money(received, old)} was received already, more than the rate of {money(now)}.")
    return found


def _amount(sum: Money | None) -> float:
    return (sum and sum.amount) or 0


def _currency(currency: str, place: Property) -> list[str]:
    sold = currencies([place])
    if not sold or currency in sold:
        return []
    title = quoted(one_line(place.title))
    return [f"{title} is sold in {' and '.join(sold)}, this booking is in {currency}."]


def _several(stays: Sequence[Reservation], what: str) -> list[str]:
    codes = ", ".join(one.stay_code for one in stays)
    return [f"All {len(stays)} stays of the order {what}: {codes}."] if len(stays) > 1 else []
