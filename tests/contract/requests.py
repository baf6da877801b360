"""Holds every request that leaves for Hostex against the description, at the HTTP boundary."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import httpx2

from tests.contract.conformity import missing_or_wrong
from tests.contract.description import OPERATIONS, Operation, Parameter, Shape

PREFIX = "/v3"


class Undocumented(AssertionError):
    """A request that the description does not know."""


class DocumentedTransport(httpx2.AsyncBaseTransport):
    """Lets only documented requests through, and keeps the names of the operations that it saw."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner
        self.seen: set[str] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        operation = addressed(request.method, request.url.path.removeprefix(PREFIX))
        problems = list(_problems(operation, request))
        if problems:
            raise Undocumented("; ".join(problems))
        self.seen.add(operation.name)
        return await self._inner.handle_async_request(request)


@cache
def addressed(method: str, path: str) -> Operation:
    """The operation that a request addresses; a fixed path wins over one with a parameter."""
    fitting = [
        operation
        for operation in OPERATIONS.values()
        if operation.method == method and _fits(operation.path, path)
    ]
    if not fitting:
        raise Undocumented(f"{method} {path}: no such operation")
    return min(fitting, key=lambda operation: operation.path.count("{"))


def _fits(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", template), path) is not None


def _problems(operation: Operation, request: httpx2.Request) -> Iterator[str]:
    query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    body: dict[str, Any] = json.loads(request.content) if request.content else {}
    for name, value in query.items():
        parameter = _named(operation, "query", name)
        if parameter is None:
            yield f"{operation.name}: query {name} is undocumented"
        elif problem := _text_problem(parameter, value):
            yield f"{operation.name}: query {name}: {problem}"
    yield from missing_or_wrong(_as_sent(operation), body, operation.name)
    sent = {*query, *body}
    for parameter in operation.params:
        if parameter.required is True and parameter.place != "path" and parameter.name not in sent:
            yield f"{operation.name}: {parameter.name} is required"


def _as_sent(operation: Operation) -> Mapping[str, Shape]:
    """The members of the body; of what is changed in part, only what is sent has to be right."""
    return {parameter.name: _partly(parameter) for parameter in operation.placed("body")}


def _partly(shape: Shape) -> Shape:
    fields = {name: field.model_copy(update={"required": False}) for name, field in shape.item_fields.items()}
    return shape.model_copy(update={"item_fields": fields, "required": shape.required is True})


def _named(operation: Operation, place: str, name: str) -> Parameter | None:
    return next((parameter for parameter in operation.placed(place) if parameter.name == name), None)


def _text_problem(parameter: Parameter, value: str) -> str | None:
    if value == "":
        return "empty"
    kinds = {
        "integer": r"-?\d+",
        "date": r"\d{4}-\d{2}-\d{2}",
        "datetime": r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}.*",
    }
    pattern = kinds.get(parameter.type)
    return (
        None
        if pattern is None or re.fullmatch(pattern, value)
        else f"{value!r} is not of type {parameter.type}"
    )
