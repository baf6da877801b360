"""Clients that can ask their user and clients that cannot, in both protocol eras."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Literal, cast

import httpx2
import pytest
from anyio import lowlevel
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitRequestURLParams, ElicitResult, ErrorData

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server import asking
from hostex_mcp.server.app import create_server
from hostex_mcp.server.changes.pending import ChangeDesk
from hostex_mcp.server.changes.record import DecisionPage, NoPage, PendingChange
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
    async with served(sandbox, mode, person, confirm) as (connection, _):
        yield connection


@asynccontextmanager
async def served(
    sandbox: Sandbox,
    mode: Mode,
    person: Person | None,
    confirm: str = "auto",
    page: DecisionPage | None = None,
) -> AsyncGenerator[tuple[Client, Engine]]:
    """A client, and the engine that serves it."""
    transport = httpx2.ASGITransport(app=sandbox.app)
    reachable = select(["all"])
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        context = Context(client, reachable.reachable, pause=lambda _: lowlevel.checkpoint())
        engine = Engine(reachable, context, confirm, desk=ChangeDesk(page=page or NoPage()))
        async with Client(
            create_server(lambda _: engine), mode=mode, elicitation_callback=person
        ) as connection:
            yield connection, engine


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
async def test_what_a_client_that_cannot_ask_wants_waits_for_a_person(mode: Mode) -> None:
    sandbox = Sandbox()
    async with served(sandbox, mode, None) as (connection, engine):
        waiting = await cancel(connection, confirmation_token="made up")
        assert waiting["status"] == "waiting_for_person"
        again = await cancel(connection, change_id=waiting["change_id"])
        assert (again["status"], status_of(sandbox)) == ("waiting_for_person", "accepted")
        change = await engine.change(waiting["change_id"])
        assert change
        assert change.asked_by == "mcp"
        await engine.decide(change.id, True, "Ana", seen=change.state_digest)
        outcome = await cancel(connection, change_id=waiting["change_id"])
    assert (outcome["status"], outcome["receipt"]["decided_by"]) == ("done", "Ana")
    assert status_of(sandbox) == "cancelled"


class Page:
    """A page of which clients are told."""

    present = True

    def address(self, change: PendingChange) -> str:
        return f"https://page.example/{change.id}"

    async def invite(self, change: PendingChange) -> str:
        return "The user decides on their page."


@both_eras
@pytest.mark.parametrize("approve", [True, False])
async def test_a_client_that_opens_addresses_brings_the_person_to_the_page_and_waits_for_them(
    mode: Mode, approve: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp.client.session.types.FormElicitationCapability", type(None))
    sandbox, shown, engines = Sandbox(), list[str](), list[Engine]()

    async def opens(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        assert isinstance(params, ElicitRequestURLParams)
        shown.append(params.message)
        change = await engines[0].change(params.url.removeprefix("https://page.example/"))
        assert change
        await engines[0].decide(change.id, approve, "Ana", seen=change.state_digest)
        return ElicitResult(action="accept")

    async with served(sandbox, mode, cast("Any", opens), page=Page()) as (connection, engine):
        engines.append(engine)
        outcome = await cancel(connection)
    assert outcome["status"] == ("done" if approve else "declined")
    assert len(shown) == 1
    assert "Cancel the direct booking" in shown[0]
    assert status_of(sandbox) == ("cancelled" if approve else "accepted")


@both_eras
async def test_a_page_that_is_not_opened_has_the_change_wait_there(
    mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp.client.session.types.FormElicitationCapability", type(None))
    sandbox = Sandbox()
    async with served(sandbox, mode, Person("decline"), page=Page()) as (connection, _):
        outcome = await cancel(connection)
    assert outcome["status"] == "waiting_for_person"
    assert "page.example" not in str(outcome)
    assert status_of(sandbox) == "accepted"


@both_eras
async def test_where_tokens_were_chosen_the_call_is_repeated_with_its_token(mode: Mode) -> None:
    sandbox = Sandbox()
    async with connected(sandbox, mode, None, "token") as connection:
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
async def test_a_found_write_takes_its_change_id_beside_the_name(mode: Mode) -> None:
    sandbox = Sandbox()
    call = {"name": "cancel_reservation", "arguments": BOOKING}
    async with served(sandbox, mode, None) as (connection, engine):
        waiting = cast("Any", await connection.call_tool("call_write_tool", call)).structured_content
        change = await engine.change(waiting["change_id"])
        assert change
        await engine.decide(change.id, True, "Ana", seen=change.state_digest)
        again = {**call, "change_id": waiting["change_id"]}
        done = cast("Any", await connection.call_tool("call_write_tool", again)).structured_content
    assert done["status"] == "done"


@both_eras
async def test_a_found_write_takes_its_token_beside_the_name(mode: Mode) -> None:
    sandbox = Sandbox()
    call = {"name": "cancel_reservation", "arguments": BOOKING}
    async with connected(sandbox, mode, None, "token") as connection:
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
    async with connected(sandbox, "auto", None, "token") as client:
        first, second = await cancel(client), await cancel(client)
        outcomes = [
            await cancel(client, confirmation_token=offer["confirmation_token"]) for offer in (first, second)
        ]
    assert outcomes[0]["status"] == "done"
    assert outcomes[1]["error"]["kind"] == "invalid_arguments"
    assert outcomes[1]["error"]["fields"][0]["problem"] == "is cancelled already"
    assert sum(request.method == "DELETE" for request in sandbox.log) == 1
