"""What every tool call works with: the host's Hostex client and a clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hostex_mcp.api import HostexClient, Listing, read_merged
from hostex_mcp.tools.results import ModelT, Page, Rows, Shown, everything, sliced
from hostex_mcp.tools.tool import Tool


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of a call: `client` speaks for one account, `tools` are those that may be called,
    `now` tells the time in UTC."""

    client: HostexClient
    tools: Mapping[str, Tool]
    now: Callable[[], datetime] = field(default=_utc_now)

    async def rows(
        self,
        listing: Listing[ModelT],
        page: Page,
        brief: Callable[[ModelT], Shown],
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Rows[Any]:
        """One page of a Hostex list, each row brief or full as the page wants; repeats are dropped."""
        got = await self.client.page(listing, query=query or {}, offset=page.offset, limit=page.limit)
        first = {listing.identity(item): place for place, item in reversed(list(enumerate(got.items)))}
        places = sorted(first.values())
        behind = [*places[1:], len(got.items)]
        return Rows(
            items=[page.show(got.items[place], brief) for place in places],
            steps=[[page.offset + place] for place in behind],
            more=got.more,
            total=got.total,
        )

    async def merged(
        self,
        listing: Listing[ModelT],
        queries: Sequence[Mapping[str, Any]],
        page: Page,
        brief: Callable[[ModelT], Shown],
        *,
        order: Callable[[ModelT], Any],
        notes: list[str] | None = None,
    ) -> Rows[Any]:
        """One page of a list that Hostex gives only in several windows, merged by `order`, newest first."""
        got = await read_merged(
            self.client, listing, queries, offsets=page.offsets, limit=page.limit, order=order
        )
        return Rows(
            items=[page.show(item, brief) for item in got.items],
            steps=got.steps,
            more=got.more,
            total=got.total,
            notes=notes or [],
        )

    async def dictionary(
        self,
        listing: Listing[ModelT],
        page: Page,
        brief: Callable[[ModelT], Shown] = everything,
        *,
        path: Mapping[str, Any] | None = None,
    ) -> Rows[Any]:
        """One page of a list that Hostex gives in one piece."""
        got = await self.client.page(listing, path=path or {})
        return sliced([page.show(item, brief) for item in got.items], page)
