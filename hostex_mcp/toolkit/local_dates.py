"""What day it is where the properties are, for callers that write "today"."""

from collections.abc import Mapping
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hostex_mcp.api import HostexError, read_all
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, Property
from hostex_mcp.toolkit.context import Context

_WORDS = frozenset(["today", "tomorrow", "yesterday", "tonight", "now"])
_MOST_ZONES = 4
_MOST_NAMED = 500
_LONGEST_WORD = 100


async def date_hint(context: Context, arguments: Mapping[str, Any]) -> str | None:
    """Return a sentence with the local date, when an argument is a word such as "today"; None otherwise. The
    date is that of the property which the arguments name, else of each time zone that the account has."""
    if not any(isinstance(value, str) and _is_word(value) for value in arguments.values()):
        return None
    now = context.now()
    try:
        properties = (await read_all(context.client, LIST_PROPERTIES)).items
    except HostexError:
        # The date is a help beside another error; without the properties UTC has to do.
        properties = list[Property]()
    zones = dict.fromkeys(home.timezone for home in _properties_of(properties, arguments) if home.timezone)
    days = [f"{now.astimezone(zone_named(zone)):%Y-%m-%d} in {zone}" for zone in list(zones)[:_MOST_ZONES]]
    return f"Write dates as YYYY-MM-DD. Today is {', '.join(days) or f'{now:%Y-%m-%d} in UTC'}."


def _is_word(value: str) -> bool:
    return len(value) < _LONGEST_WORD and value.strip().lower() in _WORDS


def _properties_of(properties: list[Property], arguments: Mapping[str, Any]) -> list[Property]:
    names = [arguments.get("property_id"), *_members(arguments.get("property_ids"))]
    keys = {str(value).casefold() for value in names[:_MOST_NAMED] if isinstance(value, str | int)}
    return [home for home in properties if {str(home.id), home.title.casefold()} & keys] or properties


def _members(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def zone_named(name: str | None) -> ZoneInfo:
    """Return the time zone with a name, UTC if there is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # Of the system's files, one with such a name may be a directory of zones, as `Europe` is.
        return ZoneInfo("UTC")
