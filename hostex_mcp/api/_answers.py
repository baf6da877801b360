"""Data of an envelope read into its models."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from hostex_mcp.api._call import Call
from hostex_mcp.api._verdict import Reply, unreadable
from hostex_mcp.api.errors import HostexError, Problem
from hostex_mcp.api.pace import Pace

T = TypeVar("T")
RowT = TypeVar("RowT", bound=BaseModel)

_MOST_PROBLEMS = 5


async def parse(kind: type[T], reply: Reply, key: str | None, call: Call) -> T:
    """The data of a reply, or its member `key`, as a `kind`. A list is read member by member, so that a long
    one does not hold the event loop.

    Raises:
        UnexpectedResponse: when it does not have its documented form, naming fields and problems but never
            a value; OutcomeUnknown instead after a write.
    """
    value = reply.data if key is None else _member(reply, key, call)
    problems: list[Problem] = []
    if get_origin(kind) is list and isinstance(value, list):
        (member,) = get_args(kind)
        found: Any = await _each(member, cast("list[Any]", value), key, problems)
    else:
        found = _read(kind, value, key, problems)
    if problems:
        raise _misshapen(problems[:_MOST_PROBLEMS], reply, call)
    return found


async def _each(member: Any, values: Sequence[Any], key: str | None, problems: list[Problem]) -> list[Any]:
    pace = Pace()
    found: list[Any] = []
    for place, value in enumerate(values):
        found.append(_read(member, value, f"{key}.{place}" if key else f"{place}", problems))
        if len(problems) >= _MOST_PROBLEMS:
            break
        await pace.rest()
    return found


def _read(kind: Any, value: object, place: str | None, problems: list[Problem]) -> Any:
    """The value as this kind, or what is wrong with it among the problems."""
    try:
        return _adapter(kind).validate_python(value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        problems += [_problem(detail, place) for detail in details]
        return None


async def parse_rows(row: type[RowT], reply: Reply, key: str, call: Call) -> list[RowT]:
    """The rows of a list.

    Raises:
        UnexpectedResponse: when one of them does not have its documented form.
    """
    return await parse(list[row], reply, key, call)


def total(reply: Reply) -> int | None:
    """How many rows Hostex claims that a list has, where it does."""
    claimed = reply.data.get("total")
    return claimed if isinstance(claimed, int) and not isinstance(claimed, bool) else None


def _member(reply: Reply, key: str, call: Call) -> Any:
    data: object = reply.data
    members = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    if key not in members:
        raise _misshapen([Problem(key, "missing")], reply, call)
    return members[key]


def _misshapen(problems: list[Problem], reply: Reply, call: Call) -> HostexError:
    named = ", ".join(f"{one.field} ({one.problem})" for one in problems)
    what = f"The answer does not have its documented form: {named}"
    return unreadable(what, call, fields=tuple(problems), request_id=reply.request_id)


def _problem(detail: ErrorDetails, key: str | None) -> Problem:
    places = [str(place) for place in detail["loc"]]
    return Problem(".".join([key, *places] if key else places) or "data", detail["type"])


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
