"""Ten days that happen to the demo account by a script, asked about every morning: without any set-up, and
where the account is remembered.
Run: python -m benchmarks.activity with numbers of properties, for what the first briefing of a morning costs
on accounts of these sizes; what get_activity finds is measured by benchmarks.called."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
from pydantic import SecretStr

from benchmarks.measuring import Table
from benchmarks.page import as_text
from benchmarks.portfolio import portfolio
from hostex_mcp.api import HostexClient
from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.http.store import open_store
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.deeds import Happening
from hostex_mcp.sandbox.scenario import DAYS, Scenario
from hostex_mcp.sandbox.state import Accounts
from hostex_mcp.sandbox.webhook_calls import Send
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.account_store import AccountStore, NoStore
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select

START = datetime(2026, 6, 15, 8, tzinfo=UTC)
LATEST = timedelta(days=1)
# Hostex lets nobody ask without end.
_PATIENCE = timedelta(minutes=3)
Row = Mapping[str, Any]
Look = tuple[datetime, list[Row]]

_NAMED_BY = {
    "message": "conversation_id",
    "review": "reservation_code",
    "task": "task_id",
    "task changed": "task_id",
    "task deleted": "task_id",
    "money": "transaction_id",
    "money changed": "transaction_id",
    "money deleted": "transaction_id",
    "price": "property_id",
    "stay rule": "property_id",
    "nights closed": "property_id",
    "nights opened": "property_id",
    "block that is lifted": "property_id",
    "lifted block": "property_id",
    "channel account": "channel_account_id",
}
_SAID: Mapping[str, Callable[[str, str], bool]] = {
    "booking": lambda what, changes: what == "booking",
    "request": lambda what, changes: what.startswith("request"),
    "cancellation": lambda what, changes: what == "cancellation",
    "answer to a request": lambda what, changes: "status:" in changes,
    "dates of a stay": lambda what, changes: "check_out_date:" in changes,
    "guests of a stay": lambda what, changes: "guests:" in changes,
    "amount of a stay": lambda what, changes: "amount:" in changes,
    "property of a stay": lambda what, changes: "property:" in changes,
    "message": lambda what, changes: what.endswith(("message", "messages")),
    "review": lambda what, changes: what == "review",
    "price": lambda what, changes: " price " in changes,
    "stay rule": lambda what, changes: " min stay " in changes,
    "nights closed": lambda what, changes: "→ closed" in changes,
    "nights opened": lambda what, changes: "→ open" in changes,
    "channel account": lambda what, changes: what == "channel account changed",
    "task": lambda what, changes: what.endswith(", new"),
    "task changed": lambda what, changes: what.startswith("task ") and not what.endswith(", new"),
    "money": lambda what, changes: what in ("income", "expense"),
    "money changed": lambda what, changes: what.endswith(", changed"),
    "edit that is taken back": lambda what, changes: "guests:" in changes,
    "edit that takes one back": lambda what, changes: "guests:" in changes,
    "block that is lifted": lambda what, changes: "→ closed" in changes,
    "lifted block": lambda what, changes: "→ open" in changes,
}


@dataclass
class Life:
    """The demo account, or another one, as time goes by; a `store` remembers it."""

    accounts: Accounts | None = None
    now: datetime = START
    store: AccountStore = field(default_factory=NoStore)
    calls: Send | None = None
    sandbox: Sandbox = field(init=False)
    script: Scenario = field(init=False)

    def __post_init__(self) -> None:
        self.sandbox = Sandbox(now=self.clock, accounts=self.accounts, calls=self.calls)
        self.script = Scenario(self.sandbox.accounts.main, self.now)

    def clock(self) -> datetime:
        return self.now

    def advance(self, now: datetime) -> None:
        """Let happen what is due by then."""
        self.now = now
        self.script.advance(now)

    async def live_until(self, now: datetime) -> None:
        """Let time go by."""
        self.advance(now)

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The answer of a process that starts for it, and so remembers what its store does."""
        transport = httpx2.ASGITransport(app=self.sandbox.app)
        async with HostexClient(
            WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport, timeout=120
        ) as client:
            chosen = select(["all"])
            context = Context(client, chosen.reachable, now=self.clock, store=self.store)
            result = cast("Any", await Engine(chosen, context, "off").call(tool, arguments))
            if result.is_error:
                raise RuntimeError(f"{tool}: {result.structured_content['error']}")
            return cast("dict[str, Any]", result.structured_content)

    async def calls_of(self, tool: str, **arguments: Any) -> int:
        """How many calls to Hostex an answer takes."""
        before = len(self.sandbox.log)
        await self.ask(tool, **arguments)
        return len(self.sandbox.log) - before


@asynccontextmanager
async def remembering(life: Life) -> AsyncGenerator[Life]:
    """The same life, remembered in a file."""
    with tempfile.TemporaryDirectory() as folder:
        address = SecretStr(f"sqlite:///{Path(folder) / 'memory.db'}")
        async with open_store(address, KeyRing([new_key()]), now=life.clock) as store:
            life.store = store.account_memory.of(["demo"])
            yield life


async def mornings(life: Life) -> list[Look]:
    """What is told on each morning: all that came after the last one."""
    looks: list[Look] = []
    for day in range(DAYS + 1):
        await life.live_until(START + timedelta(days=day))
        since = (life.now - LATEST).isoformat()
        answer = await life.ask("get_activity", since=since, limit=100, detail="full")
        if answer.get("next_cursor"):
            raise RuntimeError("a morning has more than a page")
        looks.append((life.now, answer["items"]))
    return looks


def tells(row: Row, happening: Happening) -> bool:
    """Whether a row tells of something that happened."""
    said = _SAID.get(happening.kind)
    named = f"{row.get(_NAMED_BY.get(happening.kind, 'stay_code'))}"
    changes = " ".join(row.get("changes", ()))
    return said is not None and named == happening.subject and said(row["what"], changes)


def verdict(
    happening: Happening, looks: Sequence[Look], telling: Callable[[Row, Happening], bool] = tells
) -> str:
    """Whether something was told the morning after, late, or never."""
    times = [at for at, rows in looks if at >= happening.at and any(telling(row, happening) for row in rows)]
    if not times:
        return "never"
    return "the morning after" if min(times) - happening.at <= LATEST else "late"


async def briefings(sizes: Sequence[int]) -> Table:
    """The calls of the very first briefing, and of the first one a day later, once all threads were read."""
    rows: list[tuple[str, ...]] = []
    for size in sizes:
        async with remembering(Life(portfolio(size, START))) as life:
            first = await life.calls_of("get_daily_briefing")
            while any("not read yet" in note for note in (await life.ask("get_daily_briefing"))["notes"]):
                life.now += _PATIENCE
            life.advance(START + LATEST)
            morning = await life.calls_of("get_daily_briefing")
            threads = len(life.sandbox.accounts.main.conversations)
            rows.append((f"{size:,}", f"{threads:,}", f"{first}", f"{morning}"))
    columns = "Properties", "Threads", "First briefing of all", "First of a morning"
    return Table("briefings", columns, rows, "Calls to Hostex; one guest wrote overnight.")


if __name__ == "__main__":
    print(as_text(asyncio.run(briefings([int(size) for size in sys.argv[1:]]))))
