"""The REST API under `/v3`: reads a request, checks it, lets the operation answer, wraps the outcome."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hostex_mcp.sandbox.envelope import DONE, ApiError, bad_request, envelope, refusal
from hostex_mcp.sandbox.faults import Faults, strike
from hostex_mcp.sandbox.oauth import OAuth
from hostex_mcp.sandbox.operation import SandboxCall, SandboxOperation, route
from hostex_mcp.sandbox.operations import load
from hostex_mcp.sandbox.params import Values, check, from_query
from hostex_mcp.sandbox.state import Accounts, Row, SandboxAccount
from hostex_mcp.sandbox.throttle import Throttles
from hostex_mcp.sandbox.tokens import Token, TokenStore, authorize
from hostex_mcp.sandbox.wire import Wire

PREFIX = "/v3"
_SECRET_KEYS = ("client_secret", "code", "refresh_token", "token")


@dataclass(frozen=True)
class SeenRequest:
    """One line of the request log. `path` is the template, or the path as sent where no operation fits."""

    method: str
    path: str
    path_params: Values
    query: dict[str, str]
    body: Any
    token: str | None


@dataclass(frozen=True)
class _Incoming:
    method: str
    path: str
    query: dict[str, str]
    raw_body: bytes
    token: Token | None

    def operation(self) -> tuple[SandboxOperation, Values]:
        return route(self.method, self.path)

    def body(self) -> Values:
        """Return the JSON body, an empty object where there is none."""
        if not self.raw_body.strip():
            return {}
        try:
            parsed: object = json.loads(self.raw_body)
        except (ValueError, RecursionError):
            raise bad_request("The request body is not valid JSON.") from None
        if not isinstance(parsed, dict):
            raise bad_request("The request body must be a JSON object.")
        return cast("Values", parsed)


def _nothing() -> None:
    return


@dataclass
class RestApi:
    """The ASGI application behind `/v3`. `after` is called when a request was carried out."""

    accounts: Accounts
    tokens: TokenStore
    oauth: OAuth
    clock: Callable[[], datetime]
    faults: Faults = field(default_factory=Faults)
    throttles: Throttles = field(default_factory=Throttles)
    log: list[SeenRequest] = field(default_factory=list[SeenRequest])
    after: Callable[[], None] = _nothing

    def __post_init__(self) -> None:
        load()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, through the fault that waits for it if there is one."""
        request = Request(scope, receive)
        incoming = _Incoming(
            method=request.method,
            path=request.url.path.removeprefix(PREFIX),
            query=dict(request.query_params),
            raw_body=await request.body(),
            token=self.tokens.find(request.headers),
        )
        entry = _log_entry(incoming)
        self.log.append(entry)
        wire = Wire(lambda: self.answer(incoming), self.clock(), (scope, receive, send))
        fault = self.faults.take(f"{entry.method} {entry.path}")
        try:
            if fault is None:
                await wire.send(wire.answer())
            else:
                await strike(fault, wire)
        finally:
            self.after()

    def answer(self, incoming: _Incoming) -> Response:
        """Carry a request out and wrap what comes of it."""
        now = self.clock()
        try:
            data = self._carry_out(incoming, now)
        except ApiError as error:
            return refusal(now, error)
        return envelope(now, *DONE, data)

    def _carry_out(self, incoming: _Incoming, now: datetime) -> Row | None:
        operation, path = incoming.operation()
        token = self._admit(operation, incoming, now)
        # A queued write is visible to the first call after its time, of whichever token.
        for account in self.accounts.each():
            account.apply_due(now)
        call = SandboxCall(
            account=token.account,
            others=self._others(token.account),
            token=token,
            throttles=self.throttles,
            oauth=self.oauth,
            now=now,
            path=path,
            query=from_query(operation.query, incoming.query),
            body=check(operation.body, incoming.body()),
        )
        return operation.handler(call)

    def _admit(self, operation: SandboxOperation, incoming: _Incoming, now: datetime) -> Token:
        if operation.open:
            return Token("anonymous", self.accounts.main)
        token = authorize(incoming.token, now)
        self.throttles.request(token.label, f"{incoming.method} {incoming.path}", now)
        if not (operation.reads or token.writable):
            raise ApiError(401, "Not authorized for this action.")
        return token

    def _others(self, account: SandboxAccount) -> tuple[SandboxAccount, ...]:
        return tuple(other for other in self.accounts.each() if other is not account)


def _log_entry(incoming: _Incoming) -> SeenRequest:
    try:
        operation, path_params = incoming.operation()
        path = operation.path
    except ApiError:
        path, path_params = incoming.path, {}
    return SeenRequest(
        method=incoming.method,
        path=path,
        path_params=path_params,
        query=incoming.query,
        body=_logged_body(incoming),
        token=incoming.token.label if incoming.token else None,
    )


def _logged_body(incoming: _Incoming) -> Values | None:
    try:
        body = incoming.body()
    except ApiError:
        return None
    # Tests and developers read this log, and secrets do not belong there.
    hidden = _SECRET_KEYS if incoming.path.startswith("/oauth/") else ()
    return {key: "***" if key in hidden else value for key, value in body.items()} or None
