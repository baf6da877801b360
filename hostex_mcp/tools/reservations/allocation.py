"""Tools that put stays on properties and into the reservation box."""

import asyncio

from hostex_mcp.api.endpoints import reservations as api
from hostex_mcp.domain.wording import quoted
from hostex_mcp.reads.stay_lookup import find_stay
from hostex_mcp.reads.taken_nights import taken
from hostex_mcp.toolkit.arguments import Code, PropertyId
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview, Undo
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.reservations._warnings import allocation_warnings, boxing_warnings
from hostex_mcp.tools.writing.stays import StayView, in_words, stay_target, stay_view
from hostex_mcp.tools.writing.titles import find_property, titles_of

_BOX = "reservation box"


class Allocation(StayView, total=False):
    """A stay put on a property, and the stays that had to make room for it."""

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
    titles = await titles_of(context, [stay])

    async def send() -> StayView:
        await context.client.call(api.MOVE_RESERVATION_TO_BOX, path={"stay_code": stay_code})
        return stay_view(context, stay, titles)

    title = titles[stay.property_id]
    summary = f"Move to the reservation box: {in_words(stay, title)}"
    changes = [{"what": "property", "before": title, "after": _BOX}]
    preview = Preview(summary, stay_target(stay, title), changes, boxing_warnings(stay))
    undo = None if stay.in_reservation_box else _undo(stay)
    already = "The stay is in the reservation box already." if stay.in_reservation_box else ""
    return PlannedWrite(send, undo, preview, already)


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
    _, titles, obstacles = await asyncio.gather(
        find_property(context, property_id),
        titles_of(context, [stay], property_id),
        taken(context, property_id, stay.check_in_date, stay.check_out_date, [stay_code]),
    )
    old, new = titles[stay.property_id], titles[property_id]

    async def send() -> Allocation:
        body = {"property_id": property_id}
        await context.client.call(api.ALLOCATE_RESERVATION, path={"stay_code": stay_code}, body=body)
        boxed = [stay_view(context, other, titles) for other in obstacles.stays]
        after = stay.model_copy(update=body)
        return Allocation(**stay_view(context, after, titles), moved_to_box=boxed)

    changes = [{"what": "property", "before": _BOX if stay.in_reservation_box else old, "after": new}]
    warnings = allocation_warnings(stay, obstacles)
    summary = f"Put on {quoted(new)}: {in_words(stay, old)}"
    preview = Preview(summary, stay_target(stay, old), changes, warnings)
    there = stay.property_id == property_id and not stay.in_reservation_box
    already = "The stay is on this property already." if there else ""
    # Putting the stay back would leave those that it ousted in the box.
    return PlannedWrite(send, None if obstacles.stays else _undo(stay), preview, already)


def _undo(stay: api.Reservation) -> Undo | None:
    """Return the call that puts a stay where it is now."""
    key = {"stay_code": stay.stay_code}
    if stay.in_reservation_box:
        return Undo("move_reservation_to_box", key)
    return (
        Undo("allocate_reservation", {**key, "property_id": stay.property_id}) if stay.property_id else None
    )
