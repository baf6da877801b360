"""What is written on a stay."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

from annotated_types import Ge, Le, MaxLen, MinLen

from hostex_mcp.api.endpoints import reservations as api
from hostex_mcp.domain.stays import hour_and_minute, time_text
from hostex_mcp.reads.properties import titles_of
from hostex_mcp.reads.stay_lookup import find_stay
from hostex_mcp.reads.taken_nights import NOTHING, Taken, taken
from hostex_mcp.toolkit.arguments import (
    Code,
    Currency,
    Day,
    FieldProblem,
    Id,
    Integer,
    InvalidArguments,
    require_nights,
)
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ALREADY, PlannedWrite, Preview, Undo, lean
from hostex_mcp.toolkit.schema import SentAsText
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.reservations._arguments import Amount, Email, TimeOfDay
from hostex_mcp.tools.reservations._patch import StayChange, StayPatch, patch_preview, stay_patch
from hostex_mcp.tools.reservations._warnings import change_warnings, guide_warnings
from hostex_mcp.tools.writing.checks import find_entry
from hostex_mcp.tools.writing.edits import given, require_unset
from hostex_mcp.tools.writing.stays import in_words, stay_target, stay_view

StayStatus = Literal["checkin_pending", "in_house", "stay_completed"]
GuideClearable = Literal["lock_code", "lock_code_visible_after", "arrival_at", "departure_at"]
IdRequired = Literal["not_required", "required", "required_with_review"]

_CLEARED = ("lock_code", "lock_code_visible_after")
_TIMES = ("arrival_at", "departure_at")
_IN_TEMPLATES = "Message templates send these to the guest as {{cf.key}}, automatic messages too."


@tool(
    "Change a stay",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="update_reservation_basic",
    core=True,
    open_world=True,
    idempotent=True,
    keywords="edit modify booking extend shorten dates guest phone price remarks",
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
    clear: list[Literal["remarks", "creator", "mobile"]] | None = None,
) -> PlannedWrite[StayChange]:
    """Change guest data, dates, amounts or remarks of one stay; what is not given stays. Amounts are major
    units for the whole stay. Hostex does not say whether a channel's booking takes new dates or
    amounts."""
    changes = given(
        clear,
        dict.fromkeys(_EMPTIED, ""),
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
    if custom_channel_id is not None:
        await find_entry(context, api.LIST_CUSTOM_CHANNELS, custom_channel_id, "custom_channel_id")
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


_EMPTIED = ("remarks", "creator", "mobile")
_BASIC = StayPatch("update_reservation_basic", api.UPDATE_RESERVATION_BASIC, _basic, clearable=_EMPTIED)


@tool(
    "Change check-in details of a stay",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="update_reservation_checkin_details",
    open_world=True,
    idempotent=True,
    keywords="lock code door arrival departure time deposit identity guide",
)
async def update_reservation_checkin_details(
    context: Context,
    stay_code: Code,
    lock_code: Annotated[str, MaxLen(200)] | None = None,
    lock_code_visible_after: TimeOfDay | None = None,
    arrival_at: TimeOfDay | None = None,
    departure_at: TimeOfDay | None = None,
    deposit: Annotated[Integer, Ge(0), "whole major units"] | None = None,
    id_required: IdRequired | None = None,
    clear: list[GuideClearable] | None = None,
) -> PlannedWrite[StayChange]:
    """Change what the check-in guide tells the guest of one stay; what is not given stays. The lock code is
    only text in the guide: no lock is programmed, and the guest gets no message."""
    changes = given(
        clear,
        dict.fromkeys(get_args(GuideClearable), ""),
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


_GUIDE = StayPatch(
    "update_reservation_checkin_details",
    api.UPDATE_RESERVATION_CHECKIN_DETAILS,
    _check_in_details,
    secret=("lock_code",),
    clearable=get_args(GuideClearable),
)


@tool(
    "Set the stay status",
    effect=Effect.INTERNAL,
    hostex_name="update_reservation_stay_status",
    idempotent=True,
    keywords="checked in checked out arrived departed in house",
)
async def update_reservation_stay_status(
    context: Context, stay_code: Code, stay_status: StayStatus
) -> PlannedWrite[StayChange]:
    """Mark a stay as awaited, in house or over."""
    stay = await find_stay(context, stay_code)
    return stay_patch(context, _STATUS, stay, {"stay_status": stay_status})


def _stay_status(stay: api.Reservation) -> dict[str, Any]:
    return {"stay_status": stay.stay_status or None}


_STATUS = StayPatch("update_reservation_stay_status", api.UPDATE_RESERVATION_STAY_STATUS, _stay_status)


@tool(
    "Write custom fields of a stay",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="update_reservation_custom_fields",
    open_world=True,
    idempotent=True,
    keywords="key value template variable parking",
)
async def update_reservation_custom_fields(
    context: Context,
    stay_code: Code,
    custom_fields: Annotated[dict[str, str], SentAsText(), "JSON object, as text; other keys stay"]
    | None = None,
    clear: Annotated[list[str], "keys to remove"] | None = None,
) -> PlannedWrite[StayChange]:
    """Set free key-value fields of one stay, which message templates can use as `{{cf.key}}`."""
    changes = _wanted_fields(custom_fields, clear)
    stay = await find_stay(context, stay_code)
    path = {"stay_code": stay_code}
    fields = await context.client.call(api.GET_RESERVATION_CUSTOM_FIELDS, path=path) or {}
    before = {key: fields.get(key, "") for key in changes}
    screen = context.redactor()
    shown = lean(screen.fields(before))
    hidden = any(value and screen.hides(key) for key, value in before.items())

    async def send() -> StayChange:
        body = {"custom_fields": {key: value or None for key, value in changes.items()}}
        await context.client.call(api.UPDATE_RESERVATION_CUSTOM_FIELDS, path=path, body=body)
        return StayChange(**stay_view(context, stay), before=dict(shown), after=changes)

    undo = None if hidden else Undo("update_reservation_custom_fields", {**path, **_fields_again(before)})
    already = ALREADY if before == changes and not hidden else ""
    return PlannedWrite(send, undo, await _fields_preview(context, stay, before, changes), already)


def _wanted_fields(fields: Mapping[str, str] | None, clear: Sequence[str] | None) -> dict[str, str]:
    """The text that each key is to have, empty for those to remove.

    Raises:
        InvalidArguments: when nothing would change, or a text is empty.
    """
    wanted = given(custom_fields=fields, clear=clear).get("custom_fields", {})
    if empty := [key for key, text in wanted.items() if not text]:
        raise InvalidArguments(
            *(FieldProblem(f"custom_fields.{key}", "is empty; `clear` removes a key") for key in empty)
        )
    require_unset(clear, wanted)
    return {**wanted, **dict.fromkeys(clear or (), "")}


def _fields_again(before: Mapping[str, str]) -> dict[str, Any]:
    """The arguments that bring fields back, the keys that were not there cleared."""
    held = {key: text for key, text in before.items() if text}
    gone = [key for key, text in before.items() if not text]
    return {name: value for name, value in (("custom_fields", held), ("clear", gone)) if value}


async def _fields_preview(
    context: Context, stay: api.Reservation, before: Mapping[str, str], changes: Mapping[str, str]
) -> Preview:
    """Each field beside what it is now; of a hidden one only whether it is set."""
    screen = context.preview_redactor()
    rows = [
        {
            "what": f"custom field {key}",
            "before": "set" if old and screen.hides(key) else screen.fence(old) or "not set",
            "after": changes[key] or "removed",
        }
        for key, old in before.items()
    ]
    title = (await titles_of(context, [stay]))[stay.property_id]
    summary = f"Write custom fields of the stay of {in_words(stay, title)}"
    return Preview(summary, stay_target(stay, title), rows, [_IN_TEMPLATES])
