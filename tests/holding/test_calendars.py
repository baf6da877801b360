"""The widest calendar leaves the event loop to others: a hundred properties on 92 days, full and empty."""

import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from operator import itemgetter

import pytest
from mcp.types import CallToolResult

from benchmarks.portfolio import portfolio
from hostex_mcp.api import HostexClient
from hostex_mcp.domain.days import DAY
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.serving import running
from hostex_mcp.sandbox.state import Accounts
from hostex_mcp.sandbox.throttle import Throttles
from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ListPage, PageRequest
from hostex_mcp.tools.catalogue import APP_TOOLS
from hostex_mcp.tools.selection import select
from tests.support.piece import longest_piece

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.no_cover]

READ_CALENDAR = APP_TOOLS["read_calendar"]
LONGEST = 0.05
PROPERTIES, DAYS, CROWD, MANY = 100, 92, 250, 6_000


def patient(*_: object) -> None:
    """Let every request through."""


@pytest.mark.timeout(180)
@pytest.mark.parametrize("full", [True, False], ids=["full", "empty"])
async def test_the_widest_calendar_does_not_hold_the_loop(
    full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Throttles, "request", patient)
    accounts = portfolio(PROPERTIES, datetime.now(UTC))
    if not full:
        accounts.main.stays.clear()
        accounts.main.blocks.clear()
    assert await _shorter_of_two(accounts, _widest) < (LONGEST, "")


async def _shorter_of_two(
    accounts: Accounts, measure: Callable[[Engine], Awaitable[tuple[float, str]]]
) -> tuple[float, str]:
    """What was measured in the better of two rounds on these accounts."""
    selection = select(["all"])
    # In a thread of its own, so that its work is not ours.
    with running(Sandbox(accounts=accounts)) as address:
        certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        async with HostexClient(WRITABLE, base_url=address, verify=certificates) as client:
            engine = Engine(selection, Context(client, selection.reachable), "token")
            await engine.call("get_calendar", {"limit": 1})
            # What the machine does besides makes a piece seem longer, never shorter.
            return min([await measure(engine) for _ in range(2)])


async def _widest(engine: Engine) -> tuple[float, str]:
    """How long one piece of the widest calendar took, in words and as a grid, and which it was."""
    with longest_piece() as longest:
        page = await READ_CALENDAR.function(engine.context, page=PageRequest(limit=100), days=DAYS)
        await engine.call("get_calendar", {"days": DAYS, "limit": 100})
    assert isinstance(page, ListPage)
    assert len(page.items) == PROPERTIES
    return longest.seconds, longest.what


@pytest.mark.timeout(180)
async def test_very_many_stays_and_cleanings_on_the_same_nights_do_not_hold_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Throttles, "request", patient)
    now = datetime.now(UTC)
    accounts = portfolio(1, now)
    stays, nights = (
        accounts.main.stays,
        {"check_in_date": f"{now.date()}", "check_out_date": f"{now.date() + 9 * DAY}"},
    )
    single = next(stay for stay in stays.values() if stay["status"] == "accepted")
    crowd = {f"0-X{n}": {**single, **nights, "stay_code": f"0-X{n}"} for n in range(CROWD)}
    stays.clear()
    stays.update(crowd)
    cleaning = next(task for task in accounts.main.tasks.values() if task["type"] == "cleaning")
    called_off = {"status": "cancelled", "expected_date": nights["check_in_date"]}
    home = {"property_id": single["property_id"]}
    accounts.main.tasks = {
        number: {**cleaning, **called_off, **home, "id": number} for number in range(1, CROWD + 1)
    }
    repair = {"type": "maintenance", "status": "pending", "note": "wide " * 1_000}
    accounts.main.tasks |= {
        number: {**cleaning, **called_off, **home, **repair, "id": number}
        for number in range(CROWD + 1, 4 * CROWD)
    }
    assert await _shorter_of_two(accounts, _crowded) < (LONGEST, "")


CROWDED = (
    "get_calendar",
    "check_calendar_conflicts",
    "get_daily_briefing",
    "get_turnover_plan",
    "check_arrival_readiness",
    "read_day",
)


async def _crowded(engine: Engine) -> tuple[float, str]:
    with longest_piece() as longest:
        for tool in CROWDED:
            result = await engine.call(tool, {}, Elicitation(views=True))
            assert isinstance(result, CallToolResult)
            assert not result.is_error
    return longest.seconds, longest.what


@pytest.mark.timeout(180)
async def test_what_happened_in_a_large_account_does_not_hold_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Throttles, "request", patient)
    now = datetime.now(UTC)
    accounts, selection = portfolio(1, now), select(["all"])
    main, stamp = accounts.main, f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    entry = max(main.transactions.values(), key=itemgetter("created_at"))
    main.transactions.update(
        {900_000 + n: {**entry, "id": 900_000 + n, "created_at": stamp} for n in range(MANY)}
    )
    with running(Sandbox(accounts=accounts)) as address:
        certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        async with HostexClient(WRITABLE, base_url=address, verify=certificates) as client:
            engine = Engine(selection, Context(client, selection.reachable), "token")
            await engine.call("get_calendar", {"limit": 1})
            pieces = [await _happened(engine) for _ in range(2)]
    assert min(pieces) < (LONGEST, "")


async def _happened(engine: Engine) -> tuple[float, str]:
    with longest_piece() as longest:
        result = await engine.call("get_activity", {})
    assert isinstance(result, CallToolResult)
    assert (result.structured_content or {})["total"] > MANY
    return longest.seconds, longest.what
