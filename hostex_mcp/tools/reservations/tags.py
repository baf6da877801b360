"""Tools for tags on stays, and for the dictionary of these tags."""

import asyncio
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Annotated, TypedDict

from annotated_types import MaxLen, MinLen

from hostex_mcp.api import FieldProblem, Request, read_all
from hostex_mcp.api.endpoints import reservations as api
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.wording import quoted
from hostex_mcp.reads.stay_lookup import find_stay
from hostex_mcp.toolkit.arguments import Code, Id, InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import JsonObject, PlannedWrite, Preview, Undo
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.reservations.read import ReservationTagRow
from hostex_mcp.tools.writing.checks import MOST_TAGS, require_new
from hostex_mcp.tools.writing.edits import change_rows, find, plan_creation
from hostex_mcp.tools.writing.stays import StayView, in_words, stay_target, stay_view
from hostex_mcp.tools.writing.titles import titles_of

_LONGEST = 15
TagName = Annotated[str, MinLen(1), MaxLen(_LONGEST)]

_TAG_LOST = ("This cannot be undone: a new tag with this name would be on no stay.",)


class TaggedStay(StayView, total=False):
    """A stay with its tags after a change; `new_tag` says that the change added the tag to the dictionary."""

    tags: list[str]
    new_tag: bool


class DeletedTag(TypedDict, total=False):
    """A tag that was deleted."""

    id: int
    tag_name: str


@tool(
    "Tag a stay",
    effect=Effect.INTERNAL,
    hostex_name="add_reservation_tag",
    idempotent=True,
    keywords="label mark reservation booking vip",
)
async def add_reservation_tag(
    context: Context, stay_code: Code, tag_name: TagName
) -> PlannedWrite[TaggedStay]:
    """Put a tag on a stay, by name. A name that the dictionary of reservation tags lacks is added to it."""
    stay = await find_stay(context, stay_code)
    dictionary, titles = await asyncio.gather(
        read_all(context.client, api.LIST_RESERVATION_TAGS, query={"keyword": tag_name}),
        titles_of(context, [stay]),
    )
    new = all(tag.tag_name != tag_name for tag in dictionary.items)

    async def send() -> TaggedStay:
        key = {"stay_code": stay_code}
        await context.client.call(api.ADD_RESERVATION_TAG, path=key, body={"tag_name": tag_name})
        return TaggedStay(**stay_view(context, stay, titles), tags=[*stay.tags, tag_name], new_tag=new)

    undo = Undo("remove_reservation_tag", {"stay_code": stay_code, "tag_name": tag_name})
    note = ["The tag is new: it joins the dictionary of reservation tags."] if new else []
    preview = _preview("Tag", stay, titles, {"what": "tag", "after": tag_name}, note)
    already = "The stay has this tag already." if tag_name in stay.tags else ""
    return PlannedWrite(send, undo, preview, already)


def _preview(
    verb: str,
    stay: api.Reservation,
    titles: Mapping[int, str],
    change: JsonObject,
    warnings: Sequence[str] = (),
) -> Preview:
    title = titles[stay.property_id]
    summary = f"{verb} the stay of {in_words(stay, title)}"
    return Preview(summary, stay_target(stay, title), [change], warnings)


@tool(
    "Take a tag off a stay",
    effect=Effect.INTERNAL,
    hostex_name="remove_reservation_tag",
    destructive=True,
    idempotent=True,
    keywords="unlabel untag reservation booking",
)
async def remove_reservation_tag(
    context: Context, stay_code: Code, tag_name: Annotated[str, MinLen(1), MaxLen(50)]
) -> PlannedWrite[TaggedStay]:
    """Take a tag off a stay, by name; the dictionary keeps it."""
    stay = await find_stay(context, stay_code)
    if tag_name not in stay.tags:
        tags = ", ".join(map(one_line, stay.tags)) or "none"
        raise InvalidArguments(FieldProblem("tag_name", f"is not on this stay; its tags: {tags}"))
    titles = await titles_of(context, [stay])

    async def send() -> TaggedStay:
        key = {"stay_code": stay_code}
        await context.client.call(api.REMOVE_RESERVATION_TAG, path=key, body={"tag_name": tag_name})
        tags = [tag for tag in stay.tags if tag != tag_name]
        return TaggedStay(**stay_view(context, stay, titles), tags=tags)

    # Hostex made some tags longer than it lets us write.
    writable = len(tag_name) <= _LONGEST
    undo = Undo("add_reservation_tag", {"stay_code": stay_code, "tag_name": tag_name}) if writable else None
    change = {"what": "tag", "before": one_line(tag_name), "after": "removed"}
    return PlannedWrite(send, undo, _preview("Take a tag off", stay, titles, change))


@tool(
    "Create a reservation tag",
    effect=Effect.INTERNAL,
    hostex_name="create_reservation_tag",
    keywords="new label dictionary",
)
async def create_reservation_tag(context: Context, tag_name: TagName) -> PlannedWrite[ReservationTagRow]:
    """Add a tag to the dictionary of reservation tags; Hostex picks its colour. `add_reservation_tag` puts it
    on a stay."""
    name_of = attrgetter("tag_name")
    body = {"tag_name": tag_name}
    await context.client.admit(Request(api.CREATE_RESERVATION_TAG, body=body))
    await require_new(context, api.LIST_RESERVATION_TAGS, "tag_name", tag_name, name_of, MOST_TAGS)

    async def send() -> ReservationTagRow:
        tag = await context.client.call(api.CREATE_RESERVATION_TAG, body=body)
        return ReservationTagRow(id=tag.id, tag_name=tag.tag_name, is_default=bool(tag.is_default))

    summary = f"Create the reservation tag {quoted(one_line(tag_name))}"
    preview = Preview(summary, changes=change_rows({"tag_name": tag_name}))
    return plan_creation("delete_reservation_tag", send, preview)


@tool(
    "Delete a reservation tag",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="delete_reservation_tag",
    destructive=True,
    idempotent=True,
    keywords="remove label dictionary",
)
async def delete_reservation_tag(context: Context, id: Id) -> PlannedWrite[DeletedTag]:
    """Delete a tag from the dictionary and take it off every stay that carries it. Hostex's default tags
    cannot be deleted."""
    path = {"id": id}
    await context.client.admit(Request(api.DELETE_RESERVATION_TAG, path=path))
    tag = await find(context, api.LIST_RESERVATION_TAGS, id, "reservation tag")
    if tag.is_default:
        problem = f"is a default tag of Hostex, {one_line(tag.tag_name)}, and cannot be deleted"
        raise InvalidArguments(FieldProblem("id", problem))

    async def send() -> DeletedTag:
        await context.client.call(api.DELETE_RESERVATION_TAG, path=path)
        return DeletedTag(id=id, tag_name=tag.tag_name)

    name = one_line(tag.tag_name)
    summary = f"Delete the tag {quoted(name)} and take it off every stay"
    changes = [{"what": "tag", "before": name, "after": "deleted"}]
    return PlannedWrite(send, preview=Preview(summary, {"id": id, "tag_name": name}, changes, _TAG_LOST))
