"""Confirmation over stateless HTTP with JSON answers: a returned question in the newest era, a person's page
in the handshake eras, where no server can ask, and the token where that was chosen."""

from typing import Any, Literal, cast

import httpx2
import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.client.streamable_http import streamable_http_client
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ElicitRequestParams, ElicitResult

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.app import create_server
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.every_write import BOOKING

pytestmark = pytest.mark.anyio

ADDRESS = "http://localhost:8000/mcp"
Action = Literal["accept", "decline", "cancel"]


async def cancel(
    sandbox: Sandbox, mode: Literal["auto", "legacy"], action: Action, *, with_token: bool = False
) -> tuple[dict[str, Any], int]:
    """Cancel a booking over HTTP; the outcome, and how often the user was asked."""
    questions: list[str] = []

    async def person(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action=action)

    transport = httpx2.ASGITransport(app=sandbox.app)
    reachable = select(["all"])
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as hostex:
        confirm = "token" if with_token else "auto"
        engine = Engine(reachable, Context(hostex, reachable.reachable), confirm)
        settings = TransportSecuritySettings(allowed_hosts=["localhost:8000"])
        manager = StreamableHTTPSessionManager(
            create_server(lambda _: engine), stateless=True, json_response=True, security_settings=settings
        )
        app = StreamableHTTPASGIApp(manager)
        async with (
            manager.run(),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ADDRESS) as http,
            Client(
                streamable_http_client(ADDRESS, http_client=http), mode=mode, elicitation_callback=person
            ) as client,
        ):
            outcome = cast("Any", await client.call_tool("cancel_reservation", BOOKING)).structured_content
            if with_token:
                arguments = {**BOOKING, "confirmation_token": outcome["confirmation_token"]}
                result = await client.call_tool("cancel_reservation", arguments)
                outcome = cast("Any", result).structured_content
    return outcome, len(questions)


@pytest.mark.parametrize(
    ("action", "status"), [("accept", "done"), ("decline", "declined"), ("cancel", "declined")]
)
async def test_the_newest_era_asks_by_returning_a_question(action: Action, status: str) -> None:
    sandbox = Sandbox()
    outcome, questions = await cancel(sandbox, "auto", action)
    assert (outcome["status"], questions) == (status, 1)
    assert sum(request.method == "DELETE" for request in sandbox.log) == (1 if action == "accept" else 0)


async def test_in_the_handshake_eras_a_change_waits_though_the_client_could_ask() -> None:
    sandbox = Sandbox()
    outcome, questions = await cancel(sandbox, "legacy", "accept")
    assert (outcome["status"], questions) == ("waiting_for_person", 0)
    assert not [request for request in sandbox.log if request.method == "DELETE"]


async def test_the_token_confirms_over_http_too() -> None:
    sandbox = Sandbox()
    outcome, questions = await cancel(sandbox, "legacy", "accept", with_token=True)
    assert (outcome["status"], questions) == ("done", 0)
    assert sum(request.method == "DELETE" for request in sandbox.log) == 1
