"""Rows of lists, made from the models of Hostex's answers."""

from collections.abc import Callable
from datetime import date
from operator import attrgetter
from typing import Any, cast, get_type_hints

from pydantic import BaseModel

from hostex_mcp.toolkit.results import RowT

_SCALARS = frozenset((str, int, float, bool, type(None)))


def row_mapper(row: type[RowT], **readers: Callable[[Any], Any]) -> Callable[[BaseModel], RowT]:
    """Return a function that makes a `row` from a model. Each member is read by its reader, else it is the
    attribute of the same name; days and moments become ISO texts, tuples lists."""
    members = [(name, readers.get(name, attrgetter(name))) for name in get_type_hints(row)]

    def mapped(model: BaseModel) -> RowT:
        # Lists have up to thousands of rows, so most values pass without a call.
        return cast(
            "RowT",
            {
                name: value if type(value := read(model)) in _SCALARS else _plain(value)
                for name, read in members
            },
        )

    return mapped


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value
