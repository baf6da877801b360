"""Who is where, and what is therefore open: availability and inventory are derived from stays and blocks."""

from collections.abc import Iterable
from datetime import date, timedelta

from hostex_mcp.sandbox.lookups import days_between
from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.sandbox.vocabulary import HOLDING_STATUSES

ListingKey = tuple[str, str]


def holds_room(stay: Row) -> bool:
    """Whether a stay takes a property off the market: alive, allocated, and not in the reservation box."""
    return bool(
        stay["status"] in HOLDING_STATUSES
        and stay["property_id"]
        and not stay.get("in_reservation_box", False)
    )


def nights(stay: Row) -> list[date]:
    """Return the nights of a stay; the day of check-out is free again."""
    start, end = date.fromisoformat(stay["check_in_date"]), date.fromisoformat(stay["check_out_date"])
    return days_between(start, end - timedelta(days=1))


def closed_days(account: SandboxAccount, property_id: int, *, leave_out: str = "") -> set[date]:
    """Return the blocked and the occupied days of a property, without those of the stay `leave_out`."""
    occupied = {
        night
        for stay in account.stays.values()
        if stay["property_id"] == property_id and stay["stay_code"] != leave_out and holds_room(stay)
        for night in nights(stay)
    }
    return occupied | account.blocks.get(property_id, {}).keys()


def conflicting_stays(account: SandboxAccount, stay: Row, property_id: int) -> list[Row]:
    """Return the other stays that hold a property on a night of `stay`."""
    stretch = set(nights(stay))
    return [
        other
        for other in account.stays.values()
        if other is not stay
        and other["property_id"] == property_id
        and holds_room(other)
        and not stretch.isdisjoint(nights(other))
    ]


def listings_of(account: SandboxAccount, property_id: int) -> list[ListingKey]:
    """Return the listings that sell a property, alone or in a room type."""
    pools = [pool for pool in account.room_types.values() if property_id in _members(pool)]
    return _links([account.properties[property_id], *pools])


def sold_properties(account: SandboxAccount, listing: ListingKey) -> list[int]:
    """Return the properties a listing sells: the members of its room type, or one property."""
    for pool in account.room_types.values():
        if listing in _links([pool]):
            return _members(pool)
    return [key for key, row in account.properties.items() if listing in _links([row])]


def reopen_to_master(account: SandboxAccount, property_id: int, days: Iterable[date]) -> None:
    """Drop the inventories written to a property's listings for days on which its master calendar changed."""
    changed = set(days)
    if property_id not in account.properties:
        return
    for listing in listings_of(account, property_id):
        if listing in account.rates:
            overrides = account.rates[listing].inventories
            for day in changed & overrides.keys():
                del overrides[day]


def inventories(account: SandboxAccount, listing: ListingKey, days: list[date]) -> dict[date, int]:
    """Return the sellable units of a listing per day."""
    closed = [closed_days(account, property_id) for property_id in sold_properties(account, listing)]
    open_units = {day: sum(day not in shut for shut in closed) for day in days}
    return open_units | {day: n for day, n in account.rates[listing].inventories.items() if day in open_units}


def _members(pool: Row) -> list[int]:
    return [member["id"] for member in pool["properties"]]


def _links(rows: Iterable[Row]) -> list[ListingKey]:
    return [(link["channel_type"], link["listing_id"]) for row in rows for link in row["channels"]]
