"""The Python SDK's client goes through the whole authorization, in both eras of the protocol."""

from typing import Any, Literal

import pytest

from hostex_mcp.sandbox import READ_ONLY
from tests.support.driving import Person
from tests.support.processes import Running
from tests.support.python_client import Keeping, connected

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_it_registers_has_a_person_consent_and_calls_tools(
    authorizing: Running, mode: Literal["auto", "legacy"]
) -> None:
    kept = Keeping()
    async with connected(authorizing.resource, kept, mode) as client:
        result: Any = await client.call_tool("list_properties", {"limit": 1})
    assert [row["title"] for row in result.structured_content["items"]] == ["Harbour Loft"]
    assert kept.asked == 1
    assert kept.tokens is not None
    assert kept.tokens.scope == "hostex:read hostex:write"


async def test_it_refreshes_without_asking_the_person(authorizing: Running) -> None:
    kept = Keeping()
    async with connected(authorizing.resource, kept) as client:
        first = kept.tokens
        kept.let_expire()
        assert (await client.list_tools()).tools
    assert kept.asked == 1
    assert first is not None
    assert kept.tokens is not None
    assert kept.tokens.refresh_token != first.refresh_token


async def test_a_person_who_allows_reading_only_is_not_shown_a_tool_that_writes(authorizing: Running) -> None:
    kept = Keeping(person=Person(READ_ONLY, {"access": "read"}))
    async with connected(authorizing.resource, kept) as client:
        tools = {tool.name: tool.annotations for tool in (await client.list_tools()).tools}
    assert "list_properties" in tools
    assert [name for name, hints in tools.items() if not (hints and hints.read_only_hint)] == []
