"""Answers stay below their bound whatever Hostex sends: long texts, long lists, wide objects."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx2
import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.answer import TOKEN_BOUND, fit
from hostex_mcp.server.app import create_server
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.quoting import Quoted
from hostex_mcp.server.render import render
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.contract.test_untidy_accounts import ARGUMENTS, READS
from tests.support.clock import Clock
from tests.support.encoding import ENCODING
from tests.support.every_write import every_write
from tests.support.piece import longest_piece
from tests.support.previewing import changed, demo_sandbox

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

THREAD = "0-2200000003-thr003"
NEEDED = re.compile(
    r"_at$|date|time|id$|code|status|type|currency|_on$|role|month|kind|category|direction|source"
)


def longer(value: Any, name: str = "") -> Any:
    """The same value with 20,000 characters more in each of its texts that has no form."""
    if isinstance(value, dict):
        return {key: longer(member, key) for key, member in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [longer(member, name) for member in cast("list[Any]", value)]
    free = isinstance(value, str) and name not in ("error_msg",) and not NEEDED.search(name)
    return f"{value} {'ab c' * 5_000}" if free else value


class Wordy(httpx2.AsyncBaseTransport):
    """Hostex, with long texts in every answer."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._inner.handle_async_request(request)
        body = json.loads(await answer.aread())
        text = await asyncio.to_thread(lambda: json.dumps(longer(body)))
        return httpx2.Response(answer.status_code, content=text.encode())


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    transport = Wordy(httpx2.ASGITransport(app=demo_sandbox().app))
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        selection = select(["all"])
        yield Engine(selection, Context(client, selection.reachable, now=Clock()), "token")


@asynccontextmanager
async def careful(confirm: str) -> AsyncGenerator[tuple[Engine, Sandbox]]:
    """An engine on the demo account, and that account."""
    sandbox = demo_sandbox()
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        selection = select(["all"])
        yield Engine(selection, Context(client, selection.reachable, now=Clock()), confirm), sandbox


async def answered(engine: Engine, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The answer of a call, once it is known to stay below the bound."""
    result = await engine.call(tool, arguments)
    assert isinstance(result, CallToolResult)
    [content] = result.content
    assert isinstance(content, TextContent)
    answer = cast("dict[str, Any]", result.structured_content)
    halves = (json.dumps(answer, ensure_ascii=False), content.text)
    assert sum(map(len, halves)) < 400_000
    assert sum(len(ENCODING.encode(half)) for half in halves) <= TOKEN_BOUND, tool
    assert answer.get("error", {}).get("kind") != "internal"
    return answer


# Coverage would make them half as slow again, and the tools have tests of their own.
@pytest.mark.no_cover
@pytest.mark.parametrize("tool", READS)
async def test_no_read_exceeds_the_bound_though_all_texts_are_long(engine: Engine, tool: str) -> None:
    paged = [{"detail": "full", "limit": 100}] if CATALOGUE[tool].paged else []
    for arguments in ARGUMENTS.get(tool, [{}]):
        for more in ({}, *paged):
            await answered(engine, tool, arguments | more)


@pytest.mark.no_cover
async def test_no_write_exceeds_the_bound_though_all_texts_are_long(engine: Engine) -> None:
    for tool, arguments in every_write(demo_sandbox().accounts.main).items():
        await answered(engine, tool, arguments)


async def test_a_page_of_long_rows_does_not_hold_the_loop_for_seconds(engine: Engine) -> None:
    arguments = {**ARGUMENTS["list_reservations"][0], "detail": "full", "limit": 100}
    with longest_piece() as longest:
        await answered(engine, "list_reservations", arguments)
    assert longest.seconds < 0.5, longest.what


def cut(shape: dict[str, Any]) -> dict[str, Any]:
    result, text = fit(shape, render)
    assert len(ENCODING.encode(json.dumps(result, ensure_ascii=False) + text)) <= TOKEN_BOUND
    return result


def test_an_answer_that_fits_stays_as_it_is() -> None:
    shape = {"id": 1, "note": "word " * 1_000}
    assert fit(shape, render) == (shape, render(shape))


def test_an_answer_without_a_text_is_an_answer() -> None:
    assert fit({}, render) == ({}, "")


def test_a_text_that_is_cut_says_how_much_it_lacks() -> None:
    result = cut({"note": "ab c" * 50_000})
    start, rest = result["note"].rsplit("… (", 1)
    assert len(start) + int(rest.removesuffix(" characters more)")) == 200_000
    assert result["notes"] == [
        "This answer was too long, so texts in it were shortened; each says how much is missing."
    ]


def test_a_text_that_was_cut_before_says_how_much_it_lacks_in_all() -> None:
    result = cut({"rows": [{"note": "ab c" * 5_000 + "… (500 characters more)"} for _ in range(9)]})
    for row in result["rows"]:
        start, rest = row["note"].rsplit("… (", 1)
        assert len(start) + int(rest.removesuffix(" characters more)")) == 20_500


def test_the_boundary_of_an_outsiders_text_is_never_cut() -> None:
    fenced = f"<guest-123456>{'words</gue ' * 20_000}</guest-123456>"
    result = cut({"says": fenced})["says"]
    assert re.fullmatch(
        r"<guest-123456>(words</gue )+[words]*</guest-123456>… \(\d+ characters more\)", result
    )


@pytest.mark.parametrize("size", [1_000, 100_000])
def test_lists_and_objects_of_any_length_are_cut_and_counted(size: int) -> None:
    shape = {"rows": [{"id": number, "note": "some words"} for number in range(size)] * 5}
    result = cut({**shape, "fields": {f"name {number}": number for number in range(size)}})
    counts = dict(re.findall(r"(\w+) lacks (\d+)", result["notes"][-1]))
    assert int(counts["rows"]) + len(result["rows"]) == 5 * size
    assert int(counts["fields"]) + len(result["fields"]) == size


def test_what_will_be_written_and_what_is_made_here_stay_whole() -> None:
    change = {"what": "reply", "before": Quoted("x" * 90_000, "x" * 90_000), "after": "word " * 1_500}
    preview = {"target": {"title": "ab c" * 50_000}, "changes": [change]}
    shape = {"status": "confirmation_required", "preview": preview, "confirmation_token": "t" * 990}
    result = cut(shape)
    assert result["confirmation_token"] == shape["confirmation_token"]
    assert result["preview"]["changes"][0]["after"] == change["after"]
    assert len(result["preview"]["target"]["title"]) < 20_000


async def test_a_long_preview_has_all_that_will_be_written_in_its_text_and_says_what_its_data_lack() -> None:
    message = "\U0001f6b2" * 6_500
    async with careful("token") as (engine, _):
        result = await engine.call("send_message", {"conversation_id": THREAD, "message": message})
    answer: Any = cast("CallToolResult", result).structured_content
    [content] = cast("list[TextContent]", cast("CallToolResult", result).content)
    assert message in content.text
    halves = (json.dumps(answer, ensure_ascii=False), content.text)
    assert sum(len(ENCODING.encode(half)) for half in halves) <= TOKEN_BOUND
    assert answer["confirmation_token"]
    [change] = answer["preview"]["changes"]
    start, rest = change["after"].rsplit("\u2026 (", 1)
    assert len(start) + int(rest.removesuffix(" characters more)")) == len(message)
    assert any("show the user all of it" in note for note in answer["notes"])


async def test_what_no_preview_can_show_whole_is_refused_without_a_token() -> None:
    async with careful("token") as (engine, sandbox):
        call = {"conversation_id": THREAD, "message": "\U0001f6b2" * 10_000}
        answer = await answered(engine, "send_message", call)
        assert answer["error"]["kind"] == "invalid_arguments"
        assert "too long for a preview" in answer["error"]["message"]
        assert "confirmation_token" not in json.dumps(answer)
        assert changed(sandbox) == []


async def test_a_person_who_can_be_asked_is_shown_a_message_of_any_length_whole() -> None:
    message, asked = "\U0001f6b2" * 10_000, list[str]()

    async def person(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="decline")

    async with (
        careful("auto") as (engine, _),
        Client(create_server(lambda _: engine), elicitation_callback=person, mode="legacy") as client,
    ):
        await client.call_tool("send_message", {"conversation_id": THREAD, "message": message})
    assert asked[0].count("\U0001f6b2") == 10_000


def test_many_changes_are_all_in_the_text_and_counted_where_they_are_left_out() -> None:
    changes = [{"what": f"day {number}", "after": f"{number} EUR"} for number in range(1_500)]
    shape = {"status": "confirmation_required", "preview": {"summary": "Set", "changes": changes}}
    result, text = fit(shape, render)
    assert "day 1499" in text
    assert len(result["preview"]["changes"]) == 20
    assert "1480 more changes are in the text only." in result["notes"]
