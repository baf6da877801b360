"""What an answer means: the error that its code stands for, or the data of its envelope as models."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar, cast, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from hostex_mcp.api._json import BulkyAnswer, read_json
from hostex_mcp.api._salvage import NothingLeft, salvage
from hostex_mcp.api._transport import HttpAnswer, TransportFailure, wait_in, wait_of
from hostex_mcp.api.errors import (
    AccountBlocked,
    BadRequest,
    ChannelFailed,
    Conflict,
    DeadlineExceeded,
    FieldProblem,
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
from hostex_mcp.api.operation import ApiCall, ListAnswer, ListEndpoint, Request, RowT
from hostex_mcp.api.pace import Pace
from hostex_mcp.api.unread import overlooked

T = TypeVar("T")

# Live answers say 200, Hostex's page on errors says 0.
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
_SMALLER = "Ask for less, such as fewer days or rows; what is too large by itself can be read in Hostex only."
_NUMBER = re.compile(r"-?\d{1,9}")
_MOST_READ = 10_000
_MAY_HAVE_HAPPENED = ", so it is unknown whether the change was made"
_MOST_PROBLEMS = 5
_MOST_ROWS = 20_000
_LARGEST_TOTAL = 10**9
_MOST_MEMBERS = 20_000
"""Of one row, with all that is in it: it is read in one piece."""
_HOLDERS = frozenset((list, dict))


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
    answer: HttpAnswer | TransportFailure, call: ApiCall, secrets: tuple[str, ...]
) -> Success | HostexError:
    """Return the success or the error that an answer, or its loss, stands for. `secrets` are kept out of what
    Hostex wrote."""
    if isinstance(answer, TransportFailure):
        return _of_failure(answer, call)
    # Hostex documents no redirect: one comes from something on the way, and the token would go along.
    if 300 <= answer.status < 400:
        message = f"Hostex answered with a redirect (HTTP {answer.status}), which is never followed."
        return UnexpectedResponse(message, operation=call.name)
    try:
        envelope = await _envelope(answer.body, secrets)
    except BulkyAnswer:
        return _of_failure(TransportFailure("oversized"), call)
    if envelope is None:
        return _throttled(answer, call) if answer.status == _TOO_MANY else _of_other_form(answer, call)
    # HTTP says 200 for refusals as well, so the code in the body decides (documented and observed).
    if envelope.code not in SUCCESS:
        return _of_error_code(envelope, answer, call)
    # Any of them: Hostex's changelog calls a created transaction a 201.
    if 200 <= answer.status < 300:
        return Success(envelope.data, envelope.code, envelope.request_id)
    return _outcome_unknown(f"Hostex answered with success and HTTP {answer.status} at once", answer, call)


def unreadable(problem: str, call: ApiCall, **details: Any) -> HostexError:
    """Return the error for an answer that cannot be used; after a write, it says so."""
    if call.writes:
        return OutcomeUnknown(f"{problem}{_MAY_HAVE_HAPPENED}.", operation=call.name, **details)
    return UnexpectedResponse(f"{problem}.", operation=call.name, **details)


def _of_failure(failure: TransportFailure, call: ApiCall) -> HostexError:
    problem = _LOSSES[failure.cause]
    if failure.proxy and failure.cause in ("network", "timeout"):
        problem += f" by way of the proxy that {failure.proxy} names"
    # An answer that is too large would be so again; one that was garbled on the way may not.
    if failure.cause in ("garbled", "oversized") or (call.writes and failure.sent):
        retryable = not call.writes and failure.cause == "garbled"
        error = unreadable(problem, call, retryable=retryable)
        if failure.cause == "oversized" and not call.writes:
            error.hint = _SMALLER
        return error
    kind = DeadlineExceeded if failure.cause == "timeout" else NetworkFailed
    return kind(f"{problem}.", operation=call.name)


def _throttled(answer: HttpAnswer, call: ApiCall) -> HostexError:
    # From a proxy, or from Hostex in another form than its own: nothing was done.
    error = RateLimited(
        f"There were too many calls (HTTP {_TOO_MANY}).",
        operation=call.name,
        retry_after=wait_of(answer) or wait_in(answer.body.decode(errors="replace")),
    )
    return _with_scope(error, answer)


def _with_scope(error: RateLimited, answer: HttpAnswer) -> RateLimited:
    error.scope = _clean(answer.headers.get("x-ratelimit-scope"), 40) or None
    error.window = _clean(answer.headers.get("x-ratelimit-window"), 40) or None
    return error


def _of_other_form(answer: HttpAnswer, call: ApiCall) -> HostexError:
    problem = f"The answer is not in Hostex's form (HTTP {answer.status})"
    # A proxy that refuses a request has not passed it on.
    if 400 <= answer.status < 500 and call.writes:
        return UnexpectedResponse(f"{problem}.", operation=call.name, retry_after=wait_of(answer))
    return _outcome_unknown(problem, answer, call)


def _outcome_unknown(problem: str, answer: HttpAnswer, call: ApiCall) -> HostexError:
    if call.writes:
        return unreadable(problem, call)
    # What is announced as JSON and is none was cut short; a page of a proxy would only come again.
    cut = answer.status < 300 and "json" in answer.headers.get("content-type", "")
    retryable = cut or answer.status >= 500
    return unreadable(problem, call, retryable=retryable, retry_after=wait_of(answer))


def _of_error_code(envelope: _Envelope, answer: HttpAnswer, call: ApiCall) -> HostexError:
    kind = _ERRORS.get(envelope.code, UpstreamFailed)
    # 420 stands for a lapsed subscription, a small plan and a suspension; only the first has a constant text.
    if kind is AccountBlocked and envelope.message == LAPSED:
        kind = SubscriptionLapsed
    retryable = kind.usually_retryable
    if issubclass(kind, UpstreamFailed | ChannelFailed):
        retryable = 500 <= envelope.code < 600 and not call.writes
    error = kind(
        envelope.message or f"Hostex answered with error code {envelope.code}.",
        operation=call.name,
        code=envelope.code,
        request_id=envelope.request_id,
        retryable=retryable,
        retry_after=wait_of(answer),
    )
    if isinstance(error, RateLimited):
        error.retry_after = error.retry_after or wait_in(envelope.message)
        return _with_scope(error, answer)
    return error


async def _envelope(body: bytes, secrets: tuple[str, ...]) -> _Envelope | None:
    parsed = await read_json(body)
    if not isinstance(parsed, dict):
        return None
    members = cast("dict[str, Any]", parsed)
    code = members.get("error_code")
    # The code may be a number or a text of digits.
    if isinstance(code, bool) or not _NUMBER.fullmatch(str(code)):
        return None
    return _Envelope(
        code=int(str(code)),
        message=_clean(members.get("error_msg"), 200, secrets),
        request_id=_clean(members.get("request_id"), 64, secrets) or None,
        data=members.get("data"),
    )


def _clean(text: object, longest: int, secrets: tuple[str, ...] = ()) -> str:
    """Return bounded printable text on one line, without the secrets; empty for anything but text."""
    if not isinstance(text, str):
        return ""
    # A long text would make the work on every sign long; the cut to length comes last, so that no secret is
    # cut in half and missed.
    text = text[:_MOST_READ]
    for secret in secrets:
        text = text.replace(secret, "[hidden]")
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())[:longest]


@dataclass(frozen=True, slots=True)
class _Rows(Generic[T]):
    """The rows that could be read, each with its place among the `count` that Hostex sent."""

    rows: list[T]
    places: Sequence[int]
    count: int


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
    read = await _each(listing.row, values, _noun(listing.key, call))
    start = request.offset if listing.paged else 0
    return ListAnswer(
        read.rows,
        _total(reply),
        more=listing.paged and read.count >= request.limit,
        places=[start + place for place in read.places],
        end=start + read.count,
    )


async def _value(kind: type[T], reply: Success, key: str | None, call: ApiCall) -> T:
    value = reply.data if key is None else _member(reply, key, call)
    what = _noun(key, call)
    if get_origin(kind) is list:
        (member,) = get_args(kind)
        return cast("T", (await _each(member, _rows(value, key, reply, call), what)).rows)
    try:
        return await _read(kind, value, what, Pace())
    except NothingLeft as nothing:
        problems = [FieldProblem(_place(key, problem.field), problem.problem) for problem in nothing.problems]
    raise _misshapen(problems, reply, call)


async def _each(member: type[T], values: Sequence[object], what: str) -> _Rows[T]:
    pace = Pace()
    rows: list[T] = []
    places: list[int] = []
    for place, value in enumerate(values):
        try:
            rows.append(await _read(member, value, what, pace))
            places.append(place)
        except NothingLeft as nothing:
            overlooked(what, value, nothing.problems, left_out=True)
        await pace.rest()
    return _Rows(rows, places, len(values))


async def _read(kind: type[T], value: object, what: str, pace: Pace) -> T:
    """Read a value as this kind; what of it cannot be read is left out and noted.

    Raises:
        NothingLeft: when nothing can be read.
    """
    if _is_bulky(value):
        raise NothingLeft([FieldProblem("", "too_long")])
    adapter = _adapter(kind)
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        rejection = error
    remainder, problems = await salvage(adapter, value, rejection, pace)
    overlooked(what, value, problems, left_out=False)
    return remainder


def _is_bulky(value: object) -> bool:
    """Whether there is more in a value than is read in one piece."""
    holders, count = [value], 0
    while holders and count <= _MOST_MEMBERS:
        holder = holders.pop()
        if isinstance(holder, dict):
            holder = list(cast("dict[str, object]", holder).values())
        if isinstance(holder, list):
            members = cast("list[object]", holder)
            count += len(members)
            holders += [member for member in members if type(member) in _HOLDERS]
    return count > _MOST_MEMBERS


def _rows(value: object, key: str | None, reply: Success, call: ApiCall) -> Sequence[object]:
    # Inferred: null and an empty object stand for an empty list, and an object with numbers for keys for one
    # with gaps, as PHP writes them.
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


def _noun(key: str | None, call: ApiCall) -> str:
    """Return what notes call the things of an answer."""
    fixed = [part for part in call.operation.path.split("/") if part and not part.startswith("{")]
    return (key or fixed[-1]).replace("_", " ")


def _total(reply: Success) -> int | None:
    """Return how many rows Hostex claims that a list has, where it does."""
    total = reply.data.get("total")
    if not isinstance(total, int) or isinstance(total, bool):
        return None
    return total if 0 <= total <= _LARGEST_TOTAL else None


def _member(reply: Success, key: str, call: ApiCall) -> Any:
    data: object = reply.data
    members = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    if key not in members:
        raise _misshapen([FieldProblem(key, "missing")], reply, call)
    return members[key]


def _misshapen(problems: list[FieldProblem], reply: Success, call: ApiCall) -> HostexError:
    problems = problems[:_MOST_PROBLEMS]
    fields = ", ".join(f"{problem.field} ({problem.problem})" for problem in problems)
    what = f"The answer does not have its documented form: {fields}"
    return unreadable(what, call, fields=tuple(problems), request_id=reply.request_id)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
