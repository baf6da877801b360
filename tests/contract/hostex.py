"""Calls the sandbox over HTTP in this process, without the project's own client."""

import asyncio
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx2

from hostex_mcp.sandbox import TOKENS, Sandbox
from hostex_mcp.sandbox.state import Accounts
from tests.contract.description import OPERATIONS, Operation
from tests.support.clock import Clock

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = NOW.date()
Row = dict[str, Any]


@dataclass(frozen=True)
class Given:
    """The arguments of a call. `needed` names optional ones that this call makes no sense without."""

    path: Mapping[str, str | int] = field(default_factory=dict[str, str | int])
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    needed: frozenset[str] = frozenset()

    def among(self, names: Iterable[str]) -> "Given":
        """Return the same call with no other query and body parameters than these."""
        kept = frozenset(names)
        return replace(
            self,
            query={name: value for name, value in self.query.items() if name in kept},
            body={name: value for name, value in self.body.items() if name in kept},
        )

    def without(self, name: str) -> "Given":
        """Return the same call without one query or body parameter."""
        return self.among({*self.query, *self.body} - {name})

    def put(self, place: str, name: str, value: object) -> "Given":
        """Return the same call with one query or body parameter of another value."""
        if place == "query":
            return replace(self, query={**self.query, name: value})
        return replace(self, body={**self.body, name: value})


@dataclass(frozen=True)
class Answer:
    """An envelope, as it came."""

    status: int
    envelope: Row

    @property
    def code(self) -> int:
        """The outcome."""
        return self.envelope["error_code"]

    @property
    def data(self) -> Row | None:
        """What the operation returned."""
        return self.envelope.get("data")


class Hostex:
    """One sandbox and a client of it, which sends the writable token unless told otherwise."""

    def __init__(self, runner: asyncio.Runner, accounts: Accounts | None = None) -> None:
        self.sandbox = Sandbox(now=Clock(NOW, step=timedelta(seconds=1)), accounts=accounts)
        self._runner = runner
        transport = httpx2.ASGITransport(app=self.sandbox.app)
        self._http = httpx2.AsyncClient(transport=transport, base_url="http://hostex.invalid")

    def call(self, operation: Operation, given: Given, token: str | None = TOKENS.WRITABLE) -> Answer:
        """Carry out an operation."""
        path = "/v3" + operation.path.format_map(given.path)
        headers = {"Hostex-Access-Token": token} if token and operation.token else {}
        body = dict(given.body) if operation.placed("body") or given.body else None
        sent = self._http.request(operation.method, path, params=given.query, json=body, headers=headers)
        response = self._runner.run(sent)
        return Answer(response.status_code, response.json())

    def get(self, path: str, given: Given | None = None) -> Row:
        """Return the data of a read that has to work."""
        answer = self.call(OPERATIONS[f"GET {path}"], given or Given())
        assert answer.code == 200, answer.envelope
        return cast("Row", answer.data)

    def rows(self, path: str, key: str, **query: object) -> list[Row]:
        """Return every row of a paged list."""
        found: list[Row] = []
        while True:
            page = self.get(path, Given(query={"offset": len(found), "limit": 100, **query}))[key]
            found += page
            if len(page) < 100:
                return found

    def authorization_code(self) -> str:
        """Let the partner in, as the host does on the page for it."""
        form = "client_id=sandbox-partner&redirect_uri=http://localhost/back&decision=allow"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        sent = self._http.post("/app/authorization", content=form, headers=headers)
        location = httpx2.URL(self._runner.run(sent).headers["location"])
        return location.params["code"]

    def close(self) -> None:
        """Close the client."""
        self._runner.run(self._http.aclose())


@contextmanager
def connected(runner: asyncio.Runner, accounts: Accounts | None = None) -> Generator[Hostex]:
    """Start a sandbox for as long as the block runs."""
    hostex = Hostex(runner, accounts)
    try:
        yield hostex
    finally:
        hostex.close()
