"""A call made ready for sending: its address filled in, its query and body in their final form."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote

from pydantic_core import to_jsonable_python

from hostex_mcp.api.errors import BadRequest, FieldProblem
from hostex_mcp.api.operation import Body, ListEndpoint, Operation, Request, Scalar

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


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
        """How errors and logs call it."""
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
    if text in ("", ".", ".."):
        raise _refused(operation, name, "cannot stand in an address")
    return quote(text, safe="")


def _query_text(value: Scalar | Sequence[Scalar]) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(_query_text(one) for one in value)
    return str(value)


def _checked(operation: str, name: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
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
    """What Hostex must not echo into an error: the credentials that an OAuth operation carries."""
    return tuple(value for value in body.values() if isinstance(value, str) and value)
