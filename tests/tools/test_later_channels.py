"""Channels that Hostex serves and this program does not know: what Hostex tells may be sent back."""

import pytest

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.operations import knowledge_bases
from tests.support.engine import Call
from tests.support.requests_sent import refused, sent, take_back

pytestmark = pytest.mark.anyio

PARKING, LATER = 8802, "later.channel"


@pytest.fixture
def _known_to_hostex(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge_bases, "CHANNEL_TYPES", (*knowledge_bases.CHANNEL_TYPES, LATER))


@pytest.mark.usefixtures("_known_to_hostex")
async def test_a_change_of_an_entry_for_a_later_channel_is_taken_back(call: Call, sandbox: Sandbox) -> None:
    entries = sandbox.accounts.main.knowledge_bases
    entries[PARKING]["scope_channel"] = {"type": "by_channel", "channels": [LATER, "airbnb"]}
    done = await call("update_knowledge_base", id=PARKING, scope_channel={"type": "all"})
    assert entries[PARKING]["scope_channel"] == {"type": "all", "channels": ["unlimited"]}
    await take_back(call, done)
    assert entries[PARKING]["scope_channel"] == {"type": "by_channel", "channels": [LATER, "airbnb"]}


@pytest.mark.usefixtures("_known_to_hostex")
async def test_a_later_channel_that_the_account_has_is_taken(call: Call, sandbox: Sandbox) -> None:
    account = sandbox.accounts.main
    next(iter(account.properties.values()))["channels"].append(
        {"channel_type": LATER, "listing_id": "1", "currency": "EUR"}
    )
    await call("update_knowledge_base", id=PARKING, scope_channel={"type": "by_channel", "channels": [LATER]})
    assert account.knowledge_bases[PARKING]["scope_channel"]["channels"] == [LATER]


@pytest.mark.parametrize("code", [LATER, "unlimited", "air-bnbb", "Later Channel"])
async def test_a_channel_that_is_nowhere_in_the_account_is_refused(
    code: str, call: Call, sandbox: Sandbox
) -> None:
    scope = {"type": "by_channel", "channels": [code]}
    answer = await call("update_knowledge_base", id=PARKING, scope_channel=scope)
    assert refused(answer) == {"scope_channel.channels.0"}
    assert "must be one of airbnb, " in answer["error"]["message"]
    assert sent(sandbox, "PATCH /knowledge_bases/{id}") == []


@pytest.mark.usefixtures("_known_to_hostex")
async def test_of_many_later_codes_only_the_latest_are_remembered(
    call: Call, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [f"later.{number}" for number in range(60)]
    monkeypatch.setattr(knowledge_bases, "CHANNEL_TYPES", (*knowledge_bases.CHANNEL_TYPES, *codes))
    entries = sandbox.accounts.main.knowledge_bases
    entries[PARKING]["scope_channel"] = {"type": "by_channel", "channels": codes}
    await call("update_knowledge_base", id=PARKING, scope_channel={"type": "all"})
    kept = [{"type": "by_channel", "channels": [code]} for code in (codes[0], codes[-1])]
    forgotten = await call("update_knowledge_base", id=PARKING, scope_channel=kept[0])
    assert refused(forgotten) == {"scope_channel.channels.0"}
    await call("update_knowledge_base", id=PARKING, scope_channel=kept[1])
    assert entries[PARKING]["scope_channel"]["channels"] == [codes[-1]]
