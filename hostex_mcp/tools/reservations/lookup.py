"""What the tools that change stays and orders share: finding them by their code and naming them."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypedDict

from pydantic_core import to_jsonable_python

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, NotFound, Operation, read_all, windows
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.stays import order_code
from hostex_mcp.toolkit.arguments import InvalidArguments, Problem
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.privacy import HIDDEN
from hostex_mcp.toolkit.results import ALREADY, Change, Preview, Shown, lean
from hostex_mcp.tools.reservations.describe import in_words, stay_target
from hostex_mcp.tools.writing.edits import restoring

_THIS_CODE = "this code, neither as Hostex's nor as the channel's."
_CODES = ("reservation_code", "stay_code")
_HOSTEX_CODE = re.compile(r"\d+-")
_BACK, _AHEAD = timedelta(days=540), timedelta(days=540)


class StayView(TypedDict, total=False):
    """The stay that a write was about. `property_id` is 0 while it is not allocated."""

    stay_code: str
    guest_name: str | None
    property_id: int
    check_in_date: str
    check_out_date: str


class StayChange(StayView, total=False):
    """What a write changed on a stay; `before` leaves out what was not set."""

    before: dict[str, Any]
    after: dict[str, Any]


class OrderView(TypedDict, total=False):
    """The order that a write was about, its status afterwards, and its stays."""

    reservation_code: str
    channel_type: str
    guest_name: str | None
    status: str
    stays: list[StayView]


def stay_view(context: Context, stay: Reservation) -> StayView:
    """A stay as it is named in the result of a write."""
    shown = context.screen().show(stay)
    return StayView(
        stay_code=stay.stay_code,
        guest_name=shown.guest_name,
        property_id=stay.property_id,
        check_in_date=stay.check_in_date.isoformat(),
        check_out_date=stay.check_out_date.isoformat(),
    )


def order_view(context: Context, stays: list[Reservation], status: str) -> OrderView:
    """An order as it is named in the result of a write."""
    first = context.screen().show(stays[0])
    return OrderView(
        reservation_code=first.reservation_code,
        channel_type=first.channel_type,
        guest_name=first.guest_name,
        status=status,
        stays=[stay_view(context, one) for one in stays],
    )


@dataclass(frozen=True, slots=True)
class Patching:
    """How a tool changes stays. `state` gives what it can change, under its names, None where a value cannot
    be written back; what `secret` values are now, previews name as set or not set only."""

    tool: str
    operation: Operation[Any]
    state: Callable[[Reservation], Shown]
    secret: tuple[str, ...] = ()
    clearable: tuple[str, ...] = ()


def stay_patch(
    context: Context, how: Patching, stay: Reservation, changes: Shown, body: Shown | None = None
) -> Change[StayChange]:
    """The write of some `changes` to a stay, sent as `body` where Hostex wants another form.

    There is no undo for a value that cannot be written back, nor for one that the privacy level hides. That
    a hidden value is so already is not said either, or it could be found out by guessing.
    """
    key = {"stay_code": stay.stay_code}
    state = how.state(stay)
    before = to_jsonable_python({name: state[name] for name in changes})
    visible = how.state(context.screen().show(stay))
    shown = to_jsonable_python({name: visible[name] for name in changes})
    hidden = any(shown[name] == HIDDEN != before[name] for name in changes)
    after = to_jsonable_python(dict(changes))
    guessable = HIDDEN in shown.values()
    already = (
        ALREADY if not guessable and all(state[name] == value for name, value in changes.items()) else ""
    )

    async def send() -> StayChange:
        await context.client.call(how.operation, path=key, body=body or changes)
        return StayChange(**stay_view(context, stay), before=dict(lean(shown)), after=after)

    undo = None if hidden else restoring(how.tool, key, before, how.clearable)
    return Change(send, undo, already=already)


def patch_preview(
    context: Context, how: Patching, stay: Reservation, changes: Shown, title: str, warnings: Sequence[str]
) -> Preview:
    """What a change of a stay would do, field by field."""
    visible = how.state(context.preview_screen().show(stay))
    rows = [
        {"what": name, "before": _now(how, name, visible[name]), "after": _said(value)}
        for name, value in changes.items()
    ]
    return Preview(f"Change the stay of {in_words(stay, title)}", stay_target(stay, title), rows, warnings)


def _now(how: Patching, name: str, value: Any) -> Any:
    """What a value is before the write, of a secret one only whether there is any."""
    return "set" if name in how.secret and value else _said(value)


def _said(value: Any) -> Any:
    return "not set" if value in (None, "") else to_jsonable_python(value)


async def resolve_codes(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with the channel's own code of a booking replaced by Hostex's. What is neither stays as
    it is, for Hostex to know better.

    Raises:
        InvalidArguments: when it is the code of several bookings, or of several stays where one is wanted.
    """
    given = {name: arguments[name] for name in _CODES if arguments.get(name)}
    own = {name: await _own_code(context, name, code) for name, code in given.items()}
    return {**arguments, **own}


async def _own_code(context: Context, argument: str, code: str) -> str:
    bare = code.lstrip("# ")
    if not bare or _HOSTEX_CODE.match(bare):
        return bare or code
    spelled = list(dict.fromkeys([bare, bare.upper()]))
    found = await _stays_with(context, [{"channel_id": one} for one in spelled])
    stays = [one for one in found if one.channel_id in spelled]
    codes = list(dict.fromkeys(str(getattr(one, argument)) for one in stays))
    if len(codes) > 1:
        problem = f"is a channel's code of several; give one of {', '.join(codes)}"
        raise InvalidArguments(Problem(argument, problem))
    return codes[0] if codes else code


async def find_stay(context: Context, stay_code: str) -> Reservation:
    """The stay with this code. Hostex has no filter by stay code, so its order is read.

    Raises:
        NotFound: when no stay of the account has it.
        InvalidArguments: when it is the code of an order of several stays.
    """
    codes = list(dict.fromkeys([stay_code, order_code(stay_code)]))
    stays = await _stays_with(context, [{"reservation_code": code} for code in codes])
    for one in stays:
        if one.stay_code == stay_code:
            return one
    if stays and stays[0].reservation_code == stay_code:
        several = ", ".join(one.stay_code for one in stays)
        raise InvalidArguments(Problem("stay_code", f"is the code of an order; its stays are {several}"))
    raise NotFound(f"No stay has {_THIS_CODE}", operation=LIST_RESERVATIONS.name)


async def find_order(context: Context, reservation_code: str) -> list[Reservation]:
    """The stays of the order with this code, at least one.

    Raises:
        NotFound: when no order of the account has it.
        InvalidArguments: when it is the code of one stay of several.
    """
    codes = list(dict.fromkeys([reservation_code, order_code(reservation_code)]))
    stays = await _stays_with(context, [{"reservation_code": code} for code in codes])
    own = [one for one in stays if one.reservation_code == reservation_code]
    if own:
        return own
    if any(one.stay_code == reservation_code for one in stays):
        order = f"is the code of one stay; its order is {stays[0].reservation_code}"
        raise InvalidArguments(Problem("reservation_code", order))
    raise NotFound(f"No order has {_THIS_CODE}", operation=LIST_RESERVATIONS.name)


async def _stays_with(context: Context, filters: Sequence[Mapping[str, str]]) -> list[Reservation]:
    """The stays that fit the first of these filters that any fits. Inferred: a code alone might reach no
    further than the window that Hostex applies without dates, so a year and a half back and ahead is asked
    for when it finds nothing."""
    today = context.now().date()
    periods = windows(today - _BACK, today + _AHEAD, RESERVATION_WINDOW_DAYS)
    wide = [{"start_check_out_date": start, "end_check_out_date": end} for start, end in periods]
    anytime: list[Mapping[str, Any]] = [{}]
    for dates in (anytime, wide):
        for wanted in filters:
            reads = [_read(context, {**wanted, **one}) for one in dates]
            if stays := [stay for part in await asyncio.gather(*reads) for stay in part]:
                return stays
    return []


async def _read(context: Context, query: Mapping[str, Any]) -> list[Reservation]:
    return (await read_all(context.client, LIST_RESERVATIONS, query=query)).items
