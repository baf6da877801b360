"""The client of the Hostex API: the one path of every request."""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, Self

import anyio
import httpx2

from hostex_mcp.api.operation import AnswerT, Listing, Operation, Page, RowT

BASE_URL = "https://api.hostex.io/v3"

Scalar = str | int | float | date | None
Query = Mapping[str, Scalar | Sequence[Scalar]]


class HostexClient:
    """Speaks to Hostex for one account."""

    def __init__(
        self,
        token: str | None,
        *,
        base_url: str = BASE_URL,
        timeout: float = 30.0,
        transport: httpx2.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._base_url = base_url

    async def call(
        self,
        operation: Operation[AnswerT],
        *,
        path: Mapping[str, str | int] | None = None,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> AnswerT:
        """Call one operation."""
        raise NotImplementedError

    async def page(
        self,
        listing: Listing[RowT],
        *,
        path: Mapping[str, str | int] | None = None,
        query: Query | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> Page[RowT]:
        """Read one page of a list."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Close the connections."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"HostexClient({self._base_url!r})"
