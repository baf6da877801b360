"""Makes answers that conform to the description, with or without their optional parts."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from tests.contract.description import Shape, described

Made = st.SearchStrategy[Any]
ADDED_LATER = "added_later"
NUMBERS = st.integers(0, 10**9) | st.integers(0, 10**9).map(lambda cents: cents / 100)
PLAIN: dict[str, Made] = {
    "string": st.text(max_size=6),
    "integer": st.integers(0, 2**62),
    "number": NUMBERS,
    "boolean": st.booleans(),
    "date": st.dates(date(1990, 1, 1), date(2199, 12, 31)).map(str),
    "datetime": st.datetimes(datetime(1990, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)).map(
        datetime.isoformat
    ),
    "array": st.just([]),
    "object": st.dictionaries(st.text(max_size=3), st.integers(0, 9), max_size=1),
    "map": st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    "any": st.text(max_size=6) | st.integers(0, 26),
}

FULLEST: dict[str, object] = {
    "string": "text",
    "integer": 2**53 + 1,
    "number": 12.5,
    "boolean": True,
    "date": "2026-02-28",
    "datetime": "2026-03-26T18:37:50+00:00",
    "object": {"x": 1},
    "map": {"x": "y"},
    "any": "FLEXIBLE",
}


def fullest(fields: Mapping[str, Shape]) -> dict[str, Any]:
    """Make the one object that has every documented field, none of them null or empty."""
    return {name: _fullest(shape) for name, shape in fields.items() if shape.confidence != "inferred"}


def rows(fields: Mapping[str, Shape]) -> Made:
    """Make objects with these fields and one that a later version of the API brings."""
    documented = {name: shape for name, shape in fields.items() if shape.confidence != "inferred"}
    made = {name: values(shape) for name, shape in documented.items()}
    required = {name: made.pop(name) for name, shape in documented.items() if shape.required}
    return st.fixed_dictionaries(required, optional={**made, ADDED_LATER: st.just([{"x": None}])})


def values(shape: Shape) -> Made:
    """Make values of a field, null where it is nullable, outside the enum as a later version may answer."""
    made = st.one_of(_values(shape), *(PLAIN[kind] for kind in shape.also))
    return st.none() | made if shape.nullable else made


def _fullest(shape: Shape) -> object:
    fields = described().types.get(shape.type) or shape.fields
    if shape.type == "array":
        return [_fullest(shape.model_copy(update={"type": shape.items, "items": None}))]
    if shape.type == "integer" and shape.max is not None:
        return int(shape.max)
    return fullest(fields) if fields else FULLEST[shape.type]


def _values(shape: Shape) -> Made:
    fields = described().types.get(shape.type) or shape.fields
    if fields:
        return rows(fields)
    if shape.type == "array":
        return st.lists(_values(shape.model_copy(update={"type": shape.items, "items": None})), max_size=2)
    if shape.enum and shape.type == "string":
        return st.sampled_from([*described().enums[shape.enum].values, ADDED_LATER])
    if shape.type == "integer" and shape.max is not None:
        return st.integers(int(shape.min or 0), int(shape.max))
    return PLAIN[shape.type]
