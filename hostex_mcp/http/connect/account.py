"""A Hostex account as its host knows it again. Hostex gives it no name, so its properties stand for it."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import anyio
from pydantic import SecretStr

from hostex_mcp.api import HostexError, Pace, read_all
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.store.records import Grant

MOST = 1000
_SHOWN, _SHOWN_IN_A_ROW = 5, 2
_ENOUGH_FOR_A_ROW = 100
_PATIENCE_SECONDS = 4.0
UNREAD = "Its account cannot be read right now"
NO_PROPERTIES = "An account without properties"


@dataclass(frozen=True, slots=True)
class LinkedProperty:
    """A property as a person knows it."""

    id: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """The account's properties that this server serves; not `whole` when there may be more."""

    places: Sequence[LinkedProperty]
    whole: bool = True

    @property
    def number(self) -> str:
        """How many, in words."""
        count = len(self.places)
        return f"{count if self.whole else f'more than {count}'} {'property' if count == 1 else 'properties'}"

    @property
    def first(self) -> Sequence[LinkedProperty]:
        """Those that are shown."""
        return self.places[:_SHOWN]

    @property
    def rest(self) -> int:
        """How many are not shown."""
        return len(self.places) - len(self.first)

    @property
    def line(self) -> str:
        """The account on one line."""
        named = [place.title for place in self.places[:_SHOWN_IN_A_ROW]]
        if not named:
            return NO_PROPERTIES
        rest = len(self.places) - len(named)
        more = f" and {rest if self.whole else f'more than {rest}'} more" if rest else ""
        return f"{', '.join(named) if more else ' and '.join(named)}{more}"


async def read_account(parts: PageDeps, token: SecretStr, most: int = MOST) -> LinkedAccount:
    """The account that a token opens.

    Raises:
        HostexError: Hostex did not tell.
    """
    async with parts.upstream.client(token) as client:
        read = await read_all(client, LIST_PROPERTIES, most=most)
    served = parts.settings.property_ids
    places: list[LinkedProperty] = []
    pace = Pace()
    for row in read.items:
        if not served or row.id in served:
            title = one_line(row.title) or f"Property {row.id}"
            places.append(LinkedProperty(str(row.id), title, one_line(row.address or "")))
        await pace.rest()
    return LinkedAccount(places, read.complete)


async def account_lines(parts: PageDeps, grants: Iterable[Grant]) -> dict[str, str]:
    """The account of each grant on one line, by the id of the grant. Each token is asked once."""
    grants = list(grants)
    tokens = await asyncio.gather(*(_token(parts, grant) for grant in grants))
    asked = list({token for token in tokens if token})
    lines = dict(zip(asked, await asyncio.gather(*(_line(parts, token) for token in asked)), strict=True))
    return {
        grant.grant_id: lines[token] if token else UNREAD for grant, token in zip(grants, tokens, strict=True)
    }


async def _token(parts: PageDeps, grant: Grant) -> SecretStr | None:
    try:
        return (await parts.linking.live(grant)).token
    except HostexError:
        return None


async def _line(parts: PageDeps, token: SecretStr) -> str:
    with anyio.move_on_after(_PATIENCE_SECONDS):
        try:
            return (await read_account(parts, token, _ENOUGH_FOR_A_ROW)).line
        except HostexError:
            pass
    return UNREAD
