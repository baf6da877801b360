"""Addresses at which this server itself is called."""

import pytest

from hostex_mcp.sandbox import Sandbox
from tests.support.engine import Call

pytestmark = pytest.mark.anyio

OWN = 3001
END = "Zm9yLXRoZS1oYXJib3VyLWxvZnQtYW5kLW5vYm9keS0"


async def test_the_end_of_an_address_of_this_server_is_shown_to_no_model(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.accounts.main.webhooks[OWN]["url"] = f"https://mcp.example.com/hooks/{END}"
    answers = [
        await call("list_webhooks"),
        await call("list_webhooks", detail="full"),
        await call("update_webhook", id=OWN, events=["review_updated"]),
        await call("update_webhook", id=OWN, url="https://hooks.example.invalid/new"),
        await call("delete_webhook", id=OWN),
    ]
    assert "https://mcp.example.com/hooks/…" in str(answers[0])
    assert [answer for answer in answers if END in str({**answer, "undo": None})] == []
