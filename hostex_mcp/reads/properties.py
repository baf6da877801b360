"""Single properties, and the titles of some."""

import asyncio
from collections.abc import Iterable, Mapping

from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, Property
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.toolkit.arguments import FieldProblem, InvalidArguments
from hostex_mcp.toolkit.context import Context

UNPLACED = "no property"


async def find_property(context: Context, property_id: int, argument: str = "property_id") -> Property:
    """The property with this id.

    Raises:
        InvalidArguments: naming the argument, when there is no such property.
    """
    for one in await _properties(context, property_id):
        return one
    raise InvalidArguments(FieldProblem(argument, "is the id of no property of this account"))


async def titles_of(context: Context, stays: Iterable[Reservation]) -> Mapping[int, str]:
    """Property id to title of some stays; without a property the title says so."""
    ids = sorted({one.property_id for one in stays} - {0})
    found = await asyncio.gather(*(_properties(context, one) for one in ids))
    titles = {one.id: title(one) for part in found for one in part}
    return {0: UNPLACED, **{one: titles.get(one, f"property {one}") for one in ids}}


def title(place: Property) -> str:
    """A property's title on one line."""
    return one_line(place.title)


async def _properties(context: Context, property_id: int) -> list[Property]:
    page = await context.client.page(LIST_PROPERTIES, query={"id": property_id}, limit=1)
    return [one for one in page.items if one.id == property_id]
