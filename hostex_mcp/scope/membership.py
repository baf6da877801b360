"""Whether an object that a call addresses by its id or code belongs to the served properties alone."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, ListEndpoint, RowT, read_all, windows
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


async def stay_inside(portfolio: ServedProperties, stay_code: str) -> bool:
    """Whether a stay is on a served property."""
    for code in dict.fromkeys([stay_code, order_code(stay_code)]):
        for stay in await _stays(portfolio, code):
            if stay.stay_code == stay_code:
                return portfolio.holds(stay.property_id)
    return False


async def order_inside(portfolio: ServedProperties, reservation_code: str) -> bool:
    """Whether every stay of an order is on a served property."""
    return portfolio.covers([stay.property_id for stay in await _stays(portfolio, reservation_code)])


async def conversation_inside(portfolio: ServedProperties, conversation_id: str) -> bool:
    """Whether a thread is about served properties and no others.

    Raises:
        NotFound: when there is no such thread.
    """
    thread = await portfolio.client.call(GET_CONVERSATION, path={"conversation_id": conversation_id})
    return portfolio.has_thread(thread)


async def task_inside(portfolio: ServedProperties, id: int) -> bool:
    """Whether a task is for a served property."""
    task = await _row(portfolio, LIST_TASKS, id)
    return task is not None and portfolio.holds(task.property_id)


async def transaction_inside(portfolio: ServedProperties, id: int) -> bool:
    """Whether an income or expense belongs to a served property, or to an order with served ones only."""
    entry = await _row(portfolio, LIST_TRANSACTIONS, id)
    if entry is None:
        return False
    if entry.reservation_code:
        return await order_inside(portfolio, entry.reservation_code)
    return portfolio.holds(entry.property_id)


async def plan_inside(portfolio: ServedProperties, plan_id: int) -> bool:
    """Whether a waiting message or review is for a served property."""
    # Hostex lists plans of one type at a time (`type` is compulsory).
    for kind in ("message", "review"):
        actions = await read_all(portfolio.client, LIST_AUTOMATION_ACTIONS, query={"type": kind})
        for plan in actions.items:
            if plan.id == plan_id:
                return portfolio.holds(plan.property_id)
    return False


async def share_link_inside(portfolio: ServedProperties, id: int) -> bool:
    """Whether a public calendar link shows served properties and no others."""
    link = await _row(portfolio, LIST_CALENDAR_SHARE_LINKS, id)
    return link is not None and link_covered(portfolio, link)


def link_covered(portfolio: ServedProperties, link: CalendarShareLink) -> bool:
    """Whether a public calendar link shows served properties and no others."""
    return link.scope == "partial" and portfolio.covers(link.property_ids)


async def group_inside(portfolio: ServedProperties, id: int) -> bool:
    """Whether a property group has no property that is not served."""
    group = await _row(portfolio, LIST_PROPERTY_GROUPS, id)
    return group is not None and all(map(portfolio.holds, group.property_ids))


async def tag_inside(portfolio: ServedProperties, id: int) -> bool:
    """Whether a property tag is on no property or room type that is not served."""
    tag = await _row(portfolio, LIST_TAGS, id)
    if tag is None or not all(map(portfolio.holds, tag.property_ids)):
        return False
    return await rooms_inside(portfolio, tag.room_type_ids)


async def rooms_inside(portfolio: ServedProperties, room_type_ids: Sequence[int]) -> bool:
    """Whether all properties of these room types are served."""
    homes = await homes_of(portfolio, "by_room_type", room_type_ids) if room_type_ids else []
    return all(map(portfolio.covers, homes))


async def knowledge_inside(portfolio: ServedProperties, id: int) -> bool:
    """Whether a knowledge entry holds for served properties and no others.

    Raises:
        NotFound: when there is no such entry.
    """
    entry = await portfolio.client.call(GET_KNOWLEDGE_BASE, path={"id": id})
    return await knowledge_covered(portfolio, entry.scope_property.type, entry.scope_property.ids)


async def knowledge_covered(portfolio: ServedProperties, type: str, ids: Sequence[int]) -> bool:
    """Whether all properties of a knowledge entry's scope are served, and there are any."""
    homes = await homes_of(portfolio, type, ids)
    return bool(homes) and all(map(portfolio.covers, homes))


async def homes_of(portfolio: ServedProperties, type: str, ids: Sequence[int]) -> list[list[int]]:
    """Return the properties behind each of the ids of a knowledge entry's scope; none for an unknown type."""
    match type:
        case "by_property":
            return [[id] for id in ids]
        case "by_group":
            groups = await portfolio.groups()
            return [groups.get(id, []) for id in ids]
        case "by_room_type":
            rooms = await portfolio.room_types()
            return [rooms.get(id, []) for id in ids]
        case _:
            # "all", and whatever Hostex adds later: it may reach properties that are not served.
            return []


async def reference_inside(portfolio: ServedProperties, reference: str) -> bool:
    """Whether no booking outside has this reference."""
    # Of a reference that exists, Hostex would answer with the code of the booking that has it.
    bookings = await read_all(portfolio.client, LIST_RESERVATIONS, query={"channel_id": reference})
    return all(portfolio.holds(stay.property_id) for stay in bookings.items if stay.channel_id == reference)


async def _row(portfolio: ServedProperties, listing: ListEndpoint[RowT], id: int) -> RowT | None:
    page = await portfolio.client.page(listing, query={"id": id})
    return next((row for row in page.items if listing.identity(row) == id), None)


async def _stays(portfolio: ServedProperties, reservation_code: str) -> list[Reservation]:
    # Inferred: without dates Hostex may leave out some stays of an order, so the months around those it
    # returns are read too, or a year and a half back and ahead where it returns none.
    stays = await _read(portfolio, reservation_code, {})
    if stays:
        outs = [stay.check_out_date for stay in stays]
        around = {"start_check_out_date": min(outs) - _NEAR, "end_check_out_date": min(outs) + _NEAR}
        return [*stays, *await _read(portfolio, reservation_code, around)]
    today = datetime.now(UTC).date()
    periods = windows(today - _FAR, today + _FAR, RESERVATION_WINDOW_DAYS)
    queries = [{"start_check_out_date": start, "end_check_out_date": end} for start, end in periods]
    parts = await asyncio.gather(*(_read(portfolio, reservation_code, query) for query in queries))
    return [stay for part in parts for stay in part]


async def _read(
    portfolio: ServedProperties, reservation_code: str, dates: Mapping[str, Any]
) -> list[Reservation]:
    query = {"reservation_code": reservation_code, **dates}
    bookings = await read_all(portfolio.client, LIST_RESERVATIONS, query=query)
    return [stay for stay in bookings.items if stay.reservation_code == reservation_code]
