"""Confirmations of every write of the demo account, given and used in processes of their own.

As a program it reads tokens from its input, uses each on an account of its own and prints how that ended.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any, cast

import httpx2

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE
from hostex_mcp.server.confirmation import Confirmations
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.support.accounts import built_once_a_second
from tests.support.clock import NOW, Clock
from tests.support.every_write import every_write
from tests.support.previewing import demo_sandbox

KEY = b"shared between the processes 32b"

Row = dict[str, Any]


def confirmable(account: Any) -> dict[str, Row]:
    """The calls that a person has to confirm."""
    return {name: call for name, call in every_write(account).items() if CATALOGUE[name].confirmable}


async def answers(tokens: Mapping[str, str] | None = None) -> dict[str, Row]:
    """What each call ends in, of those that have a token with it; each on a demo account of its own."""
    rows: dict[str, Row] = {}
    selection = select(["all"])
    for name in tokens or confirmable(demo_sandbox().accounts.main):
        sandbox = demo_sandbox()
        arguments = confirmable(sandbox.accounts.main)[name]
        if tokens:
            # As a client may send them: in another order.
            arguments = {**dict(reversed(arguments.items())), "confirmation_token": tokens[name]}
        transport = httpx2.ASGITransport(app=sandbox.app)
        async with HostexClient(
            WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport
        ) as client:
            context = Context(client, selection.reachable, now=Clock())
            confirmations = Confirmations(lambda: NOW, lambda: (KEY,))
            engine = Engine(selection, context, "token", confirmations=confirmations)
            rows[name] = cast("Any", await engine.call(name, arguments)).structured_content
    return rows


def main() -> None:
    with built_once_a_second():
        ended = asyncio.run(answers(json.load(sys.stdin)))
    outcomes = {
        name: outcome.get("status") if outcome.get("status") == "done" else outcome.get("reason") or outcome
        for name, outcome in ended.items()
    }
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main()
