"""The part of the account that is served: properties by id, and their listings, groups and room types."""

import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from hostex_mcp.api import Client, Forbidden, ListEndpoint, NotFound, PlanUnsupported, RowT, read_all
from hostex_mcp.api.endpoints.messaging import GET_CONVERSATION, Conversation
from hostex_mcp.api.endpoints.properties import (
    LIST_PROPERTIES,
    LIST_PROPERTY_GROUPS,
    LIST_ROOM_TYPES,
    Property,
    RoomType,
)

ListingKey = tuple[str | None, str | None]

_CACHE_SECONDS = 60.0
_MOST_ROWS = 20_000
_MOST_CACHED = 10_000


class ServedProperties:
    """The served part of one account. `client` reaches all of it. What is read about properties, groups and
    room types is kept for a minute, and never over a write; so is which threads are inside."""

    def __init__(self, client: Client, property_ids: Iterable[int]) -> None:
        self.client = client
        self.property_ids = frozenset(property_ids)
        self._cache: dict[object, tuple[float, Any]] = {}

    def holds(self, property_id: object) -> bool:
        """Whether this is the id of a served property. No property (0 or None) is not served."""
        return property_id in self.property_ids

    def touches(self, property_ids: Iterable[int]) -> bool:
        """Whether one of these properties is served."""
        return not self.property_ids.isdisjoint(property_ids)

    def covers(self, property_ids: Collection[int]) -> bool:
        """Whether there are any of these properties, and all are served."""
        return bool(property_ids) and self.property_ids.issuperset(property_ids)

    def forget(self) -> None:
        """Drop the cache: read everything anew from here on."""
        self._cache.clear()

    async def properties(self) -> list[Property]:
        """Return all properties of the account."""
        return await self._all(LIST_PROPERTIES)

    async def room_types(self) -> Mapping[int, list[int]]:
        """Return the properties of each room type of the account; none where the plan has no room types."""
        return {room.id: [member.id for member in room.properties] for room in await self._room_types()}

    async def groups(self) -> Mapping[int, list[int]]:
        """Return the properties of each property group of the account."""
        return {group.id: list(group.property_ids) for group in await self._all(LIST_PROPERTY_GROUPS)}

    async def listings(self) -> set[ListingKey]:
        """Return channel type and id of the listings of served properties, and of room types that have no
        others."""
        homes: list[Property | RoomType] = [home for home in await self.properties() if self.holds(home.id)]
        homes += [
            room
            for room in await self._room_types()
            if self.covers([member.id for member in room.properties])
        ]
        return {(link.channel_type, link.listing_id) for home in homes for link in home.channels}

    async def served_title(self, title: str | None) -> bool | None:
        """Whether a title is that of a served property; None where it is not that of exactly one property."""
        # Titles are not unique, and a served property may share its title with one that is not.
        ids = [home.id for home in await self.properties() if home.title == title]
        return self.holds(ids[0]) if len(ids) == 1 else None

    async def thread(self, conversation_id: str) -> bool:
        """Whether a thread in a list is inside, as it was within the last minute."""
        key = ("thread", conversation_id)
        is_inside = self._recall(key)
        if is_inside is None:
            is_inside = await self._look_into(conversation_id)
            self._keep(key, is_inside)
        return is_inside

    def has_thread(self, thread: Conversation) -> bool:
        """Whether a thread is about served properties and no others."""
        # An activity without a property, as of a stay that is not allocated, counts as property 0: not
        # served.
        homes = [activity.property for activity in thread.activities]
        return self.covers([home.id or 0 if home else 0 for home in homes])

    async def _look_into(self, conversation_id: str) -> bool:
        try:
            thread = await self.client.call(GET_CONVERSATION, path={"conversation_id": conversation_id})
        # The thread is gone, or of another operator: Hostex answers 403 for that.
        except (NotFound, Forbidden):
            return False
        return self.has_thread(thread)

    async def _room_types(self) -> list[RoomType]:
        try:
            return await self._all(LIST_ROOM_TYPES)
        # Room types come with some plans only; an account without them has no shared listings.
        except PlanUnsupported:
            return []

    async def _all(self, listing: ListEndpoint[RowT]) -> list[RowT]:
        rows = self._recall(listing.name)
        if rows is None:
            rows = (await read_all(self.client, listing, most=_MOST_ROWS)).items
            self._keep(listing.name, rows)
        return rows

    def _recall(self, key: object) -> Any:
        since, value = self._cache.get(key, (0.0, None))
        return value if time.monotonic() - since < _CACHE_SECONDS else None

    def _keep(self, key: object, value: object) -> None:
        if len(self._cache) >= _MOST_CACHED:
            self.forget()
        self._cache[key] = (time.monotonic(), value)
