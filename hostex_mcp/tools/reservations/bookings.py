"""Direct bookings made and cancelled, requests answered, and what is written on a stay."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, TypedDict
from uuid import uuid4

from annotated_types import Ge, MaxLen, MinLen

from hostex_mcp.api import Operation
from hostex_mcp.api.endpoints import reservations as api
from hostex_mcp.api.endpoints.finance import LIST_INCOME_METHODS
from hostex_mcp.domain.stays import guest_in_words, holder
from hostex_mcp.domain.wording import money, period, quoted
from hostex_mcp.reads.channel_listings import connection_warnings
from hostex_mcp.reads.properties import find_property, title, titles_of
from hostex_mcp.reads.stay_lookup import find_order
from hostex_mcp.reads.taken_nights import NOTHING, Taken, taken
from hostex_mcp.toolkit.arguments import (
    Code,
    Currency,
    Day,
    FieldProblem,
    Id,
    Integer,
    InvalidArguments,
    PropertyId,
    ShortText,
    require_nights,
)
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview, Undo, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.reservations._arguments import Email, Reference, Whole
from hostex_mcp.tools.reservations._warnings import (
    DIRECT,
    approving_warnings,
    booking_warnings,
    cancelling_warnings,
    declining_warnings,
)
from hostex_mcp.tools.writing.checks import find_entry
from hostex_mcp.tools.writing.edits import given
from hostex_mcp.tools.writing.lost_answers import answered_or_found, if_readable
from hostex_mcp.tools.writing.stays import OrderView, order_in_words, order_target, order_view

_CANCELLED = (
    "This reference is that of a cancelled booking, so no room is held; another channel_id makes one."
)
# The reads of a preview stay few.
_MOST_CHECKED = 2
_MOST_NAMED = 5


class CreatedView(TypedDict, total=False):
    """A direct booking as Hostex answered it; `channel_id` is its reference."""

    reservation_code: str
    status: str
    channel_id: str
    property_title: str
    guest_name: str
    check_in_date: str
    check_out_date: str
    nights: int
    custom_channel: str
    income_method: str
    note: str


@tool(
    "Create a direct booking",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="create_reservation",
    core=True,
    open_world=True,
    keywords="book new reservation manual walk-in owner stay add",
)
async def create_reservation(
    context: Context,
    property_id: PropertyId,
    custom_channel_id: Annotated[Id, "source, of list_custom_channels"],
    check_in_date: Day,
    check_out_date: Day,
    guest_name: Annotated[str, MinLen(1), MaxLen(100)],
    currency: Currency,
    rate_amount: Whole,
    commission_amount: Whole,
    received_amount: Whole,
    income_method_id: Annotated[Id, "of list_income_methods"],
    number_of_guests: Annotated[Integer, Ge(1)] | None = None,
    email: Email | None = None,
    mobile: ShortText | None = None,
    remarks: Annotated[str, MaxLen(500)] | None = None,
    channel_id: Reference | None = None,
) -> PlannedWrite[CreatedView]:
    """Record a direct booking, accepted at once; its nights close on all channels. Amounts are whole major
    units for the whole stay; `rate_amount` includes the commission. `channel_id` is the reference of the
    booking, made up unless given: a repeat with the same one makes no second booking and answers the first,
    with its present status."""
    require_nights(check_in_date, check_out_date)
    body = given(
        property_id=property_id,
        custom_channel_id=custom_channel_id,
        check_in_date=check_in_date,
        check_out_date=check_out_date,
        guest_name=guest_name,
        currency=currency,
        rate_amount=rate_amount,
        commission_amount=commission_amount,
        received_amount=received_amount,
        income_method_id=income_method_id,
        number_of_guests=number_of_guests,
        email=email,
        mobile=mobile,
        remarks=remarks,
        channel_id=channel_id or uuid4().hex[:20],
    )
    return await _creation(context, body, cancellable=not channel_id and not received_amount)


async def _creation(
    context: Context, body: dict[str, Any], *, cancellable: bool
) -> PlannedWrite[CreatedView]:
    """The booking to be made. Cancelling undoes it only where it is certainly new and left no income."""
    reference: str = body["channel_id"]
    names, preview = await _planned(context, body)

    async def send() -> CreatedView:
        made = await answered_or_found(
            lambda: context.client.call(api.CREATE_RESERVATION, body=body),
            lambda: _booked(context, reference, body["check_out_date"]),
            advice=f"The same call with channel_id {reference} makes no second booking.",
        )
        if cancellable:
            change.undo = Undo("cancel_reservation", {"reservation_code": made.reservation_code})
        note = _CANCELLED if made.status == "cancelled" else ""
        said = {"reservation_code": made.reservation_code, "status": made.status, "channel_id": reference}
        return CreatedView(**lean({**said, **names, "note": note}))

    change = PlannedWrite[CreatedView](send, preview=preview)
    return change


async def _planned(context: Context, body: dict[str, Any]) -> tuple[CreatedView, Preview]:
    """The booking in words, once everything that it names is found, and its preview."""
    source, method = body["custom_channel_id"], body["income_method_id"]
    check_in, check_out = body["check_in_date"], body["check_out_date"]
    place = await find_property(context, body["property_id"])
    way, channel, income = await asyncio.gather(
        taken(context, place.id, check_in, check_out),
        find_entry(context, api.LIST_CUSTOM_CHANNELS, source, "custom_channel_id"),
        find_entry(context, LIST_INCOME_METHODS, method, "income_method_id"),
    )
    names = CreatedView(
        property_title=title(place),
        guest_name=body["guest_name"],
        check_in_date=check_in.isoformat(),
        check_out_date=check_out.isoformat(),
        nights=(check_out - check_in).days,
        custom_channel=channel,
        income_method=income,
    )
    known = (one for one in way.around if one.channel_id == body["channel_id"] and one.channel_type == DIRECT)
    earlier = next(known, None)
    if earlier is None:
        _require_free(way)
    warnings = booking_warnings(body, place, way, earlier, context.now().date())
    who = guest_in_words(body["guest_name"])
    summary = f"Book {quoted(title(place))} directly for {who}, {period(check_in, check_out)}"
    return names, Preview(summary, dict(names), _booking_rows(body), warnings)


def _require_free(way: Taken) -> None:
    """Refuse nights that another booking holds, which Hostex does not take."""
    held = [one for one in way.stays if one.status == "accepted"]
    if held:
        problem = f"is taken: {'; '.join(holder(one) for one in held[:_MOST_NAMED])}"
        raise InvalidArguments(FieldProblem("check_in_date", problem))


def _booking_rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    amounts = ("rate_amount", "commission_amount", "received_amount")
    texts = ("number_of_guests", "email", "mobile", "remarks")
    return [
        *({"what": name, "after": money(body[name], body["currency"])} for name in amounts),
        *({"what": name, "after": body[name]} for name in texts if name in body),
    ]


async def _booked(context: Context, reference: str, check_out: date) -> api.CreatedReservation | None:
    query = {
        "channel_id": reference,
        "channel_type": DIRECT,
        "start_check_out_date": check_out,
        "end_check_out_date": check_out,
    }
    page = await context.client.page(api.LIST_RESERVATIONS, query=query, limit=1)
    for one in page.items:
        return api.CreatedReservation(reservation_code=one.reservation_code, status=one.status)
    return None


@tool(
    "Cancel a direct booking",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="cancel_reservation",
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="delete remove booking storno",
)
async def cancel_reservation(context: Context, reservation_code: Code) -> PlannedWrite[OrderView]:
    """Cancel a direct booking with all its stays; it cannot be revived. Bookings of channels are cancelled on
    the channel only."""
    stays = await find_order(context, reservation_code)
    if stays[0].channel_type != DIRECT:
        problem = f"is a booking of {stays[0].channel_type}; only direct bookings can be cancelled here"
        raise InvalidArguments(FieldProblem("reservation_code", problem))
    if stays[0].status == "cancelled":
        raise InvalidArguments(FieldProblem("reservation_code", "is cancelled already"))

    async def send() -> OrderView:
        await context.client.call(api.CANCEL_RESERVATION, path={"reservation_code": reservation_code})
        return order_view(context, stays, "cancelled")

    titles = await titles_of(context, stays)
    summary = f"Cancel the direct booking of {order_in_words(stays, titles)}"
    changes = [{"what": "status", "before": stays[0].status, "after": "cancelled"}]
    return PlannedWrite(
        send, preview=Preview(summary, order_target(stays, titles), changes, cancelling_warnings(stays))
    )


@tool(
    "Approve a booking request",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="approve_reservation",
    core=True,
    open_world=True,
    idempotent=True,
    keywords="accept confirm request to book pending",
)
async def approve_reservation(context: Context, reservation_code: Code) -> PlannedWrite[OrderView]:
    """Accept a booking request that waits for the host (wait_accept); the channel is told at once."""
    stays = await _request(context, reservation_code)
    ways = await asyncio.gather(*(_way(context, one, stays) for one in stays[:_MOST_CHECKED]))
    warnings = [*await _connected(context, stays), *approving_warnings(stays, ways)]
    return await _answer(context, stays, api.APPROVE_RESERVATION, "accepted", warnings)


@tool(
    "Decline a booking request",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="decline_reservation",
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="refuse reject deny request to book pending",
)
async def decline_reservation(context: Context, reservation_code: Code) -> PlannedWrite[OrderView]:
    """Refuse a booking request that waits for the host (wait_accept); the channel is told at once, without a
    reason, and may count it against the host's acceptance rate."""
    stays = await _request(context, reservation_code)
    warnings = [*await _connected(context, stays), *declining_warnings(stays)]
    return await _answer(context, stays, api.DECLINE_RESERVATION, "denied", warnings)


async def _connected(context: Context, stays: Sequence[api.Reservation]) -> list[str]:
    return await connection_warnings(context, stays[0], "reservation_code")


async def _request(context: Context, reservation_code: str) -> list[api.Reservation]:
    """The stays of a request that waits for the host.

    Raises:
        InvalidArguments: when it waits no more.
    """
    stays = await find_order(context, reservation_code)
    if any(one.status != "wait_accept" for one in stays):
        problem = f"has the status {stays[0].status}; only a request in wait_accept can be answered"
        raise InvalidArguments(FieldProblem("reservation_code", problem))
    return stays


async def _way(context: Context, stay: api.Reservation, order: Sequence[api.Reservation]) -> Taken:
    """What stands in the way of a stay that is asked for."""
    if not stay.property_id:
        return NOTHING
    own = [one.stay_code for one in order]
    return await taken(context, stay.property_id, stay.check_in_date, stay.check_out_date, own)


async def _answer(
    context: Context,
    stays: list[api.Reservation],
    operation: Operation[None],
    status: str,
    warnings: Sequence[str],
) -> PlannedWrite[OrderView]:
    reservation_code = stays[0].reservation_code

    async def send() -> OrderView:
        await context.client.call(operation, path={"reservation_code": reservation_code})
        after = await if_readable(lambda: find_order(context, reservation_code))
        return order_view(context, stays, after[0].status if after else "unknown")

    titles = await titles_of(context, stays)
    verb = "Accept" if status == "accepted" else "Decline"
    summary = f"{verb} the booking request of {order_in_words(stays, titles)}"
    changes = [{"what": "status", "before": stays[0].status, "after": status}]
    return PlannedWrite(send, preview=Preview(summary, order_target(stays, titles), changes, warnings))
