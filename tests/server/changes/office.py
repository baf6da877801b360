"""An account whose one price is changed by a call and a person's click, in as many processes as a test
wants."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from anyio import lowlevel

from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.audit import AuditLog
from hostex_mcp.server.changes.deciding import Decision, Decisions
from hostex_mcp.server.changes.pending import ChangeDesk, PendingChanges
from hostex_mcp.server.changes.record import ChangeStore, MemoryChanges, PendingChange
from hostex_mcp.server.confirmation import Confirmations, digest
from hostex_mcp.server.sending import WriteCall
from hostex_mcp.server.writes import Writes
from tests.server.test_writes import Price, set_price
from tests.support.clock import Clock


@dataclass
class World:
    """What all processes of an account share."""

    price: Price = field(default_factory=Price)
    clock: Clock = field(default_factory=Clock)
    store: ChangeStore = field(default_factory=MemoryChanges)


@dataclass
class Office:
    """One process that serves the account."""

    world: World = field(default_factory=World)
    account: str = "a"
    trail: Path | None = None
    app: str = "Claude"
    paused: list[float] = field(default_factory=list[float])
    meanwhile: Callable[[], Awaitable[None]] = field(default=lowlevel.checkpoint)

    def __post_init__(self) -> None:
        world, confirmations = self.world, Confirmations(self.world.clock)
        desk = ChangeDesk(store=world.store)
        self.pending = PendingChanges(self.account, world.clock, desk, self.pause)
        trail = AuditLog(self.trail)
        self.writes = Writes(self.account, "auto", world.clock, trail, confirmations, self.pending)
        self.decisions = Decisions(
            self.pending, self.writes.sender, {"set_price": set_price}.__getitem__, self.prepare
        )

    async def pause(self, seconds: float) -> None:
        """Let time pass for this process."""
        self.paused.append(seconds)
        self.world.clock.advance(seconds=seconds)
        await self.meanwhile()

    async def prepare(self, name: str, given: Mapping[str, Any]) -> WriteCall:
        """Make a call ready to be worked out."""
        price = given["price"]
        plan = partial(self.world.price.plan, price)
        app = Elicitation(app=self.app)
        asked = {"price": price}
        return WriteCall(set_price, asked, asked, digest(asked), plan, app, given)

    async def ask(self, price: int = 120) -> dict[str, Any]:
        """The model's call."""
        told: Any = await self.writes.run(await self.prepare("set_price", {"price": price}))
        return told

    async def waiting(self, price: int = 120) -> PendingChange:
        """The model's call, and what waits then."""
        return await self.at(await self.ask(price))

    async def at(self, told: Mapping[str, Any]) -> PendingChange:
        """The change that an answer names."""
        change = await self.pending.find(told["change_id"])
        assert change
        return change

    async def repeat(self, change_id: str, price: int = 120) -> dict[str, Any]:
        """The model's repeated call."""
        return await self.pending.follow(set_price, {"price": price, "change_id": change_id}, change_id)

    async def click(
        self, change: PendingChange, approve: bool = True, by: str = "Ana", seen: str | None = None
    ) -> PendingChange:
        """A person's click below the preview of this change."""
        decision = Decision(by, "page", self.world.clock())
        return await self.decisions.decide(
            change.id, approve, decision, change.state_digest if seen is None else seen, None
        )
