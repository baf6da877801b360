"""Texts that are very long, in every field that Hostex sends, do not hold the event loop."""

import json
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx2
import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.support.piece import longest_piece

pytestmark = pytest.mark.anyio

LONGEST = 0.05
LENGTH = 20_000
TEXTS = {
    "one word": "a",
    "lines": "a\n",
    "unseen characters": "a\u200b",
    "joiners": "a\u200d",
    "emoji": "🏖\ufe0f\u200d",
    "boundaries": "<guest-",
    "scripts": "Aé中",
}
"""What is repeated to fill a field."""
READS = [
    "list_properties",
    "list_property_groups",
    "list_tags",
    "list_staffs",
    "list_reviews",
    "list_conversations",
]
_KEPT = {"id", "request_id", "error_msg", "channel_type", "status", "currency"}


class Verbose(httpx2.AsyncBaseTransport):
    """Gives what the sandbox answers with each text replaced; once asked, at no cost."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sandbox = httpx2.ASGITransport(app=Sandbox().app)
        self._known: dict[str, bytes] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        address = str(request.url)
        if address not in self._known:
            response = await self._sandbox.handle_async_request(request)
            data = json.loads(await response.aread())
            self._known[address] = json.dumps(self._filled(data), ensure_ascii=False).encode()
        return httpx2.Response(200, content=self._known[address])

    def _filled(self, value: Any, name: str = "") -> Any:
        match value:
            case dict():
                members = cast("dict[str, Any]", value)
                return {key: self._filled(member, key) for key, member in members.items()}
            case list():
                return [self._filled(member, name) for member in cast("list[Any]", value)]
            case str() if value and not value[0].isdigit() and name not in _KEPT:
                return self._text
            case _:
                return value


@asynccontextmanager
async def opened(text: str) -> AsyncGenerator[Engine]:
    certificates, selection = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), select(["all"])
    async with HostexClient(
        WRITABLE, base_url="https://sandbox.invalid/v3", transport=Verbose(text), verify=certificates
    ) as client:
        yield Engine(selection, Context(client, selection.reachable), "token")


@pytest.mark.parametrize("piece", TEXTS.values(), ids=TEXTS)
async def test_long_texts_in_every_field_do_not_hold_the_loop(piece: str) -> None:
    async with opened((piece * LENGTH)[:LENGTH]) as engine:
        for name in READS:
            arguments = {"detail": "full"} if CATALOGUE[name].paged else {}
            await engine.call(name, arguments)
            with longest_piece() as longest:
                result = await engine.call(name, arguments)
            assert longest.seconds < LONGEST, (name, longest.what)
            assert "internal" not in str(result)[:200]
