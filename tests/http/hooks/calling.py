"""A deployment that the sandbox calls, as Hostex would, and the page on which its calls are switched on."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from hostex_mcp.http.store.records import Grant
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.http.changing import call, connected
from tests.http.connecting import ADDRESS, Person, deployment
from tests.http.html_pages import Html, changed
from tests.support.clock import Clock


@dataclass
class Called:
    """An owner, the connection of their app, and the way from the sandbox to the server."""

    owner: Person
    sandbox: Sandbox
    clock: Clock
    grant: Grant
    sent: list[tuple[str, Mapping[str, str], bytes]] = field(
        default_factory=list[tuple[str, Mapping[str, str], bytes]]
    )

    @property
    def account(self) -> SandboxAccount:
        return self.sandbox.accounts.main

    def registered(self) -> list[Row]:
        """The webhooks in Hostex that lead here."""
        rows = self.account.webhooks.values()
        return [row for row in rows if row["url"].startswith(f"{ADDRESS.origin}/hooks/")]

    async def page(self, grant: Grant | None = None, status: int = 200) -> Html:
        """The page of a connection."""
        answer = await self.owner.get(f"/connect/hooks?grant={(grant or self.grant).grant_id}")
        assert answer.status_code == status, answer.text
        return Html(answer.text)

    async def press(self, action: str, **values: Any) -> httpx2.Response:
        """Press a button of the page."""
        fields = changed((await self.page()).fields, action=action, **values)
        return await self.owner.post("/connect/hooks", fields)

    async def turned_on(self) -> None:
        """Switch the calls on."""
        answer = await self.press("on")
        assert answer.status_code == 200, Html(answer.text).text

    async def news(self, **arguments: Any) -> dict[str, Any]:
        """What `get_activity` answers once Hostex has called about everything."""
        await self.sandbox.webhooks.finished()
        answer = await call(self.owner, self.grant, "get_activity", {"limit": 50, **arguments})
        assert "error" not in answer, answer
        return answer


@asynccontextmanager
async def called(folder: Path, **settings: Any) -> AsyncGenerator[Called]:
    """A server, its owner, and a sandbox that calls it."""
    clocks, app = [Clock()], list[Any]()
    sent: list[tuple[str, Mapping[str, str], bytes]] = []

    async def send(url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent.append((url, headers, body))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app[0])) as http:
            return (await http.post(url, headers=dict(headers), content=body)).status_code

    sandbox = Sandbox(now=lambda: clocks[-1](), calls=send)
    async with deployment(folder, sandbox, toolsets=("all",), **settings) as owner:
        app.append(owner.app)
        clocks.append(owner.clock)
        yield Called(owner, sandbox, owner.clock, await connected(owner), sent)
