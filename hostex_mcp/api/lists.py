"""Lists read to their end, and lists that Hostex gives only in windows: cut, read and merged."""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic

import anyio

from hostex_mcp.api.client import Client
from hostex_mcp.api.errors import BadRequest, FieldProblem
from hostex_mcp.api.operation import LARGEST_PAGE, ListAnswer, ListEndpoint, Query, RowT
from hostex_mcp.api.pace import Pace

MOST_WINDOWS = 50
"""Most windows that a list is read from, however long a period is."""

RESERVATION_WINDOW_DAYS = 179
"""Days of a reservation window, both ends counted. Windows over 180 days are refused (observed); whether
180 with both ends pass is unsettled, so one day less is asked for."""

REVIEW_WINDOW_DAYS = 180
"""Days of a review window, both ends counted: its ends must be less than 180 days apart (documented)."""

TRANSACTION_WINDOW_DAYS = 365
"""Days of a transaction window, both ends counted: its ends may be at most 366 days apart (documented)."""

# An offset that no list has; cursors carry it from page to page.
EXHAUSTED = -1

_LOOK_BEHIND = 10
_FURTHEST = 2_000
"""How far a list is read for a row that can be read."""


@dataclass(frozen=True, slots=True)
class Collected(Generic[RowT]):
    """A list read to its end; not `complete` when it may have rows that were not read."""

    items: list[RowT]
    complete: bool


async def read_all(
    client: Client,
    listing: ListEndpoint[RowT],
    *,
    query: Query | None = None,
    most: int = 2000,
) -> Collected[RowT]:
    """Read a list page by page to its end, each row once, at most its first `most` rows.

    A full page that brings nothing new ends the reading too, incomplete.

    Raises:
        HostexError: when any page fails.
    """
    rows: dict[object, RowT] = {}
    offset = 0
    while offset < most:
        page = await client.page(listing, query=query, offset=offset, limit=LARGEST_PAGE)
        before = len(rows)
        # Rows may move between two reads: neither the claimed total nor the order is relied on.
        for row in page.items:
            rows.setdefault(listing.identity(row), row)
        if not page.more:
            return Collected(list(rows.values())[:most], complete=len(rows) <= most)
        # Hostex ignores parameters that it does not know, so a list might not heed the offset.
        if page.items and len(rows) == before:
            break
        offset = page.end
    return Collected(list(rows.values())[:most], complete=False)


def windows(start: date, end: date, days: int) -> list[tuple[date, date]]:
    """Cut a period into consecutive windows without overlap, newest first.

    Both dates of the period and of every window are included; a window has at most `days` days. A period
    that ends before it starts has no windows.

    Raises:
        BadRequest: when there are more than `MOST_WINDOWS`.
    """
    if (end - start).days >= MOST_WINDOWS * days:
        longest = f"{MOST_WINDOWS * days:,} days, of which Hostex gives {days} at once"
        raise BadRequest(f"The period from {start} to {end} is longer than {longest}.")
    cut: list[tuple[date, date]] = []
    # From the end: lists come newest first, so the first window has the first page.
    while (end - start).days >= days:
        first = end - timedelta(days=days - 1)
        cut.append((first, end))
        end = first - timedelta(days=1)
    return [*cut, (start, end)] if start <= end else cut


@dataclass(frozen=True, slots=True)
class Merged(Generic[RowT]):
    """One page of a list that comes in several windows.

    `offsets` says from where each window goes on, -1 where it is exhausted: the next read takes them.
    `steps` has such offsets for the place right behind each item, so that a page may be cut anywhere.
    `total` is information only, and there only as long as every window gives one.
    """

    items: list[RowT]
    offsets: list[int]
    steps: list[list[int]]
    more: bool
    total: int | None


async def read_merged(
    client: Client,
    listing: ListEndpoint[RowT],
    queries: Sequence[Query],
    *,
    offsets: Sequence[int] | None,
    limit: int,
    order: Callable[[RowT], Any],
) -> Merged[RowT]:
    """Read up to `limit` rows of a list that is split over several windows, merged by `order`, largest first.

    Each window has to come in that order; rows with equal keys may come in any. A row that several windows
    hold, or one that Hostex repeats, comes once: the rows just before the offsets are read again, to
    recognise it on later pages.

    Raises:
        BadRequest: when there is not one offset for each window; any other HostexError of a window's read.
    """
    starts = [0] * len(queries) if offsets is None else offsets
    if len(starts) != len(queries):
        problem = "belong to other windows than these; start again without them"
        raise BadRequest(f"The offsets {problem}.", fields=(FieldProblem("offsets", problem),))
    windows = [_Window(client, listing, *pair) for pair in zip(queries, starts, strict=True)]
    merge = _Merge(windows, listing.identity, order, may_repeat=len(windows) > 1 or listing.repeats)
    await merge.open(limit)
    await merge.take(limit)
    return merge.result()


class _Window(Generic[RowT]):
    """One window: `rows` are those read so far, at the offsets `places`, from the offset `base` up to `end`;
    those before the offset `at` are used; `more` says that others may follow the rows read."""

    def __init__(self, client: Client, listing: ListEndpoint[RowT], query: Query, start: int) -> None:
        self._client, self._listing, self._query = client, listing, query
        self.rows: list[RowT] = []
        self.places: list[int] = []
        self.base = self.at = self.end = start
        self.more = self.live = start != EXHAUSTED
        self.total: int | None = None

    @property
    def head(self) -> RowT | None:
        """The next unused row of those read."""
        used = self._used
        return self.rows[used] if used < len(self.rows) else None

    @property
    def used(self) -> list[RowT]:
        """The rows read that come before the next unused one."""
        return self.rows[: self._used]

    @property
    def ended(self) -> bool:
        """Whether no unused row is left."""
        return self.head is None and not self.more

    async def open(self, limit: int, behind: int) -> None:
        """Read `limit` unused rows and, before them, up to `behind` used ones."""
        self.base = max(self.at - behind, 0)
        page = await self._page(self.base, min(limit + self.at - self.base, LARGEST_PAGE))
        self.rows, self.places, self.end = page.items, list(page.places), page.end
        self.more, self.total = page.more, page.total

    async def refill(self, limit: int) -> None:
        """Read on."""
        page = await self._page(self.end, limit)
        identities = set(map(self._listing.identity, self.rows))
        brings_rows = any(self._listing.identity(row) not in identities for row in page.items)
        unreadable = not page.items and page.end < _FURTHEST
        # A page that repeats the window's own rows ends it: offsets do not seem to count there.
        self.more = page.more and (brings_rows or unreadable)
        if brings_rows or unreadable:
            self.rows, self.places = [*self.rows, *page.items], [*self.places, *page.places]
            self.end = page.end

    async def look_further_behind(self) -> None:
        """Read a page of used rows before those that are known."""
        base = max(self.base - LARGEST_PAGE, 0)
        page = await self._page(base, self.base - base)
        new = bisect_left(page.places, self.base)
        self.rows = [*page.items[:new], *self.rows]
        self.places, self.base = [*page.places[:new], *self.places], base

    def use(self) -> None:
        """Count the next unused row as used."""
        self.at = self.places[self._used] + 1

    @property
    def _used(self) -> int:
        return bisect_left(self.places, self.at)

    async def _page(self, offset: int, limit: int) -> ListAnswer[RowT]:
        return await self._client.page(self._listing, query=self._query, offset=offset, limit=limit)


class _Merge(Generic[RowT]):
    """The rows of all windows in one order. What windows have used is always their beginning."""

    def __init__(
        self,
        windows: list[_Window[RowT]],
        identity: Callable[[RowT], Hashable],
        order: Callable[[RowT], Any],
        *,
        may_repeat: bool,
    ) -> None:
        self._windows, self._identity, self._order = windows, identity, order
        self._may_repeat = may_repeat
        self._seen: set[Hashable] = set()
        self._frontier: Any = None
        self._items: list[RowT] = []
        self._steps: list[list[int]] = []

    async def open(self, limit: int) -> None:
        """Read the beginning of each window, and the used rows that may come again, in it or another one."""
        live = [window for window in self._windows if window.live]
        behind = min(_LOOK_BEHIND, max(LARGEST_PAGE - limit, 1)) if self._may_repeat else 0
        await _together([(window.open, limit, behind) for window in live])
        reached = [self._order(window.used[-1]) for window in live if window.used]
        if reached:
            self._frontier = min(reached)
            await _together([(self._look_behind, window) for window in live])
        self._seen = {self._identity(row) for window in live for row in window.used}

    async def take(self, limit: int) -> None:
        """Use rows until `limit` new ones are found; rows seen before count with the one before them."""
        pace = Pace()
        while True:
            dry = [window for window in self._windows if window.head is None and window.more]
            if dry and len(self._items) == limit:
                return
            await pace.rest()
            if dry:
                await _together([(window.refill, limit) for window in dry])
                continue
            window = self._next_window()
            if window is None or window.head is None or not self._use(window, window.head, limit):
                return

    def result(self) -> Merged[RowT]:
        """Return the page."""
        totals = [window.total for window in self._windows]
        offsets = self._offsets()
        return Merged(
            items=self._items,
            offsets=offsets,
            steps=[*self._steps[:-1], offsets] if self._steps else [],
            more=not all(window.ended for window in self._windows),
            total=sum(total or 0 for total in totals) if None not in totals else None,
        )

    async def _look_behind(self, window: _Window[RowT]) -> None:
        # Only rows with the key that the last page ended on can come again.
        while window.base > 0 and window.rows and self._order(window.rows[0]) == self._frontier:
            await window.look_further_behind()

    def _next_window(self) -> _Window[RowT] | None:
        ready = [(window, window.head) for window in self._windows]
        keys = {window: self._order(head) for window, head in ready if head is not None}
        return max(keys, key=keys.__getitem__) if keys else None

    def _use(self, window: _Window[RowT], row: RowT, limit: int) -> bool:
        identity = self._identity(row)
        repeated = identity in self._seen
        if not repeated and len(self._items) == limit:
            return False
        window.use()
        self._frontier = self._order(row)
        if not repeated:
            self._seen.add(identity)
            self._items.append(row)
            self._steps.append([])
        if self._steps:
            self._steps[-1] = self._offsets()
        return True

    def _offsets(self) -> list[int]:
        if all(window.ended for window in self._windows):
            return [EXHAUSTED] * len(self._windows)
        return [EXHAUSTED if self._is_over(window) else window.at for window in self._windows]

    def _is_over(self, window: _Window[RowT]) -> bool:
        """Whether it has ended and none of its rows can come again in another window."""
        return window.ended and (not window.used or self._order(window.used[-1]) != self._frontier)


async def _together(calls: Sequence[tuple[Any, ...]]) -> None:
    """Run the calls at once; the first error ends the others and is raised as it is."""
    try:
        async with anyio.create_task_group() as group:
            for function, *arguments in calls:
                group.start_soon(function, *arguments)
        return
    except ExceptionGroup as group_error:
        error = group_error.exceptions[0]
    raise error
