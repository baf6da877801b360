"""Listings on their channels: whether one exists, and whether its account is still connected."""

from hostex_mcp.api import FieldProblem, HostexError, read_all
from hostex_mcp.api.endpoints.properties import LIST_CHANNEL_ACCOUNTS, LIST_LISTINGS, ChannelAccount, Listing
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context

_REFUSED = "Hostex refuses to answer requests of an account that is disconnected."
_UNREAD = "Could not read whether the channel account is connected."


async def require_listing(context: Context, channel_type: str, listing_id: str) -> None:
    """Require that a channel has a listing with this id on this account.

    Raises:
        InvalidArguments: if it has not, naming the channels that have.
    """
    listings = await _listings(context, listing_id)
    if any(listing.channel_type == channel_type for listing in listings):
        return
    others = ", ".join(sorted(listing.channel_type for listing in listings if listing.channel_type))
    hint = f"it is one of {others}" if others else "`list_listings` has them"
    raise InvalidArguments(
        FieldProblem("listing_id", f"is no listing of {channel_type} on this account; {hint}")
    )


async def connection_warnings(context: Context, stay: Reservation, argument: str) -> list[str]:
    """Return what the status of a stay's channel account says against sending the channel anything.

    Raises:
        InvalidArguments: naming the argument, if the account is disconnected.
    """
    try:
        account = await _account_of(context, stay)
    except HostexError:
        return [_UNREAD]
    if account is None or account.auth_status in (None, "active"):
        return []
    name = f"The {channel_name(stay.channel_type)} account {one_line(account.username or '')}".strip()
    if account.auth_status == "disconnected":
        problem = "is a booking of a channel account that is disconnected; connect it again in Hostex first"
        raise InvalidArguments(FieldProblem(argument, problem))
    return [f"{name} has the status {account.auth_status}. {_REFUSED}"]


async def _account_of(context: Context, stay: Reservation) -> ChannelAccount | None:
    """Return the account that holds the listing of a stay, None if Hostex does not say."""
    ids = [
        listing.channel_account_id
        for listing in await _listings(context, stay.listing_id)
        if listing.channel_type == stay.channel_type
    ]
    accounts = (await read_all(context.client, LIST_CHANNEL_ACCOUNTS)).items if ids else []
    return next((account for account in accounts if account.id in ids), None)


async def _listings(context: Context, listing_id: str) -> list[Listing]:
    rows = (await read_all(context.client, LIST_LISTINGS, query={"listing_id": listing_id})).items
    return [listing for listing in rows if listing.listing_id == listing_id]
