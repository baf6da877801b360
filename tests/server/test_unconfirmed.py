"""Clients that answer questions for their user, or never: nothing is written, and the answer says that nobody
may have been asked and what helps."""

import json
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import anyio
import httpx2
import pytest
from anyio import create_task_group
from mcp.client import ClientRequestContext
from mcp.shared.memory import create_client_server_memory_streams
from mcp.shared.message import SessionMessage
from mcp.types import (
    ElicitRequestFormParams,
    ElicitRequestParams,
    ElicitResult,
    ErrorData,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
)

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server import asking, writes
from hostex_mcp.server.app import create_server
from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.server.test_asking import BOOKING, Mode, Page, both_eras, cancel, connected, served, status_of

pytestmark = pytest.mark.anyio


class Automatic:
    """A client that answers by itself, and keeps the forms that it was given."""

    def __init__(self, answer: ElicitResult | ErrorData) -> None:
        self.answer = answer
        self.forms: list[dict[str, Any]] = []

    async def __call__(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult | ErrorData:
        assert isinstance(params, ElicitRequestFormParams)
        self.forms.append(params.requested_schema)
        return self.answer


@both_eras
@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("decline", "the client answered no"),
        (
            "cancel",
            "the client closed the question without an answer",
        ),
    ],
)
async def test_a_client_that_answers_no_by_itself_is_told_that_nobody_may_have_been_asked(
    mode: Mode, action: Any, said: str
) -> None:
    sandbox = Sandbox()
    async with connected(sandbox, mode, cast("Any", Automatic(ElicitResult(action=action)))) as connection:
        outcome = await cancel(connection)
    assert outcome["notes"] == [
        f"Not confirmed: {said}. It may be that nobody was asked. Nothing was changed."
    ]
    for way_out in (
        "If the user said no, leave it.",
        "`hostex-mcp call cancel_reservation`",
        "--confirm token",
    ):
        assert way_out in outcome["next_step"]
    assert "confirmation_token" not in outcome
    assert status_of(sandbox) == "accepted"


async def test_a_client_that_refuses_to_ask_confirms_nothing_and_gets_no_token() -> None:
    sandbox = Sandbox()
    refusal = ErrorData(code=-32601, message="Method not found")
    async with connected(sandbox, "legacy", cast("Any", Automatic(refusal))) as connection:
        outcome = await cancel(connection)
    assert (outcome["status"], outcome["reason"]) == ("declined", "failed")
    assert "could not" in outcome["notes"][0]
    assert "confirmation_token" not in outcome
    assert status_of(sandbox) == "accepted"


@pytest.mark.parametrize(
    "answer",
    [
        ErrorData(code=-32601, message="Method not found"),
        ElicitResult(action="decline"),
        ElicitResult(action="cancel"),
    ],
)
async def test_where_there_is_a_page_a_question_that_nobody_may_have_seen_waits_there(
    answer: ElicitResult | ErrorData,
) -> None:
    sandbox = Sandbox()
    person = cast("Any", Automatic(answer))
    async with served(sandbox, "legacy", person, page=Page()) as (connection, _):
        outcome = await cancel(connection)
    assert outcome["status"] == "waiting_for_person"
    assert status_of(sandbox) == "accepted"


async def test_a_person_who_took_their_time_to_say_no_said_no_though_there_is_a_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writes, "_FASTEST_SECONDS", 0)
    sandbox = Sandbox()
    person = cast("Any", Automatic(ElicitResult(action="decline")))
    async with served(sandbox, "legacy", person, page=Page()) as (connection, _):
        outcome = await cancel(connection)
    assert (outcome["status"], outcome["reason"]) == ("declined", "decline")


@both_eras
@pytest.mark.parametrize(
    ("content", "status"),
    [
        (None, "done"),
        ({"confirm": True}, "done"),
        ({"confirm": "true"}, "done"),
        ({"confirm": False}, "declined"),
    ],
)
async def test_a_form_that_is_sent_with_its_box_cleared_is_a_no(
    mode: Mode, content: Any, status: str
) -> None:
    sandbox, client = Sandbox(), Automatic(ElicitResult(action="accept", content=content))
    async with connected(sandbox, mode, cast("Any", client)) as connection:
        assert (await cancel(connection))["status"] == status
    assert status_of(sandbox) == ("cancelled" if status == "done" else "accepted")


@both_eras
async def test_a_question_has_something_to_fill_in_as_some_clients_say_yes_to_an_empty_form(
    mode: Mode,
) -> None:
    client = Automatic(ElicitResult(action="decline"))
    async with connected(Sandbox(), mode, cast("Any", client)) as connection:
        await cancel(connection)
    (form,) = client.forms
    assert form["properties"] == {"confirm": {"type": "boolean", "title": "Do it", "default": True}}
    assert "required" not in form


class Silence:
    """A session whose client never answers."""

    async def elicit_form(self, message: str, form: Mapping[str, Any]) -> ElicitResult:
        await anyio.sleep_forever()
        raise AssertionError


async def test_what_a_call_took_before_it_asked_counts_so_that_its_client_still_waits() -> None:
    assert asking.PATIENCE_SECONDS == 50
    context = cast("Any", type("Asked", (), {"session": Silence()}))
    assert await Elicitation(context, began=time.monotonic() - 50).ask("Make this change?") == "timeout"


class Wire:
    """A client of the handshake era, message by message."""

    def __init__(self, read: Any, write: Any) -> None:
        self._read, self._write = read, write

    async def send(self, message: JSONRPCRequest | JSONRPCNotification | JSONRPCResponse) -> None:
        await self._write.send(SessionMessage(message))

    async def call(self, number: int, method: str, params: dict[str, Any]) -> None:
        await self.send(JSONRPCRequest(jsonrpc="2.0", id=number, method=method, params=params))

    async def read(self) -> dict[str, Any]:
        message = (await self._read.receive()).message
        return json.loads(message.model_dump_json(by_alias=True, exclude_unset=True))


@asynccontextmanager
async def wired(sandbox: Sandbox) -> AsyncGenerator[Wire]:
    transport = httpx2.ASGITransport(app=sandbox.app)
    reachable = select(["all"])
    async with (
        HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as hostex,
        create_client_server_memory_streams() as (ours, theirs),
        create_task_group() as running,
    ):
        engine = Engine(reachable, Context(hostex, reachable.reachable))
        server = create_server(lambda _: engine)
        running.start_soon(server.run, *theirs, server.create_initialization_options())
        wire = Wire(*ours)
        hello = {"clientInfo": {"name": "test", "version": "1"}, "protocolVersion": "2025-06-18"}
        await wire.call(1, "initialize", {**hello, "capabilities": {"elicitation": {}}})
        await wire.read()
        await wire.send(JSONRPCNotification(jsonrpc="2.0", method="notifications/initialized"))
        yield wire
        running.cancel_scope.cancel()


async def test_a_yes_to_a_question_that_was_withdrawn_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 1.0)
    sandbox = Sandbox()
    async with wired(sandbox) as wire:
        await wire.call(2, "tools/call", {"name": "cancel_reservation", "arguments": BOOKING})
        question = await wire.read()
        assert question["method"] == "elicitation/create"
        withdrawn = await wire.read()
        assert withdrawn["method"] == "notifications/cancelled"
        assert withdrawn["params"]["requestId"] == question["id"]
        outcome = (await wire.read())["result"]["structuredContent"]
        yes = {"action": "accept", "content": {"confirm": True}}
        await wire.send(JSONRPCResponse(jsonrpc="2.0", id=question["id"], result=yes))
        await wire.call(3, "ping", {})
        assert (await wire.read())["id"] == 3
    assert outcome["reason"] == "timeout"
    assert "It may be that nobody was asked." in outcome["notes"][0]
    assert status_of(sandbox) == "accepted"
    assert not [entry for entry in sandbox.log if entry.method == "DELETE"]


@pytest.mark.parametrize("answer", [{}, {"action": "yes"}, {"action": "accept", "content": 1}])
async def test_an_answer_that_is_none_confirms_nothing(answer: dict[str, Any]) -> None:
    sandbox = Sandbox()
    async with wired(sandbox) as wire:
        await wire.call(2, "tools/call", {"name": "cancel_reservation", "arguments": BOOKING})
        question = await wire.read()
        await wire.send(JSONRPCResponse(jsonrpc="2.0", id=question["id"], result=answer))
        outcome = (await wire.read())["result"]["structuredContent"]
    assert (outcome["status"], outcome["reason"]) == ("declined", "failed")
    assert status_of(sandbox) == "accepted"
