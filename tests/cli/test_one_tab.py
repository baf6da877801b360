"""However much waits, the page of this machine is one tab, and nothing on the machine can crowd it out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

import anyio
import pytest

from hostex_mcp.http.transport import uvicorn_protocol
from tests.cli.local_machine import BOOKING, THREAD, Machine, Ticking, click, machine

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here() -> AsyncIterator[Machine]:
    async with machine() as here:
        yield here


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


async def test_however_many_changes_wait_one_tab_is_opened(ticking: Ticking) -> None:
    async with machine(clock=ticking) as here:
        first = await here.ask(**BOOKING)
        others = [await here.ask("send_message", **{**THREAD, "message": f"No. {n}"}) for n in range(20)]
        assert len(here.opened) == 1
        assert here.opened[0].endswith(f"/changes/{first['change_id']}")
        assert {"under All changes" in told["next_step"] for told in others} == {True}
        async with here.browser() as browser:
            assert "All changes (20 more wait for you)" in (await browser.get(here.opened[0])).text
            listed = await browser.get(here.opened[0].rpartition("/")[0])
            assert listed.text.count('type="checkbox"') == 21


async def test_changes_that_come_at_once_open_one_tab(ticking: Ticking) -> None:
    async with machine(clock=ticking) as here, anyio.create_task_group() as calls:
        for number in range(5):
            message = {**THREAD, "message": f"No. {number}"}
            calls.start_soon(partial(here.ask, "send_message", **message))
    assert len(here.opened) == 1


async def test_the_next_change_gets_a_tab_once_nothing_else_waits(ticking: Ticking) -> None:
    async with machine(clock=ticking) as here:
        await here.ask()
        async with here.browser() as browser:
            await click(browser, here.opened[0], "decline")
        second = await here.ask("send_message", **THREAD)
        assert [url.rpartition("/")[2] for url in here.opened[1:]] == [second["change_id"]]


async def test_a_tab_that_nobody_looks_at_is_opened_again_for_all_that_waits(ticking: Ticking) -> None:
    async with machine(clock=ticking) as here:
        await here.ask()
        ticking.now += 299
        async with here.browser() as browser:
            await browser.get(here.opened[0])
        ticking.now += 299
        await here.ask("send_message", **THREAD)
        assert len(here.opened) == 1
        ticking.now += 1
        told = await here.ask("send_message", **THREAD)
        assert here.opened[1:] == [here.opened[0].rpartition("/")[0]]
        assert "A page was opened in the browser" in told["next_step"]


async def half_open(origin: str, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which only this much of a request comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(origin.rpartition(":")[2]))
    writer.write(sent)
    return reader, writer


async def test_connections_that_ask_for_nothing_make_room_for_the_browser(here: Machine) -> None:
    await here.ask()
    idle = [await half_open(here.origin, b"GET / HT") for _ in range(60)]
    async with here.browser() as browser:
        assert (await browser.get(here.opened[0])).status_code == 200
    ended = [reader.at_eof() or await reader.read() == b"" for reader, _ in idle[:20]]
    assert ended == [True] * 20
    assert not [number for number, (reader, _) in enumerate(idle[25:]) if reader.at_eof()]
    for _, writer in idle:
        writer.close()


@pytest.mark.parametrize(
    ("deadline", "sent"),
    [
        ("HEAD_SECONDS", b"GET / HT"),
        ("BODY_SECONDS", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na"),
    ],
)
async def test_a_request_that_is_dragged_out_is_ended(
    deadline: str, sent: bytes, here: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uvicorn_protocol, deadline, 0.01)
    await here.ask()
    reader, writer = await half_open(here.origin, sent)
    with anyio.fail_after(20), suppress(ConnectionError):
        await reader.read()
    writer.close()
