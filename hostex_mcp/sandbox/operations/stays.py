"""Changes to one stay: guest, dates, amounts, check-in details, custom fields, status."""

from datetime import date
from typing import Any

from hostex_mcp.sandbox.calendar import nights, reopen_to_master
from hostex_mcp.sandbox.envelope import broken_rule
from hostex_mcp.sandbox.fields import day, integer, mapping, number, record, text
from hostex_mcp.sandbox.lookups import find_stay, named, require_known, stays_of
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.operations.direct_bookings import require_free
from hostex_mcp.sandbox.orders import settle_order, stay_rates
from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.sandbox.vocabulary import CURRENCY_PATTERN, EMAIL_PATTERN, ID_REQUIREMENTS, STAY_STATUSES

AMOUNT_MAX = 999999
# Body key -> key of the stay.
PLAIN_CHANGES = {
    "remarks": "remarks",
    "creator": "creator",
    "guest_name": "guest_name",
    "mobile": "guest_phone",
    "email": "guest_email",
}


@operation(
    "PATCH /reservations/{stay_code}",
    body=(
        text("remarks", max_length=500),
        text("creator", max_length=50),
        integer("custom_channel_id"),
        day("check_in_date"),
        day("check_out_date"),
        integer("number_of_guests", minimum=1, maximum=99),
        text("guest_name", max_length=100),
        text("mobile", max_length=50),
        text("email", pattern=EMAIL_PATTERN),
        text("currency", pattern=CURRENCY_PATTERN),
        number("rate_amount", minimum=0, maximum=AMOUNT_MAX),
        number("commission_amount", minimum=0, maximum=AMOUNT_MAX),
    ),
)
def update_reservation(call: SandboxCall) -> None:
    """Change one stay. Inferred: channel bookings take every change, dates that are not free are refused."""
    account, body = call.account, call.body
    stay = find_stay(account, call.path["stay_code"])
    channels = account.custom_channels
    if "custom_channel_id" in body:
        require_known(
            [body["custom_channel_id"]], [channel["id"] for channel in channels], "custom channel id"
        )
    order = stays_of(account, stay["reservation_code"])
    if len(order) > 1 and body.get("currency", _currency(stay)) != _currency(stay):
        raise broken_rule("The currency must match the other stays of the reservation.")
    _move_dates(account, stay, body)
    _reprice(stay, order, body)
    stay |= {key: body[name] for name, key in PLAIN_CHANGES.items() if name in body}
    if "custom_channel_id" in body:
        channel_id = body["custom_channel_id"]
        stay["custom_channel"] = {"id": channel_id, "name": named(channels, channel_id)}
    if "number_of_guests" in body:
        stay |= {"number_of_guests": body["number_of_guests"], "number_of_adults": body["number_of_guests"]}


_TIME_OF_DAY = (
    integer("hour", required=True, minimum=0, maximum=23),
    integer("minute", required=True, minimum=0, maximum=59),
)


@operation(
    "PATCH /reservations/{stay_code}/check_in_details",
    body=(
        text("lock_code", nullable=True),
        text("lock_code_visible_after", nullable=True, pattern=r"([01]\d|2[0-3]):[0-5]\d"),
        record("arrival_at", *_TIME_OF_DAY, nullable=True),
        record("departure_at", *_TIME_OF_DAY, nullable=True),
        integer("deposit", minimum=0),
        text("id_required", enum=ID_REQUIREMENTS),
    ),
)
def update_check_in_details(call: SandboxCall) -> None:
    """Set what the guest is told about arriving."""
    stay, changes = find_stay(call.account, call.path["stay_code"]), dict(call.body)
    # Hostex shows a time that was taken away as empty text, unlike the other fields.
    if changes.get("lock_code_visible_after", "") is None:
        changes["lock_code_visible_after"] = ""
    stay["check_in_details"] = stay["check_in_details"] | changes


@operation("GET /reservations/{stay_code}/custom_fields")
def query_custom_fields(call: SandboxCall) -> Row:
    """Return a stay's free fields."""
    return {"custom_fields": find_stay(call.account, call.path["stay_code"])["custom_fields"]}


@operation(
    "PATCH /reservations/{stay_code}/custom_fields",
    body=(mapping("custom_fields", text("value", nullable=True)),),
)
def update_custom_fields(call: SandboxCall) -> Row:
    """Merge free fields; null takes one away."""
    stay = find_stay(call.account, call.path["stay_code"])
    merged: dict[str, Any] = (stay["custom_fields"] or {}) | call.body.get("custom_fields", {})
    stay["custom_fields"] = {key: value for key, value in merged.items() if value is not None} or None
    return {"custom_fields": stay["custom_fields"]}


@operation(
    "PUT /reservations/{stay_code}/stay_status",
    body=(text("stay_status", required=True, enum=STAY_STATUSES),),
)
def update_stay_status(call: SandboxCall) -> None:
    """Mark a stay as awaited, in house or over."""
    find_stay(call.account, call.path["stay_code"])["stay_status"] = call.body["stay_status"]


def _move_dates(account: SandboxAccount, stay: Row, body: Row) -> None:
    if "check_in_date" not in body and "check_out_date" not in body:
        return
    check_in = body.get("check_in_date") or date.fromisoformat(stay["check_in_date"])
    check_out = body.get("check_out_date") or date.fromisoformat(stay["check_out_date"])
    before = nights(stay)
    require_free(account, stay["property_id"], check_in, check_out, leave_out=stay["stay_code"])
    stay |= {"check_in_date": str(check_in), "check_out_date": str(check_out)}
    reopen_to_master(account, stay["property_id"], before + nights(stay))


def _currency(stay: Row) -> str:
    return str(stay["rates"]["rate"]["currency"])


def _reprice(stay: Row, order: list[Row], body: Row) -> None:
    """Change a stay's amounts and the order's. Inferred: the rate lines become those of a direct booking."""
    if not {"currency", "rate_amount", "commission_amount"} & body.keys():
        return
    rates = stay["rates"]
    currency = body.get("currency", _currency(stay))
    rate = body.get("rate_amount", rates["rate"]["amount"])
    commission = body.get("commission_amount", rates["commission"]["amount"])
    stay["rates"] = stay_rates(currency, rate, commission) | {"tax": rates["tax"]}
    settle_order(order, stay["payment"]["received_amount"])
