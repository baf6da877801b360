"""What is written on a stay, and which property it is on."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MaxLen, MinLen

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, read_all
from hostex_mcp.api import reservations as api
from hostex_mcp.domain.stays import displaced, hour_and_minute, time_text
from hostex_mcp.tools.arguments import Code, Currency, Day, Id, Integer, PropertyId
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.edits import given
from hostex_mcp.tools.results import Change, Preview, Undo
from hostex_mcp.tools.stay_arguments import Amount, Email, TimeOfDay, require_nights
from hostex_mcp.tools.stays import (
    StayChange,
    StayView,
    find_stay,
    property_title,
    stay_patch,
    stay_view,
)
from hostex_mcp.tools.tool import Effect, tool

StayStatus = Literal["checkin_pending", "in_house", "stay_completed"]
IdRequired = Literal["not_required", "required", "required_with_review"]

_CLEARED = ("lock_code", "lock_code_visible_after")
_TIMES = ("arrival_at", "departure_at")


class Allocation(StayView, total=False):
    """A stay put on a property, and the stays that had to make room for it."""

    property_title: str
    moved_to_box: list[StayView]


@tool(
    "reservations",
    "Change a stay",
    effect=Effect.CONSEQUENTIAL,
    official="update_reservation_basic",
    core=True,
    open_world=True,
    idempotent=True,
    words="edit modify booking extend shorten dates guest phone price remarks",
)
async def update_reservation_basic(
    context: Context,
    stay_code: Code,
    remarks: Annotated[str, MaxLen(500)] | None = None,
    creator: Annotated[str, MaxLen(50)] | None = None,
    custom_channel_id: Annotated[Id, "of list_custom_channels"] | None = None,
    check_in_date: Day | None = None,
    check_out_date: Day | None = None,
    number_of_guests: Annotated[Integer, Ge(1), Le(99)] | None = None,
    guest_name: Annotated[str, MinLen(1), MaxLen(100)] | None = None,
    mobile: Annotated[str, MaxLen(50)] | None = None,
    email: Email | None = None,
    currency: Currency | None = None,
    rate_amount: Amount | None = None,
    commission_amount: Amount | None = None,
) -> Change[StayChange]:
    """Change guest data, dates, amounts or remarks of one stay; what is not given stays. Amounts are major
    units for the whole stay. Hostex does not say whether a channel's booking takes new dates or
    amounts."""
    changes = given(
        remarks=remarks,
        creator=creator,
        custom_channel_id=custom_channel_id,
        check_in_date=check_in_date,
        check_out_date=check_out_date,
        number_of_guests=number_of_guests,
        guest_name=guest_name,
        mobile=mobile,
        email=email,
        currency=currency,
        rate_amount=rate_amount,
        commission_amount=commission_amount,
    )
    stay = await find_stay(context, stay_code)
    require_nights(check_in_date or stay.check_in_date, check_out_date or stay.check_out_date)
    operation = api.UPDATE_RESERVATION_BASIC
    return stay_patch(context, operation, "update_reservation_basic", stay, _basic, changes)


def _basic(stay: api.Reservation) -> dict[str, Any]:
    """What `update_reservation_basic` can change, under its names; None where a value cannot be restored."""
    rate = stay.rates.rate if stay.rates else None
    commission = stay.rates.commission if stay.rates else None
    return {
        "remarks": stay.remarks or "",
        "creator": stay.creator or "",
        "custom_channel_id": stay.custom_channel.id if stay.custom_channel else None,
        "check_in_date": stay.check_in_date,
        "check_out_date": stay.check_out_date,
        "number_of_guests": stay.number_of_guests,
        "guest_name": stay.guest_name or None,
        "mobile": stay.guest_phone or "",
        "email": stay.guest_email or None,
        "currency": rate.currency if rate else None,
        "rate_amount": rate.amount if rate else None,
        "commission_amount": commission.amount if commission else None,
    }


@tool(
    "reservations",
    "Change check-in details of a stay",
    effect=Effect.CONSEQUENTIAL,
    official="update_reservation_checkin_details",
    open_world=True,
    idempotent=True,
    words="lock code door arrival departure time deposit identity guide",
)
async def update_reservation_checkin_details(
    context: Context,
    stay_code: Code,
    lock_code: Annotated[str, MaxLen(200), "empty removes it"] | None = None,
    lock_code_visible_after: TimeOfDay | None = None,
    arrival_at: TimeOfDay | None = None,
    departure_at: TimeOfDay | None = None,
    deposit: Annotated[Integer, Ge(0), "whole major units"] | None = None,
    id_required: IdRequired | None = None,
) -> Change[StayChange]:
    """Change what the check-in guide tells the guest of one stay; what is not given stays. The lock code is
    only text in the guide: no lock is programmed, and the guest gets no message."""
    changes = given(
        lock_code=lock_code,
        lock_code_visible_after=lock_code_visible_after,
        arrival_at=arrival_at,
        departure_at=departure_at,
        deposit=deposit,
        id_required=id_required,
    )
    stay = await find_stay(context, stay_code)
    body = changes | {name: changes[name] or None for name in _CLEARED if name in changes}
    body |= {name: hour_and_minute(changes[name]) for name in _TIMES if name in changes}
    operation = api.UPDATE_RESERVATION_CHECKIN_DETAILS
    tool_name = "update_reservation_checkin_details"
    return stay_patch(context, operation, tool_name, stay, _check_in_details, changes, body)


def _check_in_details(stay: api.Reservation) -> dict[str, Any]:
    """What `update_reservation_checkin_details` can change, under its names; None where a value cannot be
    restored."""
    details = stay.check_in_details or api.CheckInDetails()
    return {
        "lock_code": details.lock_code or "",
        "lock_code_visible_after": details.lock_code_visible_after or "",
        "arrival_at": time_text(details.arrival_at),
        "departure_at": time_text(details.departure_at),
        "deposit": details.deposit,
        "id_required": details.id_required or None,
    }


@tool(
    "reservations",
    "Set the stay status",
    effect=Effect.INTERNAL,
    official="update_reservation_stay_status",
    idempotent=True,
    words="checked in checked out arrived departed in house",
)
async def update_reservation_stay_status(
    context: Context, stay_code: Code, stay_status: StayStatus
) -> Change[StayChange]:
    """Mark a stay as awaited, in house or over."""
    stay = await find_stay(context, stay_code)
    operation, tool_name = api.UPDATE_RESERVATION_STAY_STATUS, "update_reservation_stay_status"
    return stay_patch(context, operation, tool_name, stay, _stay_status, {"stay_status": stay_status})


def _stay_status(stay: api.Reservation) -> dict[str, Any]:
    return {"stay_status": stay.stay_status or None}


@tool(
    "reservations",
    "Move a stay to the reservation box",
    effect=Effect.CONSEQUENTIAL,
    official="move_reservation_to_box",
    open_world=True,
    destructive=True,
    idempotent=True,
    words="unassign park unallocate free calendar",
)
async def move_reservation_to_box(context: Context, stay_code: Code) -> Change[StayView]:
    """Take a stay off its property and the calendar without cancelling it; its nights open for sale again."""
    stay = await find_stay(context, stay_code)

    async def send() -> StayView:
        await context.client.call(api.MOVE_RESERVATION_TO_BOX, path={"stay_code": stay_code})
        return stay_view(context, stay)

    back = {"stay_code": stay_code, "property_id": stay.property_id}
    allocated = stay.property_id and not stay.in_reservation_box
    undo = Undo("allocate_reservation", back) if allocated else None
    return Change(send, undo, Preview("Move this stay to the reservation box", stay_view(context, stay)))


@tool(
    "reservations",
    "Put a stay on a property",
    effect=Effect.CONSEQUENTIAL,
    official="allocate_reservation",
    open_world=True,
    destructive=True,
    idempotent=True,
    words="assign reassign move room unit allocate box",
)
async def allocate_reservation(
    context: Context, stay_code: Code, property_id: PropertyId
) -> Change[Allocation]:
    """Put a stay on a property, out of the box or from another property. Stays that hold the property on the
    same nights are marked as conflicting and go to the reservation box; the result lists them."""
    stay = await find_stay(context, stay_code)
    title = await property_title(context, property_id)
    ousted = displaced(await _neighbours(context, stay, property_id), stay)

    moved = [stay_view(context, one) for one in ousted]
    view = stay_view(context, stay)

    async def send() -> Allocation:
        body = {"property_id": property_id}
        await context.client.call(api.ALLOCATE_RESERVATION, path={"stay_code": stay_code}, body=body)
        view["property_id"] = property_id
        return Allocation(**view, property_title=title, moved_to_box=moved)

    warnings = [f"{one.stay_code} would be moved to the reservation box." for one in ousted]
    preview = Preview(f"Put this stay on {title}", view, warnings=warnings)
    return Change(send, None if ousted else _way_back(stay), preview)


async def _neighbours(context: Context, stay: api.Reservation, property_id: int) -> list[api.Reservation]:
    """The stays on a property that check out after a stay begins. Inferred: none lasts longer than the window
    that Hostex allows."""
    first = stay.check_in_date + timedelta(days=1)
    last = first + timedelta(days=RESERVATION_WINDOW_DAYS - 1)
    period = {"start_check_out_date": first, "end_check_out_date": last}
    query = {"property_id": property_id, **period}
    return (await read_all(context.client, api.LIST_RESERVATIONS, query=query)).items


def _way_back(stay: api.Reservation) -> Undo | None:
    key = {"stay_code": stay.stay_code}
    if stay.in_reservation_box:
        return Undo("move_reservation_to_box", key)
    return (
        Undo("allocate_reservation", {**key, "property_id": stay.property_id}) if stay.property_id else None
    )


@tool(
    "reservations",
    "Write custom fields of a stay",
    effect=Effect.INTERNAL,
    official="update_reservation_custom_fields",
    idempotent=True,
    words="key value template variable parking",
)
async def update_reservation_custom_fields(
    context: Context,
    stay_code: Code,
    custom_fields: Annotated[dict[str, str], "text by key; empty text removes the key, others stay"],
) -> Change[StayChange]:
    """Set free key-value fields of one stay, which message templates can use as `{{cf.key}}`."""
    changes = given(custom_fields=custom_fields or None)["custom_fields"]
    stay = await find_stay(context, stay_code)
    path = {"stay_code": stay_code}
    fields = await context.client.call(api.GET_RESERVATION_CUSTOM_FIELDS, path=path) or {}
    before = {key: fields.get(key, "") for key in changes}

    async def send() -> StayChange:
        body = {"custom_fields": {key: value or None for key, value in changes.items()}}
        await context.client.call(api.UPDATE_RESERVATION_CUSTOM_FIELDS, path=path, body=body)
        screen = context.screen()
        shown = {key: screen.outside(value) for key, value in before.items() if value}
        return StayChange(**stay_view(context, stay), before=shown, after=changes)

    return Change(send, Undo("update_reservation_custom_fields", {**path, "custom_fields": before}))
