"""Values that no field of an answer should have, put into any field of any answer."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any, cast

import httpx2

from tests.contract.answers import fullest
from tests.contract.description import OPERATIONS, Operation, Shape, described
from tests.contract.requests import PREFIX, addressed

Row = dict[str, Any]
Path = tuple[str, ...]

MEMBER = "[]"
MISSING = object()
BEYOND = "@beyond@"
"""Stands for the number 1e400, which Python reads as infinite and writes as no JSON."""

WRONG: dict[str, object] = {
    "null": None,
    "missing": MISSING,
    "empty text": "",
    "empty list": [],
    "empty object": {},
    "a later word": "a_later_word",
    "a number as text": "12",
    "a number": 12,
    "a fraction": 2.5,
    "a negative number": -1,
    "true": True,
    "an object": {"unexpected": ["value"]},
    "a list": [["value"]],
    "half a surrogate pair": "so \ud83d",
    "a huge number": 10**30,
    "a huge fraction": 1e300,
    "more than a fraction can be": BEYOND,
    "the year 1": "0001-01-01",
    "the last moment": "9999-12-31T23:59:59+00:00",
    "a day that is none": "2026-02-30",
    "no day": "0000-00-00",
    "not a number": "NaN",
    "endless": "Infinity",
    "a long text": "x" * 30_000,
}


def paths(fields: Mapping[str, Shape]) -> Iterator[Path]:
    """Every field, those inside fields included; `[]` stands for a member of a list."""
    for name, shape in fields.items():
        if shape.confidence == "inferred":
            continue
        yield (name,)
        inner = described().types.get(shape.items or shape.type) or shape.fields
        member = (MEMBER,) if shape.type == "array" else ()
        if member:
            yield (name, *member)
        yield from ((name, *member, *path) for path in paths(inner))


def mangled(row: Row, path: Path, value: object) -> Row:
    """The same object with another value at one place."""
    copy = deepcopy(row)
    holder: Any = copy
    for name, inner in pairwise(path):
        holder = _inside(holder, name, list if inner == MEMBER else dict)
    if path[-1] == MEMBER:
        holder[:1] = [] if value is MISSING else [value]
    elif value is MISSING:
        holder.pop(path[-1], None)
    else:
        holder[path[-1]] = value
    return copy


def _inside(holder: Any, name: str, kind: type[Any]) -> Any:
    """What stands at a place; where it is of another kind, an empty one is put there."""
    place = 0 if name == MEMBER else name
    if name == MEMBER and not holder:
        holder.append(None)
    if not isinstance(holder[place] if name == MEMBER else holder.get(name), kind):
        holder[place] = kind()
    return holder[place]


def answering(data: object) -> httpx2.Response:
    """An answer of Hostex with this data, whatever is in it."""
    body = {"request_id": "RT1", "error_code": 200, "error_msg": "Done.", "data": data}
    return httpx2.Response(200, content=encoded(body))


def encoded(body: object) -> bytes:
    """A body as Hostex sends it."""
    return json.dumps(body).replace(f'"{BEYOND}"', "1e400").encode()


def rows_key(operation: Operation) -> str | None:
    """The member of an answer that holds its rows, None where the answer is one object."""
    if isinstance(operation.answer, str):
        return None
    fields = described().fields(operation)
    lists = [name for name, shape in fields.items() if shape.type == "array" and name != "channels"]
    return lists[0] if lists else None


def row_fields(operation: Operation) -> Mapping[str, Shape]:
    """The fields of a row of an answer, or of the object that it is."""
    fields, key = described().fields(operation), rows_key(operation)
    return described().types[fields[key].items or ""] if key else fields


@cache
def row_paths(operation: str) -> list[Path]:
    """Every field of a row of an operation's answer."""
    return list(paths(row_fields(OPERATIONS[operation])))


def whole(operation: Operation) -> Row:
    """A row that has all fields."""
    return fullest(row_fields(operation))


@dataclass
class Mangler:
    """Goes through every field and every wrong value of each operation, one for each row that passes by, and
    begins again at the end. Rows that hold one of the `spared` values stay as they are."""

    spared: frozenset[object] = frozenset()
    turn: dict[str, int] = field(default_factory=dict[str, int])

    def left(self, operation: Operation) -> int:
        """How many of the pairs have not passed yet."""
        return len(row_paths(operation.name)) * len(WRONG) - self.turn.get(operation.name, 0)

    def change(self, operation: Operation, data: Any) -> Any:
        """The data of an answer, every second row of it mangled."""
        key = rows_key(operation)
        if key is None:
            return self._next(operation, data)
        rows = cast("list[Row]", data.get(key) or [])
        made = [self._next(operation, row) if place % 2 else row for place, row in enumerate(rows)]
        return {**data, key: made}

    def _next(self, operation: Operation, row: Row) -> Row:
        if self.spared & {value for value in row.values() if isinstance(value, str | int)}:
            return row
        turn = self.turn[operation.name] = self.turn.get(operation.name, -1) + 1
        places, values = row_paths(operation.name), list(WRONG.values())
        # Neighbours in the list get other fields and other values.
        place, value = turn % len(places), (turn + turn // len(places)) % len(values)
        return mangled(row, places[place], values[value])


class ManglingTransport(httpx2.AsyncBaseTransport):
    """Passes requests on and mangles what is read."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, mangler: Mangler) -> None:
        self._inner, self._mangler = inner, mangler
        self.operations: set[str] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        operation = addressed(request.method, request.url.path.removeprefix(PREFIX))
        response = await self._inner.handle_async_request(request)
        body = json.loads(await response.aread())
        if not operation.writes and body.get("data"):
            self.operations.add(operation.name)
            body["data"] = self._mangler.change(operation, body["data"])
        return httpx2.Response(response.status_code, content=encoded(body))
