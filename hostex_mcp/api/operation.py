"""Declarations of Hostex's operations and lists, and requests of them in the form in which they are sent."""

import json
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar, cast
from urllib.parse import quote

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from hostex_mcp.api.errors import BadRequest, FieldProblem

AnswerT = TypeVar("AnswerT")
RowT = TypeVar("RowT", bound=BaseModel)

Scalar = str | int | float | date | None
PathValues = Mapping[str, str | int]
Query = Mapping[str, Scalar | Sequence[Scalar]]
Body = Mapping[str, Any]

# Documented; whether Hostex cuts or refuses a larger one is not.
LARGEST_PAGE = 100

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Operation(Generic[AnswerT]):
    """One operation of the API.

    `path` is a template with `{names}`. `answer` is the type of the answer's data, None where Hostex
    answers with the bare envelope; `key` names the member of data that holds it, None if data itself does.
    `safe` marks a read that is done with a method other than GET. Operations that are not `authenticated`
    are sent without the access token.
    """

    method: str
    path: str
    answer: type[AnswerT] | None = None
    key: str | None = None
    safe: bool = False
    authenticated: bool = True

    @property
    def name(self) -> str:
        """The name that errors and logs use; ids are never part of it."""
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        """Whether the operation can change something, so that it must never be sent twice."""
        return self.method != "GET" and not self.safe


@dataclass(frozen=True)
class ListEndpoint(Generic[RowT]):
    """One list of the API, read with GET: its rows are in `key` of the answer's data.

    `ids` gives what tells rows apart, one value or several; of a list that `repeats`, some rows come twice. A
    list that is not `paged` comes in one piece and takes no `offset` or `limit`.
    """

    path: str
    key: str
    row: type[RowT]
    ids: Callable[[RowT], Hashable]
    paged: bool = True
    repeats: bool = False

    method: ClassVar[str] = "GET"
    writes: ClassVar[bool] = False
    authenticated: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """The name that errors and logs use; ids are never part of it."""
        return f"GET {self.path}"

    def identity(self, row: RowT) -> Hashable:
        """Return what a row has every time it comes, and no other row has: its ids, or all that it says where
        one of them is missing."""
        ids = self.ids(row)
        return f"{row.model_dump()}" if _lacking(ids) else ids


def _lacking(ids: Hashable) -> bool:
    parts = cast("tuple[Hashable, ...]", ids) if isinstance(ids, tuple) else (ids,)
    return any(part in (None, "") for part in parts)


@dataclass(frozen=True, slots=True)
class ListAnswer(Generic[RowT]):
    """One page of a list. `more` says that another may follow, which starts at the offset `end`; a page of
    which no row could be read has no items, and others may follow it. `places` has the offset of each item:
    between them rows may be left out. `total` is what Hostex claims, where it does, and decides nothing."""

    items: list[RowT]
    total: int | None
    more: bool
    places: Sequence[int]
    end: int


@dataclass(frozen=True, slots=True)
class Request(Generic[AnswerT]):
    """One operation, or one page of a list, with its arguments, which appear in no repr. `offset` and `limit`
    are a list's."""

    target: Operation[AnswerT] | ListEndpoint[Any]
    path: PathValues = field(default_factory=dict[str, str | int], repr=False)
    query: Query = field(default_factory=dict[str, Scalar], repr=False)
    body: Body | None = field(default=None, repr=False)
    offset: int = 0
    limit: int = LARGEST_PAGE


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A request in the form in which it is sent. Equal calls are the same request; arguments appear in no
    repr."""

    operation: Operation[Any] | ListEndpoint[Any]
    path: str = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """The name that errors and logs use."""
        return self.operation.name

    @property
    def writes(self) -> bool:
        """Whether it can change something."""
        return self.operation.writes


def prepare(request: Request[Any]) -> ApiCall:
    """Return a request in the form in which it is sent.

    In queries None is left out, lists are joined with commas and booleans are 1 or 0; in bodies None stays.

    Raises:
        BadRequest: for a value that cannot be sent; nothing was.
    """
    target, query = request.target, request.query
    # Always both: threads are refused without an offset (observed), reviews without either (documented).
    if isinstance(target, ListEndpoint) and target.paged:
        query = {**query, "offset": request.offset, "limit": request.limit}
    return ApiCall(
        operation=target,
        path=_PLACEHOLDER.sub(
            lambda match: _segment(target.name, match[1], request.path[match[1]]), target.path
        ),
        query=tuple(
            (name, _checked(target.name, name, _query_text(value)))
            for name, value in query.items()
            if value is not None
        ),
        body=None if request.body is None else _json(target.name, request.body),
        secrets=() if target.authenticated else _texts(request.body or {}),
    )


def _segment(operation: str, name: str, value: str | int) -> str:
    text = _checked(operation, name, str(value))
    # Quoting leaves dots alone, and a client or proxy would take them for steps in the path.
    if text in ("", ".", ".."):
        raise _refused(operation, name, "cannot stand in an address")
    return quote(text, safe="")


def _query_text(value: Scalar | Sequence[Scalar]) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(_query_text(member) for member in value)
    return str(value)


def _checked(operation: str, name: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # Raised outside of the handler, so that the cause does not carry the text along.
        problem = "is not valid text"
    else:
        return text
    raise _refused(operation, name, problem)


def _json(operation: str, body: Body) -> bytes:
    try:
        return json.dumps(to_jsonable_python(body), allow_nan=False, separators=(",", ":")).encode()
    except ValueError:
        problem = "holds a value that JSON cannot"
    raise _refused(operation, "body", problem)


def _refused(operation: str, name: str, problem: str) -> BadRequest:
    return BadRequest(f"{name} {problem}.", operation=operation, fields=(FieldProblem(name, problem),))


def _texts(body: Body) -> tuple[str, ...]:
    """Return the credentials that an OAuth operation carries, which Hostex must not echo into an error."""
    return tuple(value for value in body.values() if isinstance(value, str) and value)
