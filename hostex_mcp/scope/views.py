"""Views of answers: rows and objects without what belongs to other properties. None stands for nothing."""

from collections.abc import Sequence
from typing import Any

from hostex_mcp.api.endpoints.calendar import CalendarShareLink, ListingCalendar, PropertyAvailability
from hostex_mcp.api.endpoints.knowledge_base import KnowledgeBaseSummary
from hostex_mcp.api.endpoints.messaging import Conversation, ConversationSummary
from hostex_mcp.api.endpoints.properties import Listing, Property, PropertyGroup, PropertyTag, RoomType
from hostex_mcp.scope.membership import homes_of, link_covered
from hostex_mcp.scope.portfolio import ServedProperties


async def property_row(portfolio: ServedProperties, row: Property) -> Property | None:
    """Show a served property."""
    return row if portfolio.holds(row.id) else None


async def row_of_property(portfolio: ServedProperties, row: Any) -> Any:
    """Show a row whose `property_id` is that of a served property."""
    return row if portfolio.holds(row.property_id) else None


async def group(portfolio: ServedProperties, row: PropertyGroup) -> PropertyGroup | None:
    """Show a group with its served properties; nothing if all of its properties are others."""
    served = tuple(filter(portfolio.holds, row.property_ids))
    return row.model_copy(update={"property_ids": served}) if served or not row.property_ids else None


async def tag(portfolio: ServedProperties, row: PropertyTag) -> PropertyTag | None:
    """Show a tag with its served properties and room types; nothing if it is on others only."""
    served = {
        "property_ids": tuple(filter(portfolio.holds, row.property_ids)),
        "room_type_ids": await _touched(portfolio, "by_room_type", row.room_type_ids),
    }
    unused = not (row.property_ids or row.room_type_ids)
    return row.model_copy(update=served) if unused or any(served.values()) else None


async def room_type(portfolio: ServedProperties, row: RoomType) -> RoomType | None:
    """Show a room type with its served properties, and with its listings if it has no other properties."""
    served = tuple(home for home in row.properties if portfolio.holds(home.id))
    # A listing of a room type sells all of its properties.
    channels = row.channels if len(served) == len(row.properties) else ()
    return row.model_copy(update={"properties": served, "channels": channels}) if served else None


async def listing(portfolio: ServedProperties, row: Listing) -> Listing | None:
    """Show a listing of a served property."""
    return row if (row.channel_type, row.listing_id) in await portfolio.listings() else None


async def share_link(portfolio: ServedProperties, row: CalendarShareLink) -> CalendarShareLink | None:
    """Show a link that shows served properties and no others."""
    return row if link_covered(portfolio, row) else None


async def knowledge_entry(
    portfolio: ServedProperties, row: KnowledgeBaseSummary
) -> KnowledgeBaseSummary | None:
    """Show an entry that holds for all properties or for a served one, without the ids of others."""
    scope = row.scope_property
    # It holds for the served properties as well, and names none of the others.
    if scope.type == "all":
        return row
    served = await _touched(portfolio, scope.type, scope.ids)
    narrowed = scope.model_copy(update={"ids": served})
    return row.model_copy(update={"scope_property": narrowed}) if served else None


async def thread_row(portfolio: ServedProperties, row: ConversationSummary) -> ConversationSummary | None:
    """Show a thread of a served property."""
    # The title in the list is that of one property where there are several, and spares a read of the thread.
    served = await portfolio.served_title(row.property_title) if row.property_title else None
    if served is None:
        served = await portfolio.thread(row.id)
    return row if served else None


async def thread(portfolio: ServedProperties, answer: Conversation) -> Conversation | None:
    """Show a thread about served properties and no others."""
    return answer if portfolio.has_thread(answer) else None


async def availabilities(
    portfolio: ServedProperties, answer: list[PropertyAvailability]
) -> list[PropertyAvailability]:
    """Show the days of served properties."""
    return [calendar for calendar in answer if portfolio.holds(calendar.id)]


async def calendars(portfolio: ServedProperties, answer: list[ListingCalendar]) -> list[ListingCalendar]:
    """Show the days of listings of served properties."""
    served = await portfolio.listings()
    return [calendar for calendar in answer if (calendar.channel_type, calendar.listing_id) in served]


async def _touched(portfolio: ServedProperties, type: str, ids: Sequence[int]) -> tuple[int, ...]:
    """Return those of the ids of this kind behind which there is a served property."""
    homes = await homes_of(portfolio, type, ids) if ids else []
    return tuple(id for id, members in zip(ids, homes, strict=False) if portfolio.touches(members))
