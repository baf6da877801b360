"""What an answer means: the envelope's data, or the error that its code stands for."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic_core import from_json

from hostex_mcp.api._call import Call
from hostex_mcp.api._exchange import Answer, Lost
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
_HALF_A_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
_MOST_READ = 10_000
_MAY_HAVE_HAPPENED = ", so it is unknown whether the change was made"


@dataclass(frozen=True, slots=True)
class Reply:
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


def judge(got: Answer | Lost, call: Call, secrets: tuple[str, ...]) -> Reply | HostexError:
    """The meaning of an answer, or of its loss; `secrets` are kept out of what Hostex wrote."""
    if isinstance(got, Lost):
        return _of_loss(got, call)
    if 300 <= got.status < 400:
        message = f"Hostex answered with a redirect (HTTP {got.status}), which is never followed."
        return UnexpectedResponse(message, operation=call.name)
    envelope = _envelope(got.body, secrets)
    if envelope is None:
        return _of_other_form(got, call)
    if envelope.code not in SUCCESS:
        return _of_error_code(envelope, got, call)
    if 200 <= got.status < 300:
        return Reply(envelope.data, envelope.code, envelope.request_id)
    return _doubtful(f"Hostex answered with success and HTTP {got.status} at once", got, call)


def unreadable(problem: str, call: Call, **details: Any) -> HostexError:
    """The error for an answer that cannot be used; after a write, it says that the change may be made."""
    if call.writes:
        return OutcomeUnknown(f"{problem}{_MAY_HAVE_HAPPENED}.", operation=call.name, **details)
    return UnexpectedResponse(f"{problem}.", operation=call.name, **details)


def _of_loss(lost: Lost, call: Call) -> HostexError:
    problem = _LOSSES[lost.cause]
    if lost.cause in ("garbled", "oversized") or (call.writes and lost.sent):
        again = not call.writes and lost.cause == "garbled"
        return unreadable(problem, call, retryable=again)
    kind = DeadlineExceeded if lost.cause == "timeout" else NetworkFailed
    return kind(f"{problem}.", operation=call.name)


def _of_other_form(got: Answer, call: Call) -> HostexError:
    problem = f"The answer is not in Hostex's form (HTTP {got.status})"
    if 400 <= got.status < 500 and call.writes:
        return UnexpectedResponse(f"{problem}.", operation=call.name, retry_after=_retry_after(got))
    return _doubtful(problem, got, call)


def _doubtful(problem: str, got: Answer, call: Call) -> HostexError:
    if call.writes:
        return unreadable(problem, call)
    cut = got.status < 300 and "json" in got.headers.get("content-type", "")
    again = cut or got.status == 429 or got.status >= 500
    return unreadable(problem, call, retryable=again, retry_after=_retry_after(got))


def _of_error_code(envelope: _Envelope, got: Answer, call: Call) -> HostexError:
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
        retry_after=_retry_after(got),
    )
    if isinstance(error, RateLimited):
        error.scope = _clean(got.headers.get("x-ratelimit-scope"), 40) or None
        error.window = _clean(got.headers.get("x-ratelimit-window"), 40) or None
    return error


def _envelope(body: bytes, secrets: tuple[str, ...]) -> _Envelope | None:
    try:
        parsed = _parsed(body)
    except (ValueError, RecursionError):
        return None
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


def _parsed(body: bytes) -> object:
    """The JSON in a body. Half an emoji, as is left where a text was cut, does not spoil all the rest."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        if _HALF_A_PAIR.search(body) is None:
            raise
    whole = json.dumps(json.loads(body), ensure_ascii=False).encode(errors="replace")
    return from_json(whole, allow_inf_nan=False)


def _clean(text: object, longest: int, secrets: tuple[str, ...] = ()) -> str:
    """Bounded printable text on one line, without the secrets; empty for anything but text."""
    if not isinstance(text, str):
        return ""
    text = text[:_MOST_READ]
    for secret in secrets:
        text = text.replace(secret, "[hidden]")
    printable = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(printable.split())[:longest]


def _retry_after(got: Answer) -> float | None:
    text = got.headers.get("retry-after", "").strip()
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", text, re.ASCII) else None
