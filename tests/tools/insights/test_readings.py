"""One reading serves the answers of a minute, says so, and never outlives a change."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import httpx2
import pytest
from pydantic import BaseModel

from benchmarks.portfolio import portfolio
from hostex_mcp.api import HostexClient
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.assembly import Reach, assemble
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import Settings
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.memory import Memory
from hostex_mcp.toolkit.patience import PatientClient
from hostex_mcp.toolkit.progress import TellingClient, heard_by
from hostex_mcp.toolkit.readings import Readings, Shelf
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.demo_cases import MOMENTS
from tests.tools.insights.calendar_world import World

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
STUDIO = 20110002
DAY = timedelta(days=1)
MONTH = {"start_date": f"{NOON.date()}", "end_date": f"{NOON.date() + 30 * DAY}"}
QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("get_daily_briefing", {}),
    ("get_turnover_plan", {"end_date": f"{NOON.date() + 7 * DAY}", "start_date": f"{NOON.date()}"}),
    ("check_arrival_readiness", {}),
    ("find_calendar_gaps", MONTH),
    ("check_calendar_conflicts", MONTH),
    ("find_offers", {}),
    ("get_performance", MONTH),
    ("get_performance", {"start_date": f"{NOON.date() - 40 * DAY}", "end_date": f"{NOON.date() - DAY}"}),
    ("get_pace", {}),
    ("get_month_end", {}),
    ("get_performance", {**MONTH, "property_ids": [STUDIO]}),
    (
        "find_available_properties",
        {"check_in_date": MONTH["start_date"], "check_out_date": MONTH["end_date"]},
    ),
    ("find_guest", {"guest_name": "Exemplar"}),
]


class Row(BaseModel):
    """Anything that is read."""

    id: str


@dataclass
class Host(World):
    """A world as a server serves it, whose clock a test moves; `news` are the times of changes elsewhere."""

    clock: Clock = field(default_factory=Clock)
    shelf: Shelf = field(default_factory=Shelf)
    news: list[datetime] = field(default_factory=list[datetime])

    async def plain(self, tool: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], list[str], int]:
        """An answer without what it says of its age, that, and the calls that it took."""
        before = len(self.sandbox.log)
        told = json.dumps(await self.ask(tool, **arguments))
        answer = json.loads(re.sub(r"guest-\d+", "guest", told))
        notes = cast("list[str]", answer.pop("notes", []))
        age = [note for note in notes if note.startswith("As of ")]
        answer["notes"] = [note for note in notes if note not in age]
        return answer, age, len(self.sandbox.log) - before


@asynccontextmanager
async def served(most_bytes: int = 4_000_000) -> AsyncGenerator[Host]:
    clock = Clock(NOON)
    sandbox = Sandbox(now=clock)
    shelf, news = Shelf(Memory(most_bytes), clock), list[datetime]()

    async def changed(since: datetime) -> bool:
        return any(moment > since for moment in news)

    async with HostexClient(
        WRITABLE, base_url="https://sandbox.invalid/v3", transport=httpx2.ASGITransport(app=sandbox.app)
    ) as client:
        settings = Settings(sandbox=True, confirm="off")
        reach = Reach(account="demo", privacy="full")
        engine = assemble(settings, select(["all"]), client, reach, now=clock, shelf=shelf, changed=changed)
        yield Host(sandbox, engine, NOON, clock, shelf, news)


@pytest.mark.parametrize("most_bytes", [4_000_000, 60_000])
async def test_whatever_was_asked_before_an_answer_is_as_if_it_was_the_first(most_bytes: int) -> None:
    fresh = dict[int, tuple[dict[str, Any], int]]()
    async with served() as host:
        for place, (tool, arguments) in enumerate(QUESTIONS):
            host.shelf.forget()
            answer, age, calls = await host.plain(tool, arguments)
            assert not age
            fresh[place] = answer, calls
    async with served(most_bytes) as host:
        saved = 0
        for place, (tool, arguments) in [*enumerate(QUESTIONS)] * 2:
            answer, age, calls = await host.plain(tool, arguments)
            # A second briefing opens more threads than the first.
            if tool != "get_daily_briefing":
                assert answer == fresh[place][0], tool
                assert calls <= fresh[place][1] + 1, tool
                saved += fresh[place][1] - calls
            assert host.shelf.memory.size <= most_bytes
            assert age == [] or age[0].startswith("As of 12:00:00 UTC: "), age
        assert saved > (60 if most_bytes > 1_000_000 else 0)


async def test_a_reading_holds_for_a_minute_and_no_longer_than_until_the_account_is_changed_elsewhere() -> (
    None
):
    async with served() as host:
        title = host.account.properties[STUDIO]
        _, _, cold = await host.plain("get_turnover_plan", {})
        title["title"] = "Renamed in Hostex"
        host.clock.advance(seconds=59)
        kept, age, calls = await host.plain("get_turnover_plan", {})
        assert calls < cold
        assert age == ["As of 12:00:00 UTC: nights, properties, stays."]
        assert "Renamed in Hostex" not in f"{kept}"
        host.news.append(host.clock())
        news, age, _ = await host.plain("get_turnover_plan", {})
        assert not age
        assert "Renamed in Hostex" in f"{news}"
        title["title"] = "Renamed again"
        host.clock.advance(seconds=61)
        late, age, calls = await host.plain("get_turnover_plan", {})
        assert (age, calls) == ([], cold)
        assert "Renamed again" in f"{late}"


async def test_a_change_is_worked_out_from_what_is_now_and_nothing_read_before_it_is_told_after_it() -> None:
    async with served() as host:
        await host.plain("get_turnover_plan", {})
        for home in host.account.properties.values():
            home["title"] = f"New {home['id']}"
        # By a title that the reading does not have.
        block = {"property_ids": [f"New {STUDIO}"], "dates": [MONTH["end_date"]], "available": False}
        done = await host.ask("update_availabilities", **block)
        assert done["status"] == "done", done
        after, age, calls = await host.plain("get_turnover_plan", {})
        assert not age
        assert f"New {STUDIO}" in f"{after}"
        # Hostex may take a moment to take it in: what is read now is kept for nobody.
        assert (await host.plain("get_turnover_plan", {}))[1:] == ([], calls)


async def test_a_briefing_that_hostex_throttles_waits_for_the_next_minute_and_says_so() -> None:
    clock, heard = Clock(NOON), list[str]()
    sandbox = Sandbox(now=clock, accounts=portfolio(100, NOON))

    async def pause(seconds: float) -> None:
        clock.advance(seconds=seconds)

    async def listen(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")

    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        await client.page(LIST_PROPERTIES)
        label = f"{sandbox.log[-1].token}"
        for place in range(1_170):
            sandbox.throttles.request(label, f"GET /{place % 2}", clock())
        patient = PatientClient(TellingClient(client), pause)
        chosen = select(["all"])
        engine = Engine(chosen, Context(patient, chosen.reachable, now=clock), "off")
        with heard_by(listen):
            answer: Any = await engine.call("get_daily_briefing", {})
    assert not answer.structured_content.get("failed")
    assert answer.structured_content["arrivals"]
    assert "Waiting 60 s until Hostex takes more calls" in heard
    assert heard[-1].startswith("Reading ")


async def test_of_two_readings_the_one_that_began_later_counts_whichever_was_kept_last() -> None:
    clock = Clock(NOON)
    shelf = Shelf(now=clock)
    days = (NOON.date(), NOON.date())
    slow = shelf.begin()
    clock.now += timedelta(seconds=5)
    quick = shelf.begin()
    await shelf.keep("stays", days, [Row(id="new")], Row, quick)
    await shelf.keep("stays", days, [Row(id="old")], Row, slow)
    readings = Readings(shelf, recalls=True)
    newest, *others = readings.live("stays")
    assert not others
    assert [row.id for row in await readings.rows(newest, Row) or []] == ["new"]


async def test_what_began_before_a_call_and_was_kept_since_does_not_answer_it() -> None:
    clock = Clock(NOON)
    shelf = Shelf(now=clock)
    days = (NOON.date(), NOON.date())
    slow = shelf.begin()
    clock.now += timedelta(seconds=5)
    call = await Readings(shelf).of_call()
    await shelf.keep("stays", days, [Row(id="old")], Row, slow)
    assert call.live("stays") == []
    clock.now += timedelta(seconds=1)
    await shelf.keep("stays", days, [Row(id="own")], Row, shelf.begin())
    assert [reading.at for reading in call.live("stays")] == [clock.now]
    assert call.notes() == []


async def test_what_does_not_exist_by_an_earlier_reading_is_looked_for_anew() -> None:
    async with served() as host:
        await host.ask("get_daily_briefing")
        account = host.sandbox.accounts.main
        account.properties[STUDIO]["title"] = "Harbour Nest"
        answer = await host.ask("check_arrival_readiness", property_ids=["Harbour Nest"])
        assert "error" not in answer
        missing = await host.answer("check_arrival_readiness", property_ids=["Nowhere House"])
        assert missing["error"]["kind"] == "invalid_arguments"
