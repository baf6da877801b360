"""What is remembered of a large account is read, compared and written without holding the event loop."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from mcp.types import CallToolResult
from pydantic import SecretStr

from benchmarks.portfolio import portfolio
from hostex_mcp.api import HostexClient
from hostex_mcp.http.store import open_store
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.serving import running
from hostex_mcp.sandbox.throttle import Throttles
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.http.keeping import RING
from tests.support.piece import longest_piece

pytestmark = pytest.mark.anyio

LONGEST = 0.05
PROPERTIES = 40


@pytest.fixture
async def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Engine]:
    """An engine whose account is remembered, over a patient sandbox in a thread of its own."""

    def never(*_: object) -> None:
        return

    monkeypatch.setattr(Throttles, "request", never)
    now = datetime.now(UTC)
    selection = select(["all"])
    with running(Sandbox(accounts=portfolio(PROPERTIES, now))) as address:
        async with (
            open_store(SecretStr(f"sqlite:///{tmp_path / 'kept.db'}"), RING) as store,
            HostexClient(WRITABLE, base_url=address) as client,
        ):
            memory = store.account_memory.of(["demo"])
            yield Engine(selection, Context(client, selection.reachable, store=memory), "off")


async def test_looks_at_a_large_account_do_not_hold_the_loop(engine: Engine) -> None:
    for name in ("get_daily_briefing", "get_activity", "list_guests_waiting") * 2:
        with longest_piece() as longest:
            result = await engine.call(name, {})
        assert isinstance(result, CallToolResult)
        answer = cast("dict[str, Any]", result.structured_content)
        assert "error" not in answer, answer
        assert longest.seconds < LONGEST, (name, longest.what)
