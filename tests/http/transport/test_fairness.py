"""Many accounts on one process: whoever asks for much, or hangs up, is at nobody else's expense."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import Message

from hostex_mcp.events import Event, WaitStarted, listen_everywhere
from hostex_mcp.http.app import assemble
from hostex_mcp.http.store import Store
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.ports import Ports
from hostex_mcp.sandbox import SECOND, WRITABLE
from hostex_mcp.settings import Settings
from tests.http.linked import World, caller_of, tenants_of, world
from tests.support.clock import Clock
from tests.support.local import HERE, JSON, call, modern_call, running

pytestmark = pytest.mark.anyio

NAMES: Mapping[str, str] = {WRITABLE: "ann", SECOND: "bob"}
DAY = {"date": "2027-03-01"}
TASK = {"type": "other", "expected_date": "2027-03-02", "currency": "EUR"}


@pytest.fixture
def database_url(sqlite_url: Any) -> Any:
    """What is shared out is in memory; one kind of database will do."""
    return sqlite_url


@dataclass
class Held:
    """Holds requests at Hostex's door until they are let in; `came` says whose they are, in order, and
    `given_up` is released by each that is broken off meanwhile."""

    which: Callable[[httpx2.Request], bool] = lambda _: True
    came: list[str] = field(default_factory=list[str])
    given_up: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    _doors: list[asyncio.Event] = field(default_factory=list[asyncio.Event])
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    _open: bool = False

    async def __call__(self, request: httpx2.Request) -> None:
        self.came.append(NAMES[request.headers["hostex-access-token"]])
        door = asyncio.Event()
        if self._open or not self.which(request):
            return
        self._doors.append(door)
        async with self._arrived:
            self._arrived.notify_all()
        try:
            await door.wait()
        except asyncio.CancelledError:
            self.given_up.release()
            raise

    async def holds(self, number: int) -> None:
        """Wait until so many in all were held."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self._doors) >= number)

    def let_in(self, index: int) -> None:
        self._doors[index].set()

    def open(self) -> None:
        self._open = True
        for door in self._doors:
            door.set()


@dataclass(frozen=True)
class Known:
    """Takes the Authorization header for the name of a grant."""

    grants: Mapping[str, Grant]

    async def identify(self, headers: Headers) -> Caller:
        return caller_of(self.grants[headers["authorization"]])


@dataclass
class Floor:
    """A running application for Ann and Bob, and Hostex behind it."""

    app: Starlette
    http: httpx2.AsyncClient
    hostex: World
    held: Held
    in_line: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def hear(self, event: Event) -> None:
        """Release `in_line` for each call that begins to wait."""
        if event == WaitStarted("calls"):
            self.in_line.release()

    def ask(self, who: str, tool: str, **arguments: Any) -> asyncio.Task[httpx2.Response]:
        headers = {**JSON, "Authorization": who}
        return asyncio.create_task(self.http.post("/mcp", headers=headers, content=call(tool, arguments)))

    async def ask_and_hang_up(self, headers: dict[str, str], body: str, gone: asyncio.Event) -> list[Message]:
        """Make a call as Ann whose client hangs up when it is told; what was answered nevertheless."""
        raw = [(b"host", HERE.host.encode()), (b"authorization", b"ann")]
        raw += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "POST", "path": "/mcp", "raw_path": b"/mcp", "headers": raw}
        scope |= {"query_string": b"", "scheme": "http", "client": ("198.51.100.7", 5000), "server": None}
        coming: list[Message] = [{"type": "http.request", "body": body.encode(), "more_body": False}]
        answered: list[Message] = []

        async def receive() -> Message:
            if coming:
                return coming.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            answered.append(message)

        await self.app(scope, receive, send)
        return answered


Open = Callable[..., Any]


@pytest.fixture
def floor(store: Store, clock: Clock) -> Open:
    @asynccontextmanager
    async def opened(
        held: Held | None = None, at_once: int = 128, confirm: str = "off", **settings: Any
    ) -> AsyncGenerator[Floor]:
        hostex = world(store, clock, at_once=at_once)
        grants = {
            "ann": await hostex.token_grant(WRITABLE),
            "bob": await hostex.token_grant(SECOND),
        }
        tenants = tenants_of(hostex, toolsets=("all",), confirm=confirm)
        app = assemble(Settings(**settings), HERE, Ports(identifies=Known(grants), engines=tenants))
        held = held or Held()
        async with running(app) as http:
            here = Floor(app, http, hostex, held)
            for name in grants:
                await here.ask(name, "list_tags")
            hostex.wire.before = held
            with listen_everywhere(here.hear):
                yield here
            held.open()
        await tenants.aclose()

    return opened


async def settled() -> None:
    """Let everything go on that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_briefing_of_one_account_makes_anothers_single_read_wait_for_one_request(floor: Open) -> None:
    async with floor(at_once=1) as here:
        briefing = here.ask("ann", "get_daily_briefing", **DAY)
        await here.held.holds(1)
        single = here.ask("bob", "list_tags")
        await settled()
        for index in range(2):
            here.held.let_in(index)
            await here.held.holds(index + 2)
        assert here.held.came[:3].count("bob") == 1
        here.held.open()
        assert (await single).status_code == (await briefing).status_code == 200
    assert here.held.came.count("ann") >= 8


async def test_an_account_that_has_all_its_calls_under_way_leaves_room_for_others(floor: Open) -> None:
    async with floor(account_calls=2, process_calls=3) as here:
        greedy = [here.ask("ann", "list_properties", limit=number) for number in range(1, 7)]
        for _ in range(4):
            await here.in_line.acquire()
        single = here.ask("bob", "list_tags")
        await here.held.holds(3)
        here.held.let_in(2)
        assert (await single).status_code == 200
        assert here.held.came == ["ann", "ann", "bob"]
        here.held.open()
        assert [(await call).status_code for call in greedy] == [200] * 6


async def test_a_call_that_waits_for_its_person_takes_nobodys_turn(floor: Open) -> None:
    booking = {"reservation_code": "5-DEMO30PAT"}
    async with floor(account_calls=1, process_calls=1, confirm="auto") as here:
        here.held.open()
        asked = (await here.ask("ann", "cancel_reservation", **booking)).json()
        change_id = asked["result"]["structuredContent"]["change_id"]
        waiting = here.ask("ann", "cancel_reservation", **booking, change_id=change_id)
        for who in ("ann", "bob"):
            assert (await here.ask(who, "list_tags")).status_code == 200
        assert not waiting.done()
        waiting.cancel()


async def test_a_full_line_is_refused_with_503_and_the_rest_is_served(floor: Open) -> None:
    async with floor(account_calls=1, process_calls=1, waiting_calls=2) as here:
        first = here.ask("ann", "list_properties", limit=1)
        await here.held.holds(1)
        waiting = [here.ask("ann", "list_properties", limit=2)]
        await here.in_line.acquire()
        waiting += [here.ask("ann", "list_properties", limit=3)]
        await here.in_line.acquire()
        refused = await here.ask("ann", "list_properties", limit=4)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert "has not started" in refused.json()["error"]["message"]
        single = here.ask("bob", "list_tags")
        shed = await waiting[1]
        assert shed.status_code == 503
        assert here.held.came == ["ann"]
        here.held.open()
        assert [(await call).status_code for call in (first, waiting[0], single)] == [200] * 3
    assert sorted(here.held.came) == ["ann", "ann", "bob"]


async def test_a_caller_who_waited_in_vain_is_told_to_come_back(
    floor: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hostex_mcp.http.app.PATIENCE_SECONDS", 0.01)
    async with floor(process_calls=1) as here:
        first = here.ask("ann", "list_properties")
        await here.held.holds(1)
        late = await here.ask("bob", "list_tags")
        assert (late.status_code, late.headers["retry-after"]) == (503, "5")
        here.held.open()
        assert (await first).status_code == 200
    assert here.held.came == ["ann"]


def in_era(era: str, tool: str, given: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    return modern_call(tool, given) if era == "modern" else (JSON, call(tool, given))


@pytest.mark.parametrize("era", ["handshake", "modern"])
async def test_reads_stop_when_the_caller_hangs_up(floor: Open, era: str) -> None:
    async with floor(Held(which=lambda request: request.url.path != "/v3/properties")) as here:
        gone = asyncio.Event()
        briefing = in_era(era, "get_daily_briefing", DAY)
        asking = asyncio.create_task(here.ask_and_hang_up(*briefing, gone))
        await here.held.holds(4)
        await settled()
        begun = len(here.held.came)
        gone.set()
        assert await asking == []
        for _ in range(4):
            await here.held.given_up.acquire()
        here.held.open()
        assert (await here.ask("bob", "list_tags")).status_code == 200
        await settled()
        assert here.held.came[begun:] == ["bob"]


async def test_a_call_in_line_whose_caller_hangs_up_never_begins(floor: Open) -> None:
    async with floor(process_calls=1) as here:
        first = here.ask("ann", "list_properties")
        await here.held.holds(1)
        gone = asyncio.Event()
        asking = asyncio.create_task(here.ask_and_hang_up(JSON, call("list_tags"), gone))
        await here.in_line.acquire()
        gone.set()
        assert await asking == []
        here.held.open()
        assert (await first).status_code == 200
        await settled()
    assert here.held.came == ["ann"]


class Trail(logging.Handler):
    """What is audited, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[dict[str, Any]] = []
        self.written = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(json.loads(record.getMessage()))
        self.written.set()


@pytest.fixture
def trail() -> Generator[Trail]:
    logger, handler = logging.getLogger("hostex_mcp.audit"), Trail()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


@pytest.mark.parametrize("era", ["handshake", "modern"])
async def test_a_write_under_way_is_seen_to_its_end_when_the_caller_hangs_up(
    floor: Open, era: str, trail: Trail
) -> None:
    held = Held(which=lambda request: request.method == "POST")
    async with floor(held) as here:
        gone = asyncio.Event()
        creation = in_era(era, "create_task", TASK)
        asking = asyncio.create_task(here.ask_and_hang_up(*creation, gone))
        await held.holds(1)
        gone.set()
        await settled()
        assert held.given_up.locked()
        held.open()
        await asking
        await trail.written.wait()
    assert [(entry["tool"], entry["outcome"]) for entry in trail.kept] == [("create_task", "done")]
    assert here.hostex.asked.count("POST /tasks") == 1
