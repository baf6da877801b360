"""Single properties and their titles."""

import asyncio
from collections.abc import Iterable, Mapping

from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, Property
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.toolkit.arguments import FieldProblem, InvalidArguments
from hostex_mcp.toolkit.context import Context

UNPLACED = "no property"


async def find_property(context: Context, property_id: int, argument: str = "property_id") -> Property:
    """Read the property with this id.

    Raises:
        InvalidArguments: naming the argument, if there is no such property.
    """
    for place in await _properties(context, property_id):
        return place
    raise InvalidArguments(FieldProblem(argument, "is the id of no property of this account"))


async def titles_of(context: Context, stays: Iterable[Reservation]) -> Mapping[int, str]:
    """Read the titles of the properties of some stays, by property id; 0 stands for stays without one."""
    ids = sorted({stay.property_id for stay in stays} - {0})
    answers = await asyncio.gather(*(_properties(context, ident) for ident in ids))
    titles = {place.id: title(place) for answer in answers for place in answer}
    return {0: UNPLACED, **{ident: titles.get(ident, f"property {ident}") for ident in ids}}


def title(place: Property) -> str:
    """Return a property's title on one line."""
    return one_line(place.title)


async def _properties(context: Context, property_id: int) -> list[Property]:
    page = await context.client.page(LIST_PROPERTIES, query={"id": property_id}, limit=1)
    return [place for place in page.items if place.id == property_id]
