"""The properties that a question is about, and what day it is there."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from hostex_mcp.api import FieldProblem, paced
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, LIST_PROPERTY_GROUPS, Property
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.names import fold
from hostex_mcp.domain.wording import some
from hostex_mcp.reads.lists import read_lists
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.local_dates import zone_named


@dataclass(frozen=True)
class Portfolio:
    """The properties that a question is about, and the moment that decides their dates.

    It is `whole` when nothing narrows it; then what belongs to no property is included. `notes` says what was
    cut. `namesakes` are the ids of properties that share their title with another one of the account.
    """

    properties: Sequence[Property]
    now: datetime
    whole: bool = False
    notes: Sequence[str] = ()
    namesakes: AbstractSet[int] = frozenset()

    @cached_property
    def ids(self) -> frozenset[int]:
        """The property ids of the stays, tasks and entries that belong here: with 0, for those without a
        property, only of the whole."""
        return frozenset([*self._places, *([0] if self.whole else [])])

    @cached_property
    def _dates(self) -> dict[str | None, date]:
        return {}

    @cached_property
    def _titles(self) -> dict[int, str]:
        return {}

    @cached_property
    def _places(self) -> Mapping[int, Property]:
        return {place.id: place for place in self.properties}

    def titled(self, property_id: int) -> str:
        """Return a property's title on one line, or its id if it is not among them."""
        if property_id not in self._titles:
            place = self.place(property_id)
            self._titles[property_id] = one_line(place.title if place else "") or f"property {property_id}"
        return self._titles[property_id]

    def named(self, property_id: int) -> dict[str, Any]:
        """Return a property as rows name it."""
        return {"property_id": property_id, "property": self.titled(property_id)}

    def place(self, property_id: int) -> Property | None:
        """Return the property with this id, None if it is not among them."""
        return self._places.get(property_id)

    def zone(self, property_id: int) -> ZoneInfo:
        """Return a property's time zone, UTC if Hostex gives no valid one; of what belongs to no property,
        that of the property where days begin first."""
        place = self.place(property_id)
        if place:
            return zone_named(place.timezone)
        return self._first_zone

    @cached_property
    def _first_zone(self) -> ZoneInfo:
        zones = {zone_named(place.timezone) for place in self.properties}
        return max(
            zones, key=lambda zone: self.now.astimezone(zone).replace(tzinfo=None), default=zone_named(None)
        )

    def today(self, place: Property) -> date:
        """Return the date at a property."""
        if place.timezone not in self._dates:
            self._dates[place.timezone] = self.now.astimezone(zone_named(place.timezone)).date()
        return self._dates[place.timezone]

    def first_today(self) -> date:
        """Return the earliest date at any of the properties."""
        return min((self.today(place) for place in self.properties), default=self.now.date())

    def midnight(self, day: date, property_id: int) -> datetime:
        """Return when a day begins at a property (see `zone`)."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone(property_id))


async def read_portfolio(
    context: Context, property_ids: Sequence[int] | None = None, group_id: int | None = None
) -> Portfolio:
    """Read the properties with these ids and of this group; all if neither is given.

    Raises:
        InvalidArguments: for a property or group that the account does not have.
    """
    account = await read_lists(context, LIST_PROPERTIES)
    ids = {place.id for place in account.items}
    if property_ids is not None:
        unknown = [str(property_id) for property_id in property_ids if property_id not in ids]
        if unknown:
            problem = f"unknown property ids: {some(unknown, 5)}"
            raise InvalidArguments(FieldProblem("property_ids", problem))
        ids &= set(property_ids)
    if group_id is not None:
        ids &= set(await _members(context, group_id))
    whole = property_ids is None and group_id is None
    properties = [place for place in account.items if place.id in ids]
    return Portfolio(properties, context.now(), whole, account.notes, await _namesakes(account.items))


async def _namesakes(properties: Sequence[Property]) -> AbstractSet[int]:
    ids_by_title: dict[str, list[int]] = {}
    titles = await paced(lambda place: fold(one_line(place.title)), properties)
    for place, title in zip(properties, titles, strict=True):
        ids_by_title.setdefault(title, []).append(place.id)
    return frozenset(place_id for ids in ids_by_title.values() if len(ids) > 1 for place_id in ids)


async def _members(context: Context, group_id: int) -> Sequence[int]:
    for group in (await read_lists(context, LIST_PROPERTY_GROUPS)).items:
        if group.id == group_id:
            return group.property_ids
    raise InvalidArguments(FieldProblem("group_id", f"there is no property group with the id {group_id}"))


Span = Callable[[int], tuple[date, date]]
"""The first and last day that a question is about, at a property."""


def span_of(portfolio: Portfolio, start: date | None, end: date | None, usual: timedelta) -> Span:
    """Return the days that a question is about at each property: from its own today on without a start, and
    of the usual length without an end."""
    today = day_of(portfolio)

    def span(property_id: int) -> tuple[date, date]:
        first = start or today(property_id)
        return first, end or first + usual

    return span


def day_of(portfolio: Portfolio) -> Callable[[int], date]:
    """Return the local date by property; for an unknown property, or none, the earliest date of all."""
    days = {place.id: portfolio.today(place) for place in portfolio.properties}
    first = portfolio.first_today()

    def day(property_id: int) -> date:
        return days.get(property_id, first)

    return day


def widest(portfolio: Portfolio, span: Span) -> tuple[date, date]:
    """Return the first and last day of all properties."""
    spans = [span(place.id) for place in portfolio.properties] or [span(0)]
    return min(first for first, _ in spans), max(last for _, last in spans)
