"""Tools that change the knowledge base from which Hostex's own assistant answers guests."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from annotated_types import MinLen

from hostex_mcp.api import FieldProblem
from hostex_mcp.api.endpoints import knowledge_base as api
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.lists import upserted
from hostex_mcp.domain.wording import quoted
from hostex_mcp.reads.channel_codes import remember_channels
from hostex_mcp.toolkit.arguments import Arguments, Channel, Id, InvalidArguments, ShortText
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ALREADY, JsonObject, PlannedWrite
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.knowledge_base._preview import (
    OFF,
    addition,
    channel_names,
    require_scope,
    rewriting,
    scope_names,
)
from hostex_mcp.tools.knowledge_base.read import KnowledgeRow
from hostex_mcp.tools.writing.edits import (
    change_body,
    creator,
    edit_list,
    plan_creation,
    plan_deletion,
    sender,
    undo_to,
)

_EVERY_PROPERTY = [-1]
_EVERY_CHANNEL = ["unlimited"]
_UNKNOWN_ID = "The new id is not known; `list_knowledge_bases` shows what there is."


class PropertyScope(Arguments):
    """What an entry applies to: everything, or these properties, groups or room types."""

    type: Literal["all", "by_property", "by_group", "by_room_type"]
    ids: Annotated[list[Id], MinLen(1), "of the kind of type; none with all"] | None = None


class ChannelScope(Arguments):
    """Which channels an entry applies to: all, or these."""

    type: Literal["all", "by_channel"]
    channels: Annotated[list[Channel], MinLen(1), "such as airbnb; none with all"] | None = None


class Paragraph(Arguments):
    """One paragraph of an entry."""

    sub_title: Annotated[str, MinLen(0)]
    text: Annotated[str, MinLen(0)]


class EntryChange(KnowledgeRow, total=False):
    """An entry that was written: its id and the fields that were set, of `contents` the sub_titles as they
    are now. `note` says why an id is missing."""

    scope_property: dict[str, Any]
    scope_channel: dict[str, Any]
    contents: list[str]
    note: str


Paragraphs = Annotated[list[Paragraph], MinLen(1)]


def _property_scope(scope: PropertyScope) -> dict[str, Any]:
    if (scope.type == "all") is not (scope.ids is None):
        raise InvalidArguments(FieldProblem("scope_property.ids", "are given with every type but all"))
    return {"type": scope.type, "ids": scope.ids or _EVERY_PROPERTY}


def _channel_scope(scope: ChannelScope) -> dict[str, Any]:
    if (scope.type == "all") is not (scope.channels is None):
        raise InvalidArguments(FieldProblem("scope_channel.channels", "are given with every type but all"))
    return {"type": scope.type, "channels": scope.channels or _EVERY_CHANNEL}


@tool(
    "Add a knowledge entry",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="create_knowledge_base",
    keywords="new house rules faq instructions hostgpt assistant teach",
)
async def create_knowledge_base(
    context: Context,
    scope_property: PropertyScope,
    scope_channel: ChannelScope,
    contents: Paragraphs,
    is_enable: bool,
    title: ShortText | None = None,
) -> PlannedWrite[EntryChange]:
    """Add an entry from which Hostex's own assistant answers guests: titled paragraphs, and the properties
    and channels they apply to. Hostex returns no id; the new one is looked up in the list and left out if it
    cannot be identified for certain."""
    body = change_body(
        scope_property=_property_scope(scope_property),
        scope_channel=_channel_scope(scope_channel),
        contents=_dumped(contents),
        is_enable=is_enable,
        title=title,
    )
    await require_scope(context, body["scope_property"])
    create = await creator(
        context, api.CREATE_KNOWLEDGE_BASE, body, api.LIST_KNOWLEDGE_BASES, lambda entry: _is_of(entry, body)
    )

    async def send() -> EntryChange:
        entry = await create()
        if entry is None:
            return EntryChange(is_enable=is_enable, note=_UNKNOWN_ID)
        return EntryChange(id=entry.id, title=entry.title, is_enable=bool(entry.is_enable))

    return plan_creation("delete_knowledge_base", send, await addition(context, body))


def _is_of(entry: api.KnowledgeBaseSummary, body: JsonObject) -> bool:
    """Whether a listed entry can be the one that was written with this body. Lists lack the texts."""
    listed = entry.model_dump(mode="json")
    return all(listed[name] == value for name, value in body.items() if name != "contents")


@tool(
    "Change a knowledge entry",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="update_knowledge_base",
    destructive=True,
    idempotent=True,
    keywords="edit house rules faq instructions hostgpt assistant enable disable",
)
async def update_knowledge_base(
    context: Context,
    id: Id,
    title: ShortText | None = None,
    is_enable: bool | None = None,
    contents: Annotated[Paragraphs, "the whole new text"] | None = None,
    add_contents: Annotated[Paragraphs, "each replaces the one with its sub_title"] | None = None,
    remove_contents: Annotated[list[str], "sub_titles"] | None = None,
    scope_property: PropertyScope | None = None,
    add_scope_ids: Annotated[list[Id], "of the kind the scope has"] | None = None,
    remove_scope_ids: list[Id] | None = None,
    scope_channel: ChannelScope | None = None,
    add_channels: list[Channel] | None = None,
    remove_channels: list[Channel] | None = None,
    clear: list[Literal["title"]] | None = None,
) -> PlannedWrite[EntryChange]:
    """Change an entry from which Hostex's own assistant answers guests: paragraphs, title, whether it is in
    use, and what it applies to. Only what is given changes: the entry is read first and written whole. The
    result shows the changed lists as written."""
    entry = await context.client.call(api.GET_KNOWLEDGE_BASE, path={"id": id})
    remember_channels(context, entry)
    # Hostex takes the entry with all its members, changed or not.
    old = entry.model_dump(mode="json", exclude={"id", "process_status"}, warnings=False)
    new_properties = _property_scope(scope_property) if scope_property else None
    new_channels = _channel_scope(scope_channel) if scope_channel else None
    changed = change_body(
        clear,
        {"title": ""},
        title=title,
        is_enable=is_enable,
        contents=_contents(entry, contents, add_contents, remove_contents),
        scope_property=_scope(
            "scope_property",
            "scope_ids",
            old["scope_property"],
            new_properties,
            add_scope_ids,
            remove_scope_ids,
        ),
        scope_channel=_scope(
            "scope_channel",
            "channels",
            old["scope_channel"],
            new_channels,
            add_channels,
            remove_channels,
        ),
    )
    if new_properties or add_scope_ids:
        await require_scope(context, changed["scope_property"])
    result = EntryChange(id=id, **changed)
    if "contents" in changed:
        result["contents"] = [_sub_title(part) for part in changed["contents"]]
    send = await sender(context, api.UPDATE_KNOWLEDGE_BASE, id, old | changed, result)
    before = {name: _argument(name, old[name]) for name in changed}
    undo = undo_to("update_knowledge_base", {"id": id}, before, ["title"])
    preview = await rewriting(context, entry, changed)
    already = ALREADY if old | changed == old else ""
    return PlannedWrite(send, undo, preview, already)


def _dumped(paragraphs: Sequence[Paragraph]) -> list[dict[str, Any]]:
    return [paragraph.model_dump() for paragraph in paragraphs]


def _argument(name: str, value: Any) -> Any:
    """Return a member of an entry as `update_knowledge_base` takes it: without a list in a scope of all."""
    return {"type": "all"} if name.startswith("scope_") and value["type"] == "all" else value


def _contents(
    entry: api.KnowledgeBase,
    whole: Sequence[Paragraph] | None,
    add: Sequence[Paragraph] | None,
    remove: Sequence[str] | None,
) -> list[dict[str, Any]] | None:
    if whole is not None and (add is not None or remove is not None):
        raise InvalidArguments(
            FieldProblem("contents", "cannot be combined with add_contents or remove_contents")
        )
    if whole is not None:
        return _dumped(whole)
    if add is None and remove is None:
        return None
    present = [part.model_dump() for part in entry.contents]
    _all_present(present, remove or ())
    new = upserted(present, _dumped(add or ()), remove or (), _sub_title)
    if not new:
        raise InvalidArguments(FieldProblem("remove_contents", "would leave no paragraph"))
    return new


def _sub_title(paragraph: dict[str, Any]) -> str:
    return paragraph["sub_title"]


def _all_present(present: Sequence[dict[str, Any]], remove: Sequence[str]) -> None:
    titles = [_sub_title(part) for part in present]
    if unknown := [title for title in remove if title not in titles]:
        problem = f"has no paragraph {', '.join(unknown)}; there are: {', '.join(titles)}"
        raise InvalidArguments(FieldProblem("remove_contents", problem))


def _scope(
    argument: str,
    name: str,
    before: dict[str, Any],
    whole: dict[str, Any] | None,
    add: Sequence[int] | Sequence[str] | None,
    remove: Sequence[int] | Sequence[str] | None,
) -> dict[str, Any] | None:
    """Return the scope to write: `whole`, or the one before with some members added and removed."""
    if add is None and remove is None:
        return whole
    if whole is not None:
        raise InvalidArguments(FieldProblem(argument, f"cannot be combined with add_{name} or remove_{name}"))
    if before["type"] == "all":
        raise InvalidArguments(
            FieldProblem(argument, "is required: the entry applies to all now, so there is no list to change")
        )
    key = "ids" if "ids" in before else "channels"
    members = edit_list(name, before[key], None, add, remove)
    if not members:
        raise InvalidArguments(
            FieldProblem(f"remove_{name}", f"would leave none; {argument} sets another scope")
        )
    return {**before, key: members}


@tool(
    "Delete a knowledge entry",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="delete_knowledge_base",
    destructive=True,
    idempotent=True,
    keywords="remove house rules faq instructions hostgpt assistant",
)
async def delete_knowledge_base(context: Context, id: Id) -> PlannedWrite[EntryChange]:
    """Delete an entry for good, so that Hostex's own assistant no longer answers guests from it.
    `update_knowledge_base` with `is_enable` false takes it out of use instead."""
    entry = await context.client.call(api.GET_KNOWLEDGE_BASE, path={"id": id})
    scope = await scope_names(context, entry.scope_property.model_dump())
    channels = channel_names(entry.scope_channel.model_dump())
    texts = [part.model_dump() for part in context.preview_redactor().redact(entry).contents]
    return await plan_deletion(
        context,
        api.DELETE_KNOWLEDGE_BASE,
        id,
        api.KnowledgeBaseSummary(**entry.model_dump(exclude={"contents"})),
        f"the knowledge entry {quoted(one_line(entry.title))}",
        [OFF] if entry.is_enable else [],
        applies_to=[*scope, *channels],
        paragraphs=texts,
        scope_property=None,
        scope_channel=None,
        process_status=None,
    )
