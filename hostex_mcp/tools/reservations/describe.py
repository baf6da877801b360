"""Stays in the words of previews, and what stands in the way of their nights."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, read_all
from hostex_mcp.api.endpoints.calendar import LIST_AVAILABILITIES
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, Property
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.calendar_changes import reading_window
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.days import Run
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.stays import HOLDING, blocked, holders
from hostex_mcp.domain.wording import in_quotes, money, nights_text, period, quoted
from hostex_mcp.toolkit.arguments import InvalidArguments, Problem
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Shown, lean

UNPLACED = "no property"

_ONE = timedelta(days=1)
_MOST_NAMED = 10
_NAMELESS = "a guest without a name"


@dataclass(frozen=True, slots=True)
class Taken:
    """What closes some nights of a property: stays, and blocks of the calendar. `around` are all its stays
    that end after the first night, whatever their status."""

    stays: Sequence[Reservation]
    blocks: Sequence[Run[str]]
    around: Sequence[Reservation] = ()

    def warnings(self) -> list[str]:
        """A sentence for each stay and block."""
        held = [f"Already booked: {holder(one)}." for one in self.stays]
        found = [*held, *(_block(one) for one in self.blocks)]
        more = len(found) - _MOST_NAMED
        return [*found[:_MOST_NAMED], *([f"{more} more stays or blocks are in the way."] if more > 0 else [])]


NOTHING = Taken((), ())


def guest(stay: Reservation) -> str:
    """The name of a stay's guest on one line."""
    return one_line(stay.guest_name or "") or _NAMELESS


def guest_in_words(name: str | None) -> str:
    """A guest's name in a sentence."""
    shown = one_line(name or "")
    return in_quotes(shown) if shown else _NAMELESS


def holder(stay: Reservation) -> str:
    """A stay as something that is in the way or is moved."""
    dates = period(stay.check_in_date, stay.check_out_date)
    name = guest_in_words(stay.guest_name)
    return f"{name}, {dates} ({channel_name(stay.channel_type)}, {stay.status}, stay {stay.stay_code})"


def in_words(stay: Reservation, title: str) -> str:
    """A stay in the summary of a preview."""
    dates = period(stay.check_in_date, stay.check_out_date)
    return f"{guest_in_words(stay.guest_name)}, {quoted(title)}, {dates}"


def stay_target(stay: Reservation, title: str) -> Shown:
    """The stay that a write is about."""
    return lean(
        {
            "guest_name": guest(stay),
            "property_title": title,
            "dates": period(stay.check_in_date, stay.check_out_date),
            "nights": (stay.check_out_date - stay.check_in_date).days,
            "number_of_guests": stay.number_of_guests,
            "channel_type": stay.channel_type,
            "status": stay.status,
            "stay_status": stay.stay_status,
            "stay_code": stay.stay_code,
            "reservation_code": stay.reservation_code,
        }
    )


def order_target(stays: Sequence[Reservation], titles: Mapping[int, str]) -> Shown:
    """The order that a write is about, with the money of all its stays."""
    first = stays[0]
    payment = first.payment
    row: dict[str, Any] = {
        "reservation_code": first.reservation_code,
        "guest_name": guest(first),
        "channel_type": first.channel_type,
        "status": first.status,
        "number_of_guests": sum(one.number_of_guests or 0 for one in stays) or None,
        "stays": [_unit(one, titles[one.property_id]) for one in stays],
    }
    if payment and payment.total_amount is not None:
        row["total"] = money(payment.total_amount, payment.currency)
    if payment and payment.received_amount:
        row["received"] = money(payment.received_amount, payment.currency)
    return lean(row)


def _unit(stay: Reservation, title: str) -> str:
    """A stay of an order, in a list of them."""
    return f"{quoted(title)}, {period(stay.check_in_date, stay.check_out_date)} ({stay.stay_code})"


def order_in_words(stays: Sequence[Reservation], titles: Mapping[int, str]) -> str:
    """An order in the summary of a preview."""
    more = f" and {len(stays) - 1} more" if len(stays) > 1 else ""
    return in_words(stays[0], titles[stays[0].property_id]) + more


async def find_property(context: Context, property_id: int, argument: str = "property_id") -> Property:
    """The property with this id.

    Raises:
        InvalidArguments: naming the argument, when there is no such property.
    """
    for one in await _properties(context, property_id):
        return one
    raise InvalidArguments(Problem(argument, "is the id of no property of this account"))


async def titles_of(context: Context, stays: Iterable[Reservation]) -> Mapping[int, str]:
    """Property id to title of some stays; without a property the title says so."""
    ids = sorted({one.property_id for one in stays} - {0})
    found = await asyncio.gather(*(_properties(context, one) for one in ids))
    titles = {one.id: title(one) for part in found for one in part}
    return {0: UNPLACED, **{one: titles.get(one, f"property {one}") for one in ids}}


def title(place: Property) -> str:
    """A property's title on one line."""
    return one_line(place.title)


async def taken(
    context: Context, property_id: int, check_in: date, check_out: date, leave_out: Collection[str] = ()
) -> Taken:
    """What closes the nights between two days, but for some stays."""
    stays, days = await asyncio.gather(
        _around(context, property_id, check_in), _nights(context, property_id, check_in, check_out)
    )
    alive = [one for one in stays if one.status in HOLDING and not one.in_reservation_box]
    return Taken(holders(stays, check_in, check_out, leave_out), blocked(days, alive), stays)


async def _around(context: Context, property_id: int, check_in: date) -> list[Reservation]:
    """The stays on a property that check out after a day. Inferred: none of them lasts longer than the window
    that Hostex allows."""
    first, last = check_in + _ONE, check_in + RESERVATION_WINDOW_DAYS * _ONE
    period = {"start_check_out_date": first, "end_check_out_date": last}
    query = {"property_id": property_id, **period}
    return (await read_all(context.client, LIST_RESERVATIONS, query=query)).items


async def _nights(context: Context, property_id: int, check_in: date, check_out: date) -> list[Any]:
    wanted = [check_in, check_out - _ONE]
    start, end = reading_window(wanted, context.now().date())
    query = {"property_ids": [property_id], "start_date": start, "end_date": end}
    found = await context.client.call(LIST_AVAILABILITIES, query=query)
    days = [day for one in found if one.id == property_id for day in one.availabilities]
    return [one for one in days if check_in <= one.date < check_out]


async def _properties(context: Context, property_id: int) -> list[Property]:
    page = await context.client.page(LIST_PROPERTIES, query={"id": property_id}, limit=1)
    return [one for one in page.items if one.id == property_id]


def _block(run: Run[str]) -> str:
    why = f": {quoted(one_line(run.state))}" if run.state else ""
    return f"Blocked in the calendar: {nights_text(run)}{why}."
