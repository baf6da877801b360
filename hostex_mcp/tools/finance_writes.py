"""Recording and changing income and expenses."""

from typing import Annotated, Any

from annotated_types import Gt, MaxLen

from hostex_mcp.api import Listing
from hostex_mcp.api import finance as api
from hostex_mcp.api.models import IdName
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.tools.arguments import Code, Currency, Id, InvalidArguments, Number, Problem, PropertyId
from hostex_mcp.tools.automation import LocalTime
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.edits import (
    back,
    currency_for,
    deleting,
    find,
    given,
    money,
    property_names,
    rows,
    sending,
    undone_by,
)
from hostex_mcp.tools.finance import Direction, TransactionRow
from hostex_mcp.tools.results import Change, Preview, Shown, everything, lean
from hostex_mcp.tools.stays import find_order, order_view
from hostex_mcp.tools.tool import Effect, tool

Amount = Annotated[Number, Gt(0), "major units of currency; direction tells the sign"]
ItemId = Annotated[Id, "from the items of the direction; 0 is a real expense item"]
MethodId = Annotated[Id, "from the methods of the direction"]
When = Annotated[LocalTime, "operator's time zone unless an offset is given; a future time means outstanding"]
Note = Annotated[str, MaxLen(500)]

_SAID_OTHERWISE = ("item_id", "payment_method_id", "property_id", "stay_code")
_ITEMS = {"income": api.LIST_INCOME_ITEMS, "expense": api.LIST_EXPENSE_ITEMS}
_METHODS = {"income": api.LIST_INCOME_METHODS, "expense": api.LIST_EXPENSE_METHODS}


class TransactionChange(TransactionRow, total=False):
    """An entry that was written: its id, the fields that were set, and the names of item and method."""

    item_id: int
    payment_method_id: int
    payment_method_name: str


async def _name(context: Context, field: str, listing: Listing[IdName], id: int) -> str:
    """The name of a dictionary's entry.

    Raises:
        InvalidArguments: when it is not in this dictionary, naming what is.
    """
    entries = (await context.client.page(listing)).items
    for entry in entries:
        if entry.id == id:
            return entry.name
    known = ", ".join(f"{entry.id} {entry.name}" for entry in entries)
    raise InvalidArguments(Problem(field, f"is not among those of this direction: {known}"))


async def _names(
    context: Context, direction: str, item_id: int | None, payment_method_id: int | None
) -> dict[str, Any]:
    """The names of the item and method that were given, checked to be of the direction."""
    found: dict[str, Any] = {}
    if item_id is not None:
        found["item_name"] = await _name(context, "item_id", _ITEMS[direction], item_id)
    if payment_method_id is not None:
        listing = _METHODS[direction]
        found["payment_method_name"] = await _name(context, "payment_method_id", listing, payment_method_id)
    return found


def _iso(moment: str | None) -> str | None:
    """Inferred: Hostex reads a time without an offset in the operator's time zone."""
    return None if moment is None else moment.replace(" ", "T", 1)


@tool(
    "finance",
    "Record an income or expense",
    effect=Effect.CONSEQUENTIAL,
    official="create_transaction",
    words="new payment cost revenue bill book ledger",
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
) -> Change[TransactionChange]:
    """Record an income or expense of a reservation as a whole, of a property, or of the account when neither
    is given. It takes effect now unless `action_at` is given. Without a currency it is that of the property's
    listings, or of the whole account."""
    if reservation_code is not None and property_id is not None:
        raise InvalidArguments(Problem("property_id", "excludes reservation_code"))
    if currency is None and reservation_code is None:
        currency = await currency_for(context, property_id)
    body = given(
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
        made = await context.client.call(api.CREATE_TRANSACTION, body=body)
        return TransactionChange(id=made, **body, **names)

    return undone_by("delete_transaction", send, preview)


async def _recorded(context: Context, body: Shown, names: Shown) -> Preview:
    """What would be recorded, and for what."""
    owner, target, currency = await _owner(context, body.get("property_id"), body.get("reservation_code"))
    currency = currency or body.get("currency")
    amount = money(body["amount"], currency)
    warnings: list[str] = []
    if body.get("currency") not in (None, currency):
        warnings.append(f"The reservation's currency {currency} is taken, not {body['currency']}.")
    if not target:
        warnings.append("It belongs to the account as a whole, to no property and no reservation.")
    if "action_at" in body:
        warnings.append("A time in the future means outstanding, any other paid.")
    changes = rows(
        {"amount": amount, **names, "action_at": body.get("action_at", "now"), "note": body.get("note")}
    )
    summary = f"Record {_kind(body['direction'])} of {amount} ({names['item_name']}) for {owner}"
    return Preview(summary, target, changes, warnings)


async def _owner(
    context: Context, property_id: int | None, reservation_code: str | None
) -> tuple[str, Shown, str | None]:
    """What an entry belongs to, in words and as a preview's target, and the currency of the reservation."""
    if property_id is not None:
        (title,) = await property_names(context, [property_id])
        return title, {"property_title": title}, None
    if reservation_code is None:
        return "the account", {}, None
    stays = await find_order(context, reservation_code)
    view = order_view(context, stays, stays[0].status)
    rates = stays[0].rates
    total = rates.total_rate or rates.rate if rates else None
    guest = view.get("guest_name") or "no named guest"
    return f"the reservation of {guest}", lean(view), total.currency if total else None


def _kind(direction: str) -> str:
    return "an income" if direction == "income" else "an expense"


def _entry_name(entry: api.Transaction) -> str:
    """An entry in a few words: what, how much, for what."""
    item = f" ({one_line(entry.item_name)})" if entry.item_name else ""
    owner = entry.property_title or entry.reservation_code
    for_what = f" for {one_line(owner)}" if owner else ""
    return f"the {entry.direction} of {money(entry.amount, entry.currency)}{item}{for_what}"


@tool(
    "finance",
    "Change an income or expense",
    effect=Effect.CONSEQUENTIAL,
    official="update_transaction",
    destructive=True,
    idempotent=True,
    words="correct payment cost ledger amount",
)
async def update_transaction(
    context: Context,
    id: Id,
    amount: Amount | None = None,
    item_id: ItemId | None = None,
    payment_method_id: MethodId | None = None,
    action_at: When | None = None,
    note: Annotated[Note, "the whole new note; empty text clears it"] | None = None,
) -> Change[TransactionChange]:
    """Change the amount, item, method, time or note of an income or expense. Direction, currency and what it
    belongs to are fixed: for those it has to be deleted and recorded anew."""
    body = given(
        amount=amount,
        item_id=item_id,
        payment_method_id=payment_method_id,
        action_at=_iso(action_at),
        note=note,
    )
    entry = await find(context, api.LIST_TRANSACTIONS, id, "transaction")
    names = await _names(context, entry.direction, item_id, payment_method_id)
    result = TransactionChange(id=id, direction=entry.direction, currency=entry.currency, **body, **names)
    send = sending(context, api.UPDATE_TRANSACTION, id, body, result)
    preview = _corrected(context.screen().show(entry), body, names)
    return Change(send, back("update_transaction", entry, body, {"note": ""}), preview)


def _corrected(entry: api.Transaction, body: Shown, names: Shown) -> Preview:
    """An entry as it is and as it would be, and what that does to the totals."""
    before = everything(entry)
    rest = {name: value for name, value in body.items() if name in ("action_at", "note")}
    changes = rows({**names, **rest}, before)
    warnings: list[str] = []
    if body.get("amount", entry.amount) != entry.amount:
        old, new = (money(one, entry.currency) for one in (entry.amount, body["amount"]))
        changes = [*rows({"amount": new}, {"amount": old}), *changes]
        more = money(round(body["amount"] - entry.amount, 4), entry.currency)
        warnings.append(f"The total of {entry.direction} changes by {more}.")
    if "action_at" in body:
        warnings.append("A time in the future means outstanding, any other paid.")
    return Preview(f"Change {_entry_name(entry)}", _shown(before), changes, warnings)


def _shown(entry: Shown) -> Shown:
    """An entry without what its names and its amount with the currency say already."""
    return {name: value for name, value in entry.items() if name not in _SAID_OTHERWISE}


@tool(
    "finance",
    "Delete an income or expense",
    effect=Effect.CONSEQUENTIAL,
    official="delete_transaction",
    destructive=True,
    idempotent=True,
    words="remove payment cost ledger",
)
async def delete_transaction(context: Context, id: Id) -> Change[TransactionChange]:
    """Delete an income or expense for good. The result tells what it was."""
    entry = await find(context, api.LIST_TRANSACTIONS, id, "transaction")
    warnings = [f"The total of {entry.direction} falls by {money(entry.amount, entry.currency)}."]
    what = _entry_name(entry)
    return deleting(
        context, api.DELETE_TRANSACTION, id, entry, what, warnings, **dict.fromkeys(_SAID_OTHERWISE)
    )
