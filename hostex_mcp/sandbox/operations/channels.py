"""Channel accounts, listings and pricing ratios."""

from hostex_mcp.sandbox.envelope import bad_request
from hostex_mcp.sandbox.fields import integer, paging, text
from hostex_mcp.sandbox.lookups import find
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.sandbox.vocabulary import CHANNEL_TYPES

_CHANNEL_TYPE = text("channel_type", enum=CHANNEL_TYPES)


@operation("GET /channel_accounts", query=(*paging(), integer("id"), _CHANNEL_TYPE))
def query_channel_accounts(call: SandboxCall) -> Row:
    """List connected channel accounts; those of booking sites are left out."""
    rows = call.account.channel_accounts.values()
    visible = (row for row in rows if row["channel_type"] != "booking_site")
    return call.page(
        "channel_accounts", (row for row in visible if _equal(row, call.query, "id", "channel_type"))
    )


@operation(
    "GET /listings", query=(*paging(), integer("channel_account_id"), text("listing_id"), _CHANNEL_TYPE)
)
def query_listings(call: SandboxCall) -> Row:
    """List channel listings."""
    keys = ("channel_account_id", "listing_id", "channel_type")
    rows = call.account.listings.values()
    return call.page("listings", (row for row in rows if _equal(row, call.query, *keys)))


@operation("GET /pricing_ratios", query=(integer("property_id"), integer("room_type_id")))
def query_pricing_ratios(call: SandboxCall) -> Row:
    """Return the percentages of a property's or a room type's listings."""
    property_id, room_type_id = call.query.get("property_id"), call.query.get("room_type_id")
    if property_id is None and room_type_id is None:
        raise bad_request("The property id field is required when room type id is not present.")
    if property_id is not None and room_type_id is not None:
        raise bad_request("The room type id field is prohibited when property id is present.")
    if property_id is None:
        link_type, row = "room_type", find(call.account.room_types, call.query["room_type_id"], "Room type")
    else:
        link_type, row = "property", find(call.account.properties, property_id, "Property")
    channels = [_ratio(call.account, link["channel_type"], link["listing_id"]) for link in row["channels"]]
    return {"link_type": link_type, "link_id": row["id"], "channels": channels}


def _equal(row: Row, query: Row, *keys: str) -> bool:
    return all(query.get(key) in (None, row.get(key)) for key in keys)


def _ratio(account: SandboxAccount, channel_type: str, listing_id: str) -> Row:
    rates = account.rates.get((channel_type, listing_id))
    titles = (
        row["title"]
        for row in account.listings.values()
        if (row["channel_type"], row["listing_id"]) == (channel_type, listing_id)
    )
    return {
        "channel_type": channel_type,
        "listing_id": listing_id,
        "listing_title": next(titles, ""),
        "ratio": rates.ratio if rates else 100,
        "readonly": rates.readonly if rates else False,
    }
