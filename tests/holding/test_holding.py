"""No request holds the event loop for long in one piece, whatever it asks for: every tool with arguments at
their bounds and far beyond, and for all that a large account has."""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, ResourceTemplateReference

from benchmarks.portfolio import portfolio
from hostex_mcp.api import HostexClient
from hostex_mcp.http.transport.bodies import message_of
from hostex_mcp.http.transport.refusals import HttpRefusal
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.serving import running
from hostex_mcp.sandbox.throttle import Throttles
from hostex_mcp.server.app import create_server
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.tool import Tool
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.holding.hostile import MONSTERS, attacks
from tests.holding.real import most
from tests.support.piece import longest_piece

pytestmark = pytest.mark.anyio

LONGEST = 0.05
PROPERTIES = 40

each_tool = pytest.mark.parametrize("tool", CATALOGUE.values(), ids=lambda tool: tool.name)


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox(accounts=portfolio(PROPERTIES, datetime.now(UTC)))


@pytest.fixture(scope="module")
def address(sandbox: Sandbox) -> Generator[str]:
    """The sandbox, in a thread of its own so that its work is not ours, and patient."""

    def never(*_: object) -> None:
        return

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Throttles, "request", never)
        with running(sandbox) as url:
            yield url


@pytest.fixture(scope="module")
def warmed(address: str) -> None:
    """A first read was made: what is built for it belongs to no argument."""
    asyncio.run(_read_once(address))


async def _read_once(address: str) -> None:
    async with opened(address) as engine:
        await engine.call("list_properties", {})


@asynccontextmanager
async def opened(address: str) -> AsyncGenerator[Engine]:
    """An engine of its own for the sandbox; certificates, which take long to load, are not needed."""
    certificates, selection = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), select(["all"])
    async with HostexClient(WRITABLE, base_url=address, verify=certificates) as client:
        yield Engine(selection, Context(client, selection.reachable), "token")


@pytest.fixture
async def engine(address: str, warmed: None) -> AsyncIterator[Engine]:
    async with opened(address) as engine:
        yield engine


async def held(engine: Engine, name: str, arguments: Mapping[str, Any]) -> tuple[float, str, dict[str, Any]]:
    """How long a call held the loop, by what, and its answer."""
    with longest_piece() as longest:
        result = await engine.call(name, arguments)
    assert isinstance(result, CallToolResult)
    return longest.seconds, longest.what, cast("dict[str, Any]", result.structured_content)


@each_tool
async def test_hostile_arguments_do_not_hold_the_loop_and_are_answered(engine: Engine, tool: Tool) -> None:
    assert tool.model.__name__ == tool.name
    for what, arguments in attacks(tool):
        seconds, piece, answer = await held(engine, tool.name, arguments)
        assert seconds < LONGEST, (what, piece)
        assert answer.get("error", {}).get("kind") != "internal", what
        assert len(str(answer.get("error", ""))) < 20_000, what


@each_tool
async def test_asking_for_all_that_a_large_account_has_does_not_hold_the_loop(
    engine: Engine, sandbox: Sandbox, tool: Tool
) -> None:
    assert tool.model.__name__ == tool.name
    for what, arguments in most(tool, sandbox.accounts.main, datetime.now(UTC).date()):
        seconds, piece, answer = await held(engine, tool.name, arguments)
        assert seconds < LONGEST, (what, piece)
        assert answer.get("error", {}).get("kind") not in ("internal", "rate_limited"), what


@pytest.mark.parametrize("name", ["x" * 100_000, "list_" * 800_000, "é" * 100_000, ""], ids=len)
async def test_a_long_tool_name_costs_nothing(engine: Engine, name: str) -> None:
    with longest_piece() as longest, pytest.raises(MCPError) as caught:
        await engine.call(name, {})
    assert longest.seconds < LONGEST
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("through", ["call_read_tool", "call_write_tool"])
async def test_calls_handed_on_are_bounded_as_if_made_directly(engine: Engine, through: str) -> None:
    target = "list_reservations" if through == "call_read_tool" else "update_listing_prices"
    for what, given in attacks(CATALOGUE[target]):
        seconds, piece, answer = await held(engine, through, {"name": target, "arguments": given})
        assert seconds < LONGEST, (what, piece)
        assert answer.get("error", {}).get("kind") != "internal", what


async def test_lists_prompts_resources_and_completions_do_not_hold_the_loop(engine: Engine) -> None:
    long = "property " * 10_000
    async with Client(create_server(lambda _: engine)) as client:
        await client.list_tools()
        with longest_piece() as longest:
            await client.list_tools()
            prompts = (await client.list_prompts()).prompts
            await client.list_resources()
            for template in (await client.list_resource_templates()).resource_templates:
                reference = ResourceTemplateReference(uri=template.uri_template)
                for argument in ("property", "property_id", "stay_code", "conversation_id"):
                    await client.complete(reference, {"name": argument, "value": long})
            for prompt in prompts:
                given = {parameter.name: long for parameter in prompt.arguments or []}
                try:
                    await client.get_prompt(prompt.name, given)
                except MCPError:
                    continue
            for uri in (f"hostex://{'stays/' * 20_000}", f"hostex://month-end/{'2' * 50_000}.csv"):
                with pytest.raises(MCPError):
                    await client.read_resource(uri)
    assert longest.seconds < LONGEST, longest.what


_LARGEST = 4 * 1024 * 1024
_CALL = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"a":%s}}}'


def filled(piece: bytes, room: int = _LARGEST - 200) -> bytes:
    return piece * (room // len(piece))


BODIES = {
    "brackets": filled(b"["),
    "pairs of brackets": _CALL % (b"[" + filled(b"[],") + b"[]]"),
    "brackets in a text": _CALL % (b'"' + filled(b"[") + b'"'),
    "quotes": filled(b'"'),
    "escapes": _CALL % (b'"' + filled(b'\\"') + b'"'),
    "escaped characters": _CALL % (b'"' + filled(b"\\u0041") + b'"'),
    "emoji": _CALL % (b'"' + filled("\U0001f600".encode()) + b'"'),
    "one long number": _CALL % filled(b"9"),
    "one long fraction": _CALL % (b"0." + filled(b"9")),
    "long numbers": _CALL % (b"[" + filled(b"9" * 4_000 + b",") + b"1]"),
    "members at the bound": _CALL % (b"[" + b'{"a":1},' * 9_900 + b"1]"),
    "names at the bound": _CALL % (b"{" + b",".join(b'"k%d":1' % number for number in range(19_900)) + b"}"),
    "blanks": _CALL % (filled(b" ") + b"1"),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_no_body_of_four_megabytes_holds_the_loop_or_costs_much(body: bytes) -> None:
    assert len(body) <= _LARGEST
    started = time.process_time()
    with longest_piece() as longest, suppress(HttpRefusal):
        await message_of(body)
    assert longest.seconds < LONGEST
    assert time.process_time() - started < 0.2


@each_tool
def test_every_text_list_and_number_has_a_bound(tool: Tool) -> None:
    for name in tool.input_schema["properties"]:
        for what, monster in MONSTERS.items():
            if what in ("long texts", "long lists", "objects", "deep", "large numbers"):
                with pytest.raises(Exception, match=name):
                    tool.bind({name: monster})
