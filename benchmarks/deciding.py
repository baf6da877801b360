"""What it costs the server that a person decides on a change: asked for, shown, approved, and told to the
model, beside the same change made at once where nobody is asked. Hostex is the sandbox, in this process.
Run: python -m benchmarks.deciding"""

import asyncio
import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from benchmarks.candidates import Setting
from benchmarks.granting import access_tokens
from benchmarks.http import free_port, listens
from benchmarks.measuring import FULL, Program, Scale, Table, program, spread
from benchmarks.page import as_text
from hostex_mcp.http.config import Address
from hostex_mcp.sandbox import WRITABLE, Sandbox, running

TOOL = "update_reservation_basic"
AT_ONCE, ASKED, SHOWN = "made at once, nobody asked", "asked for: it waits", "its page, shown"
APPROVED, TOLD = "approved by a click: it is made", "told to the model, which repeats its call"
ADDED = "what the click adds to the change made at once"
_STAYS = 25
_TICKET = re.compile(r'name="change" value="([^"]+)"')
_CALLS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}


@dataclass
class Server:
    """A running server, with the app and the browser of a person. Each block has an address of its own, as
    one address gets only so many pages in a minute."""

    program: Program
    origin: str
    token: str
    cookie: str
    blocks: "count[int]" = field(default_factory=lambda: count(2))

    def browser(self) -> httpx2.Client:
        """Return a client for one block."""
        way = httpx2.HTTPTransport(local_address=f"127.0.0.{next(self.blocks)}")
        return httpx2.Client(base_url=self.origin, transport=way, timeout=30, cookies={"hostex": self.cookie})

    def call(self, http: httpx2.Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return what a model is answered."""
        params = {"name": tool, "arguments": arguments}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        answer = http.post("/mcp", json=body, headers={**_CALLS, "Authorization": f"Bearer {self.token}"})
        told: dict[str, Any] = answer.raise_for_status().json()["result"]["structuredContent"]
        return told


def start(stack: ExitStack, upstream: str, confirm: str) -> Server:
    """Start a server that confirms changes in this way, and connect an app."""
    port, cookie = free_port(), secrets.token_urlsafe(32)
    database = f"sqlite:///{stack.enter_context(TemporaryDirectory())}/hostex-mcp.db"
    address, browser = Address(f"http://127.0.0.1:{port}"), sha256(cookie.encode()).hexdigest()
    [token] = asyncio.run(access_tokens(database, address, 1, browser, WRITABLE))
    more = {"HOSTEX_MCP_DATABASE_URL": database, "HOSTEX_MCP_CONFIRM": confirm}
    ours = Setting(upstream).ours("", "http", "--workers", "1", "--port", f"{port}", **more)
    server = stack.enter_context(program(*ours.command, **ours.environ))
    asyncio.run(listens(port, server))
    return Server(server, address.origin, token, cookie)


@dataclass
class Block:
    """A block of changes, one for each of the same stays."""

    number: int
    stays: Sequence[str]

    def calls(self) -> list[dict[str, Any]]:
        """Return the arguments of each."""
        return [{"stay_code": stay, "remarks": f"Change {self.number}"} for stay in self.stays]


def measured(scale: Scale) -> Table:
    """Measure blocks in turn, and return the table."""
    found: dict[str, list[float]] = {name: [] for name in (AT_ONCE, ASKED, SHOWN, APPROVED, TOLD)}
    with ExitStack() as stack:
        hostex = stack.enter_context(running(Sandbox(now=_hurried())))
        at_once, asking = (start(stack, hostex, way) for way in ("off", "auto"))
        stays = _stays(at_once)
        for number in range(scale.blocks + 1):
            times = {AT_ONCE: _at_once(at_once, Block(2 * number, stays))}
            times |= _decided(asking, Block(2 * number + 1, stays))
            # The first block loads what later ones find loaded.
            for name, milliseconds in times.items() if number else ():
                found[name].append(milliseconds)
    return _table(found)


def _hurried() -> Callable[[], datetime]:
    """Return a clock so fast that nobody exceeds Hostex's rate limits."""
    began = datetime.now(UTC)
    return lambda: began + 20 * (datetime.now(UTC) - began)


def _stays(server: Server) -> list[str]:
    with server.browser() as http:
        rows = server.call(http, "list_reservations", {"limit": 100, "status": "accepted"})["items"]
    return [row["stay_code"] for row in rows if row["stay_code"]][:_STAYS]


def _at_once(server: Server, block: Block) -> float:
    with server.browser() as http:
        return _cpu(server, [lambda given=given: _made(server, http, given) for given in block.calls()])


def _made(server: Server, http: httpx2.Client, given: dict[str, Any]) -> None:
    told = server.call(http, TOOL, given)
    if told.get("status") != "done":
        raise RuntimeError(f"{told}")


def _decided(server: Server, block: Block) -> dict[str, float]:
    """Return the processor time of each step of a change."""
    ids: list[str] = []
    tickets: dict[str, str] = {}

    def ask(given: dict[str, Any]) -> None:
        ids.append(server.call(http, TOOL, given)["change_id"])

    def show(change_id: str) -> None:
        tickets[change_id] = _TICKET.findall(http.get(f"/changes/{change_id}").text)[0]

    def approve(change_id: str) -> None:
        form = {"change": tickets[change_id], "decision": "approve"}
        answer = http.post(f"/changes/{change_id}", data=form, headers={"Origin": server.origin})
        if answer.status_code != 303:
            raise RuntimeError(answer.text)

    with server.browser() as http:
        calls = block.calls()
        asked = _cpu(server, [lambda given=given: ask(given) for given in calls])
        shown = _cpu(server, [lambda name=name: show(name) for name in ids])
        approved = _cpu(server, [lambda name=name: approve(name) for name in ids])
        repeats = [{**given, "change_id": name} for given, name in zip(calls, ids, strict=True)]
        told = _cpu(server, [lambda given=given: _made(server, http, given) for given in repeats])
    return {ASKED: asked, SHOWN: shown, APPROVED: approved, TOLD: told}


def _cpu(server: Server, steps: Sequence[Callable[[], None]]) -> float:
    """Return the milliseconds of processor time of a step."""
    before = server.program.cpu_seconds
    for step in steps:
        step()
    return 1000 * (server.program.cpu_seconds - before) / len(steps)


def _table(found: dict[str, list[float]]) -> Table:
    pairs = zip(found[APPROVED], found[AT_ONCE], strict=True)
    added = [approved - at_once for approved, at_once in pairs]
    rows = [(name, spread(values, 1)) for name, values in found.items()]
    return Table(
        "deciding",
        ("Step of a change", "CPU, ms"),
        [*rows, (ADDED, spread(added, 1))],
    )


if __name__ == "__main__":
    print(as_text(measured(FULL)))
