"""Confirmations that several processes share: one ledger decides, and keys can be replaced."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hostex_mcp.domain.guest_text import Fence, fence_labels
from hostex_mcp.server.confirmation import Binding, Channel, Confirmations, MemoryLedger, TokenCheck, digest
from hostex_mcp.server.writes import Writes
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.server.test_writes import Desk
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio

OLD, NEW = b"o" * 32, b"n" * 32
BINDING = Binding("a", "set_price", "arguments", "state")


class SlowLedger(MemoryLedger):
    """Lets other calls run before it answers, as a database does."""

    async def find(self, key: str) -> Any:
        use = await super().find(key)
        await asyncio.sleep(0)
        return use

    async def claim(self, key: str, expires: datetime) -> bool:
        await asyncio.sleep(0)
        return await super().claim(key, expires)

    async def settle(self, key: str, outcome: Mapping[str, Any]) -> None:
        await asyncio.sleep(0)
        await super().settle(key, outcome)


def replica(ledger: MemoryLedger, desk: Desk, key: bytes = OLD) -> Writes:
    """The writes of one more process that serves the same account."""
    return Writes("a", "token", desk.clock, confirmations=Confirmations(desk.clock, lambda: [key], ledger))


async def test_a_token_of_one_process_confirms_in_another_which_tells_a_third_what_came_of_it() -> None:
    desk = Desk()
    ledger = SlowLedger(desk.clock)
    first, second, third = (replica(ledger, desk) for _ in range(3))
    desk.writes = first
    token = (await desk.ask())["confirmation_token"]
    desk.writes = second
    done = await desk.ask(token=token)
    desk.writes = third
    again = await desk.ask(token=token)
    assert (done["status"], again["reason"], again["earlier_outcome"]) == ("done", "used", done)
    assert desk.price.sent == [120]


async def test_a_token_that_reaches_two_processes_at_once_sends_once() -> None:
    desk = Desk()
    ledger = SlowLedger(desk.clock)
    desk.writes = replica(ledger, desk)
    token = (await desk.ask())["confirmation_token"]
    calls: list[asyncio.Task[Any]] = []
    for _ in range(4):
        desk.writes = replica(ledger, desk)
        calls.append(asyncio.create_task(desk.ask(token=token)))
        await asyncio.sleep(0)
    statuses = sorted(outcome["status"] for outcome in await asyncio.gather(*calls))
    assert statuses == ["confirmation_required"] * 3 + ["done"]
    assert desk.price.sent == [120]


async def test_a_replaced_key_still_verifies_while_it_is_kept_and_not_after() -> None:
    clock = Clock()
    token = Confirmations(clock, lambda: [OLD]).issue(BINDING, Channel.OFFER).text
    both = Confirmations(clock, lambda: [NEW, OLD])
    assert await both.check(token, BINDING, Channel.OFFER) is TokenCheck.VALID
    assert (
        await Confirmations(clock, lambda: [NEW]).check(token, BINDING, Channel.OFFER) is TokenCheck.UNKNOWN
    )


async def test_the_first_key_signs() -> None:
    clock = Clock()
    token = Confirmations(clock, lambda: [NEW, OLD]).issue(BINDING, Channel.OFFER).text
    assert (
        await Confirmations(clock, lambda: [OLD]).check(token, BINDING, Channel.OFFER) is TokenCheck.UNKNOWN
    )


async def test_a_token_that_is_not_ours_is_claimed_by_nobody() -> None:
    confirmations = Confirmations(Clock())
    assert await confirmations.claim("made up") is False
    await confirmations.settle("made up", {"status": "done"})
    assert await confirmations.outcome("made up") is None


async def test_a_use_is_forgotten_only_when_its_token_has_long_expired() -> None:
    clock = Clock()
    ledger = MemoryLedger(clock)
    assert await ledger.claim("a", datetime(2026, 11, 24, 12, 20, tzinfo=UTC))
    clock.now = datetime(2026, 11, 24, 12, 19, tzinfo=UTC)
    assert not await ledger.claim("a", datetime(2026, 11, 24, 13, tzinfo=UTC))
    clock.now = datetime(2026, 11, 24, 12, 21, tzinfo=UTC)
    assert await ledger.claim("b", datetime(2026, 11, 24, 13, tzinfo=UTC))
    assert await ledger.find("a") is None


async def test_a_clock_that_was_ahead_for_hours_has_no_use_forgotten() -> None:
    clock = Clock()
    confirmations = Confirmations(clock)
    token = confirmations.issue(BINDING, Channel.OFFER).text
    right = clock.now
    clock.now = right + timedelta(minutes=1)
    assert await confirmations.claim(token)
    clock.now = right + timedelta(hours=8)
    assert await confirmations.claim(confirmations.issue(BINDING, Channel.OFFER).text)
    clock.now = right + timedelta(minutes=2)
    assert await confirmations.check(token, BINDING, Channel.OFFER) is TokenCheck.USED


def test_a_digest_tells_apart_what_only_looks_like_a_fence() -> None:
    texts = ["https://guest-aaaaaa.example", "https://guest-bbbbbb.example", "https://guest.example"]
    assert len({digest({"message": text}, ["guest-cccccc"]) for text in texts}) == 3


def test_a_digest_is_the_same_whatever_labels_the_fences_were_given() -> None:
    first, other = Fence(), Fence()
    assert digest(first.mark("Hello"), [first.label]) == digest(other.mark("Hello"), [other.label])
    assert digest(first.mark("Hello"), [first.label]) != digest("<guest>Hello</guest>")
    assert digest(first.mark("Hello"), [first.label]) != digest("<\x1f>Hello</\x1f>")


def test_a_digest_keeps_all_of_its_256_bits() -> None:
    assert len(bytes.fromhex(digest({"price": 1}))) == 32


async def test_fences_of_tasks_that_run_at_the_same_time_are_all_known() -> None:
    async def fenced() -> str:
        return Fence().label

    with fence_labels() as labels:
        pairs = await asyncio.gather(*(fenced() for _ in range(3)))
    outside = Fence().label
    assert sorted(labels) == sorted(pairs)
    assert outside not in labels


@pytest.mark.parametrize(
    ("issued", "brought"), [(Channel.ANSWER, Channel.OFFER), (Channel.OFFER, Channel.ANSWER)]
)
async def test_what_was_issued_for_one_channel_is_unknown_in_the_other(
    issued: Channel, brought: Channel
) -> None:
    confirmations = Confirmations(Clock())
    text = confirmations.issue(BINDING, issued).text
    assert await confirmations.check(text, BINDING, issued) is TokenCheck.VALID
    assert await confirmations.check(text, BINDING, brought) is TokenCheck.UNKNOWN


def test_a_token_fits_into_its_argument_for_the_longest_names() -> None:
    binding = Binding("g" * 40, max(CATALOGUE, key=len), digest(1), digest(2))
    assert len(Confirmations(Clock()).issue(binding, Channel.OFFER).text) <= 1000
