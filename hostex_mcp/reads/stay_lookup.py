"""Stays and orders by any of their codes."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, FieldProblem, NotFound, read_all, windows
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.stays import order_code
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context

_THIS_CODE = "this code, neither as Hostex's nor as the channel's."
_CODES = ("reservation_code", "stay_code")
_HOSTEX_CODE = re.compile(r"\d+-")
ResultT = TypeVar("ResultT")

_BACK, _AHEAD = timedelta(days=540), timedelta(days=540)


async def resolve_codes(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the channel's own code of a booking by Hostex's. What is neither is passed on for Hostex to
    judge.

    Raises:
        InvalidArguments: if it is the code of several bookings, or of several stays where one is needed.
    """
    codes = {name: arguments[name] for name in _CODES if arguments.get(name)}
    return {**arguments, **{name: await _own_code(context, name, code) for name, code in codes.items()}}


async def _own_code(context: Context, argument: str, code: str) -> str:
    bare = code.lstrip("# ")
    if not bare or _HOSTEX_CODE.match(bare):
        return bare or code
    stays = await _stays_of_channel(context, bare)
    codes = list(dict.fromkeys(str(getattr(stay, argument)) for stay in stays))
    if len(codes) > 1:
        problem = f"is a channel's code of several; give one of {', '.join(codes)}"
        raise InvalidArguments(FieldProblem(argument, problem))
    return codes[0] if codes else code


async def _stays_of_channel(context: Context, code: str) -> list[Reservation]:
    """Read the stays with a channel's own code."""
    spellings = list(dict.fromkeys([code, code.upper()]))
    stays = await _stays_with(context, [{"channel_id": spelling} for spelling in spellings])
    return [stay for stay in stays if stay.channel_id in spellings]


async def find_stay(context: Context, stay_code: str) -> Reservation:
    """Read the stay with this code.

    Raises:
        NotFound: if no stay of the account has it.
        InvalidArguments: if it is the code of an order of several stays.
    """
    # Hostex has no filter by stay code, so the order is read.
    codes = list(dict.fromkeys([stay_code, order_code(stay_code)]))
    stays = await _stays_with(context, [{"reservation_code": code} for code in codes])
    for stay in stays:
        if stay.stay_code == stay_code:
            return stay
    if stays and stays[0].reservation_code == stay_code:
        several = ", ".join(one_line(stay.stay_code) for stay in stays)
        raise InvalidArguments(FieldProblem("stay_code", f"is the code of an order; its stays are {several}"))
    raise NotFound(f"No stay has {_THIS_CODE}", operation=LIST_RESERVATIONS.name)


async def find_order(context: Context, reservation_code: str) -> list[Reservation]:
    """Read the stays of the order with this code, at least one.

    Raises:
        NotFound: if no order of the account has it.
        InvalidArguments: if it is the code of one stay of several.
    """
    codes = list(dict.fromkeys([reservation_code, order_code(reservation_code)]))
    stays = await _stays_with(context, [{"reservation_code": code} for code in codes])
    own = [stay for stay in stays if stay.reservation_code == reservation_code]
    if own:
        return own
    if any(stay.stay_code == reservation_code for stay in stays):
        order = f"is the code of one stay; its order is {stays[0].reservation_code}"
        raise InvalidArguments(FieldProblem("reservation_code", order))
    raise NotFound(f"No order has {_THIS_CODE}", operation=LIST_RESERVATIONS.name)


async def of_thread(
    context: Context, conversation_id: str, read: Callable[[str], Awaitable[ResultT]]
) -> ResultT:
    """Read something of a guest thread; instead of the thread's id, any code of its stay will do.

    Raises:
        NotFound: if it is neither.
        InvalidArguments: if the stay has no thread, or the stays with this code have several.
    """
    try:
        return await read(conversation_id)
    except NotFound:
        # Ids of threads look like codes of stays, so only Hostex can tell them apart.
        thread = await _thread_of(context, conversation_id)
        if thread is None:
            raise
    return await read(thread)


async def _thread_of(context: Context, code: str) -> str | None:
    bare = code.lstrip("# ")
    if not bare:
        return None
    if _HOSTEX_CODE.match(bare):
        spellings = list(dict.fromkeys([bare, order_code(bare)]))
        answer = await _stays_with(context, [{"reservation_code": spelling} for spelling in spellings])
        stays = [stay for stay in answer if bare in (stay.stay_code, stay.reservation_code)]
    else:
        stays = await _stays_of_channel(context, bare)
    threads = list(dict.fromkeys(one_line(stay.conversation_id) for stay in stays if stay.conversation_id))
    if len(threads) > 1:
        problem = f"is the code of stays with several threads; give one of {', '.join(threads)}"
        raise InvalidArguments(FieldProblem("conversation_id", problem))
    if stays and not threads:
        problem = "is the code of a stay that has no guest thread"
        raise InvalidArguments(FieldProblem("conversation_id", problem))
    return threads[0] if threads else None


async def _stays_with(context: Context, filters: Sequence[Mapping[str, str]]) -> list[Reservation]:
    """Read the stays that match the first of these filters with any match.

    Inferred: a code alone might reach no further than the window that Hostex applies without dates, so if it
    finds nothing, a year and a half back and ahead is searched.
    """
    today = context.now().date()
    periods = windows(today - _BACK, today + _AHEAD, RESERVATION_WINDOW_DAYS)
    wide = [{"start_check_out_date": start, "end_check_out_date": end} for start, end in periods]
    anytime: list[Mapping[str, Any]] = [{}]
    for dates in (anytime, wide):
        for query in filters:
            reads = [_read(context, {**query, **period}) for period in dates]
            if stays := [stay for part in await asyncio.gather(*reads) for stay in part]:
                return stays
    return []


async def _read(context: Context, query: Mapping[str, Any]) -> list[Reservation]:
    return (await read_all(context.client, LIST_RESERVATIONS, query=query)).items
