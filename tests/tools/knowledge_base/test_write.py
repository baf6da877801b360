"""Knowledge entries changed through the engine, checked in the sandbox's own state."""

import copy
from typing import Any, cast

import pytest
from mcp.types import CallToolResult

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.engine import Call
from tests.support.requests_sent import refused, sent, take_back, written

pytestmark = pytest.mark.anyio

WIFI, PARKING = 8801, 8802
NEW: dict[str, Any] = {
    "scope_property": {"type": "by_group", "ids": [7102]},
    "scope_channel": {"type": "all"},
    "contents": [{"sub_title": "Tram", "text": "Line 1 stops at the corner."}],
    "is_enable": False,
    "title": "Tram in Porto",
}


def same_but_status(entry: dict[str, Any], other: dict[str, Any]) -> bool:
    return entry | {"process_status": ""} == other | {"process_status": ""}


async def test_a_new_entry_is_found_in_the_list_and_taken_back(call: Call, sandbox: Sandbox) -> None:
    entries = sandbox.accounts.main.knowledge_bases
    before = copy.deepcopy(entries)
    done = await call("create_knowledge_base", **NEW)
    (new,) = entries.keys() - before.keys()
    assert done["result"] == {"id": new, "title": "Tram in Porto", "is_enable": False}
    assert entries[new]["scope_channel"] == {"type": "all", "channels": ["unlimited"]}
    assert entries[new]["scope_property"] == {"type": "by_group", "ids": [7102]}
    await take_back(call, done)
    assert entries == before


async def test_an_entry_whose_answer_was_lost_is_found_and_not_sent_again(
    call: Call, sandbox: Sandbox
) -> None:
    ids = set(sandbox.accounts.main.knowledge_bases)
    sandbox.faults.add("drop_after", operation="POST /knowledge_bases")
    done = await call("create_knowledge_base", **NEW)
    assert {done["result"]["id"]} == set(sandbox.accounts.main.knowledge_bases) - ids
    assert len(sent(sandbox, "POST /knowledge_bases")) == 1


async def test_the_preview_shows_rewritten_paragraphs_and_warns_of_dropped_ones(
    client: HostexClient, sandbox: Sandbox
) -> None:
    selection = select(["all"])
    engine = Engine(selection, Context(client, selection.reachable, now=Clock()), "token")
    garage = {"sub_title": "Garage", "text": "Closed."}
    answer = await engine.call(
        "update_knowledge_base", {"id": PARKING, "add_contents": [garage], "remove_contents": ["Street"]}
    )
    assert isinstance(answer, CallToolResult)
    preview = cast("dict[str, Any]", answer.structured_content)["preview"]
    change, removal = preview["changes"]
    assert removal["what"] == "paragraph Street"
    assert "Free from 20:00" in removal["before"]
    assert (change["what"], change["after"]) == ("paragraph Garage", "Closed.")
    assert "The garage two streets up" in change["before"]
    assert "This removes the paragraph Street." in preview["warnings"]
    assert preview["target"] == {"id": PARKING, "title": "Parking in Lisbon"}
    assert written(sandbox) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scope_property": {"type": "all", "ids": [1]}}, "scope_property.ids"),
        ({"scope_property": {"type": "by_property"}}, "scope_property.ids"),
        ({"scope_property": {"type": "by_city", "ids": [1]}}, "scope_property.type"),
        ({"scope_channel": {"type": "by_channel"}}, "scope_channel.channels"),
        ({"scope_channel": {"type": "all", "kind": "x"}}, "scope_channel.kind"),
        ({"contents": []}, "contents"),
        ({"contents": [{"text": "No heading"}]}, "contents.0.sub_title"),
        ({"is_enable": "perhaps"}, "is_enable"),
    ],
)
async def test_an_entry_that_does_not_fit_is_refused(
    call: Call, sandbox: Sandbox, change: dict[str, Any], field: str
) -> None:
    assert refused(await call("create_knowledge_base", **NEW | change)) == {field}
    assert sandbox.log == []


async def test_one_change_keeps_all_else_of_an_entry_and_is_taken_back(call: Call, sandbox: Sandbox) -> None:
    entries = sandbox.accounts.main.knowledge_bases
    before = copy.deepcopy(entries[WIFI])
    done = await call("update_knowledge_base", id=WIFI, is_enable=False)
    assert done["result"] == {"id": WIFI, "is_enable": False}
    assert same_but_status(entries[WIFI], before | {"is_enable": False})
    await take_back(call, done)
    assert same_but_status(entries[WIFI], before)


async def test_paragraphs_are_added_replaced_and_removed_by_their_sub_title(
    call: Call, sandbox: Sandbox
) -> None:
    entries = sandbox.accounts.main.knowledge_bases
    before = copy.deepcopy(entries[PARKING])
    garage, bikes = {"sub_title": "Garage", "text": "Closed."}, {"sub_title": "Bikes", "text": "In the hall."}
    done = await call(
        "update_knowledge_base", id=PARKING, add_contents=[garage, bikes], remove_contents=["Street"]
    )
    assert entries[PARKING]["contents"] == [garage, bikes]
    assert done["result"]["contents"] == ["Garage", "Bikes"]
    await take_back(call, done)
    assert same_but_status(entries[PARKING], before)


async def test_groups_and_channels_are_added_to_a_limited_scope_and_taken_back(
    call: Call, sandbox: Sandbox
) -> None:
    entries = sandbox.accounts.main.knowledge_bases
    before = copy.deepcopy(entries[PARKING])
    done = await call(
        "update_knowledge_base",
        id=PARKING,
        add_scope_ids=[7102],
        scope_channel={"type": "by_channel", "channels": ["airbnb"]},
    )
    assert entries[PARKING]["scope_property"] == {"type": "by_group", "ids": [7101, 7102]}
    assert entries[PARKING]["scope_channel"] == {"type": "by_channel", "channels": ["airbnb"]}
    again = await call("update_knowledge_base", id=PARKING, add_channels=["vrbo"], remove_channels=["airbnb"])
    assert entries[PARKING]["scope_channel"] == {"type": "by_channel", "channels": ["vrbo"]}
    await take_back(call, again)
    await take_back(call, done)
    assert same_but_status(entries[PARKING], before)


@pytest.mark.parametrize(
    ("id", "arguments", "field"),
    [
        (WIFI, {}, "title"),
        (WIFI, {"add_scope_ids": [7101]}, "scope_property"),
        (WIFI, {"add_channels": ["airbnb"]}, "scope_channel"),
        (PARKING, {"remove_scope_ids": [7101]}, "remove_scope_ids"),
        (PARKING, {"scope_property": {"type": "all"}, "add_scope_ids": [1]}, "scope_property"),
        (PARKING, {"remove_contents": ["Boats"]}, "remove_contents"),
        (PARKING, {"remove_contents": ["Street", "Garage"]}, "remove_contents"),
        (PARKING, {"contents": NEW["contents"], "remove_contents": ["Street"]}, "contents"),
    ],
)
async def test_a_change_that_contradicts_the_entry_is_refused(
    call: Call, sandbox: Sandbox, id: int, arguments: dict[str, Any], field: str
) -> None:
    assert field in refused(await call("update_knowledge_base", id=id, **arguments))
    assert written(sandbox) == []


async def test_a_write_is_whole_even_for_a_new_title(call: Call, sandbox: Sandbox) -> None:
    await call("update_knowledge_base", id=WIFI, title="Internet")
    (body,) = sent(sandbox, "PATCH /knowledge_bases/{id}")
    assert set(body) == {"scope_property", "scope_channel", "contents", "is_enable", "title"}
    assert len(body["contents"]) == 2


async def test_a_deleted_entry_is_told_and_gone(call: Call, sandbox: Sandbox) -> None:
    done = await call("delete_knowledge_base", id=WIFI)
    assert done["result"]["title"] == "Wi-Fi"
    assert done["undo"] is None
    assert WIFI not in sandbox.accounts.main.knowledge_bases
    assert (await call("delete_knowledge_base", id=WIFI))["error"]["kind"] == "not_found"


async def test_of_paragraphs_with_one_heading_each_that_goes_is_shown(
    client: HostexClient, sandbox: Sandbox
) -> None:
    selection = select(["all"])
    engine = Engine(selection, Context(client, selection.reachable, now=Clock()), "token")
    entry = sandbox.accounts.main.knowledge_bases[WIFI]
    second = {"sub_title": "Wifi", "text": "Second floor."}
    entry["contents"] = [{"sub_title": "Wifi", "text": "First floor."}, second]
    answer = await engine.call("update_knowledge_base", {"id": WIFI, "contents": [second]})
    change = cast("dict[str, Any]", cast("CallToolResult", answer).structured_content)["preview"]
    [row] = change["changes"]
    assert row["what"] == "paragraph Wifi"
    assert "First floor." in row["before"]
    assert "after" not in row
    assert "This removes the paragraph Wifi." in change["warnings"]


async def test_a_scope_that_moves_to_another_property_of_the_same_title_is_shown(
    client: HostexClient, sandbox: Sandbox
) -> None:
    account = sandbox.accounts.main
    account.properties[20110002]["title"] = account.properties[20110001]["title"]
    account.knowledge_bases[WIFI]["scope_property"] = {"type": "by_property", "ids": [20110001]}
    selection = select(["all"])
    engine = Engine(selection, Context(client, selection.reachable, now=Clock()), "token")
    scope = {"type": "by_property", "ids": [20110002]}
    answer = await engine.call("update_knowledge_base", {"id": WIFI, "scope_property": scope})
    preview = cast("dict[str, Any]", cast("CallToolResult", answer).structured_content)["preview"]
    [row] = preview["changes"]
    assert (row["before"], row["after"]) == ("Harbour Loft (20110001)", "Harbour Loft (20110002)")
    assert "It no longer applies to Harbour Loft (20110001)." in preview["warnings"]


async def test_of_two_paragraphs_with_one_title_the_changed_one_shows_its_own_text(
    client: HostexClient, sandbox: Sandbox
) -> None:
    hours = [{"sub_title": "Hours", "text": "open at 9"}, {"sub_title": "Hours", "text": "open at 10"}]
    sandbox.accounts.main.knowledge_bases[PARKING]["contents"] = copy.deepcopy(hours)
    selection = select(["all"])
    engine = Engine(selection, Context(client, selection.reachable, now=Clock()), "token")
    contents = [{"sub_title": "Hours", "text": "open at 8"}, hours[1]]
    answer = cast(
        "CallToolResult", await engine.call("update_knowledge_base", {"id": PARKING, "contents": contents})
    )
    (row,) = cast("dict[str, Any]", answer.structured_content)["preview"]["changes"]
    assert "open at 9" in str(row["before"])
    assert "open at 8" in str(row["after"])
