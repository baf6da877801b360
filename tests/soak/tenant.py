"""One tenant: a grant, and somebody who does with it, in no order, what hosts and their clients do."""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import anyio
import httpx2
from mcp.shared.auth import OAuthToken

from tests.soak.ledger import Ledger
from tests.support.driving import Person
from tests.support.local import JSON, call
from tests.support.python_client import Keeping, connected

READS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("list_properties", {}),
    ("list_reservations", {"limit": 20}),
    ("list_conversations", {"limit": 20}),
    ("list_tasks", {"detail": "full"}),
    ("list_reviews", {}),
    ("call_read_tool", {"name": "list_staffs", "arguments": {}}),
    ("find_tools", {"query": "cleaning"}),
)
INSIGHTS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("get_daily_briefing", {}),
    ("list_guests_waiting", {}),
    ("call_read_tool", {"name": "get_turnover_plan", "arguments": {}}),
    ("call_read_tool", {"name": "check_arrival_readiness", "arguments": {}}),
)
WRONG: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("list_properties", {"nmae": "Loft"}),
    ("list_reservations", {"start_check_in_date": "tomorrow"}),
    ("send_message", {"conversation_id": "0-0-none", "message": "Hello"}),
    ("create_task", {"type": "other"}),
)
Answer = dict[str, Any]
SECONDS = 60.0
TRIES = 8
PATIENCE = 2.0
PROPERTY = 20110001


@dataclass
class Tenant:
    """`prefix` begins every text that is written in this run, `secrets` collects all tokens there ever were,
    `impatient` is how long a caller waits who does not."""

    resource: str
    person: Person
    threads: list[str]
    prefix: str
    ledger: Ledger
    secrets: set[str]
    chance: random.Random
    http: httpx2.AsyncClient
    kept: Keeping = field(init=False)

    @property
    def origin(self) -> str:
        return self.resource.removesuffix("/mcp")

    async def connect(self) -> None:
        """Connect as the SDK's client does: discovery, registration, consent, and a first call. Where the
        page says that Hostex did not answer, try again a little later."""
        for _ in range(TRIES):
            self.kept = Keeping(person=self.person)
            try:
                async with connected(self.resource, self.kept) as client:
                    await client.call_tool("list_properties", {"limit": 1})
            except* AssertionError:
                self.ledger.calls["could not connect"] += 1
                await anyio.sleep(PATIENCE)
            else:
                break
        self._remember()

    async def act(self) -> None:
        """One thing or another."""
        actions: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (self.read, 34),
            (self.look_through, 10),
            (self.mistake, 8),
            (self.send_message, 18),
            (self.create_task, 12),
            (self.give_up, 8),
            (self.cancel, 4),
            (self.refresh, 5),
            (self.sign_out, 1),
        ]
        (chosen,) = self.chance.choices([action for action, _ in actions], [often for _, often in actions])
        try:
            await chosen()
        except Exception as error:
            self.ledger.surprises.append(f"{chosen.__name__}: {error!r}"[:300])

    async def read(self) -> None:
        """Look something up."""
        await self._ask(*self.chance.choice(READS))

    async def look_through(self) -> None:
        """Ask for an answer that combines many."""
        await self._ask(*self.chance.choice(INSIGHTS))

    async def mistake(self) -> None:
        """Use wrong arguments."""
        got = await self._ask(*self.chance.choice(WRONG))
        if "error" not in got:
            self.ledger.surprises.append(f"wrong arguments were taken: {got}"[:300])

    async def send_message(self) -> None:
        """Send a message after its preview: once, twice at once, without waiting, or not at all."""
        text = self._new_text()
        given = {"conversation_id": self.chance.choice(self.threads), "message": text}
        asked = await self._ask("send_message", given)
        if asked.get("status") != "confirmation_required":
            return
        confirmed = given | {"confirmation_token": asked["confirmation_token"]}
        manner = self.chance.choice(["once"] * 6 + ["twice", "twice", "leaves", "never", "changed"])
        if manner == "changed":
            self._settle(text, await self._ask("send_message", confirmed | {"message": f"{text} or so"}))
        elif manner == "leaves":
            self._settle(text, await self._ask_and_leave("send_message", confirmed))
        elif manner != "never":
            await self._write("send_message", confirmed, text, times=2 if manner == "twice" else 1)

    async def create_task(self) -> None:
        """Create a task, which is not confirmed."""
        text = self._new_text()
        given = {"type": "other", "expected_date": "2027-06-01", "property_id": PROPERTY, "note": text}
        await self._write("create_task", given, text, times=1)

    async def give_up(self) -> None:
        """Ask for much, and hang up before it is there."""
        await self._ask_and_leave(*self.chance.choice(INSIGHTS))

    async def cancel(self) -> None:
        """Have the SDK's client make a call and cancel it. Now and then that breaks the client's own pipe."""
        try:
            async with connected(self.resource, self.kept) as client:
                with anyio.move_on_after(self.chance.uniform(0, 0.3)):
                    await client.call_tool("get_daily_briefing", {})
        except* anyio.BrokenResourceError:
            self.ledger.calls["broke its own pipe"] += 1
        self._remember()

    async def refresh(self) -> None:
        """Refresh, at times twice at once as some clients do: both get the same pair."""
        pairs: list[Answer] = []

        async def one() -> None:
            pairs.append(await self._token({"grant_type": "refresh_token", "refresh_token": text}))

        text = self._tokens.refresh_token or ""
        async with anyio.create_task_group() as both:
            for _ in range(self.chance.choice([1, 1, 2])):
                both.start_soon(one)
        if any(pair != pairs[0] for pair in pairs):
            self.ledger.surprises.append("two refreshes at once got different pairs")
        self.kept.tokens = OAuthToken.model_validate(pairs[0])
        self._remember()

    async def sign_out(self) -> None:
        """End the grant, see that its token is dead, and connect anew."""
        old = self._tokens
        form = {"token": old.refresh_token or "", "client_id": self._client_id}
        (await self.http.post(f"{self.origin}/revoke", data=form)).raise_for_status()
        answer = await self._post(call("list_properties"))
        if answer.status_code != 401:
            self.ledger.surprises.append(f"a revoked token got {answer.status_code}")
        self.ledger.calls["revoked"] += 1
        await self.connect()

    async def _write(self, tool: str, given: Mapping[str, Any], text: str, times: int) -> None:
        async def one() -> None:
            self._settle(text, await self._ask(tool, given))

        async with anyio.create_task_group() as calls:
            for _ in range(times):
                calls.start_soon(one)

    async def _ask(self, tool: str, arguments: Mapping[str, Any]) -> Answer:
        answer = await self._post(call(tool, arguments))
        if answer.status_code != 200:
            self.ledger.calls[f"HTTP {answer.status_code}"] += 1
            return {"error": {"kind": f"HTTP {answer.status_code}"}}
        got: Answer = answer.json()["result"]["structuredContent"]
        self.ledger.calls[got.get("error", {}).get("kind") or got.get("status") or "answered"] += 1
        return got

    async def _ask_and_leave(self, tool: str, arguments: Mapping[str, Any]) -> Answer | None:
        """None if the caller hung up before there was an answer."""
        with anyio.move_on_after(self.chance.uniform(0, 0.2)):
            return await self._ask(tool, arguments)
        self.ledger.calls["hung up"] += 1
        return None

    async def _post(self, body: str) -> httpx2.Response:
        headers = JSON | {"Authorization": f"Bearer {self._tokens.access_token}"}
        return await self.http.post(self.resource, content=body, headers=headers, timeout=SECONDS)

    async def _token(self, form: Mapping[str, str]) -> Answer:
        data = {**form, "client_id": self._client_id}
        answer = await self.http.post(f"{self.origin}/token", data=data, timeout=SECONDS)
        answer.raise_for_status()
        self.ledger.calls["refreshed"] += 1
        return answer.json()

    def _settle(self, text: str, got: Answer | None) -> None:
        self.ledger.settle(text, got)

    def _new_text(self) -> str:
        text = f"{self.prefix} {uuid4().hex}"
        self.ledger.begin(text)
        return text

    def _remember(self) -> None:
        self.secrets |= {self._tokens.access_token, self._tokens.refresh_token or ""} - {""}

    @property
    def _tokens(self) -> OAuthToken:
        assert self.kept.tokens
        return self.kept.tokens

    @property
    def _client_id(self) -> str:
        assert self.kept.client
        return self.kept.client.client_id or ""
