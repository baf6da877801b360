"""Answers of every tool: reads of a tidy and of an untidy account, and writes of every outcome."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import chain
from typing import Any, Literal, NamedTuple, cast

import httpx2
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.server.app import create_server
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import PrivacyLevel
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.support.clock import NOW, Clock
from tests.support.every_write import every_write
from tests.support.previewing import demo_sandbox
from tests.tools.mangling import WRONG, Mangling
from tests.tools.test_never_seen import reads
from tests.tools.test_reads import LISTS

SELECTION = select(["all"])
SEEDS = range(4)
EACH_WRONG = len(WRONG) + 1

Row = dict[str, Any]


class Answer(NamedTuple):
    """What a tool answered, as it is on the wire, and in which circumstances."""

    tool: str
    circumstances: str
    result: Row


@asynccontextmanager
async def engine_over(
    sandbox: Sandbox,
    transport: httpx2.AsyncBaseTransport | None = None,
    confirm: str = "off",
    now: Clock | None = None,
    **more: Any,
) -> AsyncGenerator[Engine]:
    direct = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(
        WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport or direct
    ) as client:
        yield Engine(SELECTION, Context(client, SELECTION.reachable, now=now or Clock(), **more), confirm)


def hurried_sandbox() -> Sandbox:
    """From six in the morning, each look at the clock seconds later: nothing is throttled."""
    return Sandbox(now=Clock(NOW.replace(hour=6), step=timedelta(seconds=2)))


async def answered(engine: Engine, tool: str, circumstances: str, arguments: Row) -> Answer:
    result = cast("Any", await engine.call(tool, arguments))
    return Answer(tool, circumstances, result.model_dump(mode="json", by_alias=True, exclude_none=True))


async def questions(sandbox: Sandbox, most: int) -> dict[str, list[Row]]:
    """Calls of every tool that reads, brief, and full where there is more to see."""
    return {
        name: [{**call, **form} for call in calls for form in forms(name, most)]
        for name, calls in reads(sandbox.accounts.main).items()
    }


def forms(tool: str, most: int) -> Iterator[Row]:
    paged = "detail" in CATALOGUE[tool].input_schema["properties"]
    yield {"limit": most} if paged else {}
    if paged:
        yield {"detail": "full", "limit": most}


async def of_the_demo_account(privacy: PrivacyLevel) -> list[Answer]:
    sandbox = hurried_sandbox()
    async with engine_over(sandbox, privacy=privacy) as engine:
        return [
            await answered(engine, tool, f"{privacy} privacy", call)
            for tool, calls in (await questions(sandbox, most=100)).items()
            for call in calls
        ]


class Remembering(httpx2.AsyncBaseTransport):
    """Asks for the same thing once."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner
        self._known: dict[tuple[str, str, bytes], tuple[int, bytes]] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        wanted = (request.method, f"{request.url}", await request.aread())
        if wanted not in self._known:
            response = await self._inner.handle_async_request(request)
            self._known[wanted] = response.status_code, await response.aread()
        status, body = self._known[wanted]
        return httpx2.Response(status, content=body, request=request)


async def of_lists_with_a_bad_field() -> list[Answer]:
    """Every list in full, each time with another field whose values are wrong."""
    sandbox = hurried_sandbox()
    direct = Remembering(httpx2.ASGITransport(app=sandbox.app))
    found: list[Answer] = []
    for tool, calls in (await questions(sandbox, EACH_WRONG)).items():
        if tool in LISTS:
            looking = Mangling(direct)
            async with engine_over(sandbox, looking) as engine:
                await engine.call(tool, calls[0])
            for field in sorted(looking.fields):
                async with engine_over(sandbox, Mangling(direct, field)) as engine:
                    found += [await answered(engine, tool, f"{field} wrong", call) for call in calls]
    return found


async def of_an_untidy_account() -> list[Answer]:
    """Every read, with a few wrong values anywhere."""
    sandbox = hurried_sandbox()
    direct = Remembering(httpx2.ASGITransport(app=sandbox.app))
    asked = await questions(sandbox, most=20)
    found: list[Answer] = []
    for seed in SEEDS:
        async with engine_over(sandbox, Mangling(direct, share=0.002 * (seed + 1), seed=seed)) as engine:
            for tool, calls in asked.items():
                found += [await answered(engine, tool, f"untidy {seed}", call) for call in calls[:2]]
    return found


def writes(account: SandboxAccount) -> dict[str, Row]:
    """A call of every write, one of them through the tool that calls others."""
    detour = {"name": "delete_property_tag", "arguments": {"id": 3303}}
    return {**every_write(account), "call_write_tool": detour}


async def of_writes(fault: str = "") -> list[Answer]:
    """Every write without a question, then once more, when most would change nothing."""
    found: list[Answer] = []
    for tool in writes(demo_sandbox().accounts.main):
        sandbox = demo_sandbox()
        arguments = writes(sandbox.accounts.main)[tool]
        async with engine_over(sandbox, now=Clock()) as engine:
            if fault:
                _strike_writes(sandbox, fault)
            for circumstances in (f"{fault or 'once'}", "again"):
                found.append(await answered(engine, tool, circumstances, arguments))
        found.append(await answered(engine, tool, "wrong", {"no_such_argument": 1}))
    return found


def _strike_writes(sandbox: Sandbox, fault: str) -> None:
    """Let a fault strike whatever changes something."""
    real = sandbox.faults.take

    def take(operation: str) -> Any:
        if not operation.startswith("GET") and operation != "POST /listings/calendar":
            sandbox.faults.add(fault, operation=operation)
        return real(operation)

    sandbox.faults.take = take


async def of_confirmations() -> list[Answer]:
    """Every write that asks a person: left for them to decide, declined, and previewed with a token."""
    found: list[Answer] = []
    for tool in writes(demo_sandbox().accounts.main):
        sandbox = demo_sandbox()
        arguments = writes(sandbox.accounts.main)[tool]
        async with engine_over(sandbox, confirm="auto", now=Clock()) as engine:
            found.append(await answered(engine, tool, "cannot ask", arguments))
            mode: Literal["legacy"] = "legacy"
            server = create_server(lambda _, engine=engine: engine)
            async with Client(server, mode=mode, elicitation_callback=_declining) as client:
                result = await client.call_tool(tool, arguments)
                told = result.model_dump(mode="json", by_alias=True, exclude_none=True)
                found.append(Answer(tool, "declined", told))
        async with engine_over(demo_sandbox(), confirm="token", now=Clock()) as engine:
            found.append(await answered(engine, tool, "by token", arguments))
    return found


async def _declining(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
    return ElicitResult(action="decline")


async def every_answer() -> list[Answer]:
    parts = [
        await of_the_demo_account("full"),
        await of_the_demo_account("standard"),
        await of_lists_with_a_bad_field(),
        await of_an_untidy_account(),
        await of_writes(),
        await of_writes("drop_after"),
        await of_writes("envelope"),
        await of_confirmations(),
    ]
    return list(chain.from_iterable(parts))
