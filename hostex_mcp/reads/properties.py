"""Single properties and their titles."""

from hostex_mcp.api import FieldProblem
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, Property
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context


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
