"""A change that waits is told outside the chat, by whichever server it waits on."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from hostex_mcp.cli.session import open_engine
from hostex_mcp.http.config import Address
from hostex_mcp.http.hosting import hosted
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.changes.record import MemoryChanges, State
from hostex_mcp.server.changes.told import ToldChanges
from hostex_mcp.settings import QuietHours, Settings
from tests.server.changes.showing import a_change
from tests.support.clock import Clock
from tests.support.phone import Phone, sent, settled

pytestmark = pytest.mark.anyio

EVENING = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
NIGHT: dict[str, Any] = {"quiet": QuietHours(time(22), time(7)), "zone": UTC}


def told(phone: Phone) -> list[str]:
    return [text for _, _, text in phone.arrived]


async def test_a_change_is_told_by_the_title_of_its_tool_and_its_app_and_by_nothing_else() -> None:
    phone = Phone(Clock(EVENING))
    changes = ToldChanges(MemoryChanges(), phone.notices(), phone.clock)
    await changes.begin(
        a_change(
            title="Cancel a reservation",
            asked_by="Claude",
            preview={"summary": "Cancel the stay of Ana Prescott, +351 900 000 000"},
            expires=EVENING + timedelta(minutes=10),
        )
    )
    await settled()
    assert told(phone) == [
        "Claude asks: Cancel a reservation\nNothing happens until you decide. "
        "Open https://mcp.example.com/changes to decide."
    ]


@pytest.mark.parametrize("here", [True, False])
async def test_what_was_decided_during_quiet_hours_is_not_told_whichever_process_saw_the_click(
    here: bool,
) -> None:
    phone, store = Phone(Clock(EVENING)), MemoryChanges()
    changes = ToldChanges(store, phone.notices(**NIGHT), phone.clock)
    change = a_change(asked_at=EVENING, expires=EVENING + timedelta(days=7))
    await changes.begin(change)
    declined = a_change(id=change.id, asked_at=EVENING, expires=change.expires, state=State.DECLINED)
    assert await (changes if here else store).replace(change, declined)
    await settled()
    assert told(phone) == []


@pytest.mark.parametrize(("life", "notices"), [(timedelta(minutes=10), 0), (timedelta(days=7), 1)])
async def test_what_nobody_can_decide_on_any_more_when_quiet_hours_end_is_not_told(
    life: timedelta, notices: int
) -> None:
    phone = Phone(Clock(EVENING))
    changes = ToldChanges(MemoryChanges(), phone.notices(**NIGHT), phone.clock)
    await changes.begin(a_change(asked_at=EVENING, expires=EVENING + life))
    await settled()
    assert len(phone.arrived) == notices


async def test_a_change_that_is_shown_anew_is_told_once() -> None:
    phone = Phone(Clock(EVENING))
    changes = ToldChanges(MemoryChanges(), phone.notices(), phone.clock)
    change = a_change(asked_at=EVENING, expires=EVENING + timedelta(minutes=10))
    await changes.begin(change)
    await settled()
    anew = a_change(id=change.id, asked_at=EVENING, expires=change.expires, state=State.STALE)
    assert await changes.replace(change, anew)
    await settled()
    assert len(phone.arrived) == 1


async def test_a_store_that_is_away_does_not_silence_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    phone, store = Phone(Clock(EVENING)), MemoryChanges()
    changes = ToldChanges(store, phone.notices(), phone.clock)

    async def away(_: str) -> None:
        raise OSError

    await changes.begin(a_change(asked_at=EVENING, expires=EVENING + timedelta(minutes=10)))
    monkeypatch.setattr(store, "find", away)
    await settled()
    assert len(phone.arrived) == 1


async def test_the_server_of_one_machine_tells_its_user() -> None:
    phone = Phone(Clock())
    async with open_engine(Settings(sandbox=True), None, phone.notices()) as engine:
        result: Any = await engine.call("cancel_reservation", {"reservation_code": "5-DEMO30PAT"})
        assert result.structured_content["status"] == "waiting_for_person"
        await settled()
    assert len(phone.arrived) == 1
    assert "Cancel" in told(phone)[0]


async def test_the_server_for_many_tells_its_operator(tmp_path: Path) -> None:
    phone = Phone(Clock())
    notices = phone.notices()
    settings = Settings(
        allow_token_header=True, database_url=SecretStr(f"sqlite:///{tmp_path}/told.db"), toolsets=("all",)
    )
    upstream = Upstream("https://hostex.example/v3", 10.0, transport=httpx2.ASGITransport(app=Sandbox().app))
    address = Address("https://mcp.example.com")
    arguments = {"reservation_code": "5-DEMO30PAT"}
    call = {"name": "cancel_reservation", "arguments": arguments}
    async with (
        hosted(settings, address, upstream, notices=notices) as app,
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=address.origin) as http,
    ):
        answer = await http.post(
            "/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call},
            headers={
                "Hostex-Access-Token": WRITABLE,
                "Accept": "application/json, text/event-stream",
                "MCP-Protocol-Version": "2025-06-18",
            },
        )
        assert answer.json()["result"]["structuredContent"]["status"] == "waiting_for_person", answer.text
        await sent(notices)
    assert len(phone.arrived) == 1
