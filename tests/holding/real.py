"""Calls that are in order and ask for as much as an account of any size has."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.toolkit.tool import Tool
from tests.holding.hostile import Given

_MOST_RANGES = 399


def most(tool: Tool, account: SandboxAccount, today: date) -> Iterator[tuple[str, Given]]:
    """Calls of a tool for all that it can give, over the longest periods; each once."""
    calls = {repr(given): (what, given) for what, given in _calls(tool, account, today)}
    yield from calls.values()


def _calls(tool: Tool, account: SandboxAccount, today: date) -> Iterator[tuple[str, Given]]:
    fields: Mapping[str, Any] = tool.input_schema["properties"]
    known = _known(account, today)
    wide = {name: known[name] for name in fields if name in known and name in (*tool.required, *_WIDE)}
    for years in (0, 1, 5, 10):
        yield f"{years} years", {**wide, **_period(fields, today, timedelta(days=365 * years + 30))}
        yield (
            f"{years} years in one pair",
            {**wide, **_period([*fields][:12], today, timedelta(days=365 * years + 30))},
        )
    yield "all", {name: known[name] for name in fields if name in known}
    yield "by title", {**wide, **{name: known["titles"] for name in fields if name == "property_ids"}}


_WIDE = (
    "limit",
    "detail",
    "property_ids",
    "reveal",
    "listings",
    "last_n",
    "days",
    "prices",
    "guest_name",
    "name",
)


def _known(account: SandboxAccount, today: date) -> Given:
    stay = next(iter(account.stays.values()))
    days = [today + timedelta(days=offset) for offset in range(1, _MOST_RANGES)]
    ranges = [{"start_date": f"{day}", "end_date": f"{day}"} for day in days]
    channel, listing = next(iter(account.rates))
    titles = [row["title"] for row in account.properties.values()]
    return {
        "limit": 100,
        "detail": "full",
        "last_n": 200,
        "days": 30,
        "property_ids": list(account.properties)[:100],
        "property_id": next(iter(account.properties)),
        "titles": (titles * 100)[:100],
        "guest_name": "a",
        "name": "zzzz yyyy",
        "stay_code": stay["stay_code"],
        "reservation_code": stay["reservation_code"],
        "conversation_id": next(iter(account.conversations)),
        "listings": [{"channel_type": kind, "listing_id": key} for kind, key in list(account.rates)[:50]],
        "channel_type": channel,
        "listing_id": listing,
        "prices": [{**period, "price": 100} for period in ranges],
        "inventories": [{**period, "inventory": 1} for period in ranges],
        "restrictions": [{**period, "min_stay_on_arrival": 2} for period in ranges],
        "dates": [f"{day}" for day in days],
        "available": True,
        "message": "x" * 10_000,
        "note": "x" * 500,
        "title": "x" * 100,
        "tag_name": "x",
        "id": next(iter(account.knowledge_bases)),
        "contents": [{"sub_title": f"{number}", "text": "x" * 5_000} for number in range(100)],
        "scope_property": {"type": "all"},
        "scope_channel": {"type": "all"},
        "is_enable": True,
        "custom_fields": {f"key{number}": "x" * 100 for number in range(500)},
        "query": " ".join(["calenxar", "reservxtion", "propxrty", "availabxlity"] * 5)[:200],
    }


def _period(fields: Any, today: date, length: timedelta) -> Given:
    ends = {"end_date", "end_check_in_date", "end_check_out_date", "check_out_date"}
    starts = {"start_date", "start_check_in_date", "start_check_out_date", "check_in_date"}
    first = today - length * 0.8
    dates = {name: f"{first}" for name in fields if name in starts}
    return {**dates, **{name: f"{first + length}" for name in fields if name in ends}}
