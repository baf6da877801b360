from datetime import date
from typing import Annotated, Any, Literal, TypedDict

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

from hostex_mcp.toolkit.arguments import Arguments
from hostex_mcp.toolkit.schema import SentAsText, object_schema, schema_of


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


def test_a_bound_on_a_list_is_a_keyword_and_one_on_text_is_words_unless_it_goes_without_saying() -> None:
    assert schema_of(Annotated[list[int], MaxLen(3)]) == {
        "type": "array",
        "items": {"type": "integer"},
        "maxItems": 3,
    }
    assert schema_of(Annotated[str, MaxLen(3)]) == {"type": "string", "description": "at most 3 characters"}
    said = schema_of(Annotated[str, MinLen(1), MaxLen(15), "unique in the account"])
    assert said == {"type": "string", "description": "unique in the account; at most 15 characters"}
    assert schema_of(Annotated[str, MaxLen(10_000)]) == {"type": "string"}


def test_a_bound_that_is_left_out_itself_is_the_next_whole_number_or_words() -> None:
    assert schema_of(Annotated[int, Gt(0)]) == {"type": "integer", "minimum": 1}
    assert schema_of(Annotated[float, Gt(-100), Le(5), "change"]) == {
        "type": "number",
        "maximum": 5,
        "description": "change; above -100",
    }


def test_what_comes_in_several_forms_is_text_in_a_schema() -> None:
    assert schema_of(Annotated[int, SentAsText(), "id or title"]) == {
        "type": "string",
        "description": "id or title",
    }
    assert schema_of(list[Annotated[dict[str, int], SentAsText()]])["items"] == {"type": "string"}


def test_of_what_may_be_anything_no_type_is_claimed() -> None:
    assert (schema_of(Any), schema_of(list[Any])) == ({}, {"type": "array"})


def test_literals_become_enums() -> None:
    assert schema_of(Literal["a", "b"]) == {"type": "string", "enum": ["a", "b"]}


def test_nested_objects_are_inlined_and_those_of_arguments_say_what_they_require() -> None:
    assert schema_of(list[Price]) == {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"start_date": {"type": "string"}, "price": {"type": "number"}},
            "required": ["start_date"],
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
    assert object_schema({"id": int}, ["id"]) == {
        "type": "object",
        "properties": {"id": {"type": "integer"}},
        "required": ["id"],
    }
