"""Tools that read properties, their groups, tags and room types, channel accounts and listings."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated, Any, Literal, TypedDict

from anyio.to_thread import run_sync

from hostex_mcp.api import read_all
from hostex_mcp.api.endpoints import properties as api
from hostex_mcp.domain.names import Titles
from hostex_mcp.toolkit.arguments import Channel, Code, Id, ShortText
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ListPage, PageRequest, row_mapper
from hostex_mcp.toolkit.tool import tool


class PropertyRow(TypedDict, total=False):
    """A property in a list: channels, groups and tags by name, or in full as objects."""

    id: int
    title: str
    timezone: str | None
    channels: list[Any]
    groups: list[Any]
    tags: list[Any]


class GroupRow(TypedDict, total=False):
    """A property group in a list."""

    id: int
    name: str
    property_ids: list[int]


class TagRow(TypedDict, total=False):
    """A property tag in a list."""

    id: int
    name: str
    property_ids: list[int]
    room_type_ids: list[int]


class RoomTypeRow(TypedDict, total=False):
    """A room type in a list: channels by name, or in full as objects."""

    id: int
    title: str
    property_ids: list[int]
    channels: list[Any]


class ChannelAccountRow(TypedDict, total=False):
    """A connected channel account in a list."""

    id: int | None
    channel_type: str | None
    username: str | None
    auth_status: str | None


class ListingRow(TypedDict, total=False):
    """A channel listing in a list."""

    channel_type: str | None
    listing_id: str | None
    title: str | None
    shelf_status: str | None
    inventory: int | None
    channel_account_id: int | None


def _channels(item: api.Property | api.RoomType) -> list[str]:
    """Return the channels that something is sold on, each once."""
    return list(dict.fromkeys(link.channel_type for link in item.channels))


_property = row_mapper(
    PropertyRow,
    channels=_channels,
    groups=lambda property: [group.name for group in property.groups],
    tags=lambda property: [tag.name for tag in property.tags],
)
_room_type = row_mapper(
    RoomTypeRow,
    property_ids=lambda room_type: [member.id for member in room_type.properties],
    channels=_channels,
)
_group, _tag = row_mapper(GroupRow), row_mapper(TagRow)
_channel_account, _listing = row_mapper(ChannelAccountRow), row_mapper(ListingRow)


@tool(
    "List properties",
    hostex_name="search_properties",
    core=True,
    keywords="apartment house unit villa home wifi address",
)
async def list_properties(
    context: Context,
    page: PageRequest,
    name: Annotated[ShortText, "words of the title"] | None = None,
    id: Id | None = None,
    group_id: Id | None = None,
    tag_id: Id | None = None,
    reveal: Annotated[list[Literal["wifi"]], "secrets to show in full detail"] | None = None,
) -> ListPage[PropertyRow]:
    """Properties by words of the title, id, group or tag. Full detail adds listing ids and currency per
    channel, address, coordinates, usual check-in and check-out times and Wi-Fi. Hostex holds no bedrooms,
    capacity, amenities or status of a property."""
    query = {"id": id, "group_id": group_id, "tag_id": tag_id}
    if name is None:
        return await context.rows(api.LIST_PROPERTIES, page, _property, query=query, reveal=reveal)
    properties = (await read_all(context.client, api.LIST_PROPERTIES, query=query)).items
    titles = await run_sync(_titles, properties)
    fitting = titles.named(name)
    nearest = [] if fitting else await run_sync(titles.similar, name)
    notes = [f"No title has these words. Nearest: {', '.join(nearest)}."] if nearest else []
    return await context.chosen(fitting, page, _property, notes=notes, reveal=reveal)


def _titles(properties: Sequence[api.Property]) -> Titles[api.Property]:
    return Titles(properties, attrgetter("title"))


@tool("List property groups", hostex_name="search_property_groups", keywords="portfolio owner building")
async def list_property_groups(
    context: Context, page: PageRequest, id: Id | None = None
) -> ListPage[GroupRow]:
    """Property groups with the ids of their properties."""
    return await context.rows(api.LIST_PROPERTY_GROUPS, page, _group, query={"id": id})


@tool("List property tags", hostex_name="search_tags", keywords="label colour property tags")
async def list_tags(context: Context, page: PageRequest, id: Id | None = None) -> ListPage[TagRow]:
    """Property tags and the properties and room types that carry them. Tags of reservations are apart:
    `list_reservation_tags`."""
    return await context.rows(api.LIST_TAGS, page, _tag, query={"id": id})


@tool("List room types", hostex_name="search_room_types", keywords="hotel pool of interchangeable units")
async def list_room_types(
    context: Context, page: PageRequest, id: Id | None = None, tag_id: Id | None = None
) -> ListPage[RoomTypeRow]:
    """Room types: pools of interchangeable properties sold as one, with their properties and channels."""
    return await context.rows(api.LIST_ROOM_TYPES, page, _room_type, query={"id": id, "tag_id": tag_id})


@tool(
    "List channel accounts",
    hostex_name="search_channel_accounts",
    keywords="connection disconnected airbnb booking.com authorisation sync",
)
async def list_channel_accounts(
    context: Context, page: PageRequest, id: Id | None = None, channel_type: Channel | None = None
) -> ListPage[ChannelAccountRow]:
    """Channel accounts connected to Hostex and whether each is still authorised (`auth_status`: active,
    connecting, disconnected, exception, unknown). Hostex's own booking site is not among them."""
    query = {"id": id, "channel_type": channel_type}
    return await context.rows(api.LIST_CHANNEL_ACCOUNTS, page, _channel_account, query=query)


@tool(
    "List channel listings",
    hostex_name="search_listings",
    open_world=True,
    keywords="ota advert airbnb booking.com vrbo shelf",
)
async def list_listings(
    context: Context,
    page: PageRequest,
    channel_type: Channel | None = None,
    listing_id: Code | None = None,
    channel_account_id: Id | None = None,
) -> ListPage[ListingRow]:
    """Listings as the channels hold them, with shelf status and inventory. `list_properties`
    in full detail and `get_pricing_ratios` show which property a listing belongs to."""
    query = {"channel_type": channel_type, "listing_id": listing_id, "channel_account_id": channel_account_id}
    return await context.rows(api.LIST_LISTINGS, page, _listing, query=query)
