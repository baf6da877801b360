"""Tools that create, change and delete groups and tags of properties."""

import asyncio
from collections.abc import Collection, Mapping
from operator import attrgetter
from typing import Annotated, Any, Literal, get_args

from annotated_types import MaxLen, MinLen

from hostex_mcp.api import Operation
from hostex_mcp.api.endpoints import properties as api
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.wording import quoted
from hostex_mcp.toolkit.arguments import Id, PropertyId
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import JsonObject, PlannedWrite, Preview, everything, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.properties.read import GroupRow, TagRow
from hostex_mcp.tools.writing.checks import MOST_TAGS, require, require_new, require_properties, same
from hostex_mcp.tools.writing.edits import (
    change_body,
    change_rows,
    counted,
    edit_list,
    find,
    names,
    or_empty,
    plan_creation,
    plan_deletion,
    sender,
    undo_update,
)
from hostex_mcp.tools.writing.titles import titles_of

GroupName = Annotated[str, MinLen(1), MaxLen(50), "unique in the account"]
TagName = Annotated[str, MinLen(1), MaxLen(15), "unique in the account"]
Color = Literal["#FD587B", "#1BBFA4", "#FFA410", "#F3D432", "#2CBCFD", "#7175FA", "#EF7EDE"]
WholeList = Annotated[list[PropertyId], "the whole new list"]
RoomTypes = Annotated[list[Id], "the whole new list"]
_Members = Literal["property_ids"]
_Carriers = Literal["property_ids", "room_type_ids"]
_NAME = attrgetter("name")
_KINDS = {"property_titles": "properties", "room_type_titles": "room_types"}


class GroupChange(GroupRow, total=False):
    """A property group that was written, with the titles of its properties."""

    property_titles: list[str]


class TagChange(TagRow, total=False):
    """A property tag that was written, with the titles of the properties and room types that carry it."""

    color: str
    property_titles: list[str]
    room_type_titles: list[str]


@tool(
    "Create a property group",
    effect=Effect.INTERNAL,
    hostex_name="create_property_group",
    keywords="new portfolio owner building",
)
async def create_property_group(
    context: Context, name: GroupName, property_ids: list[PropertyId] | None = None
) -> PlannedWrite[GroupChange]:
    """Create a group of properties, filled at once if `property_ids` are given."""
    body = change_body(name=name, property_ids=property_ids)
    await require_new(context, api.LIST_PROPERTY_GROUPS, "name", name, _NAME)
    await require_properties(context, property_ids)
    titles = await carrier_titles(context, property_ids)

    async def send() -> GroupChange:
        group = await context.client.call(api.CREATE_PROPERTY_GROUP, body=body)
        return GroupChange(**everything(group), **titles)

    return plan_creation("delete_property_group", send, _created("property group", body, titles))


async def carrier_titles(
    context: Context, property_ids: Collection[int] | None, room_type_ids: Collection[int] | None = None
) -> dict[str, Any]:
    """Return the titles of properties and room types for a result, of each kind that is given."""
    properties, room_types = await asyncio.gather(
        titles_of(context, (), *(property_ids or ())),
        names(context, api.LIST_ROOM_TYPES, room_type_ids or (), attrgetter("title")),
    )
    titles = {} if property_ids is None else {"property_titles": [properties[id] for id in property_ids]}
    return titles if room_type_ids is None else {**titles, "room_type_titles": room_types}


def carriers_in_words(titles: Mapping[str, list[str]]) -> JsonObject:
    """Return the titles for a preview, under the names of their kinds."""
    return {_KINDS[name]: ", ".join(members) or "none" for name, members in titles.items()}


def _created(what: str, body: JsonObject, titles: Mapping[str, list[str]]) -> Preview:
    after = {"name": body["name"], "color": body.get("color"), **carriers_in_words(titles)}
    return Preview(f"Create the {what} {quoted(one_line(body['name']))}", changes=change_rows(after))


async def _changed(
    context: Context, what: str, item: api.PropertyGroup | api.PropertyTag, body: JsonObject
) -> tuple[dict[str, Any], Preview]:
    """Return the titles of what carries a group or tag after a change, and its preview."""
    old = everything(item)
    before, after = await asyncio.gather(
        carrier_titles(context, *(old[kind] if kind in body else None for kind in get_args(_Carriers))),
        carrier_titles(context, *(body.get(kind) for kind in get_args(_Carriers))),
    )
    new = {name: body.get(name) for name in ("name", "color")}
    changes = change_rows({**new, **carriers_in_words(after)}, {**old, **carriers_in_words(before)})
    name = one_line(item.name)
    return after, Preview(f"Change the {what} {quoted(name)}", {"id": item.id, "name": name}, changes)


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
) -> PlannedWrite[GroupChange]:
    """Rename a property group, or change which properties are in it: some added and removed, or the list
    replaced."""
    group = await find(context, api.LIST_PROPERTY_GROUPS, id, "property group")
    new = or_empty("property_ids", property_ids, clear)
    members = edit_list("property_ids", group.property_ids, new, add_property_ids, remove_property_ids)
    if name not in (None, group.name):
        await require_new(context, api.LIST_PROPERTY_GROUPS, "name", name, _NAME)
    await require_properties(context, [*(property_ids or ()), *(add_property_ids or ())])
    body = change_body(name=name, property_ids=members)
    titles, preview = await _changed(context, "property group", group, body)
    send = await sender(context, api.UPDATE_PROPERTY_GROUP, id, body, GroupChange(id=id, **body, **titles))
    undo = undo_update("update_property_group", group, body, get_args(_Members))
    return PlannedWrite(send, undo, preview, same(context, group, body))


@tool(
    "Delete a property group",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="delete_property_group",
    destructive=True,
    idempotent=True,
    keywords="remove portfolio",
)
async def delete_property_group(context: Context, id: Id) -> PlannedWrite[GroupChange]:
    """Delete a property group for good; its properties stay. The result shows what was in it."""
    group = await find(context, api.LIST_PROPERTY_GROUPS, id, "property group")
    titles = await carrier_titles(context, group.property_ids)
    return await _deleted(context, api.DELETE_PROPERTY_GROUP, "property group", group, titles)


async def _deleted(
    context: Context,
    operation: Operation[None],
    what: str,
    item: api.PropertyGroup | api.PropertyTag,
    titles: Mapping[str, list[str]],
) -> PlannedWrite[Any]:
    """Plan a deletion whose preview and result name what carried the group or tag."""
    warnings: list[str] = []
    for (kind, members), noun in zip(titles.items(), ("property", "room type"), strict=False):
        if members:
            count = counted(len(members), noun, _KINDS[kind].replace("_", " "))
            warnings.append(f"It is taken off {count}: {', '.join(map(quoted, members))}.")
    members = {_KINDS[kind]: names for kind, names in titles.items()}
    ids = dict.fromkeys(get_args(_Carriers))
    words = f"the {what} {quoted(one_line(item.name))}"
    change = await plan_deletion(context, operation, item.id, item, words, warnings, **members, **ids)
    delete = change.send

    async def send() -> JsonObject:
        return {**await delete(), **lean(titles)}

    change.send = send
    return change


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
) -> PlannedWrite[TagChange]:
    """Create a tag for properties and room types, attached to those given. Hostex picks a missing colour.
    Tags of reservations are apart."""
    body = change_body(name=name, color=color, property_ids=property_ids, room_type_ids=room_type_ids)
    await require_new(context, api.LIST_TAGS, "name", name, _NAME, MOST_TAGS)
    await require_properties(context, property_ids)
    await require(context, api.LIST_ROOM_TYPES, room_type_ids, "room type")

    titles = await carrier_titles(context, property_ids, room_type_ids)

    async def send() -> TagChange:
        tag = await context.client.call(api.CREATE_PROPERTY_TAG, body=body)
        return TagChange(**everything(tag), **titles)

    return plan_creation("delete_property_tag", send, _created("property tag", body, titles))


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
) -> PlannedWrite[TagChange]:
    """Change the name or colour of a property tag, or what carries it: some added and removed, or a list
    replaced. The result shows the lists as written."""
    tag = await find(context, api.LIST_TAGS, id, "property tag")
    new = or_empty("property_ids", property_ids, clear)
    properties = edit_list("property_ids", tag.property_ids, new, add_property_ids, remove_property_ids)
    new = or_empty("room_type_ids", room_type_ids, clear)
    room_types = edit_list("room_type_ids", tag.room_type_ids, new, add_room_type_ids, remove_room_type_ids)
    if name not in (None, tag.name):
        await require_new(context, api.LIST_TAGS, "name", name, _NAME)
    await require_properties(context, [*(property_ids or ()), *(add_property_ids or ())])
    added = [*(room_type_ids or ()), *(add_room_type_ids or ())]
    await require(context, api.LIST_ROOM_TYPES, added, "room type")
    body = change_body(name=name, color=color, property_ids=properties, room_type_ids=room_types)
    titles, preview = await _changed(context, "property tag", tag, body)
    send = await sender(context, api.UPDATE_PROPERTY_TAG, id, body, TagChange(id=id, **body, **titles))
    undo = undo_update("update_property_tag", tag, body, get_args(_Carriers))
    return PlannedWrite(send, undo, preview, same(context, tag, body))


@tool(
    "Delete a property tag",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="delete_property_tag",
    destructive=True,
    idempotent=True,
    keywords="remove label",
)
async def delete_property_tag(context: Context, id: Id) -> PlannedWrite[TagChange]:
    """Delete a property tag for good and take it off everything. The result shows what carried it."""
    tag = await find(context, api.LIST_TAGS, id, "property tag")
    titles = await carrier_titles(context, tag.property_ids, tag.room_type_ids)
    return await _deleted(context, api.DELETE_PROPERTY_TAG, "property tag", tag, titles)
