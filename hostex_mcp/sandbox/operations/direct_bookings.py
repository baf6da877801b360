"""Creating and cancelling direct bookings."""

import secrets
import string
from datetime import date, timedelta

from hostex_mcp.sandbox.calendar import closed_days, nights, reopen_to_master
from hostex_mcp.sandbox.envelope import bad_request, broken_rule
from hostex_mcp.sandbox.fields import day, integer, number, text
from hostex_mcp.sandbox.lookups import days_between, iso, named, require_known, stays_of, zulu
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.orders import settle_order, stay_rates
from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.sandbox.vocabulary import CURRENCY_PATTERN, EMAIL_PATTERN

DIRECT = "hostex_direct"
CODE_LETTERS = string.ascii_uppercase + string.digits


@operation(
    "POST /reservations",
    body=(
        integer("property_id", required=True),
        integer("custom_channel_id", required=True),
        day("check_in_date", required=True),
        day("check_out_date", required=True),
        text("guest_name", required=True),
        text("currency", required=True, pattern=CURRENCY_PATTERN),
        *(
            # Whole amounts by the description; answers carry decimals. Inferred: numbers are taken.
            number(name, required=True, minimum=0)
            for name in ("rate_amount", "commission_amount", "received_amount")
        ),
        integer("income_method_id", required=True),
        integer("number_of_guests", minimum=1),
        text("email", pattern=EMAIL_PATTERN),
        text("mobile"),
        text("remarks"),
        text("channel_id", max_length=32, pattern=r"[A-Za-z0-9]+"),
    ),
)
def create_reservation(call: SandboxCall) -> Row:
    """Book a property directly. A repeated `channel_id` returns the first booking, even a cancelled one."""
    account, body = call.account, call.body
    earlier = _by_reference(account, body["channel_id"]) if "channel_id" in body else None
    if earlier is None:
        _check_references(account, body)
        require_free(account, body["property_id"], body["check_in_date"], body["check_out_date"])
        earlier = _book(call, body.get("channel_id") or _new_reference(account))
    return {"reservation": {"reservation_code": earlier["reservation_code"], "status": earlier["status"]}}


@operation("DELETE /reservations/{reservation_code}")
def cancel_reservation(call: SandboxCall) -> None:
    """Cancel a direct booking. Inferred: 400 for channel bookings and for what is cancelled already."""
    stays = stays_of(call.account, call.path["reservation_code"])
    if stays[0]["channel_type"] != DIRECT:
        raise bad_request("Only direct bookings can be cancelled.")
    if stays[0]["status"] == "cancelled":
        raise bad_request("The reservation has already been cancelled.")
    for stay in stays:
        stay |= {"status": "cancelled", "cancelled_at": iso(call.now)}
        reopen_to_master(call.account, stay["property_id"], nights(stay))


def require_free(
    account: SandboxAccount, property_id: int, check_in: date, check_out: date, *, leave_out: str = ""
) -> None:
    """Refuse dates that are no stay, or nights that are taken or blocked. Inferred: 422, and its wording."""
    if check_out <= check_in:
        raise broken_rule("The check out date must be a date after check in date.")
    nights = days_between(check_in, check_out - timedelta(days=1))
    if not closed_days(account, property_id, leave_out=leave_out).isdisjoint(nights):
        raise broken_rule("The property is not available for the selected dates.")


def _check_references(account: SandboxAccount, body: Row) -> None:
    require_known([body["property_id"]], account.properties, "property id")
    channels = [channel["id"] for channel in account.custom_channels]
    require_known([body["custom_channel_id"]], channels, "custom channel id")
    methods = [method["id"] for method in account.income_methods]
    require_known([body["income_method_id"]], methods, "income method id")


def _by_reference(account: SandboxAccount, channel_id: str) -> Row | None:
    direct = (stay for stay in account.stays.values() if stay["channel_type"] == DIRECT)
    return next((stay for stay in direct if stay["channel_id"] == channel_id), None)


def _new_reference(account: SandboxAccount) -> str:
    reference = "".join(secrets.choice(CODE_LETTERS) for _ in range(9))
    return reference if _by_reference(account, reference) is None else _new_reference(account)


def _book(call: SandboxCall, reference: str) -> Row:
    body, account = call.body, call.account
    stay = _new_stay(call, reference)
    account.stays[stay["stay_code"]] = stay
    settle_order([stay], body["received_amount"])
    reopen_to_master(account, stay["property_id"], nights(stay))
    if body["received_amount"]:
        _record_income(call, stay)
    return stay


def _new_stay(call: SandboxCall, reference: str) -> Row:
    body, code, now = call.body, f"5-{reference}", iso(call.now)
    guests = body.get("number_of_guests", 1)
    channel_id = body["custom_channel_id"]
    return {
        "reservation_code": code,
        "stay_code": code,
        "channel_id": reference,
        "property_id": body["property_id"],
        "channel_type": DIRECT,
        "listing_id": str(body["property_id"]),
        "check_in_date": str(body["check_in_date"]),
        "check_out_date": str(body["check_out_date"]),
        "number_of_guests": guests,
        "number_of_adults": guests,
        "number_of_children": 0,
        "number_of_infants": 0,
        "number_of_pets": 0,
        "status": "accepted",
        "stay_status": "checkin_pending",
        "guest_name": body["guest_name"],
        "guest_phone": body.get("mobile", ""),
        "guest_email": body.get("email", ""),
        "cancelled_at": None,
        "booked_at": now,
        "created_at": now,
        "creator": call.account.email,
        "rates": stay_rates(body["currency"], body["rate_amount"], body["commission_amount"]),
        "check_in_details": _empty_check_in_details(code),
        "remarks": body.get("remarks", ""),
        "channel_remarks": "",
        "conversation_id": None,
        "tags": [],
        "custom_channel": {"id": channel_id, "name": named(call.account.custom_channels, channel_id)},
        "guests": [_booker(call)],
        "custom_fields": None,
        "in_reservation_box": False,
        "additional_fees": [],
        "checkin_guide_images": [],
        "channel_details": None,
    }


def _empty_check_in_details(code: str) -> Row:
    return {
        "arrival_at": None,
        "departure_at": None,
        "lock_code": None,
        "lock_code_visible_after": "",
        "deposit": None,
        "id_required": "not_required",
        "check_in_guide_url": f"https://guide.example.invalid/g/{code}",
    }


def _booker(call: SandboxCall) -> Row:
    return {
        "id": call.account.new_id(),
        "name": call.body["guest_name"],
        "phone": call.body.get("mobile"),
        "email": call.body.get("email"),
        "id_type": None,
        "id_number": None,
        "gender": None,
        "country": None,
        "is_booker": True,
        "id_images": [],
    }


def _record_income(call: SandboxCall, stay: Row) -> None:
    """Record what was received. Inferred: Hostex books it under the first income item."""
    account, now = call.account, zulu(call.now)
    transaction_id = account.new_id()
    account.transactions[transaction_id] = {
        "id": transaction_id,
        "direction": "income",
        "amount": call.body["received_amount"],
        "currency": call.body["currency"],
        "status": "paid",
        "action_at": now,
        "item_id": account.income_items[0]["id"] if account.income_items else None,
        "payment_method_id": call.body["income_method_id"],
        "note": "",
        "operator_name": "System",
        "link_type": "reservation",
        "property_id": stay["property_id"],
        "reservation_code": stay["reservation_code"],
        "created_at": now,
        "updated_at": now,
    }
