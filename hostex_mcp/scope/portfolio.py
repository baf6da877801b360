"""Which part of the account is served: properties by id, and their listings, groups and room types."""

import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from hostex_mcp.api import (
    Client,
    Forbidden,
    ListEndpoint,
    NotFound,
    PlanUnsupported,
    RowT,
    read_all,
)
from hostex_mcp.api.endpoints.messaging import GET_CONVERSATION, Conversation
from hostex_mcp.api.endpoints.properties import (
    LIST_PROPERTIES,
    LIST_PROPERTY_GROUPS,
    LIST_ROOM_TYPES,
    Property,
    RoomType,
)

ListingKey = tuple[str | None, str | None]

_KEPT_SECONDS = 60.0
_MOST_ROWS = 20_000
_MOST_KEPT = 10_000


class ServedProperties:
    """The served part of one account. `client` reaches all of it. What is read about properties, groups and
    room types is kept for a minute, and never over a write; so is which threads are inside."""

    def __init__(self, client: Client, property_ids: Iterable[int]) -> None:
        self.client = client
        self.property_ids = frozenset(property_ids)
        self._kept: dict[object, tuple[float, Any]] = {}

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
        """Read everything anew from here on."""
        self._kept.clear()

    async def properties(self) -> list[Property]:
        """All properties of the account."""
        return await self._all(LIST_PROPERTIES)

    async def room_types(self) -> Mapping[int, list[int]]:
        """The properties of each room type of the account; none where the plan has no room types."""
        return {one.id: [member.id for member in one.properties] for one in await self._room_types()}

    async def groups(self) -> Mapping[int, list[int]]:
        """The properties of each property group of the account."""
        return {one.id: list(one.property_ids) for one in await self._all(LIST_PROPERTY_GROUPS)}

    async def listings(self) -> set[ListingKey]:
        """Channel type and id of the listings of served properties, and of room types that have no others."""
        homes: list[Property | RoomType] = [one for one in await self.properties() if self.holds(one.id)]
        homes += [
            one for one in await self._room_types() if self.covers([member.id for member in one.properties])
        ]
        return {(link.channel_type, link.listing_id) for home in homes for link in home.channels}

    async def served_title(self, title: str | None) -> bool | None:
        """Whether a title is that of a served property; None where it does not tell one property."""
        ids = [one.id for one in await self.properties() if one.title == title]
        return self.holds(ids[0]) if len(ids) == 1 else None

    async def thread(self, conversation_id: str) -> bool:
        """Whether a thread in a list is inside, as it was within the last minute."""
        key = ("thread", conversation_id)
        known = self._recall(key)
        if known is None:
            known = await self._look_into(conversation_id)
            self._keep(key, known)
        return known

    def has_thread(self, thread: Conversation) -> bool:
        """Whether a thread is about served properties and no others. One that names no property, as for a
        stay that is not allocated, is outside."""
        return self.covers([one.property.id or 0 if one.property else 0 for one in thread.activities])

    async def _look_into(self, conversation_id: str) -> bool:
        try:
            thread = await self.client.call(GET_CONVERSATION, path={"conversation_id": conversation_id})
        except (NotFound, Forbidden):
            return False
        return self.has_thread(thread)

    async def _room_types(self) -> list[RoomType]:
        try:
            return await self._all(LIST_ROOM_TYPES)
        except PlanUnsupported:
            return []

    async def _all(self, listing: ListEndpoint[RowT]) -> list[RowT]:
        rows = self._recall(listing.name)
        if rows is None:
            rows = (await read_all(self.client, listing, most=_MOST_ROWS)).items
            self._keep(listing.name, rows)
        return rows

    def _recall(self, key: object) -> Any:
        since, value = self._kept.get(key, (0.0, None))
        return value if time.monotonic() - since < _KEPT_SECONDS else None

    def _keep(self, key: object, value: object) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self.forget()
        self._kept[key] = (time.monotonic(), value)
