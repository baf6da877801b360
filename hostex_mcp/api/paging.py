"""Lists read beyond one page: to their end, or merged from several windows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from hostex_mcp.api.client import HostexClient, Query
from hostex_mcp.api.operation import Listing, RowT


@dataclass(frozen=True, slots=True)
class Collected(Generic[RowT]):
    """A list read to its end; not `complete` when there may be more rows than were wanted."""

    items: list[RowT]
    complete: bool


@dataclass(frozen=True, slots=True)
class Merged(Generic[RowT]):
    """One page of a list that comes in several windows."""

    items: list[RowT]
    offsets: list[int]
    steps: list[list[int]]
    more: bool
    total: int | None


async def read_all(
    client: HostexClient,
    listing: Listing[RowT],
    *,
    path: Mapping[str, str | int] | None = None,
    query: Query | None = None,
    most: int = 2000,
) -> Collected[RowT]:
    """Read a list page by page until a page is short."""
    raise NotImplementedError


async def read_merged(
    client: HostexClient,
    listing: Listing[RowT],
    queries: Sequence[Query],
    *,
    offsets: Sequence[int] | None,
    limit: int,
    order: Callable[[RowT], Any],
    descending: bool = True,
) -> Merged[RowT]:
    """One page of an answer that is split over several windows."""
    raise NotImplementedError
