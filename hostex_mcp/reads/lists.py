"""Lists of Hostex read completely for one answer, and what of it could not be read."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Generic, TypeVar

from hostex_mcp.api import HostexError, ListEndpoint, Pace, RowT
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.kept_lists import read_whole
from hostex_mcp.toolkit.results import lean

MOST_ROWS = 20_000

ItemT = TypeVar("ItemT")
PartT = TypeVar("PartT")
SubjectT = TypeVar("SubjectT")


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that could not be read: of which property (None for all), the kind of error, and its
    message."""

    property_id: int | None
    kind: str
    message: str


@dataclass(slots=True)
class Gathered(Generic[ItemT]):
    """What was read, notes on what was cut or capped, and what could not be read."""

    items: list[ItemT]
    notes: list[str] = field(default_factory=list[str])
    failures: list[Failure] = field(default_factory=list[Failure])


@dataclass(slots=True)
class PartialReads:
    """The reads of one answer that may fail without failing the answer. `failures` has those that did,
    `notes` those that were cut. With `needed` none may fail."""

    failures: list[Failure] = field(default_factory=list[Failure])
    notes: list[str] = field(default_factory=list[str])
    needed: bool = False

    async def read(self, what: str, part: Awaitable[PartT], instead: PartT) -> PartT:
        """Return what a part gives, or `instead` if it could not be read.

        Raises:
            HostexError: if the part is needed.
        """
        try:
            return await part
        except HostexError as error:
            if self.needed:
                raise
            self.failures.append(Failure(None, error.kind, f"{what}: {error.message}"))
            return instead

    async def rows(self, what: str, part: Awaitable[Gathered[ItemT]]) -> list[ItemT] | None:
        """Return the items of a list, None if it could not be read."""
        answer: Gathered[ItemT] | None = await self.read(what, part, None)
        if answer is None:
            return None
        self.failures += answer.failures
        self.notes += answer.notes
        return answer.items


async def read_lists(
    context: Context, listing: ListEndpoint[RowT], queries: Sequence[Mapping[str, Any]] = ({},)
) -> Gathered[RowT]:
    """Read all rows of several queries of a list, each once, with a note if Hostex has more of them."""
    reads = (read_whole(context, listing, query, MOST_ROWS) for query in queries)
    parts = await asyncio.gather(*reads)
    pace, rows = Pace(), dict[object, RowT]()
    for row in chain.from_iterable(part.items for part in parts):
        rows[listing.identity(row)] = row
        await pace.rest()
    more = f"There are more {listing.key.replace('_', ' ')} than the {len(rows)} that were read: counts "
    notes = [] if all(part.complete for part in parts) else [f"{more}based on them are too low."]
    return Gathered(list(rows.values()), notes)


@dataclass(slots=True)
class Answers(Generic[SubjectT, ItemT]):
    """What several reads gave, in order, and those that failed, with the error."""

    items: list[ItemT]
    failed: list[tuple[SubjectT, HostexError]]


async def each(
    subjects: Sequence[SubjectT], read: Callable[[SubjectT], Awaitable[ItemT]], *, may_fail: bool = False
) -> Answers[SubjectT, ItemT]:
    """Read for each subject, all at once; the client bounds how many calls run together.

    Raises:
        HostexError: the first one if all fail, unless they may.
    """

    async def attempt(subject: SubjectT) -> ItemT | HostexError:
        try:
            return await read(subject)
        except HostexError as error:
            return error

    outcomes = await asyncio.gather(*map(attempt, subjects))
    pairs = zip(subjects, outcomes, strict=True)
    failed = [(subject, outcome) for subject, outcome in pairs if isinstance(outcome, HostexError)]
    if subjects and len(failed) == len(subjects) and not may_fail:
        raise failed[0][1]
    return Answers([outcome for outcome in outcomes if not isinstance(outcome, HostexError)], failed)


def failure_rows(failures: Sequence[Failure]) -> list[dict[str, Any]]:
    """Return what could not be read, each failure once."""
    rows = [
        {**lean({"property_id": failure.property_id, "kind": failure.kind, "message": failure.message})}
        for failure in failures
    ]
    # One outage fails the same read for several parts of an answer.
    return list({str(row): row for row in rows}.values())
