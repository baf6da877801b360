"""Properties, their groups, tags and room types, and the channel side: accounts and listings."""

from operator import attrgetter
from typing import Annotated, Any

from hostex_mcp.api import operation
from hostex_mcp.api.endpoints.marks import GuestText, Secret
from hostex_mcp.api.endpoints.models import (
    ChannelLink,
    Id,
    IdName,
    Many,
    Maybe,
    MaybeMoment,
    Model,
    NamedTag,
    Number,
    PropertyRef,
    Text,
    Titled,
)
from hostex_mcp.api.operation import Operation


class PropertyCover(Model):
    """Addresses of a property's cover picture in five sizes. Observed, not documented."""

    original_url: str | None = None
    small_url: str | None = None
    large_url: str | None = None
    extra_large_url: str | None = None
    extra_extra_large_url: str | None = None


class Property(Titled):
    """A property. Hostex holds no bedrooms, capacity or amenities. Everything from `timezone` on is
    observed, not documented; coordinates come as text or numbers; default times are `HH:mm`."""

    noun = "property"

    channels: Many[ChannelLink]
    groups: Many[IdName] = ()
    tags: Many[NamedTag] = ()
    address: str | None = None
    longitude: str | Number | None = None
    latitude: str | Number | None = None
    timezone: str | None = None
    default_checkin_time: str | None = None
    default_checkout_time: str | None = None
    wifi_ssid: str | None = None
    wifi_password: Annotated[str | None, Secret("wifi")] = None
    wifi_remarks: Annotated[str | None, Secret("wifi")] = None
    cover: Maybe[PropertyCover] = None
    google_place_payload: Any = None


class PropertyGroup(Model):
    """A group of properties."""

    id: Id
    name: Text
    property_ids: Many[Id]


class PropertyTag(Model):
    """A tag of properties and room types; tags of reservations are apart."""

    id: Id
    name: Text
    color: Text
    property_ids: Many[Id]
    room_type_ids: Many[Id]


class RoomType(Titled):
    """A pool of interchangeable properties; their number is its largest inventory."""

    noun = "room type"

    properties: Many[PropertyRef]
    channels: Many[ChannelLink]
    tags: Many[NamedTag] = ()


class ChannelAccount(Model):
    """A channel account connected to Hostex, and whether it is still authorised."""

    id: Id | None = None
    channel_type: str | None = None
    username: str | None = None
    origin_account_id: str | None = None
    auth_status: str | None = None
    created_at: MaybeMoment = None


class Listing(Model):
    """A listing as its channel holds it; `metadata` is the channel's own and has no stable form."""

    id: Id | None = None
    listing_id: str | None = None
    channel_type: str | None = None
    channel_account_id: Id | None = None
    origin_account_id: str | None = None
    url: str | None = None
    title: Annotated[str | None, GuestText()] = None
    cover: str | None = None
    inventory: Id | None = None
    shelf_status: str | None = None
    metadata: Annotated[Maybe[dict[str, Any]], GuestText()] = None
    created_at: MaybeMoment = None
    updated_at: MaybeMoment = None


LIST_PROPERTIES = operation.ListEndpoint("/properties", "properties", Property, attrgetter("id"))
CREATE_PROPERTY = Operation("POST", "/properties", int, "property_id")

LIST_PROPERTY_GROUPS = operation.ListEndpoint("/groups", "groups", PropertyGroup, attrgetter("id"))
CREATE_PROPERTY_GROUP = Operation("POST", "/groups", PropertyGroup, "group")
UPDATE_PROPERTY_GROUP = Operation[None]("PATCH", "/groups/{id}")
DELETE_PROPERTY_GROUP = Operation[None]("DELETE", "/groups/{id}")

LIST_TAGS = operation.ListEndpoint("/tags", "tags", PropertyTag, attrgetter("id"))
CREATE_PROPERTY_TAG = Operation("POST", "/tags", PropertyTag, "tag")
UPDATE_PROPERTY_TAG = Operation[None]("PATCH", "/tags/{id}")
DELETE_PROPERTY_TAG = Operation[None]("DELETE", "/tags/{id}")

LIST_ROOM_TYPES = operation.ListEndpoint("/room_types", "room_types", RoomType, attrgetter("id"))
CREATE_ROOM_TYPE = Operation("POST", "/room_types", int, "room_type_id")

LIST_CHANNEL_ACCOUNTS = operation.ListEndpoint(
    "/channel_accounts", "channel_accounts", ChannelAccount, attrgetter("id")
)
LIST_LISTINGS = operation.ListEndpoint(
    "/listings", "listings", Listing, attrgetter("channel_type", "listing_id", "id")
)
