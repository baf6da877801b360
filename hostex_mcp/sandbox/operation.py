"""Operations of the API: how one is declared, found by method and path, and given its arguments."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from hostex_mcp.sandbox.envelope import ApiError
from hostex_mcp.sandbox.oauth import OAuth
from hostex_mcp.sandbox.params import Field, Values
from hostex_mcp.sandbox.state import QueuedWrite, Row, SandboxAccount
from hostex_mcp.sandbox.throttle import Throttles
from hostex_mcp.sandbox.tokens import Token

# Inferred: how long Hostex takes to carry out a queued write is unknown.
QUEUE_DELAY = timedelta(seconds=2)
LIMIT_MAX = 100
_INTEGER_IDS = ("id", "plan_id")


@dataclass(frozen=True)
class SandboxCall:
    """One accepted request: who asks, when, and the checked parameters."""

    account: SandboxAccount
    others: tuple[SandboxAccount, ...]
    token: Token
    throttles: Throttles
    oauth: OAuth
    now: datetime
    path: Values
    query: Values
    body: Values

    @property
    def zone(self) -> ZoneInfo:
        """Return the operator's time zone."""
        return ZoneInfo(self.account.timezone)

    @property
    def today(self) -> date:
        """Return the operator's calendar day."""
        return self.now.astimezone(self.zone).date()

    def aware(self, moment: datetime) -> datetime:
        """Read a time without offset as the operator's local time."""
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def page(self, key: str, rows: Iterable[Row], *, total: bool = True) -> Row:
        """Answer with one page of `rows` under `key`. Inferred: a limit above the maximum is cut to it."""
        every = list(rows)
        offset, limit = self.query["offset"], min(self.query["limit"], LIMIT_MAX)
        answer: Row = {key: [public(row) for row in every[offset : offset + limit]]}
        return answer | {"total": len(every)} if total else answer

    def queue(self, apply: Callable[[], None]) -> None:
        """Let a write take effect after the delay."""
        self.account.queued.append(QueuedWrite(self.now + QUEUE_DELAY, apply))


Handler: TypeAlias = Callable[[SandboxCall], Row | None]


@dataclass(frozen=True)
class SandboxOperation:
    """One of the 86 operations. `reads` says that a read-only token may call it."""

    method: str
    path: str
    handler: Handler
    query: tuple[Field, ...]
    body: tuple[Field, ...]
    reads: bool

    @property
    def name(self) -> str:
        """Return the method and path template, such as `GET /groups/{id}`."""
        return f"{self.method} {self.path}"

    @property
    def open(self) -> bool:
        """Whether it works without an access token."""
        return self.path.startswith("/oauth/")


OPERATIONS: dict[str, SandboxOperation] = {}
_BY_LENGTH: dict[int, dict[str, SandboxOperation]] = {}


def operation(
    name: str,
    *,
    query: tuple[Field, ...] = (),
    body: tuple[Field, ...] = (),
    reads: bool | None = None,
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of `name`, such as `GET /groups/{id}`."""
    method, path = name.split(" ")

    def register(handler: Handler) -> Handler:
        allowed = method == "GET" if reads is None else reads
        operation = SandboxOperation(method, path, handler, query, body, allowed)
        OPERATIONS[name] = _BY_LENGTH.setdefault(path.count("/"), {})[name] = operation
        return handler

    return register


def route(method: str, path: str) -> tuple[SandboxOperation, Values]:
    """Return the operation for a path below `/v3` and its path parameters; 404 or 405 if there is none."""
    alike = _BY_LENGTH.get(path.count("/"), {}).values()
    fits = [(op, values) for op in alike if (values := _match(op.path, path)) is not None]
    if not fits:
        raise ApiError(404, "Not Found.")
    allowed = [(op, values) for op, values in fits if op.method == method]
    if not allowed:
        raise ApiError(405, "Method Not Allowed.")
    return min(allowed, key=lambda fit: len(fit[1]))


def public(row: Row) -> Row:
    """Return a row without its private keys."""
    return {key: value for key, value in row.items() if not key.startswith("_")}


def _match(template: str, path: str) -> Values | None:
    parts, segments = template.split("/"), path.split("/")
    if len(parts) != len(segments):
        return None
    values: Values = {}
    for part, text in zip(parts, segments, strict=True):
        if not part.startswith("{"):
            if part != text:
                return None
        elif (value := _path_value(part[1:-1], text)) is None:
            return None
        else:
            values[part[1:-1]] = value
    return values


def _path_value(name: str, text: str) -> int | str | None:
    """Read a path parameter. Inferred: a numeric id that is not a number is a path that does not exist."""
    if name in _INTEGER_IDS:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    return text or None
