"""Names that take their servers long to resolve, as a stranger may have looked up."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from hostex_mcp.public_fetch import FetchFailed, fetch_public

pytestmark = pytest.mark.anyio

SLOW = "slow.attacker.example"


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[int]]:
    """The threads in which the slow names are being looked up, until the end of the test."""
    done, threads, usual = threading.Event(), set[int](), socket.getaddrinfo

    def look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(host, bytes):
            host = host.decode()
        if host != SLOW:
            return usual(host, *arguments, **options)
        threads.add(threading.get_ident())
        done.wait()
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield threads
    done.set()


async def look_for_documents(number: int) -> None:
    """So many documents at a slow name, each given up in a moment."""

    async def fetch() -> None:
        with pytest.raises(FetchFailed):
            await fetch_public(f"https://{SLOW}/x", most_bytes=9, seconds=0.05, accept="*/*")

    async with anyio.create_task_group() as tasks:
        for _ in range(number):
            tasks.start_soon(fetch)


async def test_names_that_strangers_choose_keep_no_other_look_up_waiting(threads: set[int]) -> None:
    await look_for_documents(64)
    with anyio.fail_after(10):
        entries = await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 443)
    assert entries[0][4][:2] == ("127.0.0.1", 443)


async def test_look_ups_that_nobody_waits_for_any_more_do_not_pile_up(threads: set[int]) -> None:
    await look_for_documents(64)
    await look_for_documents(64)
    assert 1 <= len(threads) <= 8
