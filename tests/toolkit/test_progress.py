"""How far a call is, as a client hears it."""

from typing import Any

import httpx2
import pytest
from mcp import Client

from hostex_mcp.api import HostexClient
from hostex_mcp.api.endpoints.messaging import GET_CONVERSATION, UPDATE_CONVERSATION_NOTE
from hostex_mcp.cli.session import open_engine
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.app import create_server
from hostex_mcp.settings import Settings
from hostex_mcp.toolkit.progress import TellingClient, heard_by

pytestmark = pytest.mark.anyio


class Ear:
    """Somebody who listens."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, float | None, str | None]] = []

    async def listen(self, progress: float, total: float | None, message: str | None) -> None:
        self.heard.append((progress, total, message))


@pytest.mark.parametrize(
    ("tool", "asked", "parts"),
    [
        ("get_daily_briefing", {}, {"properties", "reservations", "conversations", "tasks", "reviews"}),
        (
            "call_read_tool",
            {"name": "get_month_end", "arguments": {}},
            {"properties", "reservations", "transactions", "groups"},
        ),
        ("list_properties", {}, {"properties"}),
    ],
)
async def test_every_read_of_a_call_is_a_step_that_says_what_is_read(
    tool: str, asked: dict[str, Any], parts: set[str]
) -> None:
    ear = Ear()
    async with (
        open_engine(Settings(sandbox=True)) as engine,
        Client(create_server(lambda _: engine)) as client,
    ):
        result = await client.call_tool(tool, asked, progress_callback=ear.listen)
    assert not result.is_error
    assert [done for done, _, _ in ear.heard] == list(range(1, len(ear.heard) + 1))
    assert all(total and done <= total for done, total, _ in ear.heard)
    assert {f"Reading {phase}" for phase in parts} <= {message for _, _, message in ear.heard}


async def test_reads_are_told_and_writes_are_not() -> None:
    ear, sandbox = Ear(), Sandbox()
    transport = httpx2.ASGITransport(app=sandbox.app)
    path = {"conversation_id": next(iter(sandbox.accounts.main.conversations))}
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as hostex:
        client = TellingClient(hostex)
        await client.call(GET_CONVERSATION, path=path)
        with heard_by(ear.listen):
            await client.call(UPDATE_CONVERSATION_NOTE, path=path, body={"note": "Crib"})
            assert ear.heard == []
            await client.call(GET_CONVERSATION, path=path)
    assert ear.heard == [(1, 1, "Reading conversations")]
