"""What is written on a stay, and which property it is on."""

import asyncio
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MaxLen, MinLen

from hostex_mcp.api import reservations as api
from hostex_mcp.domain.stays import hour_and_minute, time_text
from hostex_mcp.tools.arguments import Code, Currency, Day, Id, Integer, PropertyId
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.edits import given
from hostex_mcp.tools.results import Change, Preview, Undo
from hostex_mcp.tools.stay_arguments import Amount, Email, TimeOfDay, require_nights
from hostex_mcp.tools.stay_preview import (
    NOTHING,
    Taken,
    find_property,
    in_words,
    stay_target,
    taken,
    title,
    titles_of,
)
from hostex_mcp.tools.stay_warnings import (
    allocation_warnings,
    boxing_warnings,
    change_warnings,
    guide_warnings,
)
from hostex_mcp.tools.stays import (
    Patching,
    StayChange,
    StayView,
    find_stay,
    patch_preview,
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
    change = stay_patch(context, _BASIC, stay, changes)
    titles, moved = await asyncio.gather(titles_of(context, [stay]), _moved_onto(context, stay, changes))
    warnings = [*moved.warnings(), *change_warnings(stay, changes, context.now().date())]
    change.preview = patch_preview(context, _BASIC, stay, changes, titles[stay.property_id], warnings)
    return change


async def _moved_onto(context: Context, stay: api.Reservation, changes: dict[str, Any]) -> Taken:
    """What closes the nights of new dates."""
    if not stay.property_id or not {"check_in_date", "check_out_date"} & changes.keys():
        return NOTHING
    start = changes.get("check_in_date") or stay.check_in_date
    end = changes.get("check_out_date") or stay.check_out_date
    return await taken(context, stay.property_id, start, end, [stay.stay_code])


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


_BASIC = Patching("update_reservation_basic", api.UPDATE_RESERVATION_BASIC, _basic)


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
    change = stay_patch(context, _GUIDE, stay, changes, body)
    titles = await titles_of(context, [stay])
    warnings = guide_warnings(stay, changes)
    change.preview = patch_preview(context, _GUIDE, stay, changes, titles[stay.property_id], warnings)
    return change


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


_GUIDE = Patching(
    "update_reservation_checkin_details",
    api.UPDATE_RESERVATION_CHECKIN_DETAILS,
    _check_in_details,
    secret=("lock_code",),
)


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
    return stay_patch(context, _STATUS, stay, {"stay_status": stay_status})


def _stay_status(stay: api.Reservation) -> dict[str, Any]:
    return {"stay_status": stay.stay_status or None}


_STATUS = Patching("update_reservation_stay_status", api.UPDATE_RESERVATION_STAY_STATUS, _stay_status)


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
    place = (await titles_of(context, [stay]))[stay.property_id]
    summary = f"Move to the reservation box: {in_words(stay, place)}"
    changes = [{"what": "property", "before": place, "after": "reservation box"}]
    return Change(send, undo, Preview(summary, stay_target(stay, place), changes, boxing_warnings(stay)))


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
    place, titles, way = await asyncio.gather(
        find_property(context, property_id),
        titles_of(context, [stay]),
        taken(context, property_id, stay.check_in_date, stay.check_out_date, [stay_code]),
    )
    name = title(place)
    moved = [stay_view(context, one) for one in way.stays]
    view = stay_view(context, stay)

    async def send() -> Allocation:
        body = {"property_id": property_id}
        await context.client.call(api.ALLOCATE_RESERVATION, path={"stay_code": stay_code}, body=body)
        view["property_id"] = property_id
        return Allocation(**view, property_title=name, moved_to_box=moved)

    old = titles[stay.property_id]
    changes = [{"what": "property", "before": _place(stay, old), "after": name}]
    warnings = allocation_warnings(stay, property_id, way)
    preview = Preview(f"Put on {name}: {in_words(stay, old)}", stay_target(stay, old), changes, warnings)
    return Change(send, None if way.stays else _way_back(stay), preview)


def _place(stay: api.Reservation, title: str) -> str:
    return "reservation box" if stay.in_reservation_box else title


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
