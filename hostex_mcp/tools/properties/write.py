"""Tools that create properties and room types."""

from operator import attrgetter
from typing import Annotated

from annotated_types import MaxLen, MinLen

from hostex_mcp.api import FieldProblem, Request, read_all
from hostex_mcp.api.endpoints import properties as api
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.wording import quoted
from hostex_mcp.toolkit.arguments import InvalidArguments, PropertyId
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.properties.grouping import carrier_titles, carriers_in_words
from hostex_mcp.tools.properties.read import PropertyRow, RoomTypeRow
from hostex_mcp.tools.writing.checks import require_new, require_properties
from hostex_mcp.tools.writing.edits import (
    change_body,
    change_rows,
)

Title = Annotated[str, MinLen(1), MaxLen(100), "unique in the account"]
_FINAL = "Hostex has no call that changes or deletes it."
_TITLE = attrgetter("title")


class NewRoomType(RoomTypeRow, total=False):
    """A room type that was created, with the titles of its properties."""

    property_titles: list[str]


@tool(
    "Create a property",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="create_property",
    keywords="add new apartment house unit",
)
async def create_property(context: Context, title: Title) -> PlannedWrite[PropertyRow]:
    """Create an empty property, which uses up one of those the subscription pays for. Address, times, Wi-Fi
    and listings are set up in the portal; Hostex has no call that deletes a property."""
    body = {"title": title}
    await context.client.admit(Request(api.CREATE_PROPERTY, body=body))
    await require_new(context, api.LIST_PROPERTIES, "title", title, _TITLE)
    preview = await _one_more(context, title)

    async def send() -> PropertyRow:
        id = await context.client.call(api.CREATE_PROPERTY, body=body)
        return PropertyRow(id=id, title=title)

    return PlannedWrite(send, preview=preview)


async def _one_more(context: Context, title: str) -> Preview:
    """Return what a new property does to the account. Hostex does not tell how many it may have."""
    count = len((await read_all(context.client, api.LIST_PROPERTIES)).items)
    changes = [*change_rows({"title": title}), *change_rows({"properties": count + 1}, {"properties": count})]
    warnings = ["It uses up one of the properties that the subscription pays for.", _FINAL]
    return Preview(f"Create the property {quoted(one_line(title))}", changes=changes, warnings=warnings)


@tool(
    "Create a room type",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="create_room_type",
    keywords="new hotel pool of interchangeable units",
)
async def create_room_type(
    context: Context,
    title: Title,
    property_ids: Annotated[list[PropertyId], "none of them in another room type"] | None = None,
) -> PlannedWrite[NewRoomType]:
    """Create a room type: a pool of interchangeable properties sold as one. Basic plans do not have it, and
    Hostex has no call that changes or deletes one."""
    body = change_body(title=title, property_ids=property_ids)
    await context.client.admit(Request(api.CREATE_ROOM_TYPE, body=body))
    await require_new(context, api.LIST_ROOM_TYPES, "title", title, _TITLE)
    await require_properties(context, property_ids)
    await _require_unpooled(context, property_ids or [])
    titles = await carrier_titles(context, property_ids or ())

    async def send() -> NewRoomType:
        id = await context.client.call(api.CREATE_ROOM_TYPE, body=body)
        return NewRoomType(id=id, **body, **titles)

    changes = change_rows({"title": title, **carriers_in_words(titles)})
    summary = f"Create the room type {quoted(one_line(title))}"
    return PlannedWrite(send, preview=Preview(summary, changes=changes, warnings=[_FINAL]))


async def _require_unpooled(context: Context, property_ids: list[int]) -> None:
    """Refuse properties that another room type has already.

    Raises:
        InvalidArguments: naming them and their room types.
    """
    problems = [
        f"{one_line(member.title)} is in the room type {one_line(room_type.title)} already"
        for room_type in (await read_all(context.client, api.LIST_ROOM_TYPES)).items
        for member in room_type.properties
        if member.id in property_ids
    ]
    if problems:
        raise InvalidArguments(*(FieldProblem("property_ids", problem) for problem in problems))
