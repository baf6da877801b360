"""Previews of changes to the knowledge base: where an entry holds by name, and its texts by paragraph."""

from collections import Counter
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
from hostex_mcp.tools.writing.edits import names, property_names, rows

_ALL_PROPERTIES, _ALL_CHANNELS = "all properties", "all channels"
_EVERYWHERE = {_ALL_PROPERTIES, _ALL_CHANNELS}
_PUBLIC = "Hostex's own assistant answers guests from it."
_IDLE = "It stays out of use until it is switched on."
_OFF = "Hostex's own assistant will no longer answer guests from it."


async def scope_names(context: Context, scope: Mapping[str, Any]) -> list[str]:
    """The names of the properties, groups or room types that an entry holds for."""
    match scope["type"]:
        case "by_group":
            return await names(context, LIST_PROPERTY_GROUPS, scope["ids"], lambda one: f"group {one.name}")
        case "by_room_type":
            return await names(context, LIST_ROOM_TYPES, scope["ids"], lambda one: f"room type {one.title}")
        case "by_property":
            return await property_names(context, scope["ids"])
        case _:
            return [_ALL_PROPERTIES]


async def require_scope(context: Context, scope: Mapping[str, Any]) -> None:
    """Check that there are the properties, groups or room types that an entry shall hold for.

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
    """The channels that an entry holds for."""
    return (
        [_ALL_CHANNELS]
        if scope["type"] == "all"
        else [channel_name(one_line(one)) for one in scope["channels"]]
    )


async def addition(context: Context, body: JsonObject) -> Preview:
    """An entry that would be new."""
    places = await scope_names(context, body["scope_property"])
    channels = channel_names(body["scope_channel"])
    changes = [
        *rows({"title": body.get("title"), "holds for": ", ".join([*places, *channels])}),
        *({"what": _paragraph(one), "after": one["text"]} for one in body["contents"]),
    ]
    title = one_line(body.get("title") or body["contents"][0]["sub_title"])
    warnings = [_PUBLIC if body["is_enable"] else _IDLE]
    return Preview(f"Add the knowledge entry {quoted(title)}", {}, changes, warnings)


async def rewriting(context: Context, entry: api.KnowledgeBase, changed: JsonObject) -> Preview:
    """Each change beside what is there now, texts by paragraph, and a warning for each thing that goes."""
    shown = context.preview_redactor().redact(entry).model_dump(mode="json", warnings=False)
    changes = rows({name: changed.get(name) for name in ("title", "is_enable")}, shown)
    warnings = [_PUBLIC if changed.get("is_enable", entry.is_enable) else _OFF if entry.is_enable else _IDLE]
    for name, before, after in await _scopes(context, shown, changed):
        changes += rows({name: ", ".join(after)}, {name: ", ".join(before)})
        warnings += _narrower(before, after)
    if "contents" in changed:
        written, gone = _rewritten([one.model_dump() for one in entry.contents], changed["contents"])
        texts = {_paragraph(one): one["text"] for one in shown["contents"]}
        changes += [row for one in written for row in rows({_paragraph(one): one["text"]}, texts)]
        dropped = [shown["contents"][place] for place in gone]
        changes += [{"what": _paragraph(one), "before": one["text"]} for one in dropped]
        warnings += [f"This drops the paragraph {quoted(one_line(one['sub_title']))}." for one in dropped]
    target = {"id": entry.id, "title": shown["title"]}
    summary = f"Change the knowledge entry {quoted(one_line(entry.title))}"
    return Preview(summary, target, changes, warnings)


async def _scopes(
    context: Context, before: JsonObject, changed: JsonObject
) -> list[tuple[str, Sequence[str], Sequence[str]]]:
    """Kind of scope, names before and names after, of each scope that changes."""
    found: list[tuple[str, Sequence[str], Sequence[str]]] = []
    if after := changed.get("scope_property"):
        now = await scope_names(context, before["scope_property"])
        found.append(("properties", now, await scope_names(context, after)))
    if after := changed.get("scope_channel"):
        found.append(("channels", channel_names(before["scope_channel"]), channel_names(after)))
    return found


def _narrower(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """What speaks against another scope: that it holds everywhere, or what it leaves out."""
    if set(after) <= _EVERYWHERE:
        return [f"It holds for {', '.join(map(quoted, after))}."]
    dropped = [one for one in before if one not in after]
    return [f"It holds no more for {', '.join(map(quoted, dropped))}."] if dropped else []


def _rewritten(
    before: Sequence[JsonObject], after: Sequence[JsonObject]
) -> tuple[list[JsonObject], list[int]]:
    """The paragraphs that are new or get another text, and the places of those that go. Several may have one
    heading: each that is written takes the place of one of them."""
    written, rest = list(after), list[int]()
    for place, paragraph in enumerate(before):
        if paragraph in written:
            written.remove(paragraph)
        else:
            rest.append(place)
    replaced = Counter(paragraph["sub_title"] for paragraph in written)
    gone: list[int] = []
    for place in rest:
        if replaced[before[place]["sub_title"]] > 0:
            replaced[before[place]["sub_title"]] -= 1
        else:
            gone.append(place)
    return written, gone


def _paragraph(one: JsonObject) -> str:
    """A paragraph by its heading."""
    return f"paragraph {one['sub_title']}"
