"""Accounts and grants in words by which a host knows them. Hostex gives an account no name, so its properties
stand for it."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import anyio
from pydantic import SecretStr

from hostex_mcp.api import HostexError, Pace, read_all
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.http.config import WRITE
from hostex_mcp.http.connect.asker import app_name
from hostex_mcp.http.connect.consent_form import topic
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.store.records import Grant
from hostex_mcp.tools.selection import ALL, CORE

_MOST_PROPERTIES = 1000
_ON_THE_PAGE, _IN_A_ROW = 5, 2
_ENOUGH_FOR_A_ROW = 100
_PATIENCE_SECONDS = 4.0
_UNREAD = "Its account cannot be read right now"
_NO_PROPERTIES = "An account without properties"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class LinkedProperty:
    """A property as a person knows it."""

    id: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """The account's properties that this server serves; not `complete` when there may be more."""

    properties: Sequence[LinkedProperty]
    complete: bool = True

    def within(self, property_ids: Collection[int]) -> "LinkedAccount":
        """Return the account with these properties only; all of them without any."""
        if not property_ids:
            return self
        ids = set(map(str, property_ids))
        return LinkedAccount([listing for listing in self.properties if listing.id in ids], self.complete)

    @property
    def number(self) -> str:
        """How many, in words."""
        count = len(self.properties)
        return (
            f"{count if self.complete else f'more than {count}'} {'property' if count == 1 else 'properties'}"
        )

    @property
    def first(self) -> Sequence[LinkedProperty]:
        """Those that are shown."""
        return self.properties[:_ON_THE_PAGE]

    @property
    def rest(self) -> int:
        """How many are not shown."""
        return len(self.properties) - len(self.first)

    @property
    def line(self) -> str:
        """The account on one line."""
        titles = [listing.title for listing in self.properties[:_IN_A_ROW]]
        rest = len(self.properties) - len(titles)
        if rest:
            return f"{', '.join(titles)} and {rest if self.complete else f'more than {rest}'} more"
        return " and ".join(titles) or _NO_PROPERTIES


async def read_account(deps: PageDeps, token: SecretStr, most: int = _MOST_PROPERTIES) -> LinkedAccount:
    """Read the account that a token opens.

    Raises:
        HostexError: Hostex did not return it.
    """
    async with deps.upstream.client(token) as client:
        rows = await read_all(client, LIST_PROPERTIES, most=most)
    served = deps.settings.property_ids
    properties: list[LinkedProperty] = []
    pace = Pace()
    for row in rows.items:
        if not served or row.id in served:
            title = one_line(row.title) or f"Property {row.id}"
            properties.append(LinkedProperty(str(row.id), title, one_line(row.address or "")))
        # Cleaning a thousand wordy titles at once would hold up everybody else's requests.
        await pace.rest()
    return LinkedAccount(properties, rows.complete)


async def account_lines(deps: PageDeps, grants: Sequence[Grant]) -> dict[str, str]:
    """Return the account of each grant on one line, by the id of the grant: to somebody who was invited, it
    consists of the properties they were given. Each token is used once."""
    tokens = await asyncio.gather(*(_token(deps, grant) for grant in grants))
    bounded = {token for grant, token in zip(grants, tokens, strict=True) if _bounds(grant)}
    distinct = list({token for token in tokens if token})
    most = [_MOST_PROPERTIES if token in bounded else _ENOUGH_FOR_A_ROW for token in distinct]
    read = await asyncio.gather(*(_account(deps, *asked) for asked in zip(distinct, most, strict=True)))
    accounts = dict(zip(distinct, read, strict=True))
    lines: dict[str, str] = {}
    for grant, token in zip(grants, tokens, strict=True):
        account = accounts[token] if token else None
        lines[grant.grant_id] = account.within(_bounds(grant)).line if account else _UNREAD
    return lines


def _bounds(grant: Grant) -> Collection[int]:
    """Return the properties outside of which a person is told of none; none if they may know them all."""
    return grant.choices.property_ids if grant.owner_id else ()


async def _token(deps: PageDeps, grant: Grant) -> SecretStr | None:
    try:
        return (await deps.credentials.live(grant)).token
    except HostexError:
        return None


async def _account(deps: PageDeps, token: SecretStr, most: int) -> LinkedAccount | None:
    with anyio.move_on_after(_PATIENCE_SECONDS):
        try:
            return await read_account(deps, token, most)
        except HostexError:
            pass
    return None


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant as people read it."""

    grant_id: str
    name: str
    account: str
    returns_to: str
    may: str
    writes: bool
    asks_itself: bool
    topics: str
    properties: str
    since: str
    used: str
    reason: str


def grant_row(grant: Grant, now: datetime, account: str = "") -> GrantRow:
    """Return the grant in words, with its account on one line if that is known."""
    choices = grant.choices
    writes = WRITE in choices.scopes
    return GrantRow(
        grant_id=grant.grant_id,
        name=app_name(grant.client_name),
        account=account,
        returns_to=grant.returns_to,
        may="read and change" if writes else "read only",
        writes=writes,
        asks_itself=writes and choices.confirm == "token",
        topics=_topics(choices.toolsets),
        properties=_number(len(choices.property_ids)),
        since=_moment(grant.created_at, now),
        used=_moment(grant.used_at, now) if grant.used_at else "not yet",
        reason=grant.reason or "It has ended.",
    )


def _topics(toolsets: Iterable[str]) -> str:
    return "all" if {CORE, ALL}.intersection(toolsets) else ", ".join(map(topic, toolsets))


def _number(properties: int) -> str:
    return f"{properties} chosen" if properties else "all, including new ones"


def _moment(moment: datetime, now: datetime) -> str:
    # In UTC as the server counts, and with the time: an app that was connected twice a day has two rows.
    time = f"{moment:%H:%M} UTC"
    if moment.date() == now.date():
        return f"today at {time}"
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year} at {time}"
