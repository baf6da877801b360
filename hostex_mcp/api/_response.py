"""What an answer means: the error that its code stands for, or the data of its envelope as models."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar, cast, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from hostex_mcp.api._json import Bulky, read_json
from hostex_mcp.api._salvage import NothingLeft, salvage
from hostex_mcp.api._transport import Answer, TransportFailure, wait_in, wait_of
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
_MOST_PROBLEMS = 5
_MOST_ROWS = 20_000
_LARGEST_TOTAL = 10**9
_MOST_MEMBERS = 20_000
"""Of one row, with all that is in it: it is read in one piece."""


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


@dataclass(frozen=True, slots=True)
class Read(Generic[RowT]):
    """The rows that could be read, each with its place among the `sent` ones."""

    rows: list[RowT]
    places: Sequence[int]
    sent: int


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
    read = await _each(listing.row, values, _called(listing.key, call))
    start = request.offset if listing.paged else 0
    return ListAnswer(
        read.rows,
        _total(reply),
        more=listing.paged and read.sent >= request.limit,
        places=[start + place for place in read.places],
        end=start + read.sent,
    )


async def _value(kind: type[T], reply: Success, key: str | None, call: ApiCall) -> T:
    value = reply.data if key is None else _member(reply, key, call)
    what = _called(key, call)
    if get_origin(kind) is list:
        (member,) = get_args(kind)
        return cast("T", (await _each(member, _rows(value, key, reply, call), what)).rows)
    try:
        return await _read(kind, value, what, Pace())
    except NothingLeft as lost:
        problems = [FieldProblem(_place(key, one.field), one.problem) for one in lost.problems]
    raise _misshapen(problems, reply, call)


async def _each(member: type[T], values: Sequence[object], what: str) -> "Read[Any]":
    pace = Pace()
    found: list[T] = []
    places: list[int] = []
    for place, value in enumerate(values):
        try:
            found.append(await _read(member, value, what, pace))
            places.append(place)
        except NothingLeft as lost:
            overlooked(what, value, lost.problems, left_out=True)
        await pace.rest()
    return Read(found, places, len(values))


async def _read(kind: type[T], value: object, what: str, pace: Pace) -> T:
    """The value as this kind; what of it cannot be read is left out and noted.

    Raises:
        Lost: when nothing can.
    """
    if _is_bulky(value):
        raise NothingLeft([FieldProblem("", "too_long")])
    adapter = _adapter(kind)
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        refused = error
    found, problems = await salvage(adapter, value, refused, pace)
    overlooked(what, value, problems, left_out=False)
    return found


def _is_bulky(value: object) -> bool:
    """Whether there is more in a value than is read in one piece."""
    inside, found = [value], 0
    while inside and found <= _MOST_MEMBERS:
        holder = inside.pop()
        if isinstance(holder, dict):
            holder = list(cast("dict[str, object]", holder).values())
        if isinstance(holder, list):
            members = cast("list[object]", holder)
            found += len(members)
            inside += [member for member in members if isinstance(member, list | dict)]
    return found > _MOST_MEMBERS


def _rows(value: object, key: str | None, reply: Success, call: ApiCall) -> Sequence[object]:
    """The members of a list. Inferred: null and an empty object stand for an empty one, and an object with
    numbers for keys for one with gaps, as PHP writes them."""
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


def _called(key: str | None, call: ApiCall) -> str:
    """What notes call the things of an answer."""
    fixed = [part for part in call.operation.path.split("/") if part and not part.startswith("{")]
    return (key or fixed[-1]).replace("_", " ")


def _total(reply: Success) -> int | None:
    """How many rows Hostex claims that a list has, where it does."""
    claimed = reply.data.get("total")
    if not isinstance(claimed, int) or isinstance(claimed, bool):
        return None
    return claimed if 0 <= claimed <= _LARGEST_TOTAL else None


def _member(reply: Success, key: str, call: ApiCall) -> Any:
    data: object = reply.data
    members = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    if key not in members:
        raise _misshapen([FieldProblem(key, "missing")], reply, call)
    return members[key]


def _misshapen(problems: list[FieldProblem], reply: Success, call: ApiCall) -> HostexError:
    problems = problems[:_MOST_PROBLEMS]
    named = ", ".join(f"{one.field} ({one.problem})" for one in problems)
    what = f"The answer does not have its documented form: {named}"
    return unreadable(what, call, fields=tuple(problems), request_id=reply.request_id)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
