"""Lists read to their end."""

from dataclasses import dataclass
from typing import Generic

from hostex_mcp.api.client import Client
from hostex_mcp.api.operation import LARGEST_PAGE, ListEndpoint, PathValues, Query, RowT


@dataclass(frozen=True, slots=True)
class Collected(Generic[RowT]):
    """A list read to its end; not `complete` when it may have rows that were not read."""

    items: list[RowT]
    complete: bool


async def read_all(
    client: Client,
    listing: ListEndpoint[RowT],
    *,
    path: PathValues | None = None,
    query: Query | None = None,
    most: int = 2000,
) -> Collected[RowT]:
    """Read a list page by page to its end, each row once, at most its first `most` rows.

    Neither the claimed total nor the order is relied on. A full page that brings nothing new ends the
    reading too, incomplete.

    Raises:
        HostexError: when any page fails.
    """
    rows: dict[object, RowT] = {}
    offset = 0
    while offset < most:
        page = await client.page(listing, path=path, query=query, offset=offset, limit=LARGEST_PAGE)
        before = len(rows)
        for row in page.items:
            rows.setdefault(listing.identity(row), row)
        if not page.more:
            return Collected(list(rows.values())[:most], complete=len(rows) <= most)
        if page.items and len(rows) == before:
            break
        offset = page.end
    return Collected(list(rows.values())[:most], complete=False)
