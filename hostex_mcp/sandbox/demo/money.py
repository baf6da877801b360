"""Income and expenses: what orders brought in, what is still owed, cleaning, and the costs of every month."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from hostex_mcp.sandbox.demo.bookings import Booking
from hostex_mcp.sandbox.demo.builder import Builder
from hostex_mcp.sandbox.demo.charges import PAYOUT_DELAY_DAYS
from hostex_mcp.sandbox.demo.stays import Stay, orders_of
from hostex_mcp.sandbox.lookups import zulu
from hostex_mcp.sandbox.state import Row

ROOM_FEE, CLEANING, REFUND = 1, 0, 5
_STRIPE, _BANK_TRANSFER = 34, 12
_METHODS = {"airbnb": 182, "booking.com": 183, "vrbo": 184, "booking_site": _STRIPE, "hostex_direct": 181}
_CLEANING_DAYS = 30
_MONTHS = 12
_SYSTEM = "System"


def add_transactions(builder: Builder, stays: list[Stay]) -> None:
    """Add the entries of the last twelve months, oldest first."""
    rows = [row for order in orders_of(stays) for row in _of_order(builder, order[0])]
    rows += [_cleaning(builder, stay) for stay in stays if _was_cleaned(stay)]
    rows += list(_monthly(builder))
    rows.sort(key=lambda row: (row["created_at"], row["action_at"]))
    numbered = [{"id": builder.number("transaction")} | row for row in rows]
    builder.account.transactions = {row["id"]: row for row in numbered}


def _of_order(builder: Builder, stay: Stay) -> Iterator[Row]:
    payment, due = stay.row["payment"], _due_day(stay.booking)
    if payment["received_amount"]:
        yield _income(builder, stay, payment["received_amount"], _paid_at(builder, stay))
    if stay.booking.status == "accepted" and payment["balance_amount"] and _is_claimed(stay.booking):
        due_at = builder.local(max(due, 1), time(9))
        yield _income(builder, stay, payment["balance_amount"], due_at) | {
            "note": f"Due from {stay.guest.name}"
        }
    if stay.booking.key == "refunded":
        deposit = round(payment["total_amount"] * 0.3, 2)
        yield _income(builder, stay, deposit, stay.booked_at)
        yield _refund(builder, stay, deposit)


def _due_day(booking: Booking) -> int:
    """Return the day of payment: a week after a Booking.com stay, elsewhere the day after arrival."""
    return booking.end + PAYOUT_DELAY_DAYS if booking.channel == "booking.com" else booking.start + 1


def _is_claimed(booking: Booking) -> bool:
    """Whether an unpaid amount is on the books: once the guest has come, for direct bookings at once."""
    return booking.start < 0 or booking.channel == "hostex_direct"


def _paid_at(builder: Builder, stay: Stay) -> datetime:
    if stay.booking.channel in ("hostex_direct", "booking_site") or _due_day(stay.booking) > 0:
        return stay.booked_at
    return builder.past(_due_day(stay.booking), builder.daytime())


def _income(builder: Builder, stay: Stay, amount: float, when: datetime) -> Row:
    note = f"Payout {stay.row['channel_id']}" if stay.booking.channel != "hostex_direct" else stay.guest.name
    method = _METHODS[stay.booking.channel]
    row = _entry(builder, "income", amount, when, (ROOM_FEE, method))
    return row | _order_link(stay) | {"note": note}


def _refund(builder: Builder, stay: Stay, amount: float) -> Row:
    when = builder.past(-stay.booking.wishes["cancelled_days_ago"], time(11))
    row = _entry(builder, "expense", amount, when, (REFUND, _BANK_TRANSFER))
    return row | _order_link(stay) | {"note": f"Refund {stay.row['channel_id']}"}


def _order_link(stay: Stay) -> Row:
    return {
        "currency": stay.row["payment"]["currency"],
        "link_type": "reservation",
        "property_id": stay.row["property_id"] or None,
        "property_title": stay.place["title"] if stay.row["property_id"] else None,
        "reservation_code": stay.row["reservation_code"],
        "stay_code": stay.row["reservation_code"],
    }


def _was_cleaned(stay: Stay) -> bool:
    return stay.booking.status == "accepted" and -_CLEANING_DAYS <= stay.booking.end < 0


def _cleaning(builder: Builder, stay: Stay) -> Row:
    fee = builder.account.properties[stay.place["id"]]["_cleaning_fee"]
    when = builder.past(stay.booking.end, time(13))
    row = _entry(builder, "expense", fee, when, (CLEANING, _BANK_TRANSFER))
    return row | _property_link(builder, stay.place["id"]) | {"note": f"Cleaning after {stay.guest.name}"}


def _monthly(builder: Builder) -> Iterator[Row]:
    for cost in builder.plan["monthly"]:
        for month in range(_MONTHS):
            when = builder.past(-3 - 30 * month, time(8))
            row = _entry(builder, "expense", cost["amount"], when, (cost["item"], cost["method"]))
            yield row | _property_link(builder, cost.get("property_id")) | {"note": cost["note"]}


def _property_link(builder: Builder, property_id: int | None) -> Row:
    place: Row = builder.account.properties.get(property_id or 0, {})
    return {
        "currency": builder.currency_of(property_id),
        "link_type": "property" if place else "operator",
        "property_id": property_id,
        "property_title": place.get("title"),
        "reservation_code": None,
        "stay_code": None,
    }


def _entry(builder: Builder, direction: str, amount: float, when: datetime, kind: tuple[int, int]) -> Row:
    """Return what all entries have; one dated in the future is outstanding."""
    item_id, method_id = kind
    account, written = builder.account, zulu(min(when, builder.ago(minutes=15)))
    income = direction == "income"
    items = account.income_items if income else account.expense_items
    methods = account.income_methods if income else account.expense_methods
    return {
        "direction": direction,
        "amount": amount,
        "status": "paid" if when <= builder.now else "outstanding",
        "action_at": zulu(when),
        "item_id": item_id,
        "item_name": _name(items, item_id),
        "payment_method_id": method_id,
        "payment_method_name": _name(methods, method_id),
        "operator_name": _SYSTEM if income else account.email.partition("@")[0],
        "created_at": written,
        "updated_at": written,
    }


def _name(entries: list[dict[str, Any]], entry_id: int) -> str:
    return next(entry["name"] for entry in entries if entry["id"] == entry_id)
