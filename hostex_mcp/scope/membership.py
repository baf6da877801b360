"""Whether an object that a call addresses by its id or code belongs to the served properties alone."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hostex_mcp.api import (
    RESERVATION_WINDOW_DAYS,
    ListEndpoint,
    RowT,
    read_all,
    windows,
)
from hostex_mcp.api.endpoints.automation import LIST_AUTOMATION_ACTIONS
from hostex_mcp.api.endpoints.calendar import LIST_CALENDAR_SHARE_LINKS, CalendarShareLink
from hostex_mcp.api.endpoints.finance import LIST_TRANSACTIONS
from hostex_mcp.api.endpoints.knowledge_base import GET_KNOWLEDGE_BASE
from hostex_mcp.api.endpoints.messaging import GET_CONVERSATION
from hostex_mcp.api.endpoints.properties import LIST_PROPERTY_GROUPS, LIST_TAGS
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.api.endpoints.tasks import LIST_TASKS
from hostex_mcp.domain.stays import order_code
from hostex_mcp.scope.portfolio import ServedProperties

_FAR = timedelta(days=540)
_NEAR = timedelta(days=RESERVATION_WINDOW_DAYS // 2)


async def stay_inside(ground: ServedProperties, stay_code: str) -> bool:
    """Whether a stay is on a served property."""
    for code in dict.fromkeys([stay_code, order_code(stay_code)]):
        for stay in await _stays(ground, code):
            if stay.stay_code == stay_code:
                return ground.holds(stay.property_id)
    return False


async def order_inside(ground: ServedProperties, reservation_code: str) -> bool:
    """Whether every stay of an order is on a served property."""
    return ground.covers([stay.property_id for stay in await _stays(ground, reservation_code)])


async def conversation_inside(ground: ServedProperties, conversation_id: str) -> bool:
    """Whether a thread is about served properties and no others.

    Raises:
        NotFound: when there is no such thread.
    """
    thread = await ground.client.call(GET_CONVERSATION, path={"conversation_id": conversation_id})
    return ground.has_thread(thread)


async def task_inside(ground: ServedProperties, id: int) -> bool:
    """Whether a task is for a served property."""
    task = await _row(ground, LIST_TASKS, id)
    return task is not None and ground.holds(task.property_id)


async def transaction_inside(ground: ServedProperties, id: int) -> bool:
    """Whether an income or expense is of a served property, or of an order that is inside as a whole."""
    entry = await _row(ground, LIST_TRANSACTIONS, id)
    if entry is None:
        return False
    if entry.reservation_code:
        return await order_inside(ground, entry.reservation_code)
    return ground.holds(entry.property_id)


async def plan_inside(ground: ServedProperties, plan_id: int) -> bool:
    """Whether a waiting message or review is for a served property."""
    for kind in ("message", "review"):
        got = await read_all(ground.client, LIST_AUTOMATION_ACTIONS, query={"type": kind})
        for plan in got.items:
            if plan.id == plan_id:
                return ground.holds(plan.property_id)
    return False


async def share_link_inside(ground: ServedProperties, id: int) -> bool:
    """Whether a public calendar link shows served properties and no others."""
    link = await _row(ground, LIST_CALENDAR_SHARE_LINKS, id)
    return link is not None and link_covered(ground, link)


def link_covered(ground: ServedProperties, link: CalendarShareLink) -> bool:
    """Whether a public calendar link shows served properties and no others."""
    return link.scope == "partial" and ground.covers(link.property_ids)


async def group_inside(ground: ServedProperties, id: int) -> bool:
    """Whether a property group has no property that is not served."""
    group = await _row(ground, LIST_PROPERTY_GROUPS, id)
    return group is not None and all(map(ground.holds, group.property_ids))


async def tag_inside(ground: ServedProperties, id: int) -> bool:
    """Whether a property tag is on no property or room type that is not served."""
    tag = await _row(ground, LIST_TAGS, id)
    if tag is None or not all(map(ground.holds, tag.property_ids)):
        return False
    return await rooms_inside(ground, tag.room_type_ids)


async def rooms_inside(ground: ServedProperties, room_type_ids: Sequence[int]) -> bool:
    """Whether all properties of these room types are served."""
    homes = await homes_of(ground, "by_room_type", room_type_ids) if room_type_ids else []
    return all(map(ground.covers, homes))


async def knowledge_inside(ground: ServedProperties, id: int) -> bool:
    """Whether a knowledge entry holds for served properties and no others.

    Raises:
        NotFound: when there is no such entry.
    """
    entry = await ground.client.call(GET_KNOWLEDGE_BASE, path={"id": id})
    return await knowledge_covered(ground, entry.scope_property.type, entry.scope_property.ids)


async def knowledge_covered(ground: ServedProperties, type: str, ids: Sequence[int]) -> bool:
    """Whether what a knowledge entry holds for is served as a whole."""
    homes = await homes_of(ground, type, ids)
    return bool(homes) and all(map(ground.covers, homes))


async def homes_of(ground: ServedProperties, type: str, ids: Sequence[int]) -> list[list[int]]:
    """The properties behind each of the ids of a knowledge entry's scope; none for an unknown type."""
    match type:
        case "by_property":
            return [[one] for one in ids]
        case "by_group":
            groups = await ground.groups()
            return [groups.get(one, []) for one in ids]
        case "by_room_type":
            rooms = await ground.room_types()
            return [rooms.get(one, []) for one in ids]
        case _:
            return []


async def reference_inside(ground: ServedProperties, reference: str) -> bool:
    """Whether no booking outside has this reference: Hostex would answer with that one's code."""
    got = await read_all(ground.client, LIST_RESERVATIONS, query={"channel_id": reference})
    return all(ground.holds(stay.property_id) for stay in got.items if stay.channel_id == reference)


async def _row(ground: ServedProperties, listing: ListEndpoint[RowT], id: int) -> RowT | None:
    page = await ground.client.page(listing, query={"id": id})
    return next((row for row in page.items if listing.identity(row) == id), None)


async def _stays(ground: ServedProperties, reservation_code: str) -> list[Reservation]:
    """The stays of an order. Inferred: without dates some of them may be left out, so those found are
    completed by the months around them; where none is found, a year and a half back and ahead is read."""
    found = await _read(ground, reservation_code, {})
    if found:
        outs = [stay.check_out_date for stay in found]
        around = {"start_check_out_date": min(outs) - _NEAR, "end_check_out_date": min(outs) + _NEAR}
        return [*found, *await _read(ground, reservation_code, around)]
    today = datetime.now(UTC).date()
    periods = windows(today - _FAR, today + _FAR, RESERVATION_WINDOW_DAYS)
    cut = [{"start_check_out_date": start, "end_check_out_date": end} for start, end in periods]
    parts = await asyncio.gather(*(_read(ground, reservation_code, one) for one in cut))
    return [stay for part in parts for stay in part]


async def _read(
    ground: ServedProperties, reservation_code: str, dates: Mapping[str, Any]
) -> list[Reservation]:
    query = {"reservation_code": reservation_code, **dates}
    got = await read_all(ground.client, LIST_RESERVATIONS, query=query)
    return [stay for stay in got.items if stay.reservation_code == reservation_code]
