"""Lists through a scope, over pages of any length: each served row once, in order, whatever lies between."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostex_mcp.api import AnswerT, Client, ListAnswer, ListEndpoint, Request, read_all, read_merged
from hostex_mcp.api.endpoints.tasks import LIST_TASKS, Task
from hostex_mcp.scope import ScopedClient
from hostex_mcp.toolkit import results
from hostex_mcp.toolkit.context import Context

pytestmark = pytest.mark.anyio

SERVED = (1, 2)


class Lists(Client):
    """A Hostex with one list of tasks for each staff member."""

    def __init__(self, tasks: Mapping[int, Sequence[Task]]) -> None:
        self.tasks = tasks
        self.read: list[tuple[int, int]] = []

    async def send(self, request: Request[AnswerT]) -> AnswerT:
        assert isinstance(request.target, ListEndpoint)
        query: Any = request.query
        self.read.append((request.offset, request.limit))
        tasks = self.tasks[query["staff_id"]]
        rows = tasks[request.offset : request.offset + request.limit]
        end = request.offset + len(rows)
        more = len(rows) >= request.limit
        page = ListAnswer(list(rows), len(tasks), more, places=range(request.offset, end), end=end)
        return cast("AnswerT", page)


def task(id: int, property_id: int, fee: int = 0) -> Task:
    return Task(id=id, type="other", status="pending", property_id=property_id, fee=fee)


def scattered(count: int, every: int) -> list[Task]:
    """So many tasks, one of `every` for a served property."""
    return [task(id, 1 if id % every == 0 else 9) for id in range(count)]


def fee(task: Task) -> Any:
    return task.fee


@st.composite
def _windows(draw: st.DrawFn) -> dict[int, list[Task]]:
    """Up to three lists in descending order of their fees, with long runs of tasks of other properties."""
    windows: dict[int, list[Task]] = {}
    numbers = iter(range(10_000))
    for staff_id in range(draw(st.integers(1, 3))):
        runs = draw(st.lists(st.tuples(st.sampled_from([1, 2, 9]), st.integers(1, 70)), max_size=8))
        places = [place for place, length in runs for _ in range(length if place == 9 else 1 + length // 20)]
        fees = sorted((draw(st.integers(0, 5)) for _ in places), reverse=True)
        windows[staff_id] = [task(next(numbers), *pair) for pair in zip(places, fees, strict=True)]
    return windows


def served(windows: Mapping[int, Sequence[Task]]) -> list[int]:
    return sorted(task.id for rows in windows.values() for task in rows if task.property_id in SERVED)


@settings(deadline=None, max_examples=60)
@given(windows=_windows(), limit=st.integers(1, 40), cuts=st.lists(st.integers(0, 39), min_size=1))
async def test_merged_windows_give_each_served_row_once_and_in_order(
    windows: dict[int, list[Task]], limit: int, cuts: list[int]
) -> None:
    client = ScopedClient(Lists(windows), SERVED)
    queries = [{"staff_id": staff_id} for staff_id in windows]
    read: list[Task] = []
    offsets: list[int] | None = None
    more = True
    while more:
        page = await read_merged(client, LIST_TASKS, queries, offsets=offsets, limit=limit, order=fee)
        assert len(page.items) == len(page.steps) <= limit
        assert page.items or not page.more
        count = cuts[len(read) % len(cuts)] % limit + 1
        cut = count < len(page.items)
        read += page.items[:count]
        offsets = page.steps[count - 1] if cut else page.offsets
        more = page.more or cut
        assert page.total is None
    assert sorted(task.id for task in read) == served(windows)
    assert [task.fee for task in read] == sorted((task.fee for task in read), key=lambda fee: -(fee or 0))


@settings(deadline=None, max_examples=60)
@given(windows=_windows(), limit=st.integers(1, 40), cuts=st.lists(st.integers(0, 39), min_size=1))
async def test_a_list_gives_each_served_row_once_wherever_a_page_is_cut(
    windows: dict[int, list[Task]], limit: int, cuts: list[int]
) -> None:
    context = Context(ScopedClient(Lists(windows), SERVED), {})
    read: list[int] = []
    offset, more = 0, True
    while more:
        page = results.PageRequest(limit=limit, offsets=[offset])
        rows = await context.rows(LIST_TASKS, page, lambda task: {"id": task.id}, query={"staff_id": 0})
        assert len(rows.items) <= limit
        assert rows.items or not rows.more
        count = cuts[len(read) % len(cuts)] % limit + 1
        cut = count < len(rows.items)
        read += [row["id"] for row in rows.items[:count]]
        steps = cast("list[list[int]]", rows.steps)
        offset = steps[min(count, len(rows.items)) - 1][0] if rows.items else 0
        more = rows.more or cut
    assert read == served({0: windows[0]})


async def test_a_page_is_filled_from_as_many_of_hostex_as_it_takes() -> None:
    lists = Lists({0: scattered(1000, 20)})
    page = await ScopedClient(lists, SERVED).page(LIST_TASKS, query={"staff_id": 0}, offset=40, limit=10)
    assert [task.id for task in page.items] == list(range(40, 240, 20))
    assert list(page.places) == list(range(40, 240, 20))
    assert (page.total, page.more, page.end) == (None, True, 221)
    assert lists.read == [(40, 100), (140, 100)]


async def test_a_sparse_list_is_read_whole() -> None:
    lists = Lists({0: scattered(1990, 500)})
    collected = await read_all(ScopedClient(lists, SERVED), LIST_TASKS, query={"staff_id": 0})
    assert [task.id for task in collected.items] == [0, 500, 1000, 1500]
    assert collected.complete


async def test_a_page_ends_early_where_little_is_served() -> None:
    lists = Lists({0: scattered(4000, 900)})
    page = await ScopedClient(lists, SERVED).page(LIST_TASKS, query={"staff_id": 0}, limit=50)
    assert [task.id for task in page.items] == [0, 900, 1800]
    assert (page.more, page.end, len(lists.read)) == (True, 2000, 20)
