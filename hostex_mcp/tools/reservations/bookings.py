"""Tools that make and cancel direct bookings, and answer booking requests."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, TypedDict
from uuid import uuid4

from annotated_types import Ge, MaxLen, MinLen
from pydantic import Field

from hostex_mcp.api import FieldProblem, Operation
from hostex_mcp.api.endpoints import reservations as api
from hostex_mcp.api.endpoints.finance import LIST_INCOME_METHODS
from hostex_mcp.domain.stays import guest_in_words, holder
from hostex_mcp.domain.wording import money, period, quoted
from hostex_mcp.reads.channel_listings import connection_warnings
from hostex_mcp.reads.stay_lookup import find_order
from hostex_mcp.reads.taken_nights import NOTHING, Taken, taken
from hostex_mcp.toolkit.arguments import (
    Code,
    Currency,
    Day,
    Id,
    Integer,
    InvalidArguments,
    PropertyId,
    ShortText,
    Whole,
    require_nights,
)
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview, Undo, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.reservations._arguments import Email, Reference
from hostex_mcp.tools.reservations._warnings import (
    DIRECT,
    approving_warnings,
    booking_warnings,
    cancelling_warnings,
    declining_warnings,
)
from hostex_mcp.tools.writing.checks import find_entry
from hostex_mcp.tools.writing.edits import change_body
from hostex_mcp.tools.writing.lost_answers import answered_or_found, if_readable
from hostex_mcp.tools.writing.stays import OrderView, order_in_words, order_target, order_view
from hostex_mcp.tools.writing.titles import find_property, title_of, titles_of

_CANCELLED = "This reference is that of a cancelled booking, so no nights are held; use another channel_id."
# Each stay costs two reads, and a preview shall not take long.
_MOST_CHECKED = 2
_MOST_NAMED = 5


class CreatedView(TypedDict, total=False):
    """A direct booking as Hostex recorded it; `channel_id` is its reference."""

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
    guest_name: Annotated[str, MinLen(1), Field(max_length=100)],
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
    units for the whole stay; `rate_amount` includes the commission. `channel_id` is the booking's reference,
    made up unless given: a repeat with it makes no second booking and returns the first as it is now."""
    require_nights(check_in_date, check_out_date)
    body = change_body(
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
    """Plan a booking. Cancelling undoes it only where it is certainly new and left no income."""
    reference: str = body["channel_id"]
    names, preview = await _planned(context, body)

    async def send() -> CreatedView:
        booking = await answered_or_found(
            lambda: context.client.call(api.CREATE_RESERVATION, body=body),
            lambda: _booked(context, reference, body["check_out_date"]),
            advice=f"The same call with channel_id {reference} makes no second booking.",
        )
        if cancellable:
            change.undo = Undo("cancel_reservation", {"reservation_code": booking.reservation_code})
        note = _CANCELLED if booking.status == "cancelled" else ""
        return CreatedView(
            **lean({**booking.model_dump(), "channel_id": reference, **names, "note": note}),
        )

    change = PlannedWrite[CreatedView](send, preview=preview)
    return change


async def _planned(context: Context, body: dict[str, Any]) -> tuple[CreatedView, Preview]:
    """Return the booking in words, and its preview, once everything that it names is found."""
    source, method = body["custom_channel_id"], body["income_method_id"]
    check_in, check_out = body["check_in_date"], body["check_out_date"]
    place = await find_property(context, body["property_id"])
    title, obstacles, channel, income = await asyncio.gather(
        title_of(context, place.id),
        taken(context, place.id, check_in, check_out),
        find_entry(context, api.LIST_CUSTOM_CHANNELS, source, "custom_channel_id"),
        find_entry(context, LIST_INCOME_METHODS, method, "income_method_id"),
    )
    names = CreatedView(
        property_title=title,
        guest_name=body["guest_name"],
        check_in_date=check_in.isoformat(),
        check_out_date=check_out.isoformat(),
        nights=(check_out - check_in).days,
        custom_channel=channel,
        income_method=income,
    )
    direct = (stay for stay in obstacles.around if stay.channel_type == DIRECT)
    earlier = next((stay for stay in direct if stay.channel_id == body["channel_id"]), None)
    # With an earlier booking of this reference Hostex makes none, so the nights need not be free.
    if earlier is None:
        _require_free(obstacles)
    warnings = booking_warnings(body, place, obstacles, earlier, context.now().date())
    who = guest_in_words(body["guest_name"])
    summary = f"Book {quoted(title)} directly for {who}, {period(check_in, check_out)}"
    return names, Preview(summary, dict(names), _booking_rows(body), warnings)


def _require_free(obstacles: Taken) -> None:
    """Refuse nights that another booking holds, as Hostex does."""
    bookings = [holder(stay) for stay in obstacles.stays if stay.status == "accepted"]
    if bookings:
        problem = f"is not free: {'; '.join(bookings[:_MOST_NAMED])}"
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
    return next(
        (api.CreatedReservation.model_validate(stay, from_attributes=True) for stay in page.items), None
    )


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
    """Cancel a direct booking with all its stays; it cannot be revived. Bookings of channels can only be
    cancelled there."""
    stays = await find_order(context, reservation_code)
    if stays[0].channel_type != DIRECT:
        problem = f"is a booking of {stays[0].channel_type}; only direct bookings can be cancelled here"
        raise InvalidArguments(FieldProblem("reservation_code", problem))
    if stays[0].status == "cancelled":
        raise InvalidArguments(FieldProblem("reservation_code", "is cancelled already"))
    titles = await titles_of(context, stays)

    async def send() -> OrderView:
        await context.client.call(api.CANCEL_RESERVATION, path={"reservation_code": reservation_code})
        return order_view(context, stays, "cancelled", titles)

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
    """Accept a booking request that waits for the host (wait_accept); the channel is notified at once."""
    stays = await _request(context, reservation_code)
    obstacles = await asyncio.gather(*(_obstacles(context, stay, stays) for stay in stays[:_MOST_CHECKED]))
    warnings = [*await _connected(context, stays), *approving_warnings(stays, obstacles)]
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
    """Refuse a booking request that waits for the host (wait_accept); the channel is notified at once,
    without a reason, and may count it against the host's acceptance rate."""
    stays = await _request(context, reservation_code)
    warnings = [*await _connected(context, stays), *declining_warnings(stays)]
    return await _answer(context, stays, api.DECLINE_RESERVATION, "denied", warnings)


async def _connected(context: Context, stays: Sequence[api.Reservation]) -> list[str]:
    return await connection_warnings(context, stays[0], "reservation_code")


async def _request(context: Context, reservation_code: str) -> list[api.Reservation]:
    """Return the stays of a request that waits for the host.

    Raises:
        InvalidArguments: when it no longer waits.
    """
    stays = await find_order(context, reservation_code)
    if any(stay.status != "wait_accept" for stay in stays):
        problem = f"has the status {stays[0].status}; only a request in wait_accept can be answered"
        raise InvalidArguments(FieldProblem("reservation_code", problem))
    return stays


async def _obstacles(context: Context, stay: api.Reservation, request: Sequence[api.Reservation]) -> Taken:
    """Return what closes the nights of a stay that is requested, but for the request itself."""
    if not stay.property_id:
        return NOTHING
    codes = [sibling.stay_code for sibling in request]
    return await taken(context, stay.property_id, stay.check_in_date, stay.check_out_date, codes)


async def _answer(
    context: Context,
    stays: list[api.Reservation],
    operation: Operation[None],
    status: str,
    warnings: Sequence[str],
) -> PlannedWrite[OrderView]:
    reservation_code = stays[0].reservation_code
    titles = await titles_of(context, stays)

    async def send() -> OrderView:
        await context.client.call(operation, path={"reservation_code": reservation_code})
        after = await if_readable(lambda: find_order(context, reservation_code))
        return order_view(context, stays, after[0].status if after else "unknown", titles)

    verb = "Accept" if status == "accepted" else "Decline"
    summary = f"{verb} the booking request of {order_in_words(stays, titles)}"
    changes = [{"what": "status", "before": stays[0].status, "after": status}]
    return PlannedWrite(send, preview=Preview(summary, order_target(stays, titles), changes, warnings))
