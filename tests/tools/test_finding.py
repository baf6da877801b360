"""The whole catalogue can be found by the words that hosts use, and run from there."""

import json
from dataclasses import replace
from typing import Any

import pytest
from mcp import Client

from hostex_mcp.domain.search import stems
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.app import create_server
from hostex_mcp.tools.catalogue import CATALOGUE, TOOLSETS
from tests.support.engine import Call
from tests.support.local import sandbox_engine

pytestmark = pytest.mark.anyio

WANTED = {
    "block dates": "update_availabilities",
    "close the apartment for the weekend": "update_availabilities",
    "cleaner": "list_staffs",
    "cleaning today": "list_tasks",
    "door code": "update_reservation_checkin_details",
    "lock code": "update_reservation_checkin_details",
    "payout": "list_transactions",
    "expenses": "list_transactions",
    "mesage the guest": "send_message",
    "aviailability": "list_availabilities",
    "raise prices": "update_listing_prices",
    "minimum stay": "update_listing_restrictions",
    "special offer": "send_special_offer",
    "preapprove inquiry": "send_preapproval",
    "answer a review": "reply_to_review",
    "webhook": "list_webhooks",
    "house rules for the assistant": "create_knowledge_base",
    "scheduled messages": "list_automation_actions",
    "cancel booking": "cancel_reservation",
    "accept booking request": "approve_reservation",
    "move guest to another apartment": "allocate_reservation",
    "cleaning fee on airbnb": "update_airbnb_price_and_rules",
    "tag a booking": "add_reservation_tag",
    "public calendar link": "create_calendar_share_link",
}


FIRST = {
    "staff members": "list_staffs",
    "what changed since yesterday": "get_activity",
    "who arrives today": "get_daily_briefing",
    "how much did I earn last month": "get_performance",
    "occupancy rate": "get_performance",
    "how did we do compared with last year": "get_performance",
    "booking pace": "get_pace",
    "pickup of the last seven days": "get_pace",
    "revenue forecast": "get_pace",
    "which guests can I upsell": "find_offers",
    "who could get a late check-out": "find_offers",
    "owner statement": "get_month_end",
    "double bookings": "check_calendar_conflicts",
    "unanswered messages": "list_guests_waiting",
    "is the apartment free next weekend": "find_available_properties",
    "can the guest stay one more night": "check_stay_extension",
    "orphan nights": "find_calendar_gaps",
    "cleaning schedule": "get_turnover_plan",
    "reviews to answer": "list_reviews_due",
    "bad reviews": "list_reviews",
    "guest phone number": "get_stay",
    "find a booking by guest name": "get_stay",
    "who is": "find_guest",
    "guest history": "find_guest",
    "returning guest": "find_guest",
    "has this guest been here before": "find_guest",
    "search messages": "search_messages",
    "which guests wrote about the heating": "search_messages",
    "inbox": "get_inbox",
    "complaints": "get_inbox",
    "sort the inbox": "get_inbox",
    "open requests": "list_reservations",
    "list of apartments": "list_properties",
    "airbnb account disconnected": "list_channel_accounts",
    "nightly prices": "list_listing_calendars",
    "calendar": "get_calendar",
    "multi-calendar": "get_calendar",
    "what is free in december": "get_calendar",
    "show prices": "get_calendar",
    "groups of properties": "list_property_groups",
    "is everything ready for arrivals": "check_arrival_readiness",
    "knowledge base entries": "list_knowledge_bases",
    "automated messages": "list_automation_actions",
    "custom fields": "get_reservation_custom_fields",
    "tasks": "list_tasks",
    "reservations": "list_reservations",
    "transactions": "list_transactions",
    "availability": "list_availabilities",
    "webhooks": "list_webhooks",
    "special offers": "list_special_offers",
    "add an expense": "create_transaction",
    "decline a request": "decline_reservation",
    "how do I cancel a booking": "cancel_reservation",
    "please create a maintenance task": "create_task",
    "lower the price for Friday": "update_listing_prices",
    "delete a webhook": "delete_webhook",
    "add a staff member": "create_staff",
    "change the check-in time of a guest": "update_reservation_checkin_details",
    "send a special offer": "send_special_offer",
    "remove a tag from a booking": "remove_reservation_tag",
}


def crowded_out(words: str, name: str, found: list[str]) -> str:
    """What to do when a new tool comes before the one that hosts mean."""
    shared: list[str] = []
    for rival in found:
        tool = CATALOGUE[rival]
        told = {"name": tool.name, "title": tool.title, "keywords": tool.keywords, "text": tool.description}
        places = [place for place, text in told.items() if {*stems(words)} & {*stems(text)}]
        shared.append(f"{rival} has them in its {', '.join(places) or 'words by likeness'}")
    return (
        f"Hosts who write {words!r} mean {name}, but {'; '.join(shared) or 'nothing is found'}. Take these "
        f"words out of the other tool's keywords or title, or add them to the keywords of {name}."
    )


@pytest.mark.parametrize(("words", "name"), FIRST.items(), ids=list(FIRST))
async def test_what_looks_comes_first_unless_something_is_to_be_done(
    call: Call, words: str, name: str
) -> None:
    found = [tool["name"] for tool in (await call("find_tools", query=words, limit=1))["tools"]]
    assert found == [name], crowded_out(words, name, found)


@pytest.mark.parametrize(("words", "name"), WANTED.items(), ids=list(WANTED))
async def test_a_tool_is_among_the_first_five_for_a_hosts_words(call: Call, words: str, name: str) -> None:
    found = [tool["name"] for tool in (await call("find_tools", query=words))["tools"]]
    assert name in found, crowded_out(words, name, found)


async def test_an_answer_holds_what_is_needed_for_the_call(call: Call) -> None:
    first = (await call("find_tools", query="webhooks", limit=1))["tools"][0]
    assert set(first) == {"name", "description", "effect", "input_schema"}
    assert first["input_schema"]["type"] == "object"


async def test_words_that_fit_nothing_find_nothing(call: Call) -> None:
    assert (await call("find_tools", query="quantum chromodynamics"))["tools"] == []


async def test_a_found_read_runs_and_its_cursor_goes_on(call: Call, sandbox: Sandbox) -> None:
    first = await call("call_read_tool", name="list_properties", arguments={"limit": 7})
    rest = await call("call_read_tool", name="list_properties", arguments={"cursor": first["next_cursor"]})
    ids = [row["id"] for row in first["items"] + rest["items"]]
    assert sorted(ids) == sorted(sandbox.accounts.main.properties)


async def test_a_found_internal_write_runs(call: Call, sandbox: Sandbox) -> None:
    thread = next(iter(sandbox.accounts.main.conversations))
    arguments = {"conversation_id": thread, "note": "Arrives by train"}
    done = await call("call_write_tool", name="update_conversation_note", arguments=arguments)
    assert done["status"] == "done"
    assert sandbox.accounts.main.conversations[thread]["note"] == "Arrives by train"


@pytest.mark.parametrize(
    ("door", "name"),
    [
        ("call_read_tool", "update_conversation_note"),
        ("call_write_tool", "list_tasks"),
        ("call_read_tool", "call_read_tool"),
        ("call_write_tool", "call_write_tool"),
        ("call_read_tool", "no_such_tool"),
    ],
)
async def test_only_tools_of_the_right_kind_go_through_each_door(
    call: Call, sandbox: Sandbox, door: str, name: str
) -> None:
    error = (await call(door, name=name, arguments={}))["error"]
    assert error["kind"] == "invalid_arguments"
    assert error["fields"][0]["field"] == "name"
    assert len(sandbox.log) == 0


async def test_mistakes_in_a_found_tools_arguments_are_told_as_in_a_direct_call(call: Call) -> None:
    arguments: dict[str, Any] = {"limitt": 3}
    error = (await call("call_read_tool", name="list_tasks", arguments=arguments))["error"]
    assert error["fields"] == [{"field": "limitt", "problem": "unknown argument; did you mean `limit`?"}]


async def test_a_call_that_lacks_arguments_is_answered_with_the_schema_by_which_it_succeeds(
    call: Call,
) -> None:
    refused = await call("call_read_tool", name="get_stay")
    assert refused["error"]["kind"] == "invalid_arguments"
    schema = refused["error"]["input_schema"]
    assert schema == CATALOGUE["get_stay"].input_schema
    assert "stay_code" in schema["properties"]
    given = json.dumps({"stay_code": "0-HMDEMO0004-dep004"})
    assert "error" not in await call("call_read_tool", name="get_stay", arguments=given)
    direct = await call("list_properties", limit=0.5)
    elsewhere = await call("call_read_tool", name="get_stay", arguments='{"stay_code": "0-none-none"}')
    assert "input_schema" not in direct["error"] | elsewhere["error"]


async def test_the_text_of_such_an_answer_has_the_schema_too() -> None:
    result: Any = await sandbox_engine().call("call_read_tool", {"name": "get_stay"})
    [block] = result.content
    line = next(line for line in block.text.splitlines() if line.startswith("input_schema: "))
    assert json.loads(line.removeprefix("input_schema: ")) == CATALOGUE["get_stay"].input_schema


async def test_what_is_listed_is_found_without_the_schema_that_its_list_has() -> None:
    engine = sandbox_engine()
    engine.context = replace(engine.context, listed=frozenset(engine.selection.listed))
    result: Any = await engine.call("find_tools", {"query": "list reservations of a guest", "limit": 20})
    found = {tool["name"]: tool for tool in result.structured_content["tools"]}
    assert found["list_reservations"] == {"name": "list_reservations", "effect": "read", "listed": True}
    assert found["get_stay"]["input_schema"] == CATALOGUE["get_stay"].input_schema


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_names_of_all_other_tools_reach_the_model_at_the_start(mode: Any) -> None:
    for read_only in (False, True):
        engine = sandbox_engine(read_only=read_only)
        async with Client(create_server(lambda _, engine=engine: engine), mode=mode) as client:
            words = client.instructions or ""
            listed = {tool.name for tool in (await client.list_tools()).tools}
        others = [name for name in CATALOGUE if name not in listed and CATALOGUE[name].toolset != "core"]
        reads = [name for name in others if not CATALOGUE[name].writes]
        named = words.split("searches:")[1].replace(";", " ").replace(".", "").split()
        assert set(reads if read_only else others) == set(named) - {f"{name}:" for name in TOOLSETS}
        # The last names are cut by a client that keeps 2,048 characters; those of insights are not.
        assert "get_activity" in words[:2_048]
        assert len(named) < 110
