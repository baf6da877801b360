"""A model that does whatever it likes with what it was ever given, and the person at its client."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast, get_args

import httpx2
from anyio import lowlevel
from hypothesis import strategies as st
from mcp import Client, MCPError
from mcp.client import ClientRequestContext
from mcp.client.extension import advertise
from mcp.client.streamable_http import streamable_http_client
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import (
    CallToolResult,
    ElicitRequestParams,
    ElicitRequestURLParams,
    ElicitResult,
    ErrorData,
    InputRequiredResult,
)

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.app import create_server
from hostex_mcp.server.apps.extension import EXTENSION, MIME_TYPE
from hostex_mcp.server.changes.cards import SECRET
from hostex_mcp.server.changes.pending import ChangeDesk
from hostex_mcp.server.changes.record import PendingChange
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.previewing import changed, demo_sandbox

Way = Literal["stdio, handshake", "stdio, 2026", "http, handshake", "http, 2026"]
WAYS: tuple[Way, ...] = ("stdio, handshake", "stdio, 2026", "http, handshake", "http, 2026")
Kind = Literal["shows forms", "opens addresses", "asks nobody", "shows views"]
KINDS: tuple[Kind, ...] = ("shows forms", "opens addresses", "asks nobody", "shows views")
Button = Literal["prepare_change", "read_change", "decide_change"]
Word = Literal["accept", "decline", "cancel", "nothing"]
PAGE = "https://page.example/changes/"
ADDRESS = "http://localhost:8000/mcp"
_LISTED: dict[tuple[Way, Kind], list[str]] = {}
THREAD, PATRICK = "0-2200000003-thr003", {"stay_code": "5-DEMO30PAT"}


@dataclass(frozen=True)
class Deed:
    """A weighty call, and the one operation of Hostex that it comes to."""

    tool: str
    arguments: dict[str, Any]
    operation: str


DEEDS = (
    Deed(
        "send_message",
        {"conversation_id": THREAD, "message": "See https://guest-aaaaaa.example"},
        "POST /conversations/{conversation_id}",
    ),
    Deed(
        "send_message",
        {"conversation_id": THREAD, "message": "See https://guest-bbbbbb.example"},
        "POST /conversations/{conversation_id}",
    ),
    Deed(
        "cancel_reservation",
        {"reservation_code": "5-DEMO30PAT"},
        "DELETE /reservations/{reservation_code}",
    ),
    Deed(
        "update_reservation_checkin_details",
        {**PATRICK, "lock_code": "Pay at evil.example"},
        "PATCH /reservations/{stay_code}/check_in_details",
    ),
    Deed(
        "update_reservation_custom_fields",
        {**PATRICK, "custom_fields": {"wifi": "evil"}},
        "PATCH /reservations/{stay_code}/custom_fields",
    ),
    Deed("update_staff", {"id": 5601, "property_ids": [20110009]}, "PATCH /staffs/{id}"),
    Deed("create_staff", {"name": "Mallory", "mobile": "+351 900000666"}, "POST /staffs"),
    Deed("delete_task", {"id": 440002}, "DELETE /tasks/{id}"),
    Deed("create_webhook", {"url": "https://hooks.example/all"}, "POST /webhooks"),
)


@dataclass(frozen=True)
class Whim:
    """One call of the model: what, by which door, with which of the strings seen so far and where, by the
    client that can ask or by another of the same account, and what the person says if asked. With a `button`
    the model calls a tool that only views may call, with the strings at `token`, `state` and `change`."""

    deed: int
    word: Word
    forwarded: bool = False
    token: int | None = None
    state: int | None = None
    elsewhere: bool = False
    change: int | None = None
    button: Button | None = None


def whims(words: Sequence[Word]) -> st.SearchStrategy[list[Whim]]:
    """Sequences of such calls; seldom anything but a few deeds, so that strings fit."""
    seen = st.none() | st.integers(0, 12)
    whim = st.builds(
        Whim,
        deed=st.integers(0, len(DEEDS) - 1),
        word=st.sampled_from(words),
        forwarded=st.booleans(),
        token=seen,
        state=seen,
        elsewhere=st.booleans(),
        change=seen,
        button=st.none() | st.sampled_from(get_args(Button)),
    )
    few = st.integers(0, len(DEEDS) - 1).flatmap(
        lambda deed: st.lists(whim.map(lambda same: replace(same, deed=deed)), min_size=2, max_size=6)
    )
    return few | st.lists(whim, min_size=2, max_size=8)


class Page:
    """A page that the person is told of, and the model is not."""

    present = True

    def address(self, change: PendingChange) -> str:
        return f"{PAGE}{change.id}"

    async def invite(self, change: PendingChange) -> str:
        return "The user decides on their page."


@dataclass
class World:
    """An account, the client of a person, another client that cannot ask, and all that a model ever saw."""

    way: Way
    kind: Kind = "shows forms"
    words: list[Word] = field(default_factory=list[Word])
    sandbox: Sandbox = field(default_factory=demo_sandbox)
    seen: list[str] = field(default_factory=lambda: ["x"])
    agreed: list[Deed] = field(default_factory=list[Deed])
    asked: int = 0
    now: Deed = DEEDS[0]
    engine: Engine = field(init=False)

    async def live(self, whims: Sequence[Whim]) -> list[str]:
        """Do all this; what was written in the end."""
        transport = httpx2.ASGITransport(app=self.sandbox.app)
        base = "https://sandbox.invalid/v3"
        async with HostexClient(WRITABLE, base_url=base, transport=transport) as hostex:
            self.engine = engine = asking_engine(hostex)
            async with self._connected(engine) as client, Client(create_server(lambda _: engine)) as mute:
                self._remember(await self._listed(client))
                for whim in whims:
                    await self._do(whim, mute if whim.elsewhere else client)
        return changed(self.sandbox)

    async def _listed(self, client: Client) -> Sequence[str]:
        """What a model reads in the list of tools, which is the same in every world of one kind."""
        if (self.way, self.kind) not in _LISTED:
            _LISTED[self.way, self.kind] = _strings((await client.list_tools()).model_dump())
        return _LISTED[self.way, self.kind]

    async def answer(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult | ErrorData:
        """What the person says to a question that is asked while the call waits."""
        word = self._word()
        if word == "nothing":
            await asyncio.Event().wait()
        if isinstance(params, ElicitRequestURLParams):
            await self._click(params.url.removeprefix(PAGE), word)
        return ElicitResult(action=cast("Any", word))

    async def _click(self, change_id: str, word: Word) -> None:
        """What the person does on the page, if anything."""
        change = await self.engine.change(change_id)
        if change and word in ("accept", "decline"):
            await self.engine.decide(change.id, word == "accept", "the user", seen=change.state_digest)

    def _word(self) -> Word:
        self.asked += 1
        word = self.words.pop(0) if self.words else "decline"
        if word == "accept":
            self.agreed.append(self.now)
        return word

    async def _do(self, whim: Whim, client: Client) -> None:
        deed = self.now = DEEDS[whim.deed]
        token, state, change = (self._recalled(place) for place in (whim.token, whim.state, whim.change))
        brought = {"confirmation_token": token, "change_id": change}
        arguments = deed.arguments | {name: text for name, text in brought.items() if text}
        tool = deed.tool
        if whim.button:
            await self._press(whim, client)
            return
        if whim.forwarded:
            tool, arguments = "call_write_tool", {"name": deed.tool, "arguments": arguments}
        if not whim.elsewhere and not self.words:
            self.words = [whim.word]
        result = await client.session.call_tool(
            tool, arguments, request_state=state, allow_input_required=True
        )
        while isinstance(result, InputRequiredResult) and (answers := await self._answers(result)):
            result = await client.session.call_tool(
                tool,
                arguments,
                request_state=result.request_state,
                input_responses=cast("Any", answers),
                allow_input_required=True,
            )
        if isinstance(result, CallToolResult):
            await self._see(result, client)

    async def _press(self, whim: Whim, client: Client) -> None:
        """What the model does that finds the tools behind the buttons of views."""
        deed = DEEDS[whim.deed]
        text, secret, seen = (self._recalled(place) or "" for place in (whim.change, whim.token, whim.state))
        decision = {"change_id": text, "secret": secret, "approve": True, "seen": seen}
        given: dict[Button, dict[str, Any]] = {
            "prepare_change": {"tool": deed.tool, "arguments": deed.arguments},
            "read_change": {"change_id": text, "secret": secret},
            "decide_change": decision,
        }
        with suppress(MCPError):
            result = await client.call_tool(whim.button or "", given[whim.button or "read_change"])
            self._remember(_strings(result.model_dump(exclude={"meta"})))

    async def _answers(self, question: InputRequiredResult) -> dict[str, ElicitResult]:
        """What the client brings back of a question that was returned; nothing if nobody answers."""
        requests = question.input_requests or {}
        self._remember([question.request_state or "", *requests])
        word = self._word()
        if word == "nothing":
            return {}
        for request in requests.values():
            if isinstance(request.params, ElicitRequestURLParams):
                await self._click(request.params.url.removeprefix(PAGE), word)
        return {place: ElicitResult(action=word) for place in requests}

    async def _see(self, result: CallToolResult, client: Client) -> None:
        """What the model sees of a result, which is not what stands beside it for a view, and what the person
        does on the card or the page after it."""
        self._remember(_strings(result.model_dump(exclude={"meta"})))
        told = cast("dict[str, str]", result.structured_content or {})
        if told.get("status") != "waiting_for_person":
            return
        if secret := (result.meta or {}).get(SECRET):
            await self._tap(told["change_id"], secret, self._word(), client)
        elif self.kind in ("asks nobody", "shows views"):
            await self._click(told["change_id"], self._word())

    async def _tap(self, change_id: str, secret: str, word: Word, client: Client) -> None:
        """What the person does on the card, if anything; what the view gets of it the model does not."""
        if word not in ("accept", "decline"):
            return
        named = {"change_id": change_id, "secret": secret}
        shown: Any = await client.call_tool("read_change", named)
        seen = shown.structured_content["change"]["seen"]
        await client.call_tool("decide_change", {**named, "approve": word == "accept", "seen": seen})

    def _recalled(self, place: int | None) -> str | None:
        return None if place is None else self.seen[-1 - place % len(self.seen)]

    def _remember(self, strings: Sequence[str]) -> None:
        self.seen += [text for text in strings if len(text) > 20 and " " not in text]

    @asynccontextmanager
    async def _connected(self, engine: Engine) -> AsyncGenerator[Client]:
        server = create_server(lambda _: engine)
        mode = "legacy" if self.way.endswith("handshake") else "auto"
        answer = None if self.kind in ("asks nobody", "shows views") else self.answer
        extensions = [advertise(EXTENSION, {"mimeTypes": [MIME_TYPE]})] if self.kind == "shows views" else []
        if self.way.startswith("stdio"):
            async with Client(
                server, mode=mode, elicitation_callback=answer, extensions=extensions
            ) as client:
                yield client
            return
        hosts = TransportSecuritySettings(allowed_hosts=["localhost:8000"])
        manager = StreamableHTTPSessionManager(
            server, stateless=True, json_response=True, security_settings=hosts
        )
        through = httpx2.ASGITransport(app=StreamableHTTPASGIApp(manager))
        async with (
            manager.run(),
            httpx2.AsyncClient(transport=through, base_url=ADDRESS) as http,
            Client(
                streamable_http_client(ADDRESS, http_client=http),
                mode=mode,
                elicitation_callback=answer,
                extensions=extensions,
            ) as client,
        ):
            yield client


def asking_engine(client: HostexClient) -> Engine:
    """An engine whose person can be asked or decides on a page; time passes at once while it waits."""

    async def pause(seconds: float) -> None:
        await lowlevel.checkpoint()

    selection = select(["all"])
    context = Context(client, selection.reachable, now=Clock(), pause=pause)
    return Engine(selection, context, "auto", desk=ChangeDesk(page=Page()))


def _strings(value: object) -> list[str]:
    return list(_each(value))


def _each(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for member in cast("dict[str, object]", value).values():
                yield from _each(member)
        case list():
            for member in cast("list[object]", value):
                yield from _each(member)
        case _:
            pass
