"""Names of others in the sentences of a question: they end where they end, and only the rest is ours."""

import asyncio
import re
from typing import Any, cast

import httpx2
import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE
from hostex_mcp.sandbox.state import SandboxAccount
from tests.server.confirming import confirmable
from tests.support.previewing import careful_engine, demo_sandbox

Row = dict[str, Any]

# Nothing in the guest's name is more than a name has, so that only its place tells whose words they are.
GUEST = "Ana of Loft from Mon 1 Dec 2026"
OTHER = "Loft, Mon 1 to Fri 5 Dec 2026; free"
NAMES = {"guest_name": GUEST, "send_to": GUEST} | dict.fromkeys(
    ("title", "tag_name", "item_name", "sub_title", "property_title", "staff_name", "operator_name"), OTHER
)


def rename(value: Any, name: str = OTHER) -> None:
    """Give everybody and everything in rows of the sandbox such a name."""
    if isinstance(value, list):
        for member in cast("list[object]", value):
            rename(member, name)
    elif isinstance(value, dict):
        row = cast("Row", value)
        for key, member in row.items():
            if isinstance(member, str) and key in (*NAMES, "name"):
                row[key] = NAMES.get(key, name)
            else:
                rename(member, GUEST if key == "guest" else OTHER)


def renamed(account: SandboxAccount) -> None:
    """The same for an account."""
    for field in vars(account).values():
        rename(list(cast("dict[object, object]", field).values()) if isinstance(field, dict) else field)


async def previewed() -> dict[str, Row]:
    """The previews of all weighty calls of the demo account, where all have such names."""
    sandbox = demo_sandbox()
    calls = confirmable(sandbox.accounts.main)
    renamed(sandbox.accounts.main)
    transport = httpx2.ASGITransport(app=sandbox.app)
    previews: dict[str, Row] = {}
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        engine = careful_engine(client)
        for tool, arguments in calls.items():
            answer: Any = await engine.call(tool, arguments)
            previews[tool] = answer.structured_content.get("preview", {})
    return previews


@pytest.fixture(scope="module")
def previews() -> dict[str, Row]:
    return asyncio.run(previewed())


def sentences(preview: Row) -> list[str]:
    return [preview.get("summary", ""), *preview.get("warnings", [])]


def test_every_name_in_a_sentence_of_a_question_stands_in_quotes(previews: dict[str, Row]) -> None:
    named = 0
    for tool, preview in previews.items():
        for sentence in sentences(preview):
            for name in (GUEST, OTHER):
                # An id stands with the title where several properties have the same.
                quoted = re.findall(rf'"{re.escape(name)}(?: \(\d+\))?"', sentence)
                assert sentence.count(name) == len(quoted), (tool, sentence)
                named += sentence.count(name)
    assert named > 50, "hardly any name stood in a question: do the calls still fail?"


def test_the_name_of_a_guest_is_told_from_our_words_in_the_first_line(previews: dict[str, Row]) -> None:
    of_guests = {tool for tool, preview in previews.items() if f'"{GUEST}"' in sentences(preview)[0]}
    assert {"cancel_reservation", "send_message", "create_review", "execute_automation_action"} <= of_guests
