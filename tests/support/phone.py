"""A phone that notices of waiting changes arrive on, by a clock of its own."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hostex_mcp.server.notices import Delivery, Notices
from tests.support.clock import Clock

WHERE = "Open https://mcp.example.com/changes to decide."


class Phone:
    """Keeps what was sent to it, and when; it is said to have arrived if the phone is `reached`."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.reached = True
        self.arrived: list[tuple[datetime, str, str]] = []

    async def deliver(self, title: str, text: str) -> Sequence[Delivery]:
        self.arrived.append((self.clock.now, title, text))
        return [Delivery("phone", self.reached)]

    async def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        await asyncio.sleep(0)

    def notices(self, **options: Any) -> Notices:
        return Notices(self.deliver, WHERE, self.clock, sleep=self.sleep, **options)


async def always() -> bool:
    return True


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def sent(notices: Notices) -> None:
    """Wait until nothing waits to go out, also where a database is asked before that."""
    for _ in range(10_000):
        if notices.idle:
            return
        await asyncio.sleep(0.002)
    raise AssertionError("a notice did not go out")
