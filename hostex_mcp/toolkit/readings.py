"""What was read of an account within the last minute, so that one reading serves every answer of that time.

Only what is worked out from many rows is answered from it, and says of when that is. Whatever prepares,
confirms or takes back a change reads anew; no reading outlives a change, nor is one kept right after it, as
Hostex takes changes in one after the other.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, cast

from pydantic import BaseModel, RootModel

from hostex_mcp.api import AnswerT, Client, NotFound, Pace, Request
from hostex_mcp.clock import utc_now
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.memory import Memory
from hostex_mcp.toolkit.results import ModelT

KEPT = timedelta(minutes=1)
SETTLING = timedelta(minutes=1)
"""How long after a change nothing that is read is kept."""

_PIECE = 40
_MOST_READINGS = 400

Days = tuple[date, date]
Changed = Callable[[datetime], Awaitable[bool]]


async def no_change(since: datetime) -> bool:
    """Return that nothing is known to have changed."""
    return False


@dataclass(frozen=True, slots=True)
class Start:
    """When a reading began, and how often the account had been changed by then."""

    at: datetime
    changes: int


@dataclass(frozen=True, slots=True)
class KeptReading:
    """Rows that were read at once: all of some days, or of
    these days those of its `members`."""

    name: Hashable
    members: frozenset[Hashable]
    days: Days
    at: datetime
    number: int
    pieces: int

    def covers(self, days: Days) -> bool:
        """Whether it has all of these days."""
        return self.days[0] <= days[0] and days[1] <= self.days[1]

    def replaces(self, other: "KeptReading") -> bool:
        """Whether it has all that another one has."""
        same = self.name == other.name and self.members >= other.members
        return same and self.age > other.age and self.covers(other.days)

    @property
    def age(self) -> tuple[datetime, int]:
        """What is larger of a newer one: a slow reading that began earlier may be kept later."""
        return self.at, self.number


class Shelf:
    """The readings of one account, as one connection sees it; their rows lie in its memory, and are gone when
    it needs the room."""

    def __init__(self, memory: Memory | None = None, now: Callable[[], datetime] = utc_now) -> None:
        self.memory = memory or Memory()
        self._now = now
        self._readings: dict[int, KeptReading] = {}
        self._changes = 0
        self.last = 0
        self._settled = datetime.min.replace(tzinfo=now().tzinfo)

    @property
    def oldest(self) -> datetime | None:
        """When the oldest reading that still holds began."""
        return min((reading.at for reading in self.live()), default=None)

    def begin(self) -> Start:
        """Note that something is about to be read."""
        return Start(self._now(), self._changes)

    async def keep(
        self,
        name: Hashable,
        days: Days,
        rows: Sequence[BaseModel],
        kind: type[BaseModel],
        start: Start,
        members: frozenset[Hashable] = frozenset(),
        per_piece: int = _PIECE,
    ) -> None:
        """Keep what was read since the start, unless the account was changed meanwhile or just before. To
        pack a piece holds everybody else up, so that it has few rows."""
        if start.changes != self._changes or start.at < self._settled:
            return
        self.last += 1
        number, pace = self.last, Pace()
        pieces = [rows[place : place + per_piece] for place in range(0, len(rows), per_piece)]
        for place, piece in enumerate(pieces):
            self.memory.keep(("reading", number, place), number, _rows_of(kind)(list(piece)))
            await pace.rest()
        reading = self._readings[number] = KeptReading(name, members, days, start.at, number, len(pieces))
        # Others ran in between.
        if start.changes == self._changes:
            self._tidy(reading)
        else:
            self._drop(reading)

    def live(self, name: Hashable | None = None) -> list[KeptReading]:
        """Return the readings that still hold, of one name or all, the newest first."""
        oldest = self._now() - KEPT
        held = [reading for reading in self._readings.values() if oldest < reading.at <= self._now()]
        chosen = [reading for reading in held if name is None or reading.name == name]
        return sorted(chosen, key=attrgetter("age"), reverse=True)

    async def rows(self, reading: KeptReading, kind: type[ModelT]) -> list[ModelT] | None:
        """Return the rows of a reading, None if they had to go."""
        rows, pace = list[ModelT](), Pace()
        for place in range(reading.pieces):
            thing = ("reading", reading.number, place)
            piece = self.memory.recall(_rows_of(kind), thing, reading.number)
            if piece is None:
                self._drop(reading)
                return None
            rows += cast("RootModel[list[ModelT]]", piece).root
            await pace.rest()
        return rows

    def forget(self) -> None:
        """Answer nothing from what was read so far: the account was changed."""
        self._changes += 1
        for reading in list(self._readings.values()):
            self._drop(reading)

    def settle(self) -> None:
        """Forget what was read so far, and keep nothing until the change is sure to be seen."""
        self.forget()
        self._settled = self._now() + SETTLING

    def _tidy(self, newest: KeptReading) -> None:
        """Drop what is too old, and what the newest reading has anew."""
        held = {reading.number for reading in self.live()[:_MOST_READINGS]}
        readings = list(self._readings.values())
        if any(reading.replaces(newest) for reading in readings):
            self._drop(newest)
        for reading in readings:
            if reading.number not in held or newest.replaces(reading):
                self._drop(reading)

    def _drop(self, reading: KeptReading) -> None:
        self._readings.pop(reading.number, None)
        for place in range(reading.pieces):
            self.memory.drop(("reading", reading.number, place))


@cache
def _rows_of(kind: type[BaseModel]) -> Any:
    return RootModel[list[kind]]


@dataclass(frozen=True, slots=True)
class Readings:
    """The readings of an account as one call may use them: without a shelf nothing is kept, and unless it
    `recalls`, nothing is answered from what is. `changed` tells whether anybody else is known to have changed
    the account since a moment. `earlier` is the number of the last reading before the call, which `began` at
    a time, and `used` has the times of those before it from which it was answered."""

    shelf: Shelf | None = None
    changed: Changed = no_change
    recalls: bool = False
    earlier: int = 0
    began: datetime | None = None
    used: dict[str, datetime] = field(default_factory=dict[str, datetime])

    async def of_call(self) -> "Readings":
        """Return them for a call that may be answered from them."""
        if self.shelf and (oldest := self.shelf.oldest) and await self.changed(oldest):
            self.shelf.forget()
        if not self.shelf:
            return Readings(None, self.changed, recalls=True)
        earlier, began = self.shelf.last, self.shelf.begin().at
        return Readings(self.shelf, self.changed, recalls=True, earlier=earlier, began=began)

    def anew(self) -> "Readings":
        """Return them for what must be read now."""
        return Readings(self.shelf, self.changed)

    def live(self, name: Hashable) -> list[KeptReading]:
        """Return the readings with a name by which the call may be answered, the newest first."""
        if not self.shelf or not self.recalls:
            return []
        return [reading for reading in self.shelf.live(name) if self._holds(reading)]

    def _holds(self, reading: KeptReading) -> bool:
        # Of what began before the call and was kept since, nobody asked whether it was changed meanwhile.
        return reading.number <= self.earlier or self.began is None or reading.at >= self.began

    async def rows(self, reading: KeptReading, kind: type[ModelT]) -> list[ModelT] | None:
        """Return the rows of a reading, None if they had to go."""
        return await self.shelf.rows(reading, kind) if self.shelf else None

    def note(self, what: str, readings: Iterable[KeptReading]) -> None:
        """Note that the call was answered from these readings, as far as they are not its own."""
        for reading in readings:
            if reading.number <= self.earlier:
                self.used[what] = min(reading.at, self.used.get(what, reading.at))

    def start(self) -> Start | None:
        """Return the start of a reading, None where none are kept."""
        return self.shelf.begin() if self.shelf else None

    async def keep(
        self,
        name: Hashable,
        days: Days,
        rows: Sequence[BaseModel],
        kind: type[BaseModel],
        start: Start,
        members: frozenset[Hashable] = frozenset(),
        per_piece: int = _PIECE,
    ) -> None:
        """Keep what was read since the start."""
        if self.shelf:
            await self.shelf.keep(name, days, rows, kind, start, members, per_piece)

    def notes(self) -> list[str]:
        """Say of when the answer is, as far as it is not of now."""
        by_time: dict[str, list[str]] = {}
        for what, at in sorted(self.used.items()):
            by_time.setdefault(f"{at:%H:%M:%S}", []).append(what)
        return [f"As of {time} UTC: {', '.join(names)}." for time, names in sorted(by_time.items())]


async def as_of_now(readings: Readings, run: Callable[[Readings], Awaitable[AnswerT]]) -> AnswerT:
    """Return what a call gives; what does not exist by what was read before is looked for once more.

    Raises:
        InvalidArguments, NotFound: by what was read now.
    """
    try:
        return await run(readings)
    except (InvalidArguments, NotFound):
        if not readings.used:
            raise
    return await run(readings.anew())


class SettlingClient(Client):
    """A client after whose writes nothing is answered from what was read before."""

    def __init__(self, client: Client, shelf: Shelf) -> None:
        self._client = client
        self._shelf = shelf

    async def send(self, request: Request[AnswerT]) -> AnswerT:
        """Send a request and return its answer."""
        if not request.target.writes:
            return await self._client.send(request)
        self._shelf.settle()
        try:
            return await self._client.send(request)
        finally:
            # Even a failed write may have taken effect.
            self._shelf.settle()

    async def admit(self, request: Request[Any]) -> None:
        """Refuse what the client would refuse."""
        await self._client.admit(request)


def gaps(days: Days, kept: Sequence[Days]) -> list[Days]:
    """Return the days that no kept period has, as periods."""
    return list(_gaps(days, sorted(kept)))


def _gaps(days: Days, kept: Sequence[Days]) -> Iterator[Days]:
    first, last = days
    for start, end in kept:
        if end < first:
            continue
        if start > last:
            break
        if start > first:
            yield first, start - timedelta(days=1)
        first = max(first, end + timedelta(days=1))
    if first <= last:
        yield first, last
