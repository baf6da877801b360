"""What several answers read first: the properties that are meant, and the stays that touch some days."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, LIST_PROPERTY_GROUPS, Property
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.names import fold
from hostex_mcp.domain.wording import some
from hostex_mcp.reads.lists import read_lists
from hostex_mcp.toolkit.arguments import FieldProblem, InvalidArguments
from hostex_mcp.toolkit.context import Context

ItemT = TypeVar("ItemT")

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Portfolio:
    """The properties that a question is about, and the time by which their days are told. It is `whole`
    when nothing narrows it; then what is in no property is meant too. `notes` says what was cut. `namesakes`
    are the ids of properties that share their title with another one of the account."""

    properties: Sequence[Property]
    now: datetime
    whole: bool = False
    notes: Sequence[str] = ()
    namesakes: AbstractSet[int] = frozenset()

    @cached_property
    def kept(self) -> frozenset[int]:
        """The ids by which stays, tasks and entries belong here; 0, for those in no property, only of the
        whole."""
        return frozenset([*(place.id for place in self.properties), *([0] if self.whole else [])])

    @cached_property
    def _places(self) -> Mapping[int, Property]:
        return {place.id: place for place in self.properties}

    def titled(self, property_id: int) -> str:
        """A property's title on one line, or its id where it is none of them."""
        place = self.place(property_id)
        return one_line(place.title if place else "") or f"property {property_id}"

    def named(self, property_id: int) -> dict[str, Any]:
        """A property as rows name it."""
        return {"property_id": property_id, "property": self.titled(property_id)}

    def place(self, property_id: int) -> Property | None:
        """A property by its id, None where it is none of them."""
        return self._places.get(property_id)

    def zone(self, property_id: int) -> ZoneInfo:
        """A property's time zone, UTC where Hostex tells none that is known; of what is in no property, that
        of the property where days begin first."""
        place = self.place(property_id)
        if place:
            return _zone(place)
        zones = (_zone(place) for place in self.properties)
        return max(zones, key=lambda zone: self.now.astimezone(zone).replace(tzinfo=None), default=_UTC)

    def today(self, place: Property) -> date:
        """The date at a property."""
        return self.now.astimezone(_zone(place)).date()

    def first_today(self) -> date:
        """The earliest date at any of the properties."""
        return min((self.today(place) for place in self.properties), default=self.now.date())

    def midnight(self, day: date, property_id: int) -> datetime:
        """When a day begins at a property (see `zone`)."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone(property_id))


def _zone(place: Property) -> ZoneInfo:
    try:
        return ZoneInfo(place.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return _UTC


async def portfolio(
    context: Context, property_ids: Sequence[int] | None = None, group_id: int | None = None
) -> Portfolio:
    """The properties with these ids and of this group; all where neither is given.

    Raises:
        InvalidArguments: for a property or group that the account does not have.
    """
    found = await read_lists(context, LIST_PROPERTIES)
    wanted = {place.id for place in found.items}
    if property_ids is not None:
        unknown = [str(ident) for ident in property_ids if ident not in wanted]
        if unknown:
            problem = f"unknown property ids: {some(unknown, 5)}"
            raise InvalidArguments(FieldProblem("property_ids", problem))
        wanted &= set(property_ids)
    if group_id is not None:
        wanted &= set(await _members(context, group_id))
    whole = property_ids is None and group_id is None
    own = [place for place in found.items if place.id in wanted]
    return Portfolio(own, context.now(), whole, found.notes, _namesakes(found.items))


def _namesakes(properties: Iterable[Property]) -> AbstractSet[int]:
    titled: dict[str, list[int]] = {}
    for place in properties:
        titled.setdefault(fold(one_line(place.title)), []).append(place.id)
    return frozenset(ident for ids in titled.values() if len(ids) > 1 for ident in ids)


async def _members(context: Context, group_id: int) -> Sequence[int]:
    for group in (await read_lists(context, LIST_PROPERTY_GROUPS)).items:
        if group.id == group_id:
            return group.property_ids
    raise InvalidArguments(FieldProblem("group_id", "is the id of no property group of this account"))


Span = Callable[[int], tuple[date, date]]


def span_of(meant: Portfolio, start: date | None, end: date | None, usual: timedelta) -> Span:
    """The first and last day that are meant at a property: those given, else from its own today on, and so
    long as usual."""
    today = day_of(meant)

    def span(property_id: int) -> tuple[date, date]:
        first = start or today(property_id)
        return first, end or first + usual

    return span


def day_of(meant: Portfolio) -> Callable[[int], date]:
    """The local date of a property; of one that is not known, or of none, the earliest date of all."""
    days = {place.id: meant.today(place) for place in meant.properties}
    usual = meant.first_today()

    def day(property_id: int) -> date:
        return days.get(property_id, usual)

    return day


def widest(meant: Portfolio, span: Span) -> tuple[date, date]:
    """The first and last day of all properties."""
    spans = [span(place.id) for place in meant.properties] or [span(0)]
    return min(first for first, _ in spans), max(last for _, last in spans)
