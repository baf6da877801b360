"""How large any argument may be, whatever its tool declares: no input costs more than it deserves."""

from collections.abc import Mapping
from typing import Any, cast

LONGEST_TEXT = 20_000
LONGEST_NAME = 200
MOST_ENTRIES = 1_000
MOST_VALUES = 5_000
DEEPEST = 8
LARGEST_NUMBER = 2**63 - 1


def excess(value: object) -> str | None:
    """Return what is too much about an argument, as the end of a sentence that begins with its name; None if
    nothing is. It costs no more than its first few thousand values."""
    stack = [(value, 1)]
    seen = 0
    while stack:
        entry, depth = stack.pop()
        seen += 1
        if seen > MOST_VALUES:
            return f"holds more than {MOST_VALUES:,} values"
        if problem := _alone(entry):
            return problem
        members = _members(entry)
        if members and depth >= DEEPEST:
            return f"is nested more than {DEEPEST} levels deep"
        stack += [(member, depth + 1) for member in members]
    return None


def _alone(value: object) -> str | None:
    match value:
        case str() if len(value) > LONGEST_TEXT:
            return f"must have at most {LONGEST_TEXT:,} characters"
        case int() if abs(value) > LARGEST_NUMBER:
            return f"must be a number of at most {LARGEST_NUMBER}"
        case list() | dict() if len(cast("list[Any]", value)) > MOST_ENTRIES:
            return f"must have at most {MOST_ENTRIES:,} entries"
        case dict() if any(len(str(name)) > LONGEST_NAME for name in cast("dict[Any, Any]", value)):
            return f"has a key of more than {LONGEST_NAME} characters"
        case _:
            return None


def _members(value: object) -> list[Any]:
    if isinstance(value, Mapping):
        return list(cast("Mapping[Any, Any]", value).values())
    return cast("list[Any]", value) if isinstance(value, list) else []
