import asyncio
import gc
from collections.abc import Callable

import httpx2
import pytest
from anyio.lowlevel import checkpoint

from hostex_mcp.api import HostexClient, NetworkFailed, NotFound, Operation
from tests.support.hostex import TOKEN, envelope

pytestmark = pytest.mark.anyio

COUNT = Operation("GET", "/count", int)
SEARCH = Operation("POST", "/search", int, safe=True)
WRITE = Operation("POST", "/count", int)


class Gate:
    """Holds every request until it is opened."""

    def __init__(self, answer: Callable[[int], httpx2.Response] = envelope) -> None:
        self.opened = asyncio.Event()
        self.reached = asyncio.Event()
        self.asked = 0
        self.inside = 0
        self.most = 0
        self.cancelled = 0
        self.client = HostexClient(
            TOKEN, base_url="https://hostex.test", transport=httpx2.MockTransport(self._handle)
        )
        self._answer = answer

    async def _handle(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        number = self.asked
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.reached.set()
        try:
            await self.opened.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.inside -= 1
        return self._answer(number)


async def turns(count: int = 20) -> None:
    """Let every other task run a few steps."""
    for _ in range(count):
        await checkpoint()


async def test_identical_reads_at_the_same_time_are_one_request() -> None:
    gate = Gate()
    calls = [asyncio.create_task(gate.client.call(COUNT, query={"day": 1})) for _ in range(5)]
    await turns()
    gate.opened.set()
    assert await asyncio.gather(*calls) == [1] * 5
    assert gate.asked == 1


async def test_identical_reads_with_post_are_one_request_too() -> None:
    gate = Gate()
    calls = [asyncio.create_task(gate.client.call(SEARCH, body={"day": 1})) for _ in range(2)]
    await turns()
    gate.opened.set()
    await asyncio.gather(*calls)
    assert gate.asked == 1


async def test_reads_that_differ_in_a_query_or_body_are_apart() -> None:
    gate = Gate()
    gate.opened.set()
    await asyncio.gather(
        gate.client.call(COUNT, query={"day": 1}),
        gate.client.call(COUNT, query={"day": 2}),
        gate.client.call(SEARCH, body={"day": 1}),
        gate.client.call(SEARCH, body={"day": 2}),
    )
    assert gate.asked == 4


async def test_identical_writes_are_each_sent() -> None:
    gate = Gate()
    gate.opened.set()
    await asyncio.gather(gate.client.call(WRITE, body={}), gate.client.call(WRITE, body={}))
    assert gate.asked == 2


async def test_a_read_after_the_first_has_ended_asks_again() -> None:
    gate = Gate()
    gate.opened.set()
    assert [await gate.client.call(COUNT), await gate.client.call(COUNT)] == [1, 2]


async def test_all_who_share_a_read_get_its_error() -> None:
    gate = Gate(lambda _: envelope(code=404))
    calls = [asyncio.create_task(gate.client.call(COUNT)) for _ in range(3)]
    await turns()
    gate.opened.set()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [NotFound] * 3
    assert gate.asked == 1


async def test_one_who_gives_up_does_not_disturb_the_others() -> None:
    gate = Gate()
    first, second = (asyncio.create_task(gate.client.call(COUNT)) for _ in range(2))
    await gate.reached.wait()
    first.cancel()
    await turns()
    gate.opened.set()
    assert await second == 1
    assert first.cancelled()
    assert gate.cancelled == 0


async def test_the_last_one_who_gives_up_ends_the_request_and_newcomers_start_afresh() -> None:
    gate = Gate()
    calls = [asyncio.create_task(gate.client.call(COUNT)) for _ in range(2)]
    await gate.reached.wait()
    for call in calls:
        call.cancel()
    await turns(1)
    newcomer = asyncio.create_task(gate.client.call(COUNT))
    await turns()
    gate.opened.set()
    assert await newcomer == 2
    assert gate.cancelled == 1


async def test_a_cancelled_write_ends_its_request() -> None:
    gate = Gate()
    call = asyncio.create_task(gate.client.call(WRITE, body={}))
    await gate.reached.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert gate.cancelled == 1


async def test_a_read_after_a_write_does_not_join_one_from_before_it() -> None:
    gate = Gate()
    before = asyncio.create_task(gate.client.call(COUNT))
    await gate.reached.wait()
    write = asyncio.create_task(gate.client.call(WRITE, body={}))
    await turns()
    write.cancel()
    await turns()
    after = asyncio.create_task(gate.client.call(COUNT))
    await turns()
    gate.opened.set()
    assert (await before, await after) == (1, 3)


async def test_at_most_eight_requests_are_under_way() -> None:
    gate = Gate()
    calls = [asyncio.create_task(gate.client.call(COUNT, query={"day": day})) for day in range(20)]
    await turns(200)
    assert gate.inside == 8
    gate.opened.set()
    await asyncio.gather(*calls)
    assert (gate.asked, gate.most) == (20, 8)


async def test_closing_the_client_ends_reads_under_way_with_an_error() -> None:
    gate = Gate()
    call = asyncio.create_task(gate.client.call(COUNT))
    await gate.reached.wait()
    await gate.client.aclose()
    with pytest.raises(NetworkFailed, match="closed"):
        await call
    assert gate.cancelled == 1


async def test_an_error_after_everybody_gave_up_is_not_reported_as_forgotten() -> None:
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    entered = asyncio.Event()

    async def stubborn(request: httpx2.Request) -> httpx2.Response:
        entered.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return envelope(code=404)
        raise AssertionError

    transport = httpx2.MockTransport(stubborn)
    client = HostexClient(TOKEN, base_url="https://hostex.test", transport=transport)
    call = asyncio.create_task(client.call(COUNT))
    await entered.wait()
    call.cancel()
    await turns()
    assert call.cancelled()
    del call
    gc.collect()
    assert reported == []
