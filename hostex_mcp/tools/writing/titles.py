"""Titles of the properties that writes are about."""

from collections.abc import Iterable, Mapping

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.writing.edits import property_names

UNPLACED = "no property"


async def titles_of(context: Context, stays: Iterable[Reservation], *property_ids: int) -> Mapping[int, str]:
    """Return the title of each property that the stays are on, and of some more, by its id. A title that
    several properties have carries the id; id 0 stands for no property."""
    ids = sorted({*(stay.property_id for stay in stays), *property_ids} - {0})
    return {0: UNPLACED, **dict(zip(ids, await property_names(context, ids), strict=True))}


async def title_of(context: Context, property_id: int) -> str:
    """Return the title of one property, with its id where others have the same title."""
    return (await titles_of(context, (), property_id))[property_id]
