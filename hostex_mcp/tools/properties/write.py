"""Changing properties, their groups and tags, and room types."""

from typing import Annotated, Literal, get_args

from annotated_types import MaxLen, MinLen

from hostex_mcp.api import read_all
from hostex_mcp.api.endpoints import properties as api
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.wording import quoted
from hostex_mcp.toolkit.arguments import FieldProblem, Id, InvalidArguments, PropertyId
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview, everything
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.properties.read import GroupRow, PropertyRow, RoomTypeRow, TagRow
from hostex_mcp.tools.writing.checks import MOST_TAGS, require, require_new, require_properties, same
from hostex_mcp.tools.writing.edits import (
    back,
    counted,
    deleting,
    edited,
    find,
    given,
    names,
    or_empty,
    property_names,
    rows,
    sending,
    undone_by,
)

Title = Annotated[str, MinLen(1), MaxLen(100), "unique in the account"]
GroupName = Annotated[str, MinLen(1), MaxLen(50), "unique in the account"]
TagName = Annotated[str, MinLen(1), MaxLen(15), "unique in the account"]
Color = Literal["#FD587B", "#1BBFA4", "#FFA410", "#F3D432", "#2CBCFD", "#7175FA", "#EF7EDE"]
WholeList = Annotated[list[PropertyId], "the whole new list"]
RoomTypes = Annotated[list[Id], "the whole new list"]
_Members = Literal["property_ids"]
_Carriers = Literal["property_ids", "room_type_ids"]
_FINAL = "Hostex has no call that changes or deletes it."


@tool(
    "Create a property",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="create_property",
    keywords="add new apartment house unit",
)
async def create_property(context: Context, title: Title) -> PlannedWrite[PropertyRow]:
    """Create an empty property, which uses up one of those the subscription pays for. Address, times, Wi-Fi
    and listings are set up in the portal; Hostex has no call that deletes a property."""

    await require_new(context, api.LIST_PROPERTIES, "title", title, lambda one: one.title)
    preview = await _one_more(context, title)

    async def send() -> PropertyRow:
        made = await context.client.call(api.CREATE_PROPERTY, body={"title": title})
        return PropertyRow(id=made, title=title)

    return PlannedWrite(send, preview=preview)


async def _one_more(context: Context, title: str) -> Preview:
    """What a new property does to the account. Hostex does not tell how many the subscription allows."""
    present = (await read_all(context.client, api.LIST_PROPERTIES)).items
    changes = [*rows({"title": title}), *rows({"properties": len(present) + 1}, {"properties": len(present)})]
    warnings = ["It uses up one of the properties that the subscription pays for.", _FINAL]
    return Preview(f"Create the property {quoted(one_line(title))}", changes=changes, warnings=warnings)


@tool(
    "Create a property group",
    effect=Effect.INTERNAL,
    hostex_name="create_property_group",
    keywords="new portfolio owner building",
)
async def create_property_group(
    context: Context, name: GroupName, property_ids: list[PropertyId] | None = None
) -> PlannedWrite[GroupRow]:
    """Create a group of properties, filled at once if `property_ids` are given."""
    body = given(name=name, property_ids=property_ids)
    await require_new(context, api.LIST_PROPERTY_GROUPS, "name", name, lambda one: one.name)
    await require_properties(context, property_ids)

    async def send() -> GroupRow:
        made = await context.client.call(api.CREATE_PROPERTY_GROUP, body=body)
        return GroupRow(id=made.id, name=made.name, property_ids=list(made.property_ids))

    return undone_by("delete_property_group", send)


@tool(
    "Change a property group",
    effect=Effect.INTERNAL,
    hostex_name="update_property_group",
    destructive=True,
    idempotent=True,
    keywords="rename portfolio add remove property",
)
async def update_property_group(
    context: Context,
    id: Id,
    name: GroupName | None = None,
    property_ids: WholeList | None = None,
    add_property_ids: list[PropertyId] | None = None,
    remove_property_ids: list[PropertyId] | None = None,
    clear: list[_Members] | None = None,
) -> PlannedWrite[GroupRow]:
    """Rename a property group, or change which properties are in it: some added and removed, or the list
    replaced."""
    group = await find(context, api.LIST_PROPERTY_GROUPS, id, "property group")
    whole = or_empty("property_ids", property_ids, clear)
    members = edited("property_ids", group.property_ids, whole, add_property_ids, remove_property_ids)
    if name not in (None, group.name):
        await require_new(context, api.LIST_PROPERTY_GROUPS, "name", name, lambda one: one.name)
    await require_properties(context, [*(property_ids or ()), *(add_property_ids or ())])
    body = given(name=name, property_ids=members)
    send = sending(context, api.UPDATE_PROPERTY_GROUP, id, body, GroupRow(id=id, **body))
    return PlannedWrite(
        send,
        back("update_property_group", group, body, get_args(_Members)),
        already=same(context, group, body),
    )


@tool(
    "Delete a property group",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="delete_property_group",
    destructive=True,
    idempotent=True,
    keywords="remove portfolio",
)
async def delete_property_group(context: Context, id: Id) -> PlannedWrite[GroupRow]:
    """Delete a property group for good; its properties stay. The result tells what was in it."""
    group = await find(context, api.LIST_PROPERTY_GROUPS, id, "property group")
    held = await property_names(context, group.property_ids)
    what = f"the property group {quoted(one_line(group.name))}"
    warnings = _leaves(held, "It is taken off", "property", "properties")
    return deleting(
        context, api.DELETE_PROPERTY_GROUP, id, group, what, warnings, properties=held, property_ids=None
    )


def _leaves(names: list[str], verb: str, one: str, several: str) -> list[str]:
    """A warning that names all that lose something."""
    return [f"{verb} {counted(len(names), one, several)}: {', '.join(map(quoted, names))}."] if names else []


@tool(
    "Create a property tag",
    effect=Effect.INTERNAL,
    hostex_name="create_property_tag",
    keywords="new label colour",
)
async def create_property_tag(
    context: Context,
    name: TagName,
    color: Color | None = None,
    property_ids: list[PropertyId] | None = None,
    room_type_ids: list[Id] | None = None,
) -> PlannedWrite[TagRow]:
    """Create a tag for properties and room types, attached to those given. Hostex picks a missing colour.
    Tags of reservations are apart."""
    body = given(name=name, color=color, property_ids=property_ids, room_type_ids=room_type_ids)
    await require_new(context, api.LIST_TAGS, "name", name, lambda one: one.name, MOST_TAGS)
    await require_properties(context, property_ids)
    await require(context, api.LIST_ROOM_TYPES, room_type_ids, "room type")

    async def send() -> TagRow:
        made = await context.client.call(api.CREATE_PROPERTY_TAG, body=body)
        return TagRow(**everything(made))

    return undone_by("delete_property_tag", send)


@tool(
    "Change a property tag",
    effect=Effect.INTERNAL,
    hostex_name="update_property_tag",
    destructive=True,
    idempotent=True,
    keywords="rename label colour attach detach",
)
async def update_property_tag(
    context: Context,
    id: Id,
    name: TagName | None = None,
    color: Color | None = None,
    property_ids: WholeList | None = None,
    add_property_ids: list[PropertyId] | None = None,
    remove_property_ids: list[PropertyId] | None = None,
    room_type_ids: RoomTypes | None = None,
    add_room_type_ids: list[Id] | None = None,
    remove_room_type_ids: list[Id] | None = None,
    clear: list[_Carriers] | None = None,
) -> PlannedWrite[TagRow]:
    """Change the name or colour of a property tag, or what carries it: some added and removed, or a list
    replaced. The result shows the lists as written."""
    tag = await find(context, api.LIST_TAGS, id, "property tag")
    homes = or_empty("property_ids", property_ids, clear)
    properties = edited("property_ids", tag.property_ids, homes, add_property_ids, remove_property_ids)
    pools = or_empty("room_type_ids", room_type_ids, clear)
    rooms = edited("room_type_ids", tag.room_type_ids, pools, add_room_type_ids, remove_room_type_ids)
    if name not in (None, tag.name):
        await require_new(context, api.LIST_TAGS, "name", name, lambda one: one.name)
    await require_properties(context, [*(property_ids or ()), *(add_property_ids or ())])
    added = [*(room_type_ids or ()), *(add_room_type_ids or ())]
    await require(context, api.LIST_ROOM_TYPES, added, "room type")
    body = given(name=name, color=color, property_ids=properties, room_type_ids=rooms)
    send = sending(context, api.UPDATE_PROPERTY_TAG, id, body, TagRow(id=id, **body))
    return PlannedWrite(
        send, back("update_property_tag", tag, body, get_args(_Carriers)), already=same(context, tag, body)
    )


@tool(
    "Delete a property tag",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="delete_property_tag",
    destructive=True,
    idempotent=True,
    keywords="remove label",
)
async def delete_property_tag(context: Context, id: Id) -> PlannedWrite[TagRow]:
    """Delete a property tag for good and take it off everything. The result tells what carried it."""
    tag = await find(context, api.LIST_TAGS, id, "property tag")
    held = await property_names(context, tag.property_ids)
    pools = await names(context, api.LIST_ROOM_TYPES, tag.room_type_ids, lambda one: one.title)
    warnings = _leaves(held, "It is taken off", "property", "properties")
    warnings += _leaves(pools, "It is taken off", "room type", "room types")
    what = f"the property tag {quoted(one_line(tag.name))}"
    carriers = {"properties": held, "room_types": pools, "property_ids": None, "room_type_ids": None}
    return deleting(context, api.DELETE_PROPERTY_TAG, id, tag, what, warnings, **carriers)


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
) -> PlannedWrite[RoomTypeRow]:
    """Create a room type: a pool of interchangeable properties sold as one. Basic plans do not have it, and
    Hostex has no call that changes or deletes one."""
    body = given(title=title, property_ids=property_ids)
    await require_new(context, api.LIST_ROOM_TYPES, "title", title, lambda one: one.title)
    await require_properties(context, property_ids)
    preview = await _pool(context, title, property_ids or [])

    async def send() -> RoomTypeRow:
        made = await context.client.call(api.CREATE_ROOM_TYPE, body=body)
        return RoomTypeRow(id=made, **body)

    return PlannedWrite(send, preview=preview)


async def _pool(context: Context, title: str, property_ids: list[int]) -> Preview:
    """Which properties a new room type pools.

    Raises:
        InvalidArguments: when another room type has one of them.
    """
    members = await property_names(context, property_ids)
    pools = (await read_all(context.client, api.LIST_ROOM_TYPES)).items
    if taken := [
        f"{one_line(one.title)} is in the room type {one_line(pool.title)} already"
        for pool in pools
        for one in pool.properties
        if one.id in property_ids
    ]:
        raise InvalidArguments(*(FieldProblem("property_ids", one) for one in taken))
    changes = rows({"title": title, "properties": ", ".join(members) or "none"})
    return Preview(f"Create the room type {quoted(one_line(title))}", changes=changes, warnings=[_FINAL])
