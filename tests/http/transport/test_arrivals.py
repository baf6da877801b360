"""Bodies that arrive slowly, from one caller and many connections."""

from collections.abc import AsyncGenerator

import anyio
import pytest

from tests.support.local import JSON, call, running, shared

pytestmark = pytest.mark.anyio


async def slowly(body: bytes, rest: anyio.Event) -> AsyncGenerator[bytes]:
    """A body whose end comes when told."""
    yield body[:1]
    await rest.wait()
    yield body[1:]


@pytest.mark.parametrize(("path", "refused"), [("/token", 8), ("/mcp", 8)])
async def test_a_caller_holds_no_more_than_some_connections_with_slow_bodies(path: str, refused: int) -> None:
    rest, statuses = anyio.Event(), list[int]()
    async with running(shared()) as http:

        async def send() -> None:
            headers = {**JSON, "Authorization": "ann"}
            body = slowly(call("list_tags").encode(), rest)
            statuses.append((await http.post(path, headers=headers, content=body)).status_code)

        async with anyio.create_task_group() as tasks:
            for _ in range(40):
                tasks.start_soon(send)
            await anyio.wait_all_tasks_blocked()
            assert statuses == [429] * refused
            quick = await http.post(path, headers={**JSON, "Authorization": "bob"}, content=call("list_tags"))
            assert quick.status_code == (200 if path == "/mcp" else 429)
            rest.set()
        assert statuses == [429] * refused + [200] * 32
        later = await http.post(path, headers={**JSON, "Authorization": "ann"}, content=call("list_tags"))
        assert later.status_code == 200


async def test_bodies_that_arrive_whole_are_never_too_many() -> None:
    async with running(shared()) as http:
        statuses: list[int] = []

        async def send() -> None:
            statuses.append((await http.post("/token", content=b"grant_type=x")).status_code)

        async with anyio.create_task_group() as tasks:
            for _ in range(200):
                tasks.start_soon(send)
    assert statuses == [200] * 200
