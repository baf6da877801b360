"""The parameter checker: each operation declares its fields, handlers receive clean values.

Keys that no field names are ignored in silence, as the API does. A missing or malformed value is refused with
400 (observed for missing ones), a value that breaks a rule with 422 (documented), both in the validator's
wording; except for the samples on record the sentences are Inferred.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from hostex_mcp.sandbox.envelope import bad_request, broken_rule

Values: TypeAlias = dict[str, Any]
Reader: TypeAlias = Callable[["Field", object], object]


@dataclass(frozen=True)
class Field:
    """One documented parameter: how its value is read, and the rules that the value must keep."""

    name: str
    read: Reader
    required: bool = False
    nullable: bool = False
    default: Any = None
    enum: tuple[object, ...] = ()
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    item: "Field | None" = None
    fields: "tuple[Field, ...]" = ()

    @property
    def label(self) -> str:
        """Return the name as the validator prints it, with spaces."""
        return self.name.replace("_", " ")

    def malformed(self, expected: str) -> Exception:
        """Make the refusal of a value of the wrong type."""
        return bad_request(f"The {self.label} must be {expected}.")


def check(fields: tuple[Field, ...], source: Mapping[str, object]) -> Values:
    """Return the values of `fields` found in `given`: typed, in range, defaults filled in.

    An optional field without a default is absent from the result when it was not given.
    """
    values: Values = {}
    for field in fields:
        if _is_missing(field, source):
            if field.required:
                raise bad_request(f"The {field.label} field is required.")
            if field.default is not None:
                values[field.name] = field.default
        else:
            values[field.name] = check_value(field, source[field.name])
    return values


def check_value(field: Field, value: object) -> object:
    """Return one value, typed and in range, or refuse it."""
    if value is None:
        if field.nullable:
            return None
        raise field.malformed("given")
    read = field.read(field, value)
    _check_choice(field, read)
    _check_range(field, read)
    return read


def from_query(fields: tuple[Field, ...], source: Mapping[str, str]) -> Values:
    """Check query parameters, which are all text. Inferred: an empty value counts as not given."""
    return check(fields, {key: FromText(value) for key, value in source.items() if value != ""})


class FromText(str):
    """Text from a URL, in which digits may stand for a number."""


def _is_missing(field: Field, source: Mapping[str, object]) -> bool:
    if field.name not in source:
        return True
    return field.required and not field.nullable and source[field.name] in ("", None, [], {})


def _check_choice(field: Field, value: object) -> None:
    if field.enum and value not in field.enum:
        raise broken_rule(f"The selected {field.label} is invalid.")
    if field.pattern and not re.fullmatch(field.pattern, str(value)):
        raise broken_rule(f"The {field.label} format is invalid.")


def _check_range(field: Field, value: object) -> None:
    if field.max_length is not None and isinstance(value, str) and len(value) > field.max_length:
        raise broken_rule(f"The {field.label} may not be greater than {field.max_length} characters.")
    if not isinstance(value, int | float):
        return
    if field.minimum is not None and value < field.minimum:
        raise broken_rule(f"The {field.label} must be at least {field.minimum:g}.")
    if field.maximum is not None and value > field.maximum:
        raise broken_rule(f"The {field.label} may not be greater than {field.maximum:g}.")
