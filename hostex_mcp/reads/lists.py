"""Lists of Hostex read whole for an answer, and what of an answer could not be read."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from hostex_mcp.api import HostexError, ListEndpoint, read_all
from hostex_mcp.api.operation import RowT
from hostex_mcp.toolkit.context import Context

MOST_ROWS = 20_000

ItemT = TypeVar("ItemT")
PartT = TypeVar("PartT")


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that could not be read: which property (None for all), the kind of error, and its message."""

    property_id: int | None
    kind: str
    message: str


@dataclass(slots=True)
class Gathered(Generic[ItemT]):
    """What was read, what was cut or capped, and what could not be read."""

    items: list[ItemT]
    notes: list[str] = field(default_factory=list[str])
    failures: list[Failure] = field(default_factory=list[Failure])


@dataclass(slots=True)
class PartialReads:
    """The reads of one answer that may fail without it: `failures` says which did, `notes` which were cut.
    With `needed` none may fail."""

    failures: list[Failure] = field(default_factory=list[Failure])
    notes: list[str] = field(default_factory=list[str])
    needed: bool = False

    async def read(self, what: str, part: Awaitable[PartT], instead: PartT) -> PartT:
        """What a part gives, or `instead` where it could not be read.

        Raises:
            HostexError: when the part is needed.
        """
        try:
            return await part
        except HostexError as error:
            if self.needed:
                raise
            self.failures.append(Failure(None, error.kind, f"{what}: {error.message}"))
            return instead

    async def rows(self, what: str, part: Awaitable[Gathered[ItemT]]) -> list[ItemT] | None:
        """The items of a list, None where it could not be read."""
        got: Gathered[ItemT] | None = await self.read(what, part, None)
        if got is None:
            return None
        self.failures += got.failures
        self.notes += got.notes
        return got.items


async def read_lists(
    context: Context, listing: ListEndpoint[RowT], queries: Sequence[Mapping[str, Any]] = ({},)
) -> Gathered[RowT]:
    """All rows of several queries of a list, each once; with a note where Hostex has more of them than were
    read."""
    reads = (read_all(context.client, listing, query=query, most=MOST_ROWS) for query in queries)
    got = await asyncio.gather(*reads)
    rows = {listing.identity(row): row for part in got for row in part.items}
    more = f"There are more {listing.key.replace('_', ' ')} than the {len(rows)} that were read: counts "
    notes = [] if all(part.complete for part in got) else [f"{more}based on them are too low."]
    return Gathered(list(rows.values()), notes)


AskedT = TypeVar("AskedT")


@dataclass(slots=True)
class Answers(Generic[AskedT, ItemT]):
    """What several reads gave, in order, and those that failed, with why."""

    items: list[ItemT]
    failed: list[tuple[AskedT, HostexError]]


async def each(
    asked: Sequence[AskedT], read: Callable[[AskedT], Awaitable[ItemT]], *, may_fail: bool = False
) -> Answers[AskedT, ItemT]:
    """Read for each of these, all at once; the client bounds how many calls run together.

    Raises:
        HostexError: the first one, when all fail, unless they may.
    """

    async def attempt(subject: AskedT) -> ItemT | HostexError:
        try:
            return await read(subject)
        except HostexError as error:
            return error

    outcomes = await asyncio.gather(*(attempt(subject) for subject in asked))
    failed = [
        (subject, why) for subject, why in zip(asked, outcomes, strict=True) if isinstance(why, HostexError)
    ]
    if asked and len(failed) == len(asked) and not may_fail:
        raise failed[0][1]
    return Answers([outcome for outcome in outcomes if not isinstance(outcome, HostexError)], failed)
