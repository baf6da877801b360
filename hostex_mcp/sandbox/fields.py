"""The kinds of parameters that operations declare, and how the value of each kind is read."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, TypedDict, Unpack, cast

from hostex_mcp.sandbox.envelope import bad_request
from hostex_mcp.sandbox.params import Field, FromText, Values, check, check_value


def _read_integer(field: Field, value: object) -> int:
    # More than 18 digits do not fit into 64 bits.
    if isinstance(value, FromText) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    # In Python true is an integer, in JSON it is not.
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise field.malformed("an integer")


def _read_number(field: Field, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
        return value
    raise field.malformed("a number")


def _read_text(field: Field, value: object) -> str:
    if isinstance(value, str):
        return str(value)
    raise field.malformed("a string")


def _read_flag(field: Field, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise bad_request(f"The {field.label} field must be true or false.")


def _read_day(field: Field, value: object) -> date:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise bad_request(f"The {field.label} is not a valid date.")


def _read_moment(field: Field, value: object) -> datetime:
    try:
        read = datetime.fromisoformat(_read_text(field, value))
        read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad_request(f"The {field.label} is not a valid date.") from None
    return read


def _read_array(field: Field, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise field.malformed("an array")
    return [check_value(_member(field, str(n)), row) for n, row in enumerate(cast("list[object]", value))]


def _read_object(field: Field, value: object) -> Values:
    if not isinstance(value, dict):
        raise field.malformed("an object")
    return check(field.fields, cast("dict[str, object]", value))


def _read_mapping(field: Field, value: object) -> Values:
    if not isinstance(value, dict):
        raise field.malformed("an object")
    pairs = cast("dict[str, object]", value)
    return {key: check_value(_member(field, key), member) for key, member in pairs.items()}


def _member(field: Field, key: str) -> Field:
    return replace(field.item or anything(key), name=f"{field.name}.{key}")


def _read_anything(_: Field, value: object) -> object:
    return value


def _read_ids(field: Field, value: object) -> list[int]:
    text = _read_text(field, value)
    if text.startswith("["):
        text = ",".join(str(part) for part in _json_list(field, text))
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"-?[0-9]{1,18}", part) for part in parts):
        raise field.malformed("a comma-separated list of integers")
    return [int(part) for part in parts]


def _json_list(field: Field, text: str) -> list[object]:
    try:
        parsed: object = json.loads(text)
    except ValueError:
        raise field.malformed("a list") from None
    return cast("list[object]", parsed) if isinstance(parsed, list) else []


def _read_words(field: Field, value: object) -> list[str]:
    return [part.strip() for part in _read_text(field, value).split(",")]


class FieldRules(TypedDict, total=False):
    """The rules a declaration may add; see `Field`."""

    required: bool
    nullable: bool
    default: object
    enum: tuple[object, ...]
    max_length: int
    minimum: float
    maximum: float
    pattern: str


def integer(name: str, **rules: Unpack[FieldRules]) -> Field:
    """Declare a whole number."""
    return Field(name, _read_integer, **rules)


def number(name: str, **rules: Unpack[FieldRules]) -> Field:
    """Declare a number, decimals allowed."""
    return Field(name, _read_number, **rules)


def text(name: str, **rules: Unpack[FieldRules]) -> Field:
    """Declare a string."""
    return Field(name, _read_text, **rules)


def flag(name: str, **rules: Unpack[FieldRules]) -> Field:
    """Declare a boolean."""
    return Field(name, _read_flag, **rules)


def day(name: str, **rules: Unpack[FieldRules]) -> Field:
    """Declare a date, `YYYY-MM-DD`."""
    return Field(name, _read_day, **rules)


def moment(name: str, **rules: Unpack[FieldRules]) -> Field:
    """Declare a point in time, ISO 8601; without an offset it is the operator's local time."""
    return Field(name, _read_moment, **rules)


def array(name: str, item: Field, **rules: Unpack[FieldRules]) -> Field:
    """Declare a list of `item`."""
    return Field(name, _read_array, item=item, **rules)


def record(name: str, *fields: Field, **rules: Unpack[FieldRules]) -> Field:
    """Declare an object with the given fields; it may hold others, which are dropped."""
    return Field(name, _read_object, fields=fields, **rules)


def mapping(name: str, item: Field, **rules: Unpack[FieldRules]) -> Field:
    """Declare an object with free keys, each of whose values is an `item`."""
    return Field(name, _read_mapping, item=item, **rules)


def anything(name: str, **rules: Unpack[FieldRules]) -> Field:
    """Declare a value whose shape is not documented."""
    return Field(name, _read_anything, **rules)


def id_list(name: str, **rules: Unpack[FieldRules]) -> Field:
    """Declare integers in one text, separated by commas or written as a JSON array."""
    return Field(name, _read_ids, **rules)


def word_list(name: str, **rules: Unpack[FieldRules]) -> Field:
    """Declare words in one text, separated by commas."""
    return Field(name, _read_words, **rules)


def ids(name: str, **rules: Unpack[FieldRules]) -> Field:
    """Declare a JSON array of integers."""
    return array(name, integer("id"), **rules)


def paging(default: int = 20, required: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """Declare `offset` and `limit`. Inferred: a limit above 100 counts as 100 (see `Call.page`)."""
    return (
        integer("offset", default=0, minimum=0, required="offset" in required),
        integer("limit", default=default, minimum=1, required="limit" in required),
    )
