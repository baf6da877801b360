"""Income and expenses."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from hostex_mcp.sandbox.envelope import bad_request, broken_rule, not_found
from hostex_mcp.sandbox.fields import day, integer, moment, number, paging, text
from hostex_mcp.sandbox.lookups import find, named, require_known, require_order, reservation_code_of, zulu
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.orders import add_received
from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.sandbox.vocabulary import CURRENCY_PATTERN, DIRECTIONS

SPAN_DAYS = 366
_EXACT = ("id", "direction", "item_id", "payment_method_id", "currency")
_CHANGEABLE = (moment("action_at"), text("note", max_length=500))


@operation(
    "GET /transactions",
    query=(
        *paging(),
        integer("id"),
        day("start_date"),
        day("end_date"),
        integer("property_id"),
        text("reservation_code"),
        text("stay_code"),
        text("direction", enum=DIRECTIONS),
        integer("item_id"),
        integer("payment_method_id"),
        text("currency"),
        text("keyword"),
    ),
)
def query_transactions(call: SandboxCall) -> Row:
    """List entries; dates are days of the operator and are needed unless an id is given."""
    account, query = call.account, call.query
    start, end = _window(query)
    code = _booking_code(query)
    wanted_code = reservation_code_of(account, code) if code else None
    rows = [
        _with_names(account, row)
        for row in account.transactions.values()
        if all(query.get(key) in (None, row[key]) for key in _EXACT)
        and start <= _local_day(row, call.zone) <= end
        and (code is None or (wanted_code is not None and row["reservation_code"] == wanted_code))
        and query.get("keyword", "").lower() in row["note"].lower()
    ]
    return call.page(
        "transactions", (row for row in rows if _concerns(account, row, query.get("property_id")))
    )


@operation(
    "POST /transactions",
    body=(
        text("direction", required=True, enum=DIRECTIONS),
        number("amount", required=True),
        integer("item_id", required=True),
        integer("payment_method_id", required=True),
        text("currency", pattern=CURRENCY_PATTERN),
        text("reservation_code"),
        integer("property_id"),
        text("stay_code"),
        *_CHANGEABLE,
    ),
)
def create_transaction(call: SandboxCall) -> Row:
    """Record an entry. Inferred: 422 for unknown dictionary ids and for a currency not of the booking."""
    account, body = call.account, call.body
    _check_entry(account, body["direction"], body)
    link = _link(account, body)
    transaction_id, now = account.new_id(), zulu(call.now)
    row = {
        "id": transaction_id,
        "direction": body["direction"],
        "amount": body["amount"],
        "item_id": body["item_id"],
        "payment_method_id": body["payment_method_id"],
        "note": body.get("note", ""),
        "operator_name": account.email.partition("@")[0],
        "created_at": now,
        "updated_at": now,
    }
    row |= link | _timing(call, body.get("action_at", call.now))
    account.transactions[transaction_id] = row
    _count_received(account, row, 1)
    return {"transaction_id": transaction_id}


@operation(
    "PATCH /transactions/{id}",
    body=(number("amount"), integer("item_id"), integer("payment_method_id"), *_CHANGEABLE),
)
def update_transaction(call: SandboxCall) -> None:
    """Change an entry; its direction, link and currency stay."""
    account, changes = call.account, dict(call.body)
    row = find(account.transactions, call.path["id"], "Transaction")
    _check_entry(account, row["direction"], changes)
    _count_received(account, row, -1)
    if "action_at" in changes:
        changes |= _timing(call, changes["action_at"])
    row |= changes | {"updated_at": zulu(call.now)}
    _count_received(account, row, 1)


@operation("DELETE /transactions/{id}")
def delete_transaction(call: SandboxCall) -> None:
    """Delete an entry for good."""
    row = find(call.account.transactions, call.path["id"], "Transaction")
    _count_received(call.account, row, -1)
    del call.account.transactions[call.path["id"]]


def _booking_code(body: Row) -> str | None:
    """Return the booking an entry is about, by its code or by the deprecated stay code."""
    if body.get("reservation_code") and body.get("stay_code"):
        raise bad_request("The stay code field is prohibited when reservation code is present.")
    return body.get("reservation_code") or body.get("stay_code")


def _window(query: Row) -> tuple[date, date]:
    start, end = query.get("start_date"), query.get("end_date")
    if start is None and end is None and "id" in query:
        return date.min, date.max
    for name, value in (("start", start), ("end", end)):
        if value is None:
            raise bad_request(f"The {name} date field is required when id is not present.")
    require_order(query["start_date"], query["end_date"])
    if (query["end_date"] - query["start_date"]).days > SPAN_DAYS:
        raise broken_rule(f"The date range may not be greater than {SPAN_DAYS} days.")
    return query["start_date"], query["end_date"]


def _local_day(row: Row, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(row["action_at"] or row["created_at"]).astimezone(zone).date()


def _concerns(account: SandboxAccount, row: Row, property_id: int | None) -> bool:
    if property_id in (None, row["property_id"]):
        return True
    stays = (stay for stay in account.stays.values() if stay["reservation_code"] == row["reservation_code"])
    return any(stay["property_id"] == property_id for stay in stays)


def _with_names(account: SandboxAccount, row: Row) -> Row:
    income = row["direction"] == "income"
    items = account.income_items if income else account.expense_items
    methods = account.income_methods if income else account.expense_methods
    return row | {
        "item_name": named(items, row["item_id"]),
        "payment_method_name": named(methods, row["payment_method_id"]),
        "property_title": account.properties.get(row["property_id"], {}).get("title"),
        "stay_code": row["reservation_code"],
    }


def _check_entry(account: SandboxAccount, direction: str, body: Row) -> None:
    if body.get("amount", 1) <= 0:
        raise broken_rule("The amount must be greater than 0.")
    income = direction == "income"
    items = account.income_items if income else account.expense_items
    methods = account.income_methods if income else account.expense_methods
    for name, entries in (("item_id", items), ("payment_method_id", methods)):
        if name in body:
            require_known([body[name]], [entry["id"] for entry in entries], name.replace("_", " "))


def _link(account: SandboxAccount, body: Row) -> Row:
    """Return what an entry hangs on, and its currency."""
    code, property_id = _booking_code(body), body.get("property_id")
    if code and property_id is not None:
        raise bad_request("The property id field is prohibited when reservation code is present.")
    if code:
        return _reservation_link(account, code, body)
    if "currency" not in body:
        raise bad_request("The currency field is required when reservation code is not present.")
    if property_id is not None:
        require_known([property_id], account.properties, "property id")
    link_type = "operator" if property_id is None else "property"
    return {
        "link_type": link_type,
        "property_id": property_id,
        "reservation_code": None,
        "currency": body["currency"],
    }


def _reservation_link(account: SandboxAccount, code: str, body: Row) -> Row:
    reservation_code = reservation_code_of(account, code)
    if reservation_code is None:
        raise not_found("Reservation")
    stay = next(stay for stay in account.stays.values() if stay["reservation_code"] == reservation_code)
    currency = stay["rates"]["rate"]["currency"]
    if body.get("currency", currency) != currency:
        raise broken_rule("The currency must be the currency of the reservation.")
    return {
        "link_type": "reservation",
        "property_id": stay["property_id"] or None,
        "reservation_code": reservation_code,
        "currency": currency,
    }


def _timing(call: SandboxCall, action_at: datetime) -> Row:
    """Return when an entry counts. Inferred: a time without offset is the operator's."""
    aware = call.aware(action_at)
    return {"action_at": zulu(aware), "status": "outstanding" if aware > call.now else "paid"}


def _count_received(account: SandboxAccount, row: Row, sign: int) -> None:
    if row["direction"] == "income" and row["status"] == "paid" and row["reservation_code"]:
        add_received(account, row["reservation_code"], sign * row["amount"])
