"""Single properties and their titles."""

from hostex_mcp.api import FieldProblem
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, Property
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context


async def find_property(context: Context, property_id: int, argument: str = "property_id") -> Property:
    """Read the property with this id.

    Raises:
        InvalidArguments: naming the argument, if there is no such property.
    """
    for place in await _properties(context, property_id):
        return place
    raise InvalidArguments(FieldProblem(argument, "is the id of no property of this account"))


async def _properties(context: Context, property_id: int) -> list[Property]:
    page = await context.client.page(LIST_PROPERTIES, query={"id": property_id}, limit=1)
    return [place for place in page.items if place.id == property_id]
