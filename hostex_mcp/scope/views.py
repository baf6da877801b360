"""What of an answer may be seen: rows and objects without what belongs to other properties."""

from collections.abc import Sequence
from typing import Any

from hostex_mcp.api.endpoints.calendar import CalendarShareLink, ListingCalendar, PropertyAvailability
from hostex_mcp.api.endpoints.knowledge_base import KnowledgeBaseSummary
from hostex_mcp.api.endpoints.messaging import Conversation, ConversationSummary
from hostex_mcp.api.endpoints.properties import Listing, Property, PropertyGroup, PropertyTag, RoomType
from hostex_mcp.scope.membership import homes_of, link_covered
from hostex_mcp.scope.portfolio import ServedProperties


async def property_row(ground: ServedProperties, row: Property) -> Property | None:
    """A served property."""
    return row if ground.holds(row.id) else None


async def row_of_property(ground: ServedProperties, row: Any) -> Any:
    """A row whose `property_id` is that of a served property."""
    return row if ground.holds(row.property_id) else None


async def group(ground: ServedProperties, row: PropertyGroup) -> PropertyGroup | None:
    """A group with its served properties; none if all of its properties are others."""
    kept = tuple(filter(ground.holds, row.property_ids))
    return row.model_copy(update={"property_ids": kept}) if kept or not row.property_ids else None


async def tag(ground: ServedProperties, row: PropertyTag) -> PropertyTag | None:
    """A tag with its served properties and room types; none if it is on others only."""
    kept = {
        "property_ids": tuple(filter(ground.holds, row.property_ids)),
        "room_type_ids": await _touched(ground, "by_room_type", row.room_type_ids),
    }
    unused = not (row.property_ids or row.room_type_ids)
    return row.model_copy(update=kept) if unused or any(kept.values()) else None


async def room_type(ground: ServedProperties, row: RoomType) -> RoomType | None:
    """A room type with its served properties, and with its listings if it has no other properties."""
    kept = tuple(one for one in row.properties if ground.holds(one.id))
    whole = len(kept) == len(row.properties)
    return (
        row.model_copy(update={"properties": kept, "channels": row.channels if whole else ()})
        if kept
        else None
    )


async def listing(ground: ServedProperties, row: Listing) -> Listing | None:
    """A listing of a served property."""
    return row if (row.channel_type, row.listing_id) in await ground.listings() else None


async def share_link(ground: ServedProperties, row: CalendarShareLink) -> CalendarShareLink | None:
    """A link that shows served properties and no others."""
    return row if link_covered(ground, row) else None


async def knowledge_entry(ground: ServedProperties, row: KnowledgeBaseSummary) -> KnowledgeBaseSummary | None:
    """An entry that holds for all properties or for a served one, without the ids of others."""
    scope = row.scope_property
    if scope.type == "all":
        return row
    kept = await _touched(ground, scope.type, scope.ids)
    seen = scope.model_copy(update={"ids": kept})
    return row.model_copy(update={"scope_property": seen}) if kept else None


async def thread_row(ground: ServedProperties, row: ConversationSummary) -> ConversationSummary | None:
    """A thread of a served property: told by the title in the list, which is that of one property where there
    are several, else by what the thread itself says."""
    served = await ground.served_title(row.property_title) if row.property_title else None
    if served is None:
        served = await ground.thread(row.id)
    return row if served else None


async def thread(ground: ServedProperties, answer: Conversation) -> Conversation | None:
    """A thread about served properties and no others."""
    return answer if ground.has_thread(answer) else None


async def availabilities(
    ground: ServedProperties, answer: list[PropertyAvailability]
) -> list[PropertyAvailability]:
    """The days of served properties."""
    return [one for one in answer if ground.holds(one.id)]


async def calendars(ground: ServedProperties, answer: list[ListingCalendar]) -> list[ListingCalendar]:
    """The days of listings of served properties."""
    inside = await ground.listings()
    return [one for one in answer if (one.channel_type, one.listing_id) in inside]


async def _touched(ground: ServedProperties, type: str, ids: Sequence[int]) -> tuple[int, ...]:
    """Those of the ids of this kind behind which there is a served property."""
    homes = await homes_of(ground, type, ids) if ids else []
    return tuple(one for one, members in zip(ids, homes, strict=False) if ground.touches(members))
