"""Calls and tokens (o200k) of twenty conversations of a host: with this server's default tools, and with one
tool for each operation of the API, whose answers are handed on as they are.
Run: python -m benchmarks.conversations"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from benchmarks.asked import CONVERSATIONS, Call, Conversation
from benchmarks.measuring import Table
from benchmarks.page import as_text
from benchmarks.tokens import BASE, NOW, cost
from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.operation import OPERATIONS, SandboxOperation
from hostex_mcp.sandbox.params import Field
from hostex_mcp.server.app import instructions, wire_form
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select

CALLS, TOKENS = 70, 20
"""What is aimed at, in percent of the tools of operations."""
ALL = "All, tool lists included"
_CHANGING = re.compile(r"(?<=guest-)[0-9a-f]{6}|(?<=RT)[0-9a-f]{17,}|(?<=sealed:)[\w-]+")
_TYPES = {"integer": "integer", "number": "number", "flag": "boolean", "array": "array", "object": "object"}


@dataclass
class Spent:
    """What one side took."""

    calls: int = 0
    tokens: int = 0
    said: str = ""

    def add(self, name: str, arguments: Mapping[str, Any], answer: str) -> None:
        """Count a call, without what is another in each answer: the mark of outsiders' texts, and numbers of
        requests."""
        answer = _CHANGING.sub("0", answer)
        self.calls += 1
        self.tokens += cost({"name": name, "arguments": arguments}) + cost(answer)
        self.said += answer


def carried(definition: Mapping[str, Any]) -> int:
    """The tokens of what a model carries of a tool."""
    return cost({name: definition[name] for name in ("name", "description", "inputSchema")})


def our_list(engine: Engine) -> int:
    listed = sum(carried(wire_form(tool)) for tool in engine.selection.listed.values())
    return listed + cost(instructions(engine))


def raw_list() -> int:
    return sum(carried(_definition(operation)) for operation in OPERATIONS.values() if not operation.open)


@asynccontextmanager
async def account() -> AsyncGenerator[tuple[Engine, httpx2.AsyncClient]]:
    """The demo account on the same day, with nothing done to it yet."""
    sandbox = Sandbox(today=NOW.date(), now=lambda: NOW)
    transport = httpx2.ASGITransport(app=sandbox.app)
    chosen = select(["core"])
    async with (
        HostexClient(WRITABLE, base_url=BASE, transport=transport) as client,
        httpx2.AsyncClient(transport=transport, headers={"Hostex-Access-Token": WRITABLE}) as http,
    ):
        context = Context(client, chosen.reachable, now=lambda: NOW, listed=chosen.listed)
        yield Engine(chosen, context, "off"), http


async def ours(engine: Engine, conversation: Conversation) -> Spent:
    spent = Spent()
    for name, arguments in conversation.ours:
        result: Any = await engine.call(name, arguments)
        if result.is_error:
            raise RuntimeError(f"{conversation.asked} {name}: {result.content[0].text}")
        spent.add(name, arguments, result.content[0].text)
    return spent


async def raw(http: httpx2.AsyncClient, conversation: Conversation) -> Spent:
    spent = Spent()
    for call in conversation.raw:
        response = (await _sent(http, call)).json()
        if response["error_code"] not in (0, 200):
            raise RuntimeError(f"{conversation.asked} {call[0]}: {response['error_msg']}")
        spent.add(_name(call[0]), call[1], json.dumps(response, ensure_ascii=False, separators=(",", ":")))
    return spent


async def _sent(http: httpx2.AsyncClient, call: Call) -> httpx2.Response:
    name, arguments = call
    method, path = name.split(" ")
    rest = {key: value for key, value in arguments.items() if f"{{{key}}}" not in path}
    url = BASE + path.format_map(arguments)
    if method == "GET":
        return await http.get(url, params=rest)
    return await http.request(method, url, json=rest)


async def both(conversation: Conversation) -> tuple[Spent, Spent]:
    async with account() as (engine, _):
        mine = await ours(engine, conversation)
    if unsaid := [words for words in conversation.told if words not in mine.said]:
        raise RuntimeError(f"{conversation.asked} Nobody said {', '.join(unsaid)}.")
    async with account() as (_, http):
        return mine, await raw(http, conversation)


async def measured() -> Table:
    spent = [await both(conversation) for conversation in CONVERSATIONS]
    async with account() as (engine, _):
        lists = our_list(engine), raw_list()
    rows = [_row(talk.asked, *sides) for talk, sides in zip(CONVERSATIONS, spent, strict=True)]
    sums = [
        Spent(sum(side.calls for side in sides), sum(side.tokens for side in sides))
        for sides in zip(*spent, strict=True)
    ]
    rows.append(_row("All, without tool lists", *sums))
    for side, tokens in zip(sums, lists, strict=True):
        side.tokens += tokens * len(CONVERSATIONS)
    rows.append(_row(ALL, *sums))
    note = (
        f"Tool list, once a conversation: {lists[0]:,} tokens here, instructions included, {lists[1]:,} "
        f"for one tool per operation. Aims: at most {CALLS}% of the calls and {TOKENS}% of the tokens."
    )
    columns = ("Asked", "Calls", "Raw calls", "Calls, %", "Tokens", "Raw tokens", "Tokens, %")
    return Table("conversations", columns, rows, note)


def _row(name: str, mine: Spent, others: Spent) -> tuple[str, ...]:
    calls, tokens = 100 * mine.calls / others.calls, 100 * mine.tokens / others.tokens
    counts = (f"{mine.calls}", f"{others.calls}", f"{calls:.0f}")
    return (name, *counts, f"{mine.tokens:,}", f"{others.tokens:,}", f"{tokens:.1f}")


def _name(operation: str) -> str:
    method, path = operation.lower().split(" ")
    return "_".join([method, *re.findall(r"[a-z_]+", path)])


def _definition(operation: SandboxOperation) -> Mapping[str, Any]:
    fields = [*operation.query, *operation.body]
    in_path = re.findall(r"\{(\w+)\}", operation.path)
    return {
        "name": _name(operation.name),
        "description": (operation.handler.__doc__ or "").split("\n")[0],
        "inputSchema": {
            "type": "object",
            "properties": {
                **{name: {"type": "string"} for name in in_path},
                **{field.name: _schema(field) for field in fields},
            },
            "required": [*in_path, *(field.name for field in fields if field.required)],
        },
    }


def _schema(field: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": _TYPES.get(field.read.__name__.removeprefix("_read_"), "string")}
    if field.enum:
        schema["enum"] = list(field.enum)
    if field.item:
        schema["items"] = _schema(field.item)
    if field.fields:
        schema["properties"] = {inner.name: _schema(inner) for inner in field.fields}
    return schema


if __name__ == "__main__":
    print(as_text(asyncio.run(measured())))
