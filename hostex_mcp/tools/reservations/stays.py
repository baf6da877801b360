"""Tools that change a stay: guest, dates and amounts, check-in details, and status."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import Field
from pydantic_core import to_jsonable_python

from hostex_mcp.api import Operation
from hostex_mcp.api.endpoints import reservations as api
from hostex_mcp.domain.stays import hour_and_minute, time_text
from hostex_mcp.domain.wording import money
from hostex_mcp.reads.stay_lookup import find_stay
from hostex_mcp.reads.taken_nights import NOTHING, Taken, taken
from hostex_mcp.toolkit.arguments import (
    Code,
    Currency,
    Day,
    Id,
    Integer,
    require_nights,
)
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.privacy import HIDDEN
from hostex_mcp.toolkit.results import ALREADY, JsonObject, PlannedWrite, Preview, everything, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.reservations._arguments import Amount, Email, TimeOfDay
from hostex_mcp.tools.reservations._warnings import change_warnings, guide_warnings
from hostex_mcp.tools.writing.checks import find_entry
from hostex_mcp.tools.writing.edits import change_body, undo_to
from hostex_mcp.tools.writing.stays import StayView, in_words, stay_target, stay_view
from hostex_mcp.tools.writing.titles import titles_of

StayStatus = Literal["checkin_pending", "in_house", "stay_completed"]
GuideClearable = Literal["lock_code", "lock_code_visible_after", "arrival_at", "departure_at"]
IdRequired = Literal["not_required", "required", "required_with_review"]

_CLEARED = ("lock_code", "lock_code_visible_after")
_TIMES = ("arrival_at", "departure_at")
_AMOUNTS = ("rate_amount", "commission_amount")


class StayChange(StayView, total=False):
    """What a write changed on a stay; `before` leaves out what was not set."""

    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Patch:
    """How a tool changes stays. `state` returns what it can change, under its names, None where a value
    cannot be written back; of `secret` values previews show only whether they are set."""

    tool: str
    operation: Operation[None]
    state: Callable[[api.Reservation], dict[str, Any]]
    secret: tuple[str, ...] = ()
    clearable: tuple[str, ...] = ()

    def write(
        self,
        context: Context,
        stay: api.Reservation,
        titles: Mapping[int, str],
        changes: JsonObject,
        body: JsonObject | None = None,
    ) -> PlannedWrite[StayChange]:
        """Plan the write of some `changes`, sent as `body` where Hostex takes another form.

        There is no undo for a value that cannot be written back, nor for one that the privacy level hides.
        """
        key = {"stay_code": stay.stay_code}
        state = self.state(stay)
        before = to_jsonable_python({name: state[name] for name in changes})
        view = self.state(context.redactor().redact(stay))
        old = to_jsonable_python({name: view[name] for name in changes})
        after = to_jsonable_python(dict(changes))
        same = all(state[name] == value for name, value in changes.items())
        # That a hidden value is so already is not said, or it could be found out by guessing.
        already = ALREADY if same and HIDDEN not in old.values() else ""

        async def send() -> StayChange:
            await context.client.call(self.operation, path=key, body=body or changes)
            return StayChange(**stay_view(context, stay, titles), before=dict(lean(old)), after=after)

        hidden = any(old[name] == HIDDEN != before[name] for name in changes)
        undo = None if hidden else undo_to(self.tool, key, before, self.clearable)
        gone = {**before, **(_denominated(stay) if "currency" in changes else {})}
        return PlannedWrite(send, undo, already=already, gone=gone)

    def preview(
        self,
        context: Context,
        stay: api.Reservation,
        titles: Mapping[int, str],
        changes: JsonObject,
        warnings: Sequence[str] = (),
    ) -> Preview:
        """Return what a change would do, field by field."""
        view = self.state(context.preview_redactor().redact(stay))
        before = {name: "set" for name in self.secret if view[name]}
        currency = _currency(stay)
        rows = [
            {
                "what": name,
                "before": before.get(name) or _in_words(name, view[name], currency),
                "after": _in_words(name, value, changes.get("currency", currency)),
            }
            for name, value in changes.items()
        ]
        title = titles[stay.property_id]
        summary = f"Change the stay of {in_words(stay, title)}"
        # Inferred: a deposit is in the currency of the stay.
        target = {**stay_target(stay, title), **({"currency": currency} if "deposit" in changes else {})}
        return Preview(summary, lean(target), rows, warnings)


def _currency(stay: api.Reservation) -> str | None:
    return stay.rates.rate.currency if stay.rates and stay.rates.rate else None


def _denominated(stay: api.Reservation) -> JsonObject:
    """Return the amounts of a stay, which are others in another currency though their numbers stay."""
    details = stay.check_in_details
    rates = everything(stay.rates) if stay.rates else {}
    return lean({"rates": rates, "deposit": details and details.deposit})


def _in_words(name: str, value: Any, currency: str | None) -> Any:
    if value in (None, ""):
        return "not set"
    amount = name in _AMOUNTS and isinstance(value, int | float)
    return money(value, currency) if amount else to_jsonable_python(value)


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
    creator: Annotated[str, Field(max_length=50)] | None = None,
    custom_channel_id: Annotated[Id, "of list_custom_channels"] | None = None,
    check_in_date: Day | None = None,
    check_out_date: Day | None = None,
    number_of_guests: Annotated[Integer, Ge(1), Le(99)] | None = None,
    guest_name: Annotated[str, MinLen(1), Field(max_length=100)] | None = None,
    mobile: Annotated[str, Field(max_length=50)] | None = None,
    email: Email | None = None,
    currency: Currency | None = None,
    rate_amount: Amount | None = None,
    commission_amount: Amount | None = None,
    clear: list[Literal["remarks", "creator", "mobile"]] | None = None,
) -> PlannedWrite[StayChange]:
    """Change guest data, dates, amounts or remarks of one stay; what is not given stays. Amounts are major
    units for the whole stay. Hostex does not say whether a channel's booking takes new dates or
    amounts."""
    changes = change_body(
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
    titles, obstacles = await asyncio.gather(titles_of(context, [stay]), _obstacles(context, stay, changes))
    change = _BASIC.write(context, stay, titles, changes)
    warnings = [*obstacles.warnings(), *change_warnings(stay, changes, context.now().date())]
    change.preview = _BASIC.preview(context, stay, titles, changes, warnings)
    return change


async def _obstacles(context: Context, stay: api.Reservation, changes: dict[str, Any]) -> Taken:
    """Return what closes the nights of new dates."""
    if not stay.property_id or not {"check_in_date", "check_out_date"} & changes.keys():
        return NOTHING
    start = changes.get("check_in_date") or stay.check_in_date
    end = changes.get("check_out_date") or stay.check_out_date
    return await taken(context, stay.property_id, start, end, [stay.stay_code])


def _basic(stay: api.Reservation) -> dict[str, Any]:
    rates = stay.rates or api.ReservationRates()
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
        "currency": _currency(stay),
        "rate_amount": rates.rate.amount if rates.rate else None,
        "commission_amount": rates.commission.amount if rates.commission else None,
    }


_EMPTIED = ("remarks", "creator", "mobile")
_BASIC = _Patch("update_reservation_basic", api.UPDATE_RESERVATION_BASIC, _basic, clearable=_EMPTIED)


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
    changes = change_body(
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
    titles = await titles_of(context, [stay])
    change = _GUIDE.write(context, stay, titles, changes, body)
    warnings = guide_warnings(stay, changes)
    change.preview = _GUIDE.preview(context, stay, titles, changes, warnings)
    return change


def _check_in_details(stay: api.Reservation) -> dict[str, Any]:
    details = stay.check_in_details or api.CheckInDetails()
    return {
        "lock_code": details.lock_code or "",
        "lock_code_visible_after": details.lock_code_visible_after or "",
        "arrival_at": time_text(details.arrival_at),
        "departure_at": time_text(details.departure_at),
        "deposit": details.deposit,
        "id_required": details.id_required or None,
    }


_GUIDE = _Patch(
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
    """Mark a stay as not arrived yet, in house or completed."""
    stay = await find_stay(context, stay_code)
    titles = await titles_of(context, [stay])
    changes = {"stay_status": stay_status}
    change = _STATUS.write(context, stay, titles, changes)
    change.preview = _STATUS.preview(context, stay, titles, changes)
    return change


def _stay_status(stay: api.Reservation) -> dict[str, Any]:
    return {"stay_status": stay.stay_status or None}


_STATUS = _Patch("update_reservation_stay_status", api.UPDATE_RESERVATION_STAY_STATUS, _stay_status)
