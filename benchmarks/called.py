"""What get_activity finds of ten days of the demo account: without any set-up, where the account is
remembered, and on a server that remembers it and that Hostex calls about it.
Run: python -m benchmarks.called"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
from pydantic import SecretStr
from starlette.applications import Starlette

from benchmarks.activity import Life, Look, Row, mornings, remembering, tells, verdict
from benchmarks.measuring import Table
from benchmarks.page import as_text
from hostex_mcp.http.config import SCOPES, Address
from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.http.store import Store, open_store
from hostex_mcp.http.store.records import Choices, Credential, Grant
from hostex_mcp.http.tenants.confirmations import shared_confirmations
from hostex_mcp.http.tenants.hostex_link import HostexCredentials
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.http.tenants.tenants import Tenants
from hostex_mcp.http.tenants.webhook_link import WebhookLink
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.hook_receiver import HookReceiver, hook_routes
from hostex_mcp.sandbox import WRITABLE
from hostex_mcp.sandbox.deeds import Happening
from hostex_mcp.settings import Settings

_ADDRESS = Address("https://mcp.example.com")
_SETTINGS = Settings(api_base_url="https://hostex.example/v3", toolsets=("all",))
_EDIT, _CALENDAR, _DELETED = "edit", "calendar", "income or expense, deleted"
# What is not compared, or was changed back before anybody compared it, is told without before and after.
_WITHOUT_CHANGES = {
    "edit that is taken back": _EDIT,
    "edit that takes one back": _EDIT,
    "block that is lifted": _CALENDAR,
    "lifted block": _CALENDAR,
    "money deleted": _DELETED,
}

_NAMES = "stay_code", "property_id", "transaction_id"


@dataclass
class CalledLife(Life):
    """An account about which Hostex calls. Each call is made when something happened, and what it is answered
    is known in `statuses` by that moment."""

    receiver: Starlette | None = None
    tenants: Tenants | None = None
    grant: Grant | None = None
    statuses: dict[datetime, list[int]] = field(default_factory=dict[datetime, list[int]])

    def __post_init__(self) -> None:
        self.calls = self._deliver
        super().__post_init__()

    async def live_until(self, now: datetime) -> None:
        """Let time go by, hour by hour."""
        while self.now < now:
            known = len(self.script.happened)
            self.advance(min(self.now + timedelta(hours=1), now))
            if len(self.script.happened) > known:
                await self.sandbox.webhooks.finished()

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The answer of the server to its connected app."""
        assert self.tenants
        assert self.grant
        caller = Caller(self.grant.grant_id, self.grant.choices.scopes, grant=self.grant)
        engine = await self.tenants.engine(caller, {})
        result = cast("Any", await engine.call(tool, arguments))
        if result.is_error:
            raise RuntimeError(f"{tool}: {result.structured_content['error']}")
        return cast("dict[str, Any]", result.structured_content)

    async def _deliver(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        transport = httpx2.ASGITransport(app=cast("Any", self.receiver))
        async with httpx2.AsyncClient(transport=transport) as http:
            answer = await http.post(url, content=body, headers=dict(headers))
        self.statuses.setdefault(self.now, []).append(answer.status_code)
        return answer.status_code


@asynccontextmanager
async def called() -> AsyncGenerator[CalledLife]:
    """The demo account, connected to a server that remembers it, with its calls switched on."""
    life = CalledLife()
    with tempfile.TemporaryDirectory() as folder:
        address = SecretStr(f"sqlite:///{Path(folder) / 'server.db'}")
        async with open_store(address, KeyRing([new_key()]), now=life.clock) as store:
            await _connect(life, store)
            yield life
            assert life.tenants
            await life.tenants.aclose()


async def _connect(life: CalledLife, store: Store) -> None:
    transport = httpx2.ASGITransport(app=life.sandbox.app)
    upstream = Upstream(_SETTINGS.api_base_url, 60, transport=transport)
    credentials = HostexCredentials(store, upstream, life.clock)
    life.grant = Grant(
        grant_id="grant",
        client_id="benchmark",
        client_name="Benchmark",
        returns_to="example.com",
        choices=Choices(frozenset(SCOPES)),
        resource=_ADDRESS.resource,
        browser="browser",
        kind="token",
        status="active",
        created_at=life.now,
    )
    await store.grants.add(life.grant, Credential("token", SecretStr(WRITABLE)))
    life.receiver = Starlette(routes=hook_routes(HookReceiver(store.hooks, now=life.clock)))
    life.tenants = Tenants(
        _SETTINGS,
        credentials,
        upstream,
        shared_confirmations(store.spent, store.keys, life.clock),
        now=life.clock,
        memory=store.account_memory,
    )
    step = await WebhookLink(store, credentials, upstream, _SETTINGS, _ADDRESS).turn_on(life.grant)
    if not step.done:
        raise RuntimeError(step.text)


def tells_called(row: Row, happening: Happening) -> bool:
    """Whether a row tells of something that happened, compared or not."""
    start = _WITHOUT_CHANGES.get(happening.kind)
    named = happening.subject in {f"{row.get(name)}" for name in _NAMES}
    return tells(row, happening) or bool(start and named and row["what"].startswith(start))


def verdict_called(happening: Happening, looks: Sequence[Look], life: CalledLife) -> str:
    """Whether Hostex called about something when it happened, so that it could be told from then on, or
    whether it was told the morning after, late, or never."""
    word = verdict(happening, looks, tells_called)
    at_once = word == "the morning after" and 200 in life.statuses.get(happening.at, ())
    return "at once" if at_once else word


async def found() -> list[tuple[Any, ...]]:
    """For each kind of thing: how often it happened, and when each was told: without set-up, remembered, and
    with calls."""
    without = Life()
    bare = await mornings(without)
    async with remembering(Life()) as remembered:
        kept = await mornings(remembered)
    async with called() as life:
        heard = await mornings(life)
    # Ids of what is new differ, as a webhook takes one too.
    levels = [
        [verdict(happening, bare) for happening in without.script.happened],
        [verdict(happening, kept) for happening in remembered.script.happened],
        [verdict_called(happening, heard, life) for happening in life.script.happened],
    ]
    if len({happening.at for happening in life.script.happened}) < len(levels[-1]):
        raise RuntimeError("things that happen at one moment cannot be told apart by calls")
    places: dict[str, list[int]] = {}
    for place, happening in enumerate(without.script.happened):
        places.setdefault(happening.kind, []).append(place)
    return [
        (kind, len(own), *([level[place] for place in own] for level in levels))
        for kind, own in places.items()
    ]


async def told() -> list[tuple[str, ...]]:
    """Kind, times, and what each level tells of it."""
    return [(kind, f"{count}", *map(_told, verdicts)) for kind, count, *verdicts in await found()]


async def table() -> Table:
    """Which kinds of things each level finds."""
    columns = "What happened", "Times", "Without set-up", "Remembered", "With webhooks"
    return Table("activity", columns, await told(), "Asked once a day, for what came after the last answer.")


def _told(verdicts: Sequence[str]) -> str:
    """In one word where all are alike."""
    if len(set(verdicts)) == 1:
        return verdicts[0]
    return ", ".join(f"{verdicts.count(word)} {word}" for word in dict.fromkeys(verdicts))


if __name__ == "__main__":
    print(as_text(asyncio.run(table())))
