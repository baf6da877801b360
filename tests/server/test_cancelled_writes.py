"""Calls that are cancelled while they write: what was sent is seen to its end, what was not is not sent."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from hostex_mcp.server.audit import AuditLog
from hostex_mcp.server.writes import Writes
from tests.server.test_writes import Desk, Person, Price

pytestmark = pytest.mark.anyio


class HeldPrice(Price):
    """A price whose change is under way until a test lets it arrive."""

    def __init__(self) -> None:
        super().__init__(gate=asyncio.Event())
        self.sending = asyncio.Event()

    async def plan(self, price: int) -> Any:
        change = await super().plan(price)

        async def send() -> Any:
            self.sending.set()
            return await change.send()

        return replace(change, send=send)


def desk_of(path: Path, confirm: str = "auto") -> tuple[Desk, HeldPrice]:
    price = HeldPrice()
    desk = Desk(price=price)
    desk.writes = Writes("a1b2", confirm, desk.clock, AuditLog(path))
    return desk, price


def outcomes(path: Path) -> list[tuple[str, str | None]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(line["outcome"], line.get("confirmed")) for line in map(json.loads, lines)]


async def cancelled_while_sending(desk: Desk, price: HeldPrice, **given: Any) -> None:
    """Make a call, cancel it once its write is under way, and let the write arrive only then."""
    async with anyio.create_task_group() as calls:
        calls.start_soon(lambda: desk.ask(**given))
        await price.sending.wait()
        assert price.gate
        calls.cancel_scope.cancel()
        asyncio.get_running_loop().call_soon(price.gate.set)


@pytest.mark.parametrize(
    ("confirm", "elicitation", "confirmed"), [("off", None, "operator"), ("auto", Person("accept"), "person")]
)
async def test_a_write_whose_caller_leaves_is_seen_to_its_end_and_audited(
    tmp_path: Path, confirm: str, elicitation: Any, confirmed: str
) -> None:
    desk, price = desk_of(tmp_path / "audit", confirm)
    await cancelled_while_sending(desk, price, elicitation=elicitation)
    assert price.sent == [120]
    assert outcomes(tmp_path / "audit") == [("done", confirmed)]


async def test_a_confirmed_write_whose_caller_left_is_not_sent_again_and_tells_its_outcome(
    tmp_path: Path,
) -> None:
    desk, price = desk_of(tmp_path / "audit", "token")
    token = (await desk.ask())["confirmation_token"]
    await cancelled_while_sending(desk, price, token=token)
    again = await desk.ask(token=token)
    assert (again["reason"], again["earlier_outcome"]["status"]) == ("used", "done")
    assert price.sent == [120]
    assert outcomes(tmp_path / "audit")[1] == ("done", "token")


async def test_a_call_that_is_cancelled_before_it_sends_changes_nothing(tmp_path: Path) -> None:
    desk, price = desk_of(tmp_path / "audit")
    question = asyncio.Event()

    class Silent(Person):
        async def ask(self, message: str) -> Any:
            question.set()
            await asyncio.Event().wait()

    async with anyio.create_task_group() as calls:
        calls.start_soon(lambda: desk.ask(elicitation=Silent()))
        await question.wait()
        calls.cancel_scope.cancel()
    assert price.sent == []
    assert outcomes(tmp_path / "audit") == [("interrupted", None)]
