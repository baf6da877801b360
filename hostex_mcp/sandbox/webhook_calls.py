"""Calls of registered webhooks. Inferred: an address is called once, and an answer other than 2xx changes
nothing; whether Hostex calls again is unknown."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import httpx2

from hostex_mcp.sandbox.happenings import AccountState, happened, look_at
from hostex_mcp.sandbox.state import Row, SandboxAccount

HEADER = "Hostex-Webhook-Secret-Token"
DEADLINE_SECONDS = 3.0

Send = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]


@dataclass(frozen=True)
class WebhookCall:
    """A call that was made. `status` is 0 where nobody answered in time."""

    url: str
    message: Row
    status: int


@dataclass
class WebhookCalls:
    """Calls webhooks that were registered here about what changed since the last look. Without `send` nothing
    leaves the sandbox."""

    accounts: Sequence[SandboxAccount]
    clock: Callable[[], datetime]
    send: Send | None = None
    made: list[WebhookCall] = field(default_factory=list[WebhookCall])
    _states: dict[str, AccountState] = field(default_factory=dict[str, AccountState])
    _under_way: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def look(self) -> None:
        """Look at the accounts that have webhooks, and call these about what changed. Returns at once."""
        for account in self.accounts if self.send else ():
            registered = [dict(row) for row in account.webhooks.values() if "_secret" in row]
            if not registered:
                self._states.pop(account.name, None)
                continue
            after = look_at(account)
            before = self._states.get(account.name, after)
            self._states[account.name] = after
            messages = happened(before, after, self.clock())
            if messages:
                task = asyncio.get_running_loop().create_task(self._call(registered, messages))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def finished(self) -> None:
        """AccountState, and wait until every call has been made."""
        self.look()
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _call(self, registered: Sequence[Row], messages: Sequence[Row]) -> None:
        for message in messages:
            for webhook in registered:
                if message["event"] in webhook["events"] and self.send:
                    status = await _post(self.send, webhook, message)
                    self.made.append(WebhookCall(webhook["url"], message, status))


async def _post(send: Send, webhook: Row, message: Row) -> int:
    headers = {"Content-Type": "application/json", HEADER: webhook["_secret"]}
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await send(webhook["url"], headers, json.dumps(message).encode())
    except (TimeoutError, httpx2.HTTPError):
        return 0


def secret_of(url: str) -> str:
    """Return the secret of an address: the same whenever it is registered."""
    return hashlib.sha256(f"sandbox webhook {url}".encode()).hexdigest()[:40]


async def post_locally(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Call an address of this machine; any other is never called, and counts as silent."""
    if urlsplit(url).hostname not in ("127.0.0.1", "::1", "localhost"):
        return 0
    async with httpx2.AsyncClient(trust_env=False) as client:
        return (await client.post(url, headers=dict(headers), content=body)).status_code
