"""Groups, tags, properties and room types changed through the engine, checked in the sandbox's own state."""

import copy
from typing import Any

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from tests.support.engine import Call
from tests.support.previewing import cells, planned
from tests.support.requests_sent import refused, sent, take_back, written

pytestmark = pytest.mark.anyio

LISBON, RIVER_VIEW = 7101, 3301
LOFT, STUDIO, VILLA = 20110001, 20110002, 20110009


async def test_a_property_is_created_and_cannot_be_taken_back(call: Call, sandbox: Sandbox) -> None:
    done = await call("create_property", title="Graça Attic")
    assert sandbox.accounts.main.properties[done["result"]["id"]]["title"] == "Graça Attic"
    assert done["undo"] is None


@pytest.mark.parametrize("title", ["", "   ", "x" * 101])
async def test_a_property_needs_a_title_of_at_most_100_characters(
    call: Call, sandbox: Sandbox, title: str
) -> None:
    assert refused(await call("create_property", title=title)) == {"title"}
    assert sandbox.log == []


async def test_a_title_in_use_is_refused_without_a_write(call: Call, sandbox: Sandbox) -> None:
    assert refused(await call("create_property", title="Harbour Loft")) == {"title"}
    assert written(sandbox) == []


async def test_a_group_is_created_with_properties_named_by_title_and_taken_back(
    call: Call, sandbox: Sandbox
) -> None:
    before = copy.deepcopy(sandbox.accounts.main.groups)
    done = await call("create_property_group", name="Harbour", property_ids=["Harbour Loft", STUDIO])
    group = sandbox.accounts.main.groups[done["result"]["id"]]
    assert (group["name"], group["property_ids"]) == ("Harbour", [LOFT, STUDIO])
    await take_back(call, done)
    assert sandbox.accounts.main.groups == before


async def test_an_empty_group_sends_no_list(call: Call, sandbox: Sandbox) -> None:
    await call("create_property_group", name="Later")
    assert sent(sandbox, "POST /groups") == [{"name": "Later"}]


async def test_properties_are_added_to_and_removed_from_a_group_keeping_the_others(
    call: Call, sandbox: Sandbox
) -> None:
    before = copy.deepcopy(sandbox.accounts.main.groups)
    done = await call(
        "update_property_group", id=LISBON, add_property_ids=["Foz Beach Villa"], remove_property_ids=[LOFT]
    )
    members = [STUDIO, 20110003, 20110004, 20110005, VILLA]
    titles = [sandbox.accounts.main.properties[id]["title"] for id in members]
    assert done["result"] == {"id": LISBON, "property_ids": members, "property_titles": titles}
    assert sandbox.accounts.main.groups[LISBON]["property_ids"] == members
    assert sandbox.accounts.main.groups[LISBON]["name"] == "Lisbon"
    await take_back(call, done)
    assert sandbox.accounts.main.groups == before


async def test_renaming_a_group_sends_the_name_alone(call: Call, sandbox: Sandbox) -> None:
    done = await call("update_property_group", id=LISBON, name="Lisboa")
    assert sent(sandbox, "PATCH /groups/{id}") == [{"name": "Lisboa"}]
    assert done["undo"]["arguments"] == {"id": LISBON, "name": "Lisbon"}


async def test_a_group_is_emptied_by_name(call: Call, sandbox: Sandbox) -> None:
    done = await call("update_property_group", id=LISBON, clear=["property_ids"])
    assert sandbox.accounts.main.groups[LISBON]["property_ids"] == []
    await take_back(call, done)
    assert len(sandbox.accounts.main.groups[LISBON]["property_ids"]) == 5


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        ({}, {"name", "property_ids"}),
        ({"property_ids": [LOFT], "add_property_ids": [STUDIO]}, {"property_ids"}),
        ({"add_property_ids": [LOFT], "remove_property_ids": [LOFT]}, {"remove_property_ids"}),
        ({"name": "x" * 51}, {"name"}),
        ({"add_property_ids": ["Nowhere House"]}, {"add_property_ids"}),
    ],
)
async def test_a_change_of_a_group_that_contradicts_itself_is_refused(
    call: Call, sandbox: Sandbox, arguments: dict[str, object], fields: set[str]
) -> None:
    assert refused(await call("update_property_group", id=LISBON, **arguments)) == fields
    assert written(sandbox) == []


@pytest.mark.parametrize("tool", ["update_property_group", "update_property_tag"])
async def test_what_does_not_exist_is_not_found_and_nothing_is_sent(
    call: Call, sandbox: Sandbox, tool: str
) -> None:
    assert (await call(tool, id=1, name="New"))["error"]["kind"] == "not_found"
    assert written(sandbox) == []


async def test_deleting_a_group_tells_what_was_in_it(call: Call, sandbox: Sandbox) -> None:
    members = sandbox.accounts.main.groups[LISBON]["property_ids"]
    titles = [sandbox.accounts.main.properties[id]["title"] for id in members]
    done = await call("delete_property_group", id=LISBON)
    group = {"id": LISBON, "name": "Lisbon", "property_ids": members}
    assert done["result"] == {**group, "property_titles": titles}
    assert done["undo"] is None
    assert LISBON not in sandbox.accounts.main.groups
    assert LOFT in sandbox.accounts.main.properties


async def test_a_tag_is_created_with_a_colour_that_hostex_picks(call: Call, sandbox: Sandbox) -> None:
    before = copy.deepcopy(sandbox.accounts.main.tags)
    done = await call("create_property_tag", name="Sea", property_ids=["Foz Beach Villa"])
    tag = sandbox.accounts.main.tags[done["result"]["id"]]
    assert tag["property_ids"] == [VILLA]
    assert done["result"]["color"] == tag["color"]
    assert sent(sandbox, "POST /tags") == [{"name": "Sea", "property_ids": [VILLA]}]
    await take_back(call, done)
    assert sandbox.accounts.main.tags == before


@pytest.mark.parametrize("given", [{"name": "x" * 16}, {"name": "Sea", "color": "#000000"}])
async def test_a_tag_has_a_short_name_and_a_colour_of_the_palette(
    call: Call, sandbox: Sandbox, given: dict[str, str]
) -> None:
    assert refused(await call("create_property_tag", **given)) <= {"name", "color"}
    assert written(sandbox) == []


async def test_both_lists_of_a_tag_are_edited_apart_and_taken_back(call: Call, sandbox: Sandbox) -> None:
    before = copy.deepcopy(sandbox.accounts.main.tags)
    done = await call(
        "update_property_tag",
        id=RIVER_VIEW,
        color="#F3D432",
        remove_property_ids=[LOFT],
        add_room_type_ids=[60501],
    )
    tag = sandbox.accounts.main.tags[RIVER_VIEW]
    assert (tag["color"], tag["property_ids"], tag["room_type_ids"]) == (
        "#F3D432",
        [20110005, 20110006],
        [60501],
    )
    assert done["result"]["room_type_ids"] == [60501]
    await take_back(call, done)
    assert sandbox.accounts.main.tags == before


async def test_deleting_a_tag_tells_its_name(call: Call, sandbox: Sandbox) -> None:
    done = await call("delete_property_tag", id=RIVER_VIEW)
    assert done["result"]["name"] == "River view"
    assert RIVER_VIEW not in sandbox.accounts.main.tags


async def test_a_room_type_pools_properties(call: Call, sandbox: Sandbox) -> None:
    done = await call("create_room_type", title="Harbour Rooms", property_ids=[LOFT, "Harbour Studio"])
    pool = sandbox.accounts.main.room_types[done["result"]["id"]]
    assert [member["id"] for member in pool["properties"]] == [LOFT, STUDIO]
    assert done["undo"] is None


@pytest.mark.parametrize(
    ("tool", "arguments", "summary", "rows"),
    [
        (
            "create_property_group",
            {"name": "Harbour", "property_ids": [LOFT, STUDIO]},
            "Create the property group Harbour",
            {"name": (None, "Harbour"), "properties": (None, "Harbour Loft, Harbour Studio")},
        ),
        (
            "update_property_group",
            {"id": LISBON, "property_ids": [LOFT]},
            "Change the property group Lisbon",
            {
                "properties": (
                    "Harbour Loft, Harbour Studio, Alfama Terrace, Garden House Estrela, "
                    "Belém Riverside Flat",
                    "Harbour Loft",
                )
            },
        ),
        (
            "create_property_tag",
            {"name": "Quiet", "color": "#FD587B", "room_type_ids": []},
            "Create the property tag Quiet",
            {"name": (None, "Quiet"), "color": (None, "#FD587B"), "room_types": (None, "none")},
        ),
        (
            "update_property_tag",
            {"id": RIVER_VIEW, "name": "River"},
            "Change the property tag River view",
            {"name": ("River view", "River")},
        ),
    ],
)
async def test_groups_and_tags_are_previewed_with_titles(
    client: HostexClient, tool: str, arguments: dict[str, Any], summary: str, rows: dict[str, Any]
) -> None:
    view = await planned(client, tool, arguments)
    assert (view.summary, cells({"changes": view.changes})) == (summary, rows)
