"""Guardrails: what must hold for every declared tool."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

from hostex_mcp.server.app import wire_form
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.tool import Effect, Tool
from hostex_mcp.tools.catalogue import CATALOGUE, TOOLSETS
from hostex_mcp.tools.selection import UnknownName, select
from tests.contract.description import described
from tests.support.encoding import ENCODING

TOOLS = list(CATALOGUE.values())
OFFICIAL_READS = {
    "search_properties",
    "search_property_groups",
    "search_room_types",
    "search_channel_accounts",
    "search_listings",
    "search_availabilities",
    "search_listing_calendars",
    "get_pricing_ratios",
    "search_calendar_share_links",
    "search_reservations",
    "search_reservation_custom_fields",
    "search_reviews",
    "search_conversations",
    "get_conversation",
    "search_special_offers",
    "search_transactions",
    "search_income_items",
    "search_expense_items",
    "search_income_methods",
    "search_expense_methods",
    "search_tasks",
    "search_staffs",
    "search_automation_actions",
    "search_knowledge_bases",
    "get_knowledge_base",
    "search_tags",
    "search_reservation_tags",
    "search_custom_channels",
}
STRUCTURAL = {"$ref", "$defs", "anyOf", "oneOf", "allOf", "not", "additionalProperties"}
UNPORTABLE = STRUCTURAL | {
    "title",
    "format",
    "default",
    "const",
    "minLength",
    "maxLength",
    "exclusiveMinimum",
}

READING = ("list_", "get_", "find_", "search_", "check_", "call_read_")
FIELDS = {field for members in described().types.values() for field in members}

each_tool = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)


def tokens(tools: list[Tool]) -> int:
    return len(ENCODING.encode(json.dumps([wire_form(tool) for tool in tools], separators=(",", ":"))))


def keywords(schema: Any) -> Iterator[str]:
    """Every keyword of a schema, names of properties left out."""
    if isinstance(schema, dict):
        for name, value in cast("dict[str, Any]", schema).items():
            yield name
            yield from (
                (word for member in value.values() for word in keywords(member))
                if name == "properties"
                else keywords(value)
            )
    elif isinstance(schema, list):
        for member in cast("list[Any]", schema):
            yield from keywords(member)


def names(schema: Any) -> Iterator[str]:
    """Every property of a schema, at any depth."""
    if isinstance(schema, dict):
        for keyword, value in cast("dict[str, Any]", schema).items():
            if keyword == "properties":
                yield from value
            yield from names(list(value.values()) if keyword == "properties" else value)
    elif isinstance(schema, list):
        for member in cast("list[Any]", schema):
            yield from names(member)


def test_every_read_of_the_official_server_has_its_counterpart_and_more_come_on_top() -> None:
    reads = [tool for tool in TOOLS if tool.effect is Effect.READ]
    assert sorted(tool.hostex_name for tool in reads if tool.hostex_name) == sorted(OFFICIAL_READS)
    extra = {tool.name for tool in reads if not tool.hostex_name}
    assert {"list_webhooks", "get_airbnb_price_and_rules", "get_vrbo_price_and_rules"} <= extra


@each_tool
def test_a_tool_has_a_short_name_a_title_hints_and_a_known_toolset(tool: Tool) -> None:
    shown = wire_form(tool)
    assert re.fullmatch(r"[a-z_]{3,64}", tool.name)
    assert 3 <= len(shown["title"]) <= 60
    assert set(shown["annotations"]) == {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
    assert shown["annotations"]["readOnlyHint"] is tool.name.startswith(READING)
    assert tool.toolset in (*TOOLSETS, "core")


@each_tool
def test_a_description_is_there_and_short(tool: Tool) -> None:
    assert 5 <= len(tool.description.split()) <= 120
    assert len(tool.description) <= 2048


@each_tool
def test_a_description_names_only_what_exists(tool: Tool) -> None:
    quoted = re.findall(r"`([a-z_]+)`", tool.description)
    values = {value for field in tool.input_schema["properties"].values() for value in field.get("enum", [])}
    members = {*names(tool.input_schema), *names(tool.output_schema)}
    assert set(quoted) <= {*CATALOGUE, *members, *values, *FIELDS, *Effect}


# Every list is called by name in test_reads.py, through the catalogue.
@each_tool
def test_a_tool_is_called_in_the_tests(tool: Tool) -> None:
    tests = Path(__file__).parent.parent
    files = [*tests.glob("tools/**/test_*.py")]
    called = any(f'"{tool.name}"' in file.read_text(encoding="utf-8") for file in files)
    assert tool.name.startswith("list_") or called, f"no test in tests/tools/{tool.toolset} calls {tool.name}"


@each_tool
def test_schemas_are_portable_and_valid(tool: Tool) -> None:
    for schema in (tool.input_schema, tool.output_schema):
        jsonschema.Draft202012Validator.check_schema(schema)
        assert not UNPORTABLE & set(keywords(schema))
        assert schema["type"] == "object"


def parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and every one in it."""
    yield schema
    for member in [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]:
        yield from parts(member)


@each_tool
def test_an_argument_that_does_not_exist_is_refused(tool: Tool) -> None:
    # Of more than ten problems the last are only counted.
    with pytest.raises(InvalidArguments, match=r"no_such_argument: unknown argument|; and 1 more$"):
        tool.bind({"no_such_argument": 1})


@each_tool
def test_an_argument_is_of_one_type_and_an_object_names_its_members(tool: Tool) -> None:
    for schema in parts(tool.input_schema):
        assert schema["type"] in ("object", "array", "string", "integer", "number", "boolean")
        assert schema["type"] != "object" or schema["properties"]
        assert schema["type"] != "array" or schema["items"]
        assert {type(value) for value in schema.get("enum", [])} <= {str}


def test_a_property_is_declared_so_that_its_id_and_its_title_may_be_sent() -> None:
    named = {
        (tool.name, name): tool.input_schema["properties"][name] for tool in TOOLS for name in tool.titled
    }
    assert len(named) > 30
    text = {"type": "string", "description": "id or unique title"}
    assert all(schema.get("items", schema)["type"] == "string" for schema in named.values())
    assert named["list_reservations", "property_id"] == text
    assert named["list_availabilities", "property_ids"]["items"] == text


@each_tool
def test_an_error_fits_the_output_schema(tool: Tool) -> None:
    error: dict[str, Any] = {"kind": "not_found", "code": 404, "fields": [], "retry_after_seconds": None}
    jsonschema.validate({"error": error}, tool.output_schema)
    assert "required" not in tool.output_schema


@each_tool
def test_no_tool_costs_more_than_700_tokens(tool: Tool) -> None:
    assert tokens([tool]) <= 700


def test_the_default_list_is_short_and_light() -> None:
    listed = list(select().listed.values())
    assert len(listed) <= 25
    assert tokens(listed) <= 9_000


def test_what_a_model_carries_of_the_default_list_is_at_most_4_600_tokens() -> None:
    forms = [wire_form(tool) for tool in select().listed.values()]
    carried = [{name: form[name] for name in ("name", "description", "inputSchema")} for form in forms]
    texts = (json.dumps(tool, ensure_ascii=False, separators=(",", ":")) for tool in carried)
    assert sum(len(ENCODING.encode(text)) for text in texts) <= 4_600


def test_the_median_tool_costs_at_most_300_tokens() -> None:
    costs = sorted(tokens([tool]) for tool in TOOLS)
    assert costs[len(costs) // 2] <= 300


def test_chosen_toolsets_are_a_boundary_and_the_default_is_not() -> None:
    assert set(select().reachable) == set(CATALOGUE)
    chosen = select(["calendar"])
    assert set(chosen.reachable) == set(chosen.listed)
    assert {tool.toolset for tool in chosen.listed.values()} == {"calendar"}


def test_single_tools_are_added_and_an_exclusion_always_wins() -> None:
    chosen = select(["calendar"], ["list_webhooks", "list_tasks"], ["list_tasks", "list_availabilities"])
    assert "list_webhooks" in chosen.listed
    assert not {"list_tasks", "list_availabilities"} & set(chosen.reachable)
    assert "list_tasks" not in select(exclude=["list_tasks"]).reachable


def test_read_only_serves_no_tool_that_changes_anything() -> None:
    served = select(["all"], read_only=True)
    assert {tool.effect for tool in served.reachable.values()} == {Effect.READ}


def test_all_lists_everything_in_stable_order() -> None:
    assert list(select(["all"]).listed) == list(CATALOGUE)


@pytest.mark.parametrize(
    ("choice", "setting"),
    [
        ({"toolsets": ["calender"]}, "HOSTEX_MCP_TOOLSETS"),
        ({"tools": ["search_reviews"]}, "HOSTEX_MCP_TOOLS"),
        ({"exclude": ["list_review"]}, "HOSTEX_MCP_EXCLUDE_TOOLS"),
    ],
)
def test_a_name_that_does_not_exist_is_refused_naming_the_setting_and_the_nearest(
    choice: dict[str, Any], setting: str
) -> None:
    with pytest.raises(UnknownName, match="did you mean") as caught:
        select(**choice)
    assert caught.value.setting == setting
