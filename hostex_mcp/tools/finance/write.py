"""Tools that record, change and delete income and expenses."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt

from hostex_mcp.api import FieldProblem, ListEndpoint, read_all
from hostex_mcp.api.endpoints import finance as api
from hostex_mcp.api.endpoints.models import IdName
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.money import currencies
from hostex_mcp.domain.stays import guest_in_words
from hostex_mcp.domain.wording import money, quoted, some
from hostex_mcp.reads.stay_lookup import find_order
from hostex_mcp.toolkit.arguments import (
    Code,
    Currency,
    Id,
    Integer,
    InvalidArguments,
    LocalTime,
    Note,
    Number,
    PropertyId,
)
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import JsonObject, PlannedWrite, Preview, everything, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.finance.read import Direction, TransactionRow
from hostex_mcp.tools.writing.checks import require_properties, same
from hostex_mcp.tools.writing.edits import (
    change_body,
    change_rows,
    currency_for,
    find,
    plan_creation,
    plan_deletion,
    property_names,
    sender,
    undo_update,
)
from hostex_mcp.tools.writing.titles import title_of

Amount = Annotated[Number, Gt(0), "major units of currency; direction tells the sign"]
ItemId = Annotated[Integer, Ge(0), "from the items of the direction; 0 is a real expense item"]
MethodId = Annotated[Id, "from the methods of the direction"]
When = Annotated[LocalTime, "operator's time zone unless an offset is given; a future time means outstanding"]

_MOST_NAMED = 50
_BLANKS = {"note": ""}
_LATER = "A time in the future means outstanding, any other paid."
# A preview has these as names and titles.
_REPEATED = ("item_id", "payment_method_id", "property_id", "stay_code")
_ITEMS = {"income": api.LIST_INCOME_ITEMS, "expense": api.LIST_EXPENSE_ITEMS}
_METHODS = {"income": api.LIST_INCOME_METHODS, "expense": api.LIST_EXPENSE_METHODS}


class TransactionChange(TransactionRow, total=False):
    """An entry that was written: its id, the fields that were set, and the names of item and method."""

    item_id: int
    payment_method_id: int
    payment_method_name: str


async def _name(context: Context, field: str, listing: ListEndpoint[IdName], id: int) -> str:
    """Return the name of a dictionary's entry.

    Raises:
        InvalidArguments: naming the entries that there are, when this is none of them.
    """
    entries = {entry.id: one_line(entry.name) for entry in (await context.client.page(listing)).items}
    if id in entries:
        return entries[id]
    names = some([f"{id} {name}" for id, name in entries.items()], _MOST_NAMED)
    raise InvalidArguments(FieldProblem(field, f"is not one of this direction: {names}"))


async def _names(
    context: Context, direction: str, item_id: int | None, payment_method_id: int | None
) -> dict[str, Any]:
    """Return the names of the item and method of an entry, once they are known to be of its direction."""
    names: dict[str, Any] = {}
    if item_id is not None:
        names["item_name"] = await _name(context, "item_id", _ITEMS[direction], item_id)
    if payment_method_id is not None:
        listing = _METHODS[direction]
        names["payment_method_name"] = await _name(context, "payment_method_id", listing, payment_method_id)
    return names


def _iso(moment: str | None) -> str | None:
    # Inferred: Hostex reads a time without an offset in the operator's time zone.
    return None if moment is None else moment.replace(" ", "T", 1)


@tool(
    "Record an income or expense",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="create_transaction",
    keywords="new payment cost revenue bill book ledger",
)
async def create_transaction(
    context: Context,
    direction: Direction,
    amount: Amount,
    item_id: ItemId,
    payment_method_id: MethodId,
    currency: Currency | None = None,
    reservation_code: Annotated[Code, "excludes property_id; its currency is taken"] | None = None,
    property_id: Annotated[PropertyId, "excludes reservation_code"] | None = None,
    action_at: When | None = None,
    note: Note | None = None,
) -> PlannedWrite[TransactionChange]:
    """Record an income or expense of a reservation as a whole, of a property, or of the account when neither
    is given. It takes effect now unless `action_at` is given. Without a currency it is that of the property's
    listings, or of the whole account."""
    if reservation_code is not None and property_id is not None:
        raise InvalidArguments(FieldProblem("property_id", "excludes reservation_code"))
    await require_properties(context, None if property_id is None else [property_id])
    if currency is None and reservation_code is None:
        currency = await currency_for(context, property_id)
    body = change_body(
        direction=direction,
        amount=amount,
        item_id=item_id,
        payment_method_id=payment_method_id,
        currency=currency,
        reservation_code=reservation_code,
        property_id=property_id,
        action_at=_iso(action_at),
        note=note,
    )
    names = await _names(context, direction, item_id, payment_method_id)
    preview = await _recorded(context, body, names)

    async def send() -> TransactionChange:
        id = await context.client.call(api.CREATE_TRANSACTION, body=body)
        return TransactionChange(id=id, **body, **names)

    return plan_creation("delete_transaction", send, preview)


async def _recorded(context: Context, body: JsonObject, names: JsonObject) -> Preview:
    """Return what would be recorded, and for what."""
    if "reservation_code" in body:
        owner = await _of_reservation(context, body["reservation_code"], body.get("currency"))
    elif "property_id" in body:
        owner = await _of_property(context, body["property_id"], body["currency"])
    else:
        warning = "It belongs to the account as a whole, to no property and no reservation."
        owner = _Owner("the account", {}, body["currency"], [warning])
    amount = money(body["amount"], owner.currency)
    later = [_LATER] if "action_at" in body else []
    moment = body.get("action_at", "now")
    changes = change_rows({"amount": amount, **names, "action_at": moment, "note": body.get("note")})
    kind = "an income" if body["direction"] == "income" else "an expense"
    summary = f"Record {kind} of {amount} ({quoted(names['item_name'])}) for {owner.name}"
    return Preview(summary, owner.target, changes, [*owner.warnings, *later])


@dataclass(frozen=True, slots=True)
class _Owner:
    """What an entry belongs to, in words and as the target of a preview, and the currency it gets."""

    name: str
    target: JsonObject
    currency: str | None
    warnings: list[str]


async def _of_property(context: Context, property_id: int, currency: str) -> _Owner:
    properties = (await read_all(context.client, LIST_PROPERTIES)).items
    title = await title_of(context, property_id)
    own = currencies(properties, property_id)
    sold = f"{quoted(title)} is sold in {', '.join(own)}, this is in {currency}."
    return _Owner(quoted(title), {"property_title": title}, currency, [] if currency in own else [sold])


async def _of_reservation(context: Context, reservation_code: str, currency: str | None) -> _Owner:
    stays = await find_order(context, reservation_code)
    first = context.preview_redactor().redact(stays[0])
    total = first.rates.total_rate or first.rates.rate if first.rates else None
    own = (total.currency if total else None) or currency
    target = {
        "reservation_code": first.reservation_code,
        "channel_type": first.channel_type,
        "guest_name": first.guest_name,
        "status": first.status,
        "property_titles": await property_names(
            context, [stay.property_id for stay in stays if stay.property_id]
        ),
        "check_in_date": first.check_in_date.isoformat(),
        "check_out_date": first.check_out_date.isoformat(),
    }
    warnings = [f"It belongs to all {len(stays)} stays of the reservation."] if len(stays) > 1 else []
    if currency not in (None, own):
        raise InvalidArguments(FieldProblem("currency", f"must be the reservation's, {own}, or be left out"))
    if first.status != "accepted":
        warnings.append(f"The reservation is {first.status}.")
    return _Owner(f"the reservation of {guest_in_words(stays[0].guest_name)}", lean(target), own, warnings)


def _entry_name(entry: api.Transaction) -> str:
    """Return an entry in a few words: what, how much, for what."""
    item = f" ({quoted(one_line(entry.item_name))})" if entry.item_name else ""
    owner = entry.property_title or entry.reservation_code
    purpose = f" for {quoted(one_line(owner))}" if owner else ""
    return f"the {entry.direction} of {money(entry.amount, entry.currency)}{item}{purpose}"


@tool(
    "Change an income or expense",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="update_transaction",
    destructive=True,
    idempotent=True,
    keywords="correct payment cost ledger amount",
)
async def update_transaction(
    context: Context,
    id: Id,
    amount: Amount | None = None,
    item_id: ItemId | None = None,
    payment_method_id: MethodId | None = None,
    action_at: When | None = None,
    note: Annotated[Note, "the whole new note"] | None = None,
    clear: list[Literal["note"]] | None = None,
) -> PlannedWrite[TransactionChange]:
    """Change the amount, item, method, time or note of an income or expense. Direction, currency and what it
    belongs to are fixed: to change those, delete it and record it again."""
    body = change_body(
        clear,
        _BLANKS,
        amount=amount,
        item_id=item_id,
        payment_method_id=payment_method_id,
        action_at=_iso(action_at),
        note=note,
    )
    entry = await find(context, api.LIST_TRANSACTIONS, id, "transaction")
    names = await _names(context, entry.direction, item_id, payment_method_id)
    result = TransactionChange(id=id, direction=entry.direction, currency=entry.currency, **body, **names)
    send = await sender(context, api.UPDATE_TRANSACTION, id, body, result)
    preview = _corrected(context.preview_redactor().redact(entry), body, names)
    undo = undo_update("update_transaction", entry, body, _BLANKS)
    gone = {"amount": entry.amount} if "amount" in body else {}
    return PlannedWrite(send, undo, preview, same(context, entry, body), gone=gone)


def _corrected(entry: api.Transaction, body: JsonObject, names: JsonObject) -> Preview:
    """Return an entry as it is and as it would be, and what that does to the totals."""
    before = everything(entry)
    texts = {name: value for name, value in body.items() if name in ("action_at", "note")}
    changes = change_rows({**names, **texts}, before)
    warnings: list[str] = []
    if body.get("amount", entry.amount) != entry.amount:
        old, new = (money(amount, entry.currency) for amount in (entry.amount, body["amount"]))
        changes = [*change_rows({"amount": new}, {"amount": old}), *changes]
        warnings.append(_in_total(entry, round(body["amount"] - entry.amount, 4)))
    if "action_at" in body:
        warnings.append(_LATER)
    target = {name: value for name, value in before.items() if name not in _REPEATED}
    return Preview(f"Change {_entry_name(entry)}", target, changes, warnings)


def _in_total(entry: api.Transaction, more: float) -> str:
    """Warn of what a change does to the sum of all entries."""
    sums = "income" if entry.direction == "income" else "expenses"
    amount = money(abs(more), entry.currency)
    return f"This takes {amount} off the {sums}." if more < 0 else f"This adds {amount} to the {sums}."


@tool(
    "Delete an income or expense",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="delete_transaction",
    destructive=True,
    idempotent=True,
    keywords="remove payment cost ledger",
)
async def delete_transaction(context: Context, id: Id) -> PlannedWrite[TransactionChange]:
    """Delete an income or expense for good. The result shows what it was."""
    entry = await find(context, api.LIST_TRANSACTIONS, id, "transaction")
    warnings = [_in_total(entry, -entry.amount)]
    what = _entry_name(entry)
    return await plan_deletion(
        context, api.DELETE_TRANSACTION, id, entry, what, warnings, **dict.fromkeys(_REPEATED)
    )
