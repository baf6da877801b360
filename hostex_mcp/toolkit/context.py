"""What every tool call works with: the host's Hostex client, a clock, and what may be shown."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, cast

import anyio

from hostex_mcp.api import Blocked, Client, ListEndpoint, Operation, Pace, read_merged, run_apart
from hostex_mcp.clock import utc_now
from hostex_mcp.domain.guard_rails import GuardRails
from hostex_mcp.domain.guest_text import visible
from hostex_mcp.domain.hook_events import HookLog
from hostex_mcp.settings import PrivacyLevel
from hostex_mcp.toolkit.account_store import AccountStore, NoStore
from hostex_mcp.toolkit.memory import Memory
from hostex_mcp.toolkit.paging import sliced
from hostex_mcp.toolkit.privacy import Redactor
from hostex_mcp.toolkit.readings import Readings
from hostex_mcp.toolkit.results import (
    CONFIRMING,
    AnswerT,
    JsonObject,
    Key,
    ListPage,
    ModelT,
    PageRequest,
    everything,
)
from hostex_mcp.toolkit.tool import Tool

_ONLY_LOOK = "Views only show here: whoever runs this server lets nobody change anything in them."
_ASK = "Ask for the change in the chat."


Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """A change that a person decides on or decided on, as a row, and its place in the list."""

    row: JsonObject
    key: Key


@dataclass(frozen=True, slots=True)
class ChangeLog:
    """The changes of an account, and what there is to say about the list."""

    entries: Sequence[ChangeEntry] = ()
    notes: Sequence[str] = ()


async def no_house_rules() -> None:
    """Return nothing, for hosts who wrote no rules."""


async def no_changes(full: bool) -> ChangeLog:
    """Return the list of an account that nobody is asked about."""
    return ChangeLog()


async def no_events(since: datetime, until: datetime) -> HookLog:
    """Return the events of an account about which Hostex calls nobody."""
    return HookLog()


class Cards(Protocol):
    """Changes as a view shows them to a person, who decides on them there. What is returned has the change as
    it stands and, once it is made, the call that takes it back."""

    async def propose(self, tool: str, arguments: JsonObject) -> JsonObject:
        """Have a write wait for the person."""
        ...

    async def decide(
        self, change_id: str, secret: str, approve: bool, seen: str, text: str | None
    ) -> JsonObject:
        """Make a change in the state that was `seen`, with another text of its draft if given, or not."""
        ...

    async def read(self, change_id: str, secret: str) -> JsonObject:
        """Return a change as it stands now."""
        ...


class NoCards:
    """Views in which nobody decides.

    Raises:
        Blocked: always.
    """

    async def propose(self, tool: str, arguments: JsonObject) -> JsonObject:
        """Refuse."""
        raise Blocked(_ONLY_LOOK, operation=tool, hint=_ASK)

    async def decide(
        self, change_id: str, secret: str, approve: bool, seen: str, text: str | None
    ) -> JsonObject:
        """Refuse."""
        raise Blocked(_ONLY_LOOK, operation="", hint=_ASK)

    async def read(self, change_id: str, secret: str) -> JsonObject:
        """Refuse."""
        raise Blocked(_ONLY_LOOK, operation="", hint=_ASK)


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of a call: `client` speaks for one account and gives what Hostex gives, unscreened;
    `tools` are those that may be called, of which those `listed` were shown; calls of writes come back with
    one of `confirming`, `changes` lists them, and views show them as `cards`; `house_rules` are the host's
    own; `events` are what Hostex called about in a period; `now` tells the time in UTC and `pause` lets
    seconds of it pass; pictures are read from `image_folders` of this machine only, fetched before a person
    agreed from `picture_hosts` only, and have a turn in `decoding`; `memory` is the account's while this
    process lives, `readings` are those of the last minute, and `store` is what is remembered for longer. What
    the other methods give is fit to leave the server: secrets hidden unless the call asked for them with
    `reveal`, outsiders' text fenced."""

    client: Client
    tools: Mapping[str, Tool]
    listed: Collection[str] = ()
    now: Clock = field(default=utc_now)
    privacy: PrivacyLevel = "standard"
    confirming: tuple[str, ...] = CONFIRMING["auto"]
    changes: Callable[[bool], Awaitable[ChangeLog]] = field(default=no_changes)
    cards: Cards = field(default_factory=NoCards)
    house_rules: Callable[[], Awaitable[str | None]] = field(default=no_house_rules)
    events: Callable[[datetime, datetime], Awaitable[HookLog]] = field(default=no_events)
    image_folders: tuple[Path, ...] = ()
    picture_hosts: Collection[str] = ()
    pause: Callable[[float], Awaitable[None]] = field(default=anyio.sleep)
    guard_rails: GuardRails = field(default_factory=GuardRails)
    memory: Memory = field(default_factory=Memory)
    readings: Readings = field(default_factory=Readings)
    store: AccountStore = field(default_factory=NoStore)
    decoding: anyio.Lock = field(default_factory=anyio.Lock)

    def redactor(self, reveal: Collection[str] | None = None) -> Redactor:
        """Return what decides how the models of one answer are shown."""
        return Redactor(self.privacy, reveal or ())

    def preview_redactor(self) -> Redactor:
        """Return the same for previews: characters that nobody sees are spelled out, not dropped."""
        return Redactor(self.privacy, spell=visible)

    async def read(
        self,
        operation: Operation[AnswerT],
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> AnswerT:
        """Return the answer of one reading operation."""
        answer = await self.client.call(operation, path=path, query=query, body=body)
        redactor = self.redactor()
        if not isinstance(answer, list):
            return cast("AnswerT", await run_apart(answer, redactor.redact, answer))
        # Calendars of a year are long lists: one member after another lets other calls go on.
        pace, members = Pace(), list[Any]()
        for member in cast("list[Any]", answer):
            members.append(await run_apart(member, redactor.redact, member))
            await pace.rest()
        return cast("AnswerT", members)

    async def rows(
        self,
        listing: ListEndpoint[ModelT],
        page: PageRequest,
        brief: Callable[[ModelT], JsonObject],
        *,
        query: Mapping[str, Any] | None = None,
        reveal: Collection[str] | None = None,
    ) -> ListPage[Any]:
        """Return one page of a Hostex list, each row brief or full as the page wants; repeats are dropped."""
        answer = await self.client.page(listing, query=query or {}, offset=page.offset, limit=page.limit)
        first = {listing.identity(item): place for place, item in reversed(list(enumerate(answer.items)))}
        # A row that is added while a list is read moves others onto the next page: the first place counts.
        places = sorted(first.values())
        offsets = [*(answer.places[place] for place in places[1:]), answer.end]
        screen = self.redactor(reveal)
        return ListPage(
            items=await _rendered_rows([answer.items[place] for place in places], page, brief, screen),
            steps=[[offset] for offset in offsets],
            more=answer.more,
            total=answer.total,
            beyond=[answer.end],
        )

    async def merged(
        self,
        listing: ListEndpoint[ModelT],
        queries: Sequence[Mapping[str, Any]],
        page: PageRequest,
        brief: Callable[[ModelT], JsonObject],
        *,
        order: Callable[[ModelT], Any],
        notes: list[str] | None = None,
        reveal: Collection[str] | None = None,
    ) -> ListPage[Any]:
        """Return one page of a list that Hostex gives only in several windows, merged by `order`, newest
        first."""
        answer = await read_merged(
            self.client, listing, queries, offsets=page.offsets, limit=page.limit, order=order
        )
        screen = self.redactor(reveal)
        return ListPage(
            items=await _rendered_rows(answer.items, page, brief, screen),
            steps=answer.steps,
            more=answer.more,
            total=answer.total,
            notes=notes or [],
        )

    async def dictionary(
        self,
        listing: ListEndpoint[ModelT],
        page: PageRequest,
        brief: Callable[[ModelT], JsonObject] = everything,
        *,
        path: Mapping[str, Any] | None = None,
    ) -> ListPage[Any]:
        """Return one page of a list that Hostex gives in one piece."""
        answer = await self.client.page(listing, path=path or {})
        return await self.chosen(answer.items, page, brief)

    async def chosen(
        self,
        items: Sequence[ModelT],
        page: PageRequest,
        brief: Callable[[ModelT], JsonObject],
        *,
        order: Callable[[ModelT], Key] | None = None,
        notes: Sequence[str] = (),
        reveal: Collection[str] | None = None,
    ) -> ListPage[Any]:
        """Return one page of rows that were read whole and chosen from, sorted by `order` if it is given."""
        screen = self.redactor(reveal)
        ordered = sorted(items, key=order) if order else items
        rows = sliced(ordered, page, notes, keys=[order(item) for item in ordered] if order else None)
        rows.items = await _rendered_rows(rows.items, page, brief, screen)
        return rows


async def _rendered_rows(
    items: Sequence[ModelT], page: PageRequest, brief: Callable[[ModelT], JsonObject], screen: Redactor
) -> list[JsonObject]:
    """Return the rows of a page. Texts may be of any length, so others run in between."""

    def render(item: ModelT) -> JsonObject:
        return page.show(screen.redact(item), brief)

    pace, rows = Pace(), list[JsonObject]()
    for item in items:
        rows.append(await run_apart(item, render, item))
        await pace.rest()
    return rows
