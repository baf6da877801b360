"""Clients that can ask their user and clients that cannot, in both protocol eras."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Literal, cast

import httpx2
import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult, ErrorData

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server import asking
from hostex_mcp.server.app import create_server
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.every_write import BOOKING

pytestmark = pytest.mark.anyio

Mode = Literal["auto", "legacy"]
both_eras = pytest.mark.parametrize("mode", ["auto", "legacy"])


Action = Literal["accept", "decline", "cancel"]


class Person:
    """Answers what the client shows, and remembers it."""

    def __init__(self, action: Action | None) -> None:
        self.action: Action | None = action
        self.heard: list[str] = []

    async def __call__(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult | ErrorData:
        self.heard.append(params.message)
        if self.action is None:
            await asyncio.Event().wait()
            raise AssertionError
        return ElicitResult(action=self.action)


@asynccontextmanager
async def connected(
    sandbox: Sandbox, mode: Mode, person: Person | None, confirm: str = "auto"
) -> AsyncGenerator[Client]:
    transport = httpx2.ASGITransport(app=sandbox.app)
    reachable = select(["all"])
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        engine = Engine(reachable, Context(client, reachable.reachable), confirm)
        async with Client(
            create_server(lambda _: engine), mode=mode, elicitation_callback=person
        ) as connection:
            yield connection


async def cancel(connection: Client, **more: Any) -> dict[str, Any]:
    result = await connection.call_tool("cancel_reservation", {**BOOKING, **more})
    return cast("dict[str, Any]", result.structured_content)


def status_of(sandbox: Sandbox) -> str:
    return sandbox.accounts.main.stays[BOOKING["reservation_code"]]["status"]


@both_eras
async def test_a_person_who_accepts_makes_it_happen(mode: Mode) -> None:
    sandbox, person = Sandbox(), Person("accept")
    async with connected(sandbox, mode, person) as connection:
        assert (await cancel(connection))["status"] == "done"
    assert status_of(sandbox) == "cancelled"
    assert len(person.heard) == 1


@both_eras
@pytest.mark.parametrize("action", ["decline", "cancel"])
async def test_a_person_who_does_not_accept_keeps_everything_as_it_was(mode: Mode, action: Action) -> None:
    sandbox = Sandbox()
    async with connected(sandbox, mode, Person(action)) as connection:
        outcome = await cancel(connection)
    assert (outcome["status"], outcome["reason"]) == ("declined", action)
    assert status_of(sandbox) == "accepted"


async def test_a_person_who_never_answers_declines_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.05)
    sandbox = Sandbox()
    async with connected(sandbox, "legacy", Person(None)) as connection:
        outcome = await cancel(connection)
    assert (outcome["status"], outcome["reason"]) == ("declined", "timeout")
    assert status_of(sandbox) == "accepted"


@both_eras
async def test_a_client_that_cannot_ask_confirms_with_the_token(mode: Mode) -> None:
    sandbox = Sandbox()
    async with connected(sandbox, mode, None) as connection:
        offer = await cancel(connection)
        assert offer["status"] == "confirmation_required"
        assert status_of(sandbox) == "accepted"
        outcome = await cancel(connection, confirmation_token=offer["confirmation_token"])
    assert outcome["status"] == "done"
    assert status_of(sandbox) == "cancelled"


@both_eras
async def test_the_operator_can_force_the_token_though_the_client_could_ask(mode: Mode) -> None:
    sandbox, person = Sandbox(), Person("accept")
    async with connected(sandbox, mode, person, "token") as connection:
        assert (await cancel(connection))["status"] == "confirmation_required"
    assert person.heard == []
    assert status_of(sandbox) == "accepted"


@both_eras
async def test_a_found_write_is_confirmed_like_one_called_directly(mode: Mode) -> None:
    sandbox, person = Sandbox(), Person("accept")
    async with connected(sandbox, mode, person) as connection:
        call = {"name": "cancel_reservation", "arguments": BOOKING}
        result = await connection.call_tool("call_write_tool", call)
    assert cast("dict[str, Any]", result.structured_content)["status"] == "done"
    assert len(person.heard) == 1
    assert status_of(sandbox) == "cancelled"


@both_eras
async def test_a_found_write_takes_its_token_beside_the_name(mode: Mode) -> None:
    sandbox = Sandbox()
    call = {"name": "cancel_reservation", "arguments": BOOKING}
    async with connected(sandbox, mode, None) as connection:
        offer = cast("Any", await connection.call_tool("call_write_tool", call)).structured_content
        assert offer["status"] == "confirmation_required"
        again = {**call, "confirmation_token": offer["confirmation_token"]}
        done = cast("Any", await connection.call_tool("call_write_tool", again)).structured_content
    assert done["status"] == "done"


@pytest.mark.parametrize(
    ("tool", "name"), [("call_read_tool", "cancel_reservation"), ("call_write_tool", "list_webhooks")]
)
async def test_reads_and_writes_never_go_through_the_same_door(tool: str, name: str) -> None:
    sandbox = Sandbox()
    async with connected(sandbox, "auto", Person("accept")) as connection:
        result = await connection.call_tool(tool, {"name": name, "arguments": BOOKING})
    error = cast("Any", result).structured_content["error"]
    assert error["kind"] == "invalid_arguments"
    assert error["fields"][0]["field"] == "name"
    assert status_of(sandbox) == "accepted"


async def test_two_clients_with_the_same_draft_make_it_happen_once() -> None:
    sandbox = Sandbox()
    async with connected(sandbox, "auto", None) as client:
        first, second = await cancel(client), await cancel(client)
        outcomes = [
            await cancel(client, confirmation_token=offer["confirmation_token"]) for offer in (first, second)
        ]
    assert outcomes[0]["status"] == "done"
    assert outcomes[1]["error"]["kind"] == "invalid_arguments"
    assert outcomes[1]["error"]["fields"][0]["problem"] == "is cancelled already"
    assert sum(request.method == "DELETE" for request in sandbox.log) == 1
