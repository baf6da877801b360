"""Makes values that break what the description says of a parameter, each with one thing wrong."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from tests.contract.description import Shape, described

NOT_OF_TYPE: dict[str, tuple[object, ...]] = {
    "string": (["text"], {"text": 1}),
    "integer": ("many", [1]),
    "number": ("much", [1]),
    "boolean": ("perhaps", [True]),
    "date": ("soon", "2026-02-30"),
    "datetime": ("soon",),
    "array": ("none", 7),
    "object": ("none", 7),
    "map": ("none", 7),
    "any": (),
}


def wrong_values(shape: Shape, valid: Any, *, text: bool) -> Iterator[object]:
    """Yield wrong values for a parameter that may hold `valid`. In `text`, as in a query, all are strings."""
    kind = "object" if shape.type in described().types else shape.type
    yield from (value for value in NOT_OF_TYPE[kind] if isinstance(value, str) or not text)
    yield from _outside_the_rules(shape)
    if isinstance(valid, list):
        yield from _wrong_lists(shape, cast("list[Any]", valid))
    elif isinstance(valid, dict):
        yield from _wrong_objects(_fields(shape), cast("dict[str, Any]", valid))


def _outside_the_rules(shape: Shape) -> Iterator[object]:
    if described().choices(shape) and shape.type != "array":
        yield 77 if shape.type == "integer" else "no_such_choice"
    if shape.max_length is not None:
        yield "x" * (shape.max_length + 1)
    if shape.min_items:
        yield []
    if shape.pattern or shape.format:
        yield "!"
    if shape.min is not None:
        yield int(shape.min) - 1
    if shape.max is not None:
        yield int(shape.max) + 1


def _wrong_lists(shape: Shape, valid: list[Any]) -> Iterator[object]:
    member = shape.model_copy(update={"type": shape.items or "object", "min_items": None})
    for value in wrong_values(member, valid[0], text=False):
        yield [value, *valid[1:]]


def _wrong_objects(fields: Mapping[str, Shape], valid: dict[str, Any]) -> Iterator[object]:
    for name in fields.keys() & valid.keys():
        if fields[name].required is True:
            yield {key: value for key, value in valid.items() if key != name}
        for value in wrong_values(fields[name], valid[name], text=False):
            yield {**valid, name: value}


def _fields(shape: Shape) -> Mapping[str, Shape]:
    return described().types.get(shape.type) or shape.fields or shape.item_fields
