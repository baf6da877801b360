"""One id for each request: in the answer and in its log lines, and one line that sums a call up."""

import io
import json
import logging
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from hostex_mcp.cli.logs import configure_logs
from hostex_mcp.events import Confirmed, HostexAsked, emit
from hostex_mcp.server.summary import summarise
from tests.support.clock import Clock
from tests.support.local import JSON, call, local, running

pytestmark = pytest.mark.anyio

ID = "web-7f3a.0001"


@contextmanager
def logged(monkeypatch: pytest.MonkeyPatch, form: str = "json") -> Generator[io.StringIO]:
    """What the server writes on standard error."""
    written = io.StringIO()
    root, own = logging.getLogger(), logging.getLogger("hostex_mcp")
    before = root.handlers[:], root.level, own.level
    monkeypatch.setattr("sys.stderr", written)
    configure_logs("info", form)
    try:
        yield written
    finally:
        root.handlers[-1].flush()
        root.handlers[:], root.level, own.level = before[0], before[1], before[2]


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def summaries(written: io.StringIO) -> list[dict[str, Any]]:
    return [line for line in lines(written) if line["logger"] == "hostex_mcp.calls"]


async def test_the_id_that_a_proxy_gave_comes_back_and_is_in_the_lines_of_the_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with logged(monkeypatch) as written:
        async with running(local()) as http:
            body = call("call_read_tool", {"name": "get_knowledge_base", "arguments": {"id": 40417}})
            answer = await http.post("/mcp", headers={**JSON, "X-Request-Id": ID}, content=body)
    error = answer.json()["result"]["structuredContent"]["error"]
    assert answer.headers["x-request-id"] == ID
    assert {line["request_id"] for line in lines(written)} == {ID}
    (line,) = summaries(written)
    assert (line["tool"], line["outcome"], line["hostex_requests"]) == ("get_knowledge_base", "not_found", 1)
    assert line["hostex_request_ids"] == [error["request_id"]]
    assert "40417" not in written.getvalue()


@pytest.mark.parametrize("given", ["short", "x" * 65, "with blank in it", "slashes/are/out", "tok€n-of-many"])
async def test_an_id_that_is_none_is_replaced(given: str) -> None:
    async with running(local()) as http:
        headers = [(b"X-Request-Id", given.encode())]
        answers = [await http.get("/healthz", headers=headers) for _ in range(2)]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert all(re.fullmatch(r"[0-9a-f]{16}", id) for id in ids)
    assert ids[0] != ids[1]


async def test_a_refused_request_has_an_id_too() -> None:
    async with running(local()) as http:
        answer = await http.get("/healthz", headers={"Host": "evil.example", "X-Request-Id": ID})
    assert answer.status_code == 421
    assert answer.headers["x-request-id"] == ID


async def test_lines_of_text_name_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with logged(monkeypatch, "text") as written:
        async with running(local()) as http:
            await http.post("/mcp", headers={**JSON, "X-Request-Id": ID}, content=call("list_tags"))
    (line,) = [text for text in written.getvalue().splitlines() if "hostex_mcp.calls" in text]
    assert re.search(rf"INFO hostex_mcp\.calls: list_tags ok \d+ ms, 1 to Hostex request={ID}$", line)


def test_a_slow_call_is_a_warning_that_says_where_its_time_went(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("hostex_mcp.server.summary.time.perf_counter", clock.seconds)
    with logged(monkeypatch) as written, summarise("list_reservations", 10) as summary:
        emit(HostexAsked("GET /reservations", "timeout", 9.0, 1))
        emit(HostexAsked("GET /reservations", "ok", 2.0, 2))
        clock.advance(seconds=11.5)
        summary.outcome = "ok"
    (line,) = summaries(written)
    assert line["level"] == "warning"
    assert line["message"] == "slow: list_reservations ok 11500 ms, 2 to Hostex in 11000 ms, 1 of them again"


def test_the_time_that_a_person_takes_to_answer_does_not_make_a_call_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr("hostex_mcp.server.summary.time.perf_counter", clock.seconds)
    with logged(monkeypatch) as written, summarise("send_message", 10) as summary:
        emit(Confirmed("accept", 240.0))
        clock.advance(seconds=241.0)
        summary.outcome = "done"
    (line,) = summaries(written)
    assert (line["level"], line["ms"], line["outcome"]) == ("info", 1000, "done")


def test_a_call_that_is_broken_off_is_told_as_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    with logged(monkeypatch) as written, pytest.raises(KeyboardInterrupt), summarise("list_tags", 10):
        raise KeyboardInterrupt
    assert [line["outcome"] for line in summaries(written)] == ["cancelled"]
