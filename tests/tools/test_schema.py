from datetime import date
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Le, MaxLen

from hostex_mcp.tools.arguments import Arguments
from hostex_mcp.tools.schema import object_schema, schema_of


class Price(Arguments):
    start_date: date
    price: int | float | None = None


class Row(TypedDict, total=False):
    id: int
    tags: list[str]
    seen: bool | None


def test_scalars_have_their_json_types() -> None:
    kinds = [schema_of(hint)["type"] for hint in (int, float, str, bool, date)]
    assert kinds == ["integer", "number", "string", "boolean", "string"]


def test_an_optional_value_is_just_its_type() -> None:
    assert schema_of(int | None) == {"type": "integer"}


def test_text_beside_a_type_describes_it_and_bounds_become_keywords() -> None:
    hint = Annotated[Annotated[int, Ge(1)] | None, Le(100), "rows"]
    assert schema_of(hint) == {"type": "integer", "minimum": 1, "maximum": 100, "description": "rows"}


def test_a_bound_on_a_list_counts_its_items_and_on_text_its_characters() -> None:
    assert schema_of(Annotated[list[int], MaxLen(3)]) == {
        "type": "array",
        "items": {"type": "integer"},
        "maxItems": 3,
    }
    assert schema_of(Annotated[str, MaxLen(3)]) == {"type": "string", "maxLength": 3}


def test_literals_become_enums() -> None:
    assert schema_of(Literal["a", "b"]) == {"type": "string", "enum": ["a", "b"]}


def test_nested_objects_are_inlined_and_those_of_arguments_are_closed() -> None:
    assert schema_of(list[Price]) == {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"start_date": {"type": "string"}, "price": {"type": "number"}},
            "required": ["start_date"],
            "additionalProperties": False,
        },
    }


def test_rows_list_their_members_and_require_none() -> None:
    assert schema_of(Row) == {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "seen": {"type": "boolean"},
        },
    }


def test_an_object_names_what_it_requires() -> None:
    assert object_schema({"id": int}, ["id"], closed=True) == {
        "type": "object",
        "properties": {"id": {"type": "integer"}},
        "required": ["id"],
        "additionalProperties": False,
    }
