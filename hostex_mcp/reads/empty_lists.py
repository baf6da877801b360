"""Why a list is empty: something that its filters name does not exist, or nothing fits them all."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel

from hostex_mcp.api import ListEndpoint, NotFound, read_all
from hostex_mcp.api.endpoints import calendar, finance, properties, reservations, tasks
from hostex_mcp.domain.wording import some
from hostex_mcp.reads.channel_listings import require_listing
from hostex_mcp.reads.stay_lookup import find_order, find_stay
from hostex_mcp.toolkit.context import Context

_Kind = tuple[Sequence[ListEndpoint[Any]], str]

_BY_ID: Mapping[str, _Kind] = {
    "group_id": ([properties.LIST_PROPERTY_GROUPS], "property group"),
    "tag_id": ([properties.LIST_TAGS], "property tag"),
    "room_type_id": ([properties.LIST_ROOM_TYPES], "room type"),
    "channel_account_id": ([properties.LIST_CHANNEL_ACCOUNTS], "channel account"),
    "staff_id": ([tasks.LIST_STAFFS], "staff member"),
    "item_id": ([finance.LIST_INCOME_ITEMS, finance.LIST_EXPENSE_ITEMS], "income or expense item"),
    "payment_method_id": ([finance.LIST_INCOME_METHODS, finance.LIST_EXPENSE_METHODS], "payment method"),
}
_OWN: Mapping[str, _Kind] = {
    "list_properties": ([properties.LIST_PROPERTIES], "property"),
    "list_property_groups": _BY_ID["group_id"],
    "list_tags": _BY_ID["tag_id"],
    "list_room_types": _BY_ID["room_type_id"],
    "list_channel_accounts": _BY_ID["channel_account_id"],
    "list_calendar_share_links": ([calendar.LIST_CALENDAR_SHARE_LINKS], "calendar link"),
    "list_reservation_tags": ([reservations.LIST_RESERVATION_TAGS], "reservation tag"),
    "list_tasks": ([tasks.LIST_TASKS], "task"),
    "list_staffs": _BY_ID["staff_id"],
    "list_transactions": ([finance.LIST_TRANSACTIONS], "transaction"),
}
_NO_FILTERS = frozenset(["page", "reveal", "order_by"])
_FREE_TEXT = frozenset(["name", "guest_name", "keyword"])
"""Filters that are named without what they look for, which may be anybody's words."""

_MOST_NAMED = 20
_LONGEST_NAMED = 60


async def why_empty(context: Context, tool: str, arguments: Mapping[str, Any]) -> list[str]:
    """What to say of an empty list: by which filters it is. Properties are known to be there.

    Raises:
        NotFound: when something that a filter names is not there.
        InvalidArguments: when a listing is not.
    """
    filters = {name: value for name, value in arguments.items() if name not in _NO_FILTERS}
    for name, value in filters.items():
        kind = _OWN.get(tool) if name == "id" else _BY_ID.get(name)
        if kind:
            await _require_id(context, *kind, value)
    await _require_codes(context, filters)
    if not filters:
        return []
    named = [name if name in _FREE_TEXT else f"{name} {_in_words(value)}" for name, value in filters.items()]
    return [f"Empty: nothing fits {some(named, _MOST_NAMED)}."]


async def _require_id(
    context: Context, listings: Sequence[ListEndpoint[Any]], what: str, wanted: int
) -> None:
    for listing in listings:
        rows = (await read_all(context.client, listing, query=_narrowed(listing, wanted))).items
        if any(row.id == wanted for row in rows):
            return
    raise NotFound(f"There is no {what} with the id {wanted}.", operation=listings[0].name)


def _narrowed(listing: ListEndpoint[Any], wanted: int) -> dict[str, int]:
    dictionaries = (*_BY_ID["item_id"][0], *_BY_ID["payment_method_id"][0])
    return {} if listing in dictionaries else {"id": wanted}


async def _require_codes(context: Context, filters: Mapping[str, Any]) -> None:
    if code := filters.get("reservation_code"):
        await find_order(context, code)
    if code := filters.get("stay_code"):
        await find_stay(context, code)
    if (listing_id := filters.get("listing_id")) and (channel := filters.get("channel_type")):
        await require_listing(context, channel, listing_id)
    for listing in filters.get("listings", ()):
        await require_listing(context, listing.channel_type, listing.listing_id)


def _in_words(value: Any) -> str:
    members = cast("list[Any]", value) if isinstance(value, list) else [value]
    words = [_shape(member) for member in members]
    text = some(words, 5)
    return text if len(text) <= _LONGEST_NAMED else f"{text[:_LONGEST_NAMED]}..."


def _shape(value: Any) -> str:
    if isinstance(value, BaseModel):
        return " ".join(str(field) for field in value.model_dump(mode="json").values())
    return str(value).lower() if isinstance(value, bool) else " ".join(str(value).split())
