"""Which property a stay is on."""

import asyncio

from hostex_mcp.api.endpoints import reservations as api
from hostex_mcp.domain.wording import quoted
from hostex_mcp.reads.properties import find_property, title, titles_of
from hostex_mcp.reads.stay_lookup import find_stay
from hostex_mcp.reads.taken_nights import taken
from hostex_mcp.toolkit.arguments import Code, PropertyId
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview, Undo
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.reservations._warnings import allocation_warnings, boxing_warnings
from hostex_mcp.tools.writing.stays import StayView, in_words, stay_target, stay_view

_IN_THE_BOX = "The stay is in the reservation box already."
_THERE = "The stay is on this property already."


class Allocation(StayView, total=False):
    """A stay put on a property, and the stays that had to make room for it."""

    property_title: str
    moved_to_box: list[StayView]


@tool(
    "Move a stay to the reservation box",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="move_reservation_to_box",
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="unassign park unallocate free calendar",
)
async def move_reservation_to_box(context: Context, stay_code: Code) -> PlannedWrite[StayView]:
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
    preview = Preview(summary, stay_target(stay, place), changes, boxing_warnings(stay))
    return PlannedWrite(send, undo, preview, _IN_THE_BOX if stay.in_reservation_box else "")


@tool(
    "Put a stay on a property",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="allocate_reservation",
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="assign reassign move room unit allocate box",
)
async def allocate_reservation(
    context: Context, stay_code: Code, property_id: PropertyId
) -> PlannedWrite[Allocation]:
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
    warnings = allocation_warnings(stay, way)
    preview = Preview(
        f"Put on {quoted(name)}: {in_words(stay, old)}", stay_target(stay, old), changes, warnings
    )
    there = stay.property_id == property_id and not stay.in_reservation_box
    return PlannedWrite(send, None if way.stays else _way_back(stay), preview, _THERE if there else "")


def _place(stay: api.Reservation, title: str) -> str:
    return "reservation box" if stay.in_reservation_box else title


def _way_back(stay: api.Reservation) -> Undo | None:
    key = {"stay_code": stay.stay_code}
    if stay.in_reservation_box:
        return Undo("move_reservation_to_box", key)
    return (
        Undo("allocate_reservation", {**key, "property_id": stay.property_id}) if stay.property_id else None
    )
