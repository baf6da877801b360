"""Every tool can be given to every model: what the libraries of model APIs make of it keeps all arguments
and is what the APIs take. The rules here are those of their documentation, not of the libraries."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from hostex_mcp.server.app import wire_form
from tests.clients import isolated
from tests.tools.test_catalogue import TOOLS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

Schema = dict[str, Any]
Forms = dict[str, dict[str, Schema]]

SOURCES = {tool.name: tool.input_schema for tool in TOOLS}
LIBRARIES = [
    "anthropic",
    "anthropic strict",
    "openai",
    "openai strict",
    "gemini",
    "langchain",
    "langchain strict",
    "pydantic-ai openai strict",
    "pydantic-ai gemini",
    "pydantic-ai gemini json",
    "pydantic-ai anthropic strict",
]
TYPES = {"object", "array", "string", "integer", "number", "boolean"}
KEYWORDS = {"type", "description", "properties", "required", "items", "enum"}
ANTHROPIC_STRICT = KEYWORDS | {"additionalProperties"}
OPENAI_STRICT = ANTHROPIC_STRICT | {"minimum", "maximum", "minItems", "maxItems"}
GEMINI = KEYWORDS | {"minimum", "maximum", "minItems", "maxItems", "min_items", "max_items"}


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Forms:
    tools = [wire_form(tool) for tool in TOOLS]
    return isolated.run("convert.py", tools, tmp_path_factory.mktemp("converting"))


def parts(schema: Schema, place: str = "") -> Iterator[tuple[str, Schema]]:
    """A schema and every one in it, with its place."""
    yield place, schema
    for name, member in schema.get("properties", {}).items():
        yield from parts(member, f"{place}.{name}")
    if "items" in schema:
        yield from parts(schema["items"], f"{place}[]")


def places(schema: Schema) -> list[str]:
    return sorted(place for place, _ in parts(schema))


def every_part(forms: Forms, *libraries: str) -> Iterator[Schema]:
    for library in libraries:
        for schema in forms[library].values():
            yield from (part for _, part in parts(schema))


def test_every_library_takes_every_tool(forms: Forms) -> None:
    assert sorted(forms) == sorted(LIBRARIES)
    assert all(set(converted) == set(SOURCES) for converted in forms.values())


@pytest.mark.parametrize("library", LIBRARIES)
def test_no_argument_is_lost_nor_what_is_said_of_it(library: str, forms: Forms) -> None:
    for name, source in SOURCES.items():
        converted = dict(parts(forms[library][name]))
        assert sorted(converted) == places(source)
        for place, part in parts(source):
            assert part.get("description", "") in converted[place].get("description", "")
            assert part.get("enum") == converted[place].get("enum")


@pytest.mark.parametrize("library", ["openai strict", "langchain strict", "pydantic-ai openai strict"])
def test_openai_takes_them_in_strict_mode(library: str, forms: Forms) -> None:
    for part in every_part(forms, library):
        assert set(part) <= OPENAI_STRICT
        assert part["type"] in TYPES
        if part["type"] == "object":
            assert part["additionalProperties"] is False
            assert sorted(part["required"]) == sorted(part["properties"])
            assert part["properties"]


@pytest.mark.parametrize("library", ["openai", "langchain", "anthropic", "pydantic-ai gemini json"])
def test_apis_that_take_any_json_schema_take_them(library: str, forms: Forms) -> None:
    for name, converted in forms[library].items():
        jsonschema.Draft202012Validator.check_schema(converted)
        assert converted["properties"] == SOURCES[name]["properties"]


@pytest.mark.parametrize("library", ["anthropic strict", "pydantic-ai anthropic strict"])
def test_anthropic_takes_them_in_strict_mode(library: str, forms: Forms) -> None:
    for part in every_part(forms, library):
        assert set(part) <= ANTHROPIC_STRICT
        assert "enum" in part or part["type"] in TYPES
        assert part.get("type") != "object" or (part["properties"] and part["additionalProperties"] is False)


@pytest.mark.parametrize("library", ["gemini", "pydantic-ai gemini"])
def test_gemini_takes_them(library: str, forms: Forms) -> None:
    for part in every_part(forms, library):
        assert set(part) <= GEMINI
        kind = part["type"].lower()
        assert kind in TYPES
        assert kind != "object" or part["properties"]
        assert kind != "array" or part["items"]
        assert "enum" not in part or kind == "string"


@pytest.mark.parametrize("library", [name for name in LIBRARIES if name != "gemini"])
@pytest.mark.parametrize("named", ["Harbour Loft", "20110001"])
def test_a_property_may_be_named_by_its_id_or_its_title(library: str, named: str, forms: Forms) -> None:
    schemas = forms[library]
    for tool, name, value in (
        ("get_performance", "property_ids", [named]),
        ("list_reservations", "property_id", named),
    ):
        jsonschema.validate(value, schemas[tool]["properties"][name])


@pytest.mark.parametrize("library", [name for name in LIBRARIES if name != "gemini"])
def test_an_object_of_unknown_members_is_sent_as_text(library: str, forms: Forms) -> None:
    for tool, name in (
        ("call_read_tool", "arguments"),
        ("call_write_tool", "arguments"),
        ("update_reservation_custom_fields", "custom_fields"),
    ):
        declared = forms[library][tool]["properties"][name]
        jsonschema.validate('{"limit": 1}', declared)
        assert "JSON object" in declared["description"]
