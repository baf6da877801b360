"""Writes of the demo account that a person has to see first, on one fixed day."""

import pickle
from functools import cache
from typing import Any, cast

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.support.clock import NOW, Clock
from tests.support.engine import Call
from tests.support.requests_sent import written

Row = dict[str, Any]


def demo_sandbox() -> Sandbox:
    """The demo account at noon on 24 November 2026."""
    return Sandbox(now=Clock(), accounts=pickle.loads(_demo_accounts()))


@cache
def _demo_accounts() -> bytes:
    # To build them takes five times as long.
    return pickle.dumps(Sandbox(now=Clock()).accounts)


def careful_engine(client: HostexClient) -> Engine:
    """An engine that confirms by token, at the same time."""
    selection = select(["all"])
    return Engine(selection, Context(client, selection.reachable, now=Clock()), "token")


@pytest.fixture
def engine(client: HostexClient) -> Engine:
    return careful_engine(client)


def changed(sandbox: Sandbox) -> list[str]:
    """The operations that were called and change something."""
    return [request for request in written(sandbox) if request != "POST /listings/calendar"]


async def offer(call: Call, sandbox: Sandbox, tool: str, **arguments: Any) -> Row:
    """A call that must end in a preview, with nothing sent."""
    before = len(changed(sandbox))
    answer = await call(tool, **arguments)
    assert answer.get("status") == "confirmation_required", answer
    assert len(changed(sandbox)) == before
    return answer


async def preview(call: Call, sandbox: Sandbox, tool: str, **arguments: Any) -> Row:
    """The preview of a call."""
    return (await offer(call, sandbox, tool, **arguments))["preview"]


async def planned(client: HostexClient, tool: str, arguments: Row) -> Preview:
    """The preview of a write that nobody need be asked about."""
    context = Context(client, CATALOGUE, now=lambda: NOW)
    change = cast(
        "PlannedWrite[Any]", await CATALOGUE[tool].function(context, **CATALOGUE[tool].bind(arguments))
    )
    assert change.preview
    return change.preview


async def confirm(call: Call, offered: Row, tool: str, **arguments: Any) -> Row:
    """The same call with its token."""
    return await call(tool, **arguments, confirmation_token=offered["confirmation_token"])


def cells(shown: Row) -> dict[str, tuple[Any, Any]]:
    """The rows of a preview: what to before and after."""
    return {change["what"]: (change.get("before"), change.get("after")) for change in shown["changes"]}
