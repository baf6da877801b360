"""A call of every tool, worked out from its arguments. A new tool needs no entry in a table, unless an
argument's schema tells no value and no other tool has one of that name: then its value goes into `values`."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.toolkit.tool import Tool
from hostex_mcp.tools.catalogue import CATALOGUE

Row = dict[str, Any]

# What these need although no schema says so: one of several arguments, or a period beside an id.
UNDECLARED = {
    "get_pricing_ratios": ["property_id"],
    "get_stay": ["stay_code"],
    "list_transactions": ["start_date", "end_date"],
    "check_stay_extension": ["stay_code"],
    "find_guest": ["guest_name"],
}
TABLES = {
    "staff_member": "staff",
    "automation_plan": "automation_actions",
    "calendar_share_link": "share_links",
}


def sample(name: str, account: SandboxAccount, today: date) -> Row:
    """The required arguments of a tool with values that the demo account has."""
    tool = CATALOGUE[name]
    names = [*UNDECLARED.get(name, ()), *tool.required]
    return {argument: _value(tool, argument, account, today) for argument in names}


def full_sample(name: str, account: SandboxAccount, today: date) -> Row:
    """All arguments of a tool with values that the demo account has."""
    tool = CATALOGUE[name]
    return {argument: _value(tool, argument, account, today) for argument in tool.parameters}


def with_samples(calls: Mapping[str, Row], account: SandboxAccount, today: date) -> dict[str, Row]:
    """Calls of writes, beside them one with all arguments of each write that is not among them."""
    others = [name for name, tool in CATALOGUE.items() if tool.writes and name not in calls]
    return {**calls, **{name: full_sample(name, account, today) for name in others}}


def values(account: SandboxAccount, today: date) -> Row:
    """Argument to a value that any tool takes."""

    def day(ahead: int) -> str:
        return (today + timedelta(days=ahead)).isoformat()

    offer = next(thread for thread in account.conversations.values() if thread.get("_offers"))
    coming = [stay for stay in account.stays.values() if stay["check_in_date"] > day(0)]
    stay = next(stay for stay in coming if stay["status"] == "accepted" and stay["property_id"])
    channel, listing = next(key for key in account.rates if key[0] == "airbnb")
    return {
        "property_id": next(iter(account.properties)),
        "property_ids": list(account.properties)[:3],
        "start_date": day(-30),
        "end_date": day(30),
        "check_in_date": day(40),
        "check_out_date": day(44),
        "channel_type": channel,
        "listing_id": listing,
        "listings": [{"channel_type": channel, "listing_id": listing}],
        "stay_code": stay["stay_code"],
        "guest_name": stay["guest_name"],
        "words": "check-in",
        "reservation_code": stay["reservation_code"],
        "conversation_id": offer["id"],
        "query": "lock code",
        "name": "list_reservations",
        "title": "Lighthouse",
        "note": "By train",
    }


def _value(tool: Tool, argument: str, account: SandboxAccount, today: date) -> Any:
    schema = tool.input_schema["properties"][argument]
    if "enum" in schema:
        return schema["enum"][0]
    if argument == "id":
        return next(iter(_table(tool.name.partition("_")[2], account)))
    if argument == "listing_id" and "vrbo" in tool.name:
        return next(listing for channel, listing in account.rates if channel == "vrbo")
    known = values(account, today)
    if argument in known:
        return known[argument]
    value = _from_schema(argument, schema, known)
    problem = (
        f"give `values` one for {argument} of {tool.name}, or {tool.name} a call of its own where it is used"
    )
    assert value is not None, f"tests/tools/sample_calls.py: {problem}"
    return value


def _from_schema(argument: str, schema: Row, known: Row) -> Any:
    """A value that the schema allows; None where any would do by its words, and few by their meaning."""
    if schema.get("type") == "boolean":
        return True
    if argument.endswith("_date"):
        return known["end_date"]
    if schema.get("type") in ("integer", "number") and not argument.endswith("id"):
        return schema.get("maximum", schema.get("minimum", 0) + 1)
    return None


def _table(noun: str, account: SandboxAccount) -> Row:
    """The rows of the account that are called by this noun."""
    tables: Row = vars(account)
    plurals = (
        TABLES.get(noun, ""),
        f"{noun}s",
        f"{noun.removesuffix('y')}ies",
        noun.rpartition("_")[2] + "s",
    )
    table = next((name for name in plurals if name in tables), None)
    assert table, f"tests/tools/sample_calls.py: say in TABLES which rows of the account a {noun} is"
    return tables[table]
