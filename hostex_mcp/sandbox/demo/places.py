"""Properties, room types, groups and property tags."""

from typing import Any

from hostex_mcp.sandbox.demo.builder import Builder
from hostex_mcp.sandbox.state import Row

_CLEANER_SHARE = 0.7
_COVER_SIZES = ("original", "small", "large", "extra_large", "extra_extra_large")


def add_places(builder: Builder) -> None:
    """Add what the plan says of the places and of what groups them."""
    account, plan = builder.account, builder.plan
    account.properties = {place["id"]: _property(builder, place) for place in plan["properties"]}
    account.room_types = {pool["id"]: _room_type(builder, pool) for pool in plan["room_types"]}
    account.groups = {group["id"]: group for group in plan["groups"]}
    account.tags = {tag["id"]: tag for tag in plan["tags"]}


def cover_url(property_id: int, size: str = "original") -> str:
    """Return the address of a property's picture."""
    return f"https://img.example.invalid/p/{property_id}/{size}.jpg"


def _property(builder: Builder, place: Row) -> Row:
    property_id, (ssid, password) = place["id"], place["wifi"]
    check_in, check_out = place["times"]
    return {
        "id": property_id,
        "title": place["title"],
        "channels": _links(place["sells"], builder.currency_of(property_id)),
        "address": place["address"],
        "longitude": place["longitude"],
        "latitude": place["latitude"],
        "timezone": place["timezone"],
        "default_checkin_time": check_in,
        "default_checkout_time": check_out,
        "wifi_ssid": ssid,
        "wifi_password": password,
        "wifi_remarks": "The router is in the hall cupboard." if ssid else "",
        "cover": {f"{size}_url": cover_url(property_id, size) for size in _COVER_SIZES},
        "google_place_payload": None,
        "_cleaning_fee": round(place["cleaning"] * _CLEANER_SHARE),
    }


def _room_type(builder: Builder, pool: Row) -> Row:
    properties = builder.account.properties
    return {
        "id": pool["id"],
        "title": pool["title"],
        "properties": [{"id": ident, "title": properties[ident]["title"]} for ident in pool["property_ids"]],
        "channels": _links(pool["sells"], builder.account.currency),
    }


def _links(sells: list[list[Any]], currency: str) -> list[Row]:
    return [
        {"channel_type": channel, "listing_id": listing_id, "currency": currency}
        for channel, listing_id, *_ in sells
    ]
