"""Why a list is empty: a filter names something that does not exist, or nothing matches all filters."""

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
_FREE_TEXT = frozenset(["name", "guest_name", "keyword", "words"])
"""Filters that are named without their text, which may be anybody's words."""

_MOST_NAMED = 20
_LONGEST_NAMED = 60


async def why_empty(context: Context, tool: str, arguments: Mapping[str, Any]) -> list[str]:
    """Return a note on an empty list that names its filters. Property ids have been checked before.

    Raises:
        NotFound: if something that a filter names does not exist.
        InvalidArguments: if a listing does not exist.
    """
    filters = {name: value for name, value in arguments.items() if name not in _NO_FILTERS}
    for name, value in filters.items():
        kind = _OWN.get(tool) if name == "id" else _BY_ID.get(name)
        if kind:
            await _require_id(context, *kind, value)
    await _require_codes(context, filters)
    if not filters:
        return []
    names = [name if name in _FREE_TEXT else f"{name} {_in_words(value)}" for name, value in filters.items()]
    return [f"Empty: nothing fits {some(names, _MOST_NAMED)}."]


async def _require_id(context: Context, lists: Sequence[ListEndpoint[Any]], what: str, id: int) -> None:
    for endpoint in lists:
        rows = (await read_all(context.client, endpoint, query=_narrowed(endpoint, id))).items
        if any(row.id == id for row in rows):
            return
    raise NotFound(f"There is no {what} with the id {id}.", operation=lists[0].name)


def _narrowed(endpoint: ListEndpoint[Any], id: int) -> dict[str, int]:
    # These lists have no filter by id.
    dictionaries = (*_BY_ID["item_id"][0], *_BY_ID["payment_method_id"][0])
    return {} if endpoint in dictionaries else {"id": id}


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
