"""Stays and orders in the previews and results of writes."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.stays import guest, guest_in_words
from hostex_mcp.domain.wording import money, period, quoted
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import JsonObject, lean


class StayView(TypedDict, total=False):
    """The stay that a write was about. `property_id` is 0 while it is not allocated."""

    stay_code: str
    guest_name: str | None
    property_id: int
    property_title: str
    check_in_date: str
    check_out_date: str


class OrderView(TypedDict, total=False):
    """The order that a write was about, its status afterwards, and its stays."""

    reservation_code: str
    channel_type: str
    guest_name: str | None
    status: str
    stays: list[StayView]


def stay_view(context: Context, stay: Reservation, titles: Mapping[int, str]) -> StayView:
    """Return a stay as the result of a write names it. `titles` are those of properties by their ids."""
    visible = context.redactor().redact(stay)
    return StayView(
        stay_code=stay.stay_code,
        guest_name=visible.guest_name,
        property_id=stay.property_id,
        property_title=titles.get(stay.property_id, f"property {stay.property_id}"),
        check_in_date=stay.check_in_date.isoformat(),
        check_out_date=stay.check_out_date.isoformat(),
    )


def order_view(
    context: Context, stays: list[Reservation], status: str, titles: Mapping[int, str]
) -> OrderView:
    """Return an order as the result of a write names it, with the titles of properties by their ids."""
    first = context.redactor().redact(stays[0])
    return OrderView(
        reservation_code=first.reservation_code,
        channel_type=first.channel_type,
        guest_name=first.guest_name,
        status=status,
        stays=[stay_view(context, stay, titles) for stay in stays],
    )


def in_words(stay: Reservation, title: str) -> str:
    """Return a stay in the summary of a preview."""
    dates = period(stay.check_in_date, stay.check_out_date)
    return f"{guest_in_words(stay.guest_name)}, {quoted(title)}, {dates}"


def stay_target(stay: Reservation, title: str) -> JsonObject:
    """Return the stay that a write is about."""
    return lean(
        {
            "guest_name": guest(stay),
            "property_title": title,
            "dates": period(stay.check_in_date, stay.check_out_date),
            "nights": (stay.check_out_date - stay.check_in_date).days,
            "number_of_guests": stay.number_of_guests,
            "channel_type": stay.channel_type,
            "status": stay.status,
            "stay_status": stay.stay_status,
            "stay_code": stay.stay_code,
            "reservation_code": stay.reservation_code,
        }
    )


def order_target(stays: Sequence[Reservation], titles: Mapping[int, str]) -> JsonObject:
    """Return the order that a write is about, with the money of all its stays."""
    first = stays[0]
    payment = first.payment
    row: dict[str, Any] = {
        "reservation_code": first.reservation_code,
        "guest_name": guest(first),
        "channel_type": first.channel_type,
        "status": first.status,
        "number_of_guests": sum(stay.number_of_guests or 0 for stay in stays) or None,
        "stays": [_unit(stay, titles[stay.property_id]) for stay in stays],
    }
    if payment and payment.total_amount is not None:
        row["total"] = money(payment.total_amount, payment.currency)
    if payment and payment.received_amount:
        row["received"] = money(payment.received_amount, payment.currency)
    return lean(row)


def _unit(stay: Reservation, title: str) -> str:
    """Return a stay of an order, in a list of them."""
    return f"{quoted(title)}, {period(stay.check_in_date, stay.check_out_date)} ({stay.stay_code})"


def order_in_words(stays: Sequence[Reservation], titles: Mapping[int, str]) -> str:
    """Return an order in the summary of a preview."""
    more = f" and {len(stays) - 1} more" if len(stays) > 1 else ""
    return in_words(stays[0], titles[stays[0].property_id]) + more
