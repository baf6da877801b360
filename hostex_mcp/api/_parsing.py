"""Data of an envelope read into its models."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from hostex_mcp.api._request import ApiCall
from hostex_mcp.api._response import Success, unreadable
from hostex_mcp.api._salvage import NothingLeft, salvage
from hostex_mcp.api.errors import FieldProblem, HostexError
from hostex_mcp.api.operation import ListAnswer, ListEndpoint, Request
from hostex_mcp.api.pace import Pace
from hostex_mcp.api.unread import overlooked

T = TypeVar("T")
RowT = TypeVar("RowT", bound=BaseModel)

_MOST_PROBLEMS = 5
_MOST_ROWS = 20_000
_LARGEST_TOTAL = 10**9
_MOST_MEMBERS = 20_000
"""Of one row, with all that is in it: it is read in one piece."""


@dataclass(frozen=True, slots=True)
class Read(Generic[RowT]):
    """The rows that could be read, each with its place among the `sent` ones."""

    rows: list[RowT]
    places: Sequence[int]
    sent: int


async def parse(request: Request[T], reply: Success, call: ApiCall) -> T:
    """Return the answer to a request, None where Hostex gives none. A list is read member by member, so that
    a long one does not hold the event loop, and what cannot be read of it is left out and noted.

    Raises:
        UnexpectedResponse: when nothing can be read of what is no list, or a list is missing, naming fields
            and problems but never a value; OutcomeUnknown instead after a write.
    """
    target = request.target
    if isinstance(target, ListEndpoint):
        return cast("T", await _page(target, request, reply, call))
    if target.answer is None:
        return cast("T", None)
    return await _value(target.answer, reply, target.key, call)


async def _page(
    listing: ListEndpoint[RowT], request: Request[Any], reply: Success, call: ApiCall
) -> ListAnswer[RowT]:
    values = _rows(_member(reply, listing.key, call), listing.key, reply, call)
    read = await _each(listing.row, values, _called(listing.key, call))
    start = request.offset if listing.paged else 0
    return ListAnswer(
        read.rows,
        _total(reply),
        more=listing.paged and read.sent >= request.limit,
        places=[start + place for place in read.places],
        end=start + read.sent,
    )


async def _value(kind: type[T], reply: Success, key: str | None, call: ApiCall) -> T:
    value = reply.data if key is None else _member(reply, key, call)
    what = _called(key, call)
    if get_origin(kind) is list:
        (member,) = get_args(kind)
        return cast("T", (await _each(member, _rows(value, key, reply, call), what)).rows)
    try:
        return await _read(kind, value, what, Pace())
    except NothingLeft as lost:
        problems = [FieldProblem(_place(key, one.field), one.problem) for one in lost.problems]
    raise _misshapen(problems, reply, call)


async def _each(member: type[T], values: Sequence[object], what: str) -> "Read[Any]":
    pace = Pace()
    found: list[T] = []
    places: list[int] = []
    for place, value in enumerate(values):
        try:
            found.append(await _read(member, value, what, pace))
            places.append(place)
        except NothingLeft as lost:
            overlooked(what, value, lost.problems, left_out=True)
        await pace.rest()
    return Read(found, places, len(values))


async def _read(kind: type[T], value: object, what: str, pace: Pace) -> T:
    """The value as this kind; what of it cannot be read is left out and noted.

    Raises:
        Lost: when nothing can.
    """
    if _is_bulky(value):
        raise NothingLeft([FieldProblem("", "too_long")])
    adapter = _adapter(kind)
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        refused = error
    found, problems = await salvage(adapter, value, refused, pace)
    overlooked(what, value, problems, left_out=False)
    return found


def _is_bulky(value: object) -> bool:
    """Whether there is more in a value than is read in one piece."""
    inside, found = [value], 0
    while inside and found <= _MOST_MEMBERS:
        holder = inside.pop()
        if isinstance(holder, dict):
            holder = list(cast("dict[str, object]", holder).values())
        if isinstance(holder, list):
            members = cast("list[object]", holder)
            found += len(members)
            inside += [member for member in members if isinstance(member, list | dict)]
    return found > _MOST_MEMBERS


def _rows(value: object, key: str | None, reply: Success, call: ApiCall) -> Sequence[object]:
    """The members of a list. Inferred: null and an empty object stand for an empty one, and an object with
    numbers for keys for one with gaps, as PHP writes them."""
    if value is None:
        return ()
    members = cast("Any", value if isinstance(value, list | dict) else {"": value})
    if len(members) > _MOST_ROWS:
        raise _misshapen([FieldProblem(key or "data", "too_long")], reply, call)
    if isinstance(members, list):
        return cast("list[object]", members)
    if not all(name.isdecimal() for name in members):
        raise _misshapen([FieldProblem(key or "data", "list_type")], reply, call)
    return list(members.values())


def _place(key: str | None, field: str) -> str:
    return ".".join(part for part in (key, field) if part) or "data"


def _called(key: str | None, call: ApiCall) -> str:
    """What notes call the things of an answer."""
    fixed = [part for part in call.operation.path.split("/") if part and not part.startswith("{")]
    return (key or fixed[-1]).replace("_", " ")


def _total(reply: Success) -> int | None:
    """How many rows Hostex claims that a list has, where it does."""
    claimed = reply.data.get("total")
    if not isinstance(claimed, int) or isinstance(claimed, bool):
        return None
    return claimed if 0 <= claimed <= _LARGEST_TOTAL else None


def _member(reply: Success, key: str, call: ApiCall) -> Any:
    data: object = reply.data
    members = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    if key not in members:
        raise _misshapen([FieldProblem(key, "missing")], reply, call)
    return members[key]


def _misshapen(problems: list[FieldProblem], reply: Success, call: ApiCall) -> HostexError:
    problems = problems[:_MOST_PROBLEMS]
    named = ", ".join(f"{one.field} ({one.problem})" for one in problems)
    what = f"The answer does not have its documented form: {named}"
    return unreadable(what, call, fields=tuple(problems), request_id=reply.request_id)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
