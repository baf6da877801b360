"""What several answers read first: the properties that are meant, and the stays that touch some days."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, HostexError, windows
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, LIST_PROPERTY_GROUPS, Property
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.names import fold
from hostex_mcp.domain.nights import holds
from hostex_mcp.domain.wording import some
from hostex_mcp.reads.lists import Gathered, read_lists
from hostex_mcp.toolkit.arguments import FieldProblem, InvalidArguments
from hostex_mcp.toolkit.context import Context

ItemT = TypeVar("ItemT")
AskedT = TypeVar("AskedT")

_UTC = ZoneInfo("UTC")
_MOST_CODES = 5

LONGEST_STAY = timedelta(days=90)
"""Stays that end later than this after the days asked for are not looked for; the calendar shows them as
closed nights."""


@dataclass(slots=True)
class Answers(Generic[AskedT, ItemT]):
    """What several reads gave, in order, and those that failed, with why."""

    items: list[ItemT]
    failed: list[tuple[AskedT, HostexError]]


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
        return frozenset([*(one.id for one in self.properties), *([0] if self.whole else [])])

    @cached_property
    def _places(self) -> Mapping[int, Property]:
        return {one.id: one for one in self.properties}

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
        zones = (_zone(one) for one in self.properties)
        return max(zones, key=lambda one: self.now.astimezone(one).replace(tzinfo=None), default=_UTC)

    def today(self, place: Property) -> date:
        """The date at a property."""
        return self.now.astimezone(_zone(place)).date()

    def first_today(self) -> date:
        """The earliest date at any of the properties."""
        return min((self.today(one) for one in self.properties), default=self.now.date())

    def midnight(self, day: date, property_id: int) -> datetime:
        """When a day begins at a property (see `zone`)."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone(property_id))


def _zone(place: Property) -> ZoneInfo:
    try:
        return ZoneInfo(place.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return _UTC


async def read_portfolio(
    context: Context, property_ids: Sequence[int] | None = None, group_id: int | None = None
) -> Portfolio:
    """The properties with these ids and of this group; all where neither is given.

    Raises:
        InvalidArguments: for a property or group that the account does not have.
    """
    found = await read_lists(context, LIST_PROPERTIES)
    wanted = {one.id for one in found.items}
    if property_ids is not None:
        unknown = [str(one) for one in property_ids if one not in wanted]
        if unknown:
            problem = f"unknown property ids: {some(unknown, 5)}"
            raise InvalidArguments(FieldProblem("property_ids", problem))
        wanted &= set(property_ids)
    if group_id is not None:
        wanted &= set(await _members(context, group_id))
    whole = property_ids is None and group_id is None
    own = [one for one in found.items if one.id in wanted]
    return Portfolio(own, context.now(), whole, found.notes, _namesakes(found.items))


def _namesakes(properties: Iterable[Property]) -> AbstractSet[int]:
    titled: dict[str, list[int]] = {}
    for place in properties:
        titled.setdefault(fold(one_line(place.title)), []).append(place.id)
    return frozenset(ident for ids in titled.values() if len(ids) > 1 for ident in ids)


async def _members(context: Context, group_id: int) -> Sequence[int]:
    for one in (await read_lists(context, LIST_PROPERTY_GROUPS)).items:
        if one.id == group_id:
            return one.property_ids
    raise InvalidArguments(FieldProblem("group_id", "is the id of no property group of this account"))


async def stays_between(
    context: Context, meant: Portfolio, start: date, end: date, beyond: timedelta = LONGEST_STAY
) -> Gathered[Reservation]:
    """The stays of these properties that touch the days from `start` to `end`, both included, and those that
    follow soon, whatever their status; of a whole portfolio also those without a property. A stay that ends
    later than `beyond` after `end` is not found. What was cut of the properties is among the notes."""
    alone = len(meant.properties) == 1 and not meant.whole
    only = {"property_id": meant.properties[0].id} if alone else {}
    periods = windows(start, end + beyond, RESERVATION_WINDOW_DAYS)
    queries = [{"start_check_out_date": first, "end_check_out_date": last, **only} for first, last in periods]
    found = await read_lists(context, LIST_RESERVATIONS, queries)
    own, notes = kept(meant, found.items)
    return Gathered(own, [*meant.notes, *found.notes, *notes])


def kept(
    meant: Portfolio, stays: Iterable[Reservation], name: str = "stay"
) -> tuple[list[Reservation], list[str]]:
    """Those of some stays that belong here, and a note of the others that hold nights of properties which
    Hostex does not list, where all are meant."""
    every = list(stays)
    own = [one for one in every if one.property_id in meant.kept]
    strange = [
        one.stay_code for one in every if meant.whole and holds(one) and one.property_id not in meant.kept
    ]
    if not strange:
        return own, []
    count = f"1 {name} is" if len(strange) == 1 else f"{len(strange)} {name}s are"
    left = f"{count} left out, of properties that Hostex does not list: {some(strange, _MOST_CODES)}."
    return own, [left]


async def each(
    asked: Sequence[AskedT], read: Callable[[AskedT], Awaitable[ItemT]], *, may_fail: bool = False
) -> Answers[AskedT, ItemT]:
    """Read for each of these, all at once; the client bounds how many calls run together.

    Raises:
        HostexError: the first one, when all fail, unless they may.
    """

    async def attempt(one: AskedT) -> ItemT | HostexError:
        try:
            return await read(one)
        except HostexError as error:
            return error

    outcomes = await asyncio.gather(*(attempt(one) for one in asked))
    failed = [(one, why) for one, why in zip(asked, outcomes, strict=True) if isinstance(why, HostexError)]
    if asked and len(failed) == len(asked) and not may_fail:
        raise failed[0][1]
    return Answers([one for one in outcomes if not isinstance(one, HostexError)], failed)
