"""The properties that writes are about, and their titles."""

from collections.abc import Iterable, Mapping

from hostex_mcp.api import FieldProblem
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, Property
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.toolkit.arguments import InvalidArguments
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


async def find_property(context: Context, property_id: int) -> Property:
    """Read the property with this id.

    Raises:
        InvalidArguments: if there is no such property.
    """
    for place in await _properties(context, property_id):
        return place
    raise InvalidArguments(FieldProblem("property_id", f"there is no property with the id {property_id}"))


async def _properties(context: Context, property_id: int) -> list[Property]:
    page = await context.client.page(LIST_PROPERTIES, query={"id": property_id}, limit=1)
    return [place for place in page.items if place.id == property_id]
