"""Previews of changes to the knowledge base: the scope of an entry by name, and its texts by paragraph."""

from collections.abc import Mapping, Sequence
from typing import Any

from hostex_mcp.api.endpoints import knowledge_base as api
from hostex_mcp.api.endpoints.properties import LIST_PROPERTY_GROUPS, LIST_ROOM_TYPES
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.wording import quoted
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import JsonObject, Preview
from hostex_mcp.tools.writing.checks import require, require_properties
from hostex_mcp.tools.writing.edits import change_rows, names, property_names

_ALL_PROPERTIES, _ALL_CHANNELS = "all properties", "all channels"
_EVERYWHERE = {_ALL_PROPERTIES, _ALL_CHANNELS}
_PUBLIC = "Hostex's own assistant answers guests from it."
_IDLE = "It is not used until it is switched on."
OFF = "Hostex's own assistant will no longer answer guests from it."


async def scope_names(context: Context, scope: Mapping[str, Any]) -> list[str]:
    """Return the names of the properties, groups or room types that an entry applies to."""
    match scope["type"]:
        case "by_group":
            return await names(
                context, LIST_PROPERTY_GROUPS, scope["ids"], lambda group: f"group {group.name}"
            )
        case "by_room_type":
            return await names(context, LIST_ROOM_TYPES, scope["ids"], lambda pool: f"room type {pool.title}")
        case "by_property":
            return await property_names(context, scope["ids"])
        case _:
            return [_ALL_PROPERTIES]


async def require_scope(context: Context, scope: Mapping[str, Any]) -> None:
    """Check that the properties, groups or room types that an entry is to apply to exist.

    Raises:
        NotFound: when one is missing.
    """
    match scope["type"]:
        case "by_group":
            await require(context, LIST_PROPERTY_GROUPS, scope["ids"], "property group")
        case "by_room_type":
            await require(context, LIST_ROOM_TYPES, scope["ids"], "room type")
        case "by_property":
            await require_properties(context, scope["ids"])
        case _:
            pass


def channel_names(scope: Mapping[str, Any]) -> list[str]:
    """Return the names of the channels that an entry applies to."""
    if scope["type"] == "all":
        return [_ALL_CHANNELS]
    return [channel_name(one_line(channel)) for channel in scope["channels"]]


async def addition(context: Context, body: JsonObject) -> Preview:
    """Return the preview of a new entry."""
    places = await scope_names(context, body["scope_property"])
    channels = channel_names(body["scope_channel"])
    changes = [
        *change_rows({"title": body.get("title"), "applies to": ", ".join([*places, *channels])}),
        *({"what": _heading(part), "after": part["text"]} for part in body["contents"]),
    ]
    title = one_line(body.get("title") or body["contents"][0]["sub_title"])
    warnings = [_PUBLIC if body["is_enable"] else _IDLE]
    return Preview(f"Add the knowledge entry {quoted(title)}", {}, changes, warnings)


async def rewriting(context: Context, entry: api.KnowledgeBase, changed: JsonObject) -> Preview:
    """Return each change beside what is there now, texts by paragraph, and warn of each thing removed."""
    old = context.preview_redactor().redact(entry).model_dump(mode="json", warnings=False)
    changes = change_rows({name: changed.get(name) for name in ("title", "is_enable")}, old)
    warnings = [_PUBLIC if changed.get("is_enable", entry.is_enable) else OFF if entry.is_enable else _IDLE]
    for name, before, after in await _scopes(context, old, changed):
        changes += change_rows({name: ", ".join(after)}, {name: ", ".join(before)})
        warnings += _narrower(before, after)
    if "contents" in changed:
        present = [part.model_dump() for part in entry.contents]
        new, removed = _compared(present, changed["contents"])
        for part, place in new:
            texts = {} if place is None else {_heading(part): old["contents"][place]["text"]}
            changes += change_rows({_heading(part): part["text"]}, texts)
        for part in (old["contents"][place] for place in removed):
            changes.append({"what": _heading(part), "before": part["text"]})
            warnings.append(f"This removes the paragraph {quoted(one_line(part['sub_title']))}.")
    target = {"id": entry.id, "title": old["title"]}
    summary = f"Change the knowledge entry {quoted(one_line(entry.title))}"
    return Preview(summary, target, changes, warnings)


async def _scopes(
    context: Context, before: JsonObject, changed: JsonObject
) -> list[tuple[str, Sequence[str], Sequence[str]]]:
    """Return the kind, the names before and the names after of each scope that changes."""
    scopes: list[tuple[str, Sequence[str], Sequence[str]]] = []
    if after := changed.get("scope_property"):
        old = await scope_names(context, before["scope_property"])
        scopes.append(("properties", old, await scope_names(context, after)))
    if after := changed.get("scope_channel"):
        scopes.append(("channels", channel_names(before["scope_channel"]), channel_names(after)))
    return scopes


def _narrower(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Warn of another scope: that it applies everywhere, or what it no longer covers."""
    if set(after) <= _EVERYWHERE:
        return [f"It applies to {', '.join(map(quoted, after))}."]
    lost = [name for name in before if name not in after]
    return [f"It no longer applies to {', '.join(map(quoted, lost))}."] if lost else []


def _compared(
    before: Sequence[JsonObject], after: Sequence[JsonObject]
) -> tuple[list[tuple[JsonObject, int | None]], list[int]]:
    """Return the paragraphs that are new, each with the place of the one that it takes over, if any, and the
    places of those that are removed."""
    new, removals = list(after), list[int]()
    for place, part in enumerate(before):
        if part in new:
            new.remove(part)
        else:
            removals.append(place)
    # Several paragraphs may have one heading: each new one takes the place of one of them.
    paired: list[tuple[JsonObject, int | None]] = []
    for part in new:
        place = next((old for old in removals if before[old]["sub_title"] == part["sub_title"]), None)
        if place is not None:
            removals.remove(place)
        paired.append((part, place))
    return paired, removals


def _heading(paragraph: JsonObject) -> str:
    return f"paragraph {paragraph['sub_title']}"
