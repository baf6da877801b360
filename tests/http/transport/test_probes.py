"""Probes cost nothing, however often a stranger asks."""

import anyio
import pytest

from hostex_mcp.http.transport import probes
from hostex_mcp.http.transport.probes import DatabaseProbe

pytestmark = pytest.mark.anyio


class Database:
    """Counts how often it is asked; away while told so."""

    def __init__(self) -> None:
        self.asked = 0
        self.time = 0.0
        self.away = False
        self.answer = anyio.Event()

    async def ping(self) -> None:
        self.asked += 1
        await self.answer.wait()
        if self.away:
            raise OSError

    def clock(self) -> float:
        return self.time


async def answers(readiness: DatabaseProbe, number: int) -> list[bool]:
    return [await readiness.now() for _ in range(number)]


async def test_a_stranger_who_asks_all_the_time_has_the_database_asked_once_a_second() -> None:
    database = Database()
    database.answer.set()
    readiness = DatabaseProbe(database.ping, database.clock)
    assert await answers(readiness, 1_000) == [True] * 1_000
    database.time, database.away = 0.9, True
    assert await answers(readiness, 1_000) == [True] * 1_000
    assert database.asked == 1
    database.time = 1.0
    assert await answers(readiness, 1_000) == [False] * 1_000
    assert database.asked == 2
    database.time, database.away = 2.0, False
    assert await readiness.now()


async def test_those_who_ask_while_the_database_is_asked_wait_for_the_same_answer() -> None:
    database, told = Database(), list[bool]()
    readiness = DatabaseProbe(database.ping, database.clock)

    async def ask() -> None:
        told.append(await readiness.now())

    async with anyio.create_task_group() as tasks:
        for _ in range(100):
            tasks.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        assert database.asked == 1
        database.answer.set()
    assert (told, database.asked) == ([True] * 100, 1)


async def test_one_who_hangs_up_while_the_database_is_asked_takes_nothing_from_the_next() -> None:
    database = Database()
    readiness = DatabaseProbe(database.ping, database.clock)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(readiness.now)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    database.answer.set()
    assert await readiness.now()


async def test_a_database_that_never_answers_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "ANSWER_SECONDS", 0.01)
    database = Database()
    readiness = DatabaseProbe(database.ping, database.clock)
    assert not await readiness.now()
    database.time = 1.0
    database.answer.set()
    assert await readiness.now()
