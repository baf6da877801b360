"""What an answer means: the envelope's data, or the error that its code stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from hostex_mcp.api._json import Bulky, read_json
from hostex_mcp.api._request import ApiCall
from hostex_mcp.api._transport import Answer, TransportFailure
from hostex_mcp.api._wait import wait_in, wait_of
from hostex_mcp.api.errors import (
    AccountBlocked,
    BadRequest,
    ChannelFailed,
    Conflict,
    DeadlineExceeded,
    Forbidden,
    HostexError,
    InvalidToken,
    NetworkFailed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    SubscriptionLapsed,
    Unavailable,
    UnexpectedResponse,
    UpstreamFailed,
)

SUCCESS = (0, 200)
LAPSED = "Subscription expired"

_TOO_MANY = 429

_ERRORS: Mapping[int, type[HostexError]] = {
    400: BadRequest,
    401: InvalidToken,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    420: AccountBlocked,
    422: BadRequest,
    429: RateLimited,
    501: Unavailable,
    502: ChannelFailed,
    503: ChannelFailed,
    504: ChannelFailed,
}
_LOSSES = {
    "network": "The connection to Hostex failed",
    "timeout": "Hostex did not answer in time",
    "garbled": "The answer could not be decoded",
    "oversized": "The answer was too large",
}
_NUMBER = re.compile(r"-?\d{1,9}")
_MOST_READ = 10_000
_MAY_HAVE_HAPPENED = ", so it is unknown whether the change was made"


@dataclass(frozen=True, slots=True)
class Success:
    """A success, with the data of its envelope."""

    data: Any = field(repr=False)
    code: int
    request_id: str | None


@dataclass(frozen=True, slots=True)
class _Envelope:
    code: int
    message: str
    request_id: str | None
    data: Any


async def interpret(
    got: Answer | TransportFailure, call: ApiCall, secrets: tuple[str, ...]
) -> Success | HostexError:
    """The meaning of an answer, or of its loss; `secrets` are kept out of what Hostex wrote."""
    if isinstance(got, TransportFailure):
        return _of_loss(got, call)
    if 300 <= got.status < 400:
        message = f"Hostex answered with a redirect (HTTP {got.status}), which is never followed."
        return UnexpectedResponse(message, operation=call.name)
    try:
        envelope = await _envelope(got.body, secrets)
    except Bulky:
        return _of_loss(TransportFailure("oversized"), call)
    if envelope is None:
        return _throttled(got, call) if got.status == _TOO_MANY else _of_other_form(got, call)
    if envelope.code not in SUCCESS:
        return _of_error_code(envelope, got, call)
    if 200 <= got.status < 300:
        return Success(envelope.data, envelope.code, envelope.request_id)
    return _outcome_unknown(f"Hostex answered with success and HTTP {got.status} at once", got, call)


def unreadable(problem: str, call: ApiCall, **details: Any) -> HostexError:
    """The error for an answer that cannot be used; after a write, it says that the change may be made."""
    if call.writes:
        return OutcomeUnknown(f"{problem}{_MAY_HAVE_HAPPENED}.", operation=call.name, **details)
    return UnexpectedResponse(f"{problem}.", operation=call.name, **details)


def _of_loss(lost: TransportFailure, call: ApiCall) -> HostexError:
    problem = _LOSSES[lost.cause]
    if lost.proxy and lost.cause in ("network", "timeout"):
        problem += f" by way of the proxy that {lost.proxy} names"
    if lost.cause in ("garbled", "oversized") or (call.writes and lost.sent):
        again = not call.writes and lost.cause == "garbled"
        return unreadable(problem, call, retryable=again)
    kind = DeadlineExceeded if lost.cause == "timeout" else NetworkFailed
    return kind(f"{problem}.", operation=call.name)


def _throttled(got: Answer, call: ApiCall) -> HostexError:
    """The refusal of a proxy, or of Hostex in another form than its own. Nothing was done."""
    error = RateLimited(
        f"There were too many calls (HTTP {_TOO_MANY}).",
        operation=call.name,
        retry_after=wait_of(got) or wait_in(got.body.decode(errors="replace")),
    )
    return _with_scope(error, got)


def _with_scope(error: RateLimited, got: Answer) -> RateLimited:
    error.scope = _clean(got.headers.get("x-ratelimit-scope"), 40) or None
    error.window = _clean(got.headers.get("x-ratelimit-window"), 40) or None
    return error


def _of_other_form(got: Answer, call: ApiCall) -> HostexError:
    problem = f"The answer is not in Hostex's form (HTTP {got.status})"
    if 400 <= got.status < 500 and call.writes:
        return UnexpectedResponse(f"{problem}.", operation=call.name, retry_after=wait_of(got))
    return _outcome_unknown(problem, got, call)


def _outcome_unknown(problem: str, got: Answer, call: ApiCall) -> HostexError:
    if call.writes:
        return unreadable(problem, call)
    cut = got.status < 300 and "json" in got.headers.get("content-type", "")
    again = cut or got.status >= 500
    return unreadable(problem, call, retryable=again, retry_after=wait_of(got))


def _of_error_code(envelope: _Envelope, got: Answer, call: ApiCall) -> HostexError:
    kind = _ERRORS.get(envelope.code, UpstreamFailed)
    if kind is AccountBlocked and envelope.message == LAPSED:
        kind = SubscriptionLapsed
    again = kind.usually_retryable
    if issubclass(kind, UpstreamFailed | ChannelFailed):
        again = 500 <= envelope.code < 600 and not call.writes
    error = kind(
        envelope.message or f"Hostex answered with error code {envelope.code}.",
        operation=call.name,
        code=envelope.code,
        request_id=envelope.request_id,
        retryable=again,
        retry_after=wait_of(got),
    )
    if isinstance(error, RateLimited):
        error.retry_after = error.retry_after or wait_in(envelope.message)
        return _with_scope(error, got)
    return error


async def _envelope(body: bytes, secrets: tuple[str, ...]) -> _Envelope | None:
    parsed = await read_json(body)
    if not isinstance(parsed, dict):
        return None
    members = cast("dict[str, Any]", parsed)
    code = members.get("error_code")
    if isinstance(code, bool) or not _NUMBER.fullmatch(str(code)):
        return None
    return _Envelope(
        code=int(str(code)),
        message=_clean(members.get("error_msg"), 200, secrets),
        request_id=_clean(members.get("request_id"), 64, secrets) or None,
        data=members.get("data"),
    )


def _clean(text: object, longest: int, secrets: tuple[str, ...] = ()) -> str:
    """Bounded printable text on one line, without the secrets; empty for anything but text."""
    if not isinstance(text, str):
        return ""
    text = text[:_MOST_READ]
    for secret in secrets:
        text = text.replace(secret, "[hidden]")
    printable = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(printable.split())[:longest]
