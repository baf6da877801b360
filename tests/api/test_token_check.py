from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest

from hostex_mcp.api import HostexClient, check_token
from hostex_mcp.sandbox import BASIC, DEAD, LAPSED, READ_ONLY, WRITABLE, Sandbox
from tests.support.hostex import REQUEST_ID, Step, envelope, page_of_html, script

pytestmark = pytest.mark.anyio

READS = envelope({"properties": []})
DENIED = envelope(code=401, msg="Not authorized for this action.")


@asynccontextmanager
async def bearing(sandbox: Sandbox, token: str) -> AsyncGenerator[HostexClient]:
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(token, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        yield client


@pytest.mark.parametrize(
    ("token", "verdict"),
    [
        (WRITABLE, "read_write"),
        (READ_ONLY, "read_only"),
        (DEAD, "dead"),
        ("never-existed", "dead"),
        ("", "dead"),
        (LAPSED, "lapsed"),
        (BASIC, "account"),
    ],
)
async def test_what_a_token_may_do_is_found_out_by_using_it(token: str, verdict: str) -> None:
    async with bearing(Sandbox(), token) as client:
        assert (await check_token(client, writes=True)).verdict == verdict


@pytest.mark.parametrize("token", [WRITABLE, READ_ONLY])
async def test_who_wants_to_read_only_is_not_asked_to_write(token: str) -> None:
    sandbox = Sandbox()
    async with bearing(sandbox, token) as client:
        assert (await check_token(client, writes=False)).verdict == "readable"
    assert [f"{entry.method} {entry.path}" for entry in sandbox.log] == ["GET /properties"]


async def test_the_write_that_finds_it_out_names_a_webhook_that_cannot_exist() -> None:
    sandbox = Sandbox()
    before = dict(sandbox.accounts.main.webhooks)
    async with bearing(sandbox, WRITABLE) as client:
        await check_token(client, writes=True)
    [write] = [entry for entry in sandbox.log if entry.method != "GET"]
    assert (write.method, write.path, write.path_params) == ("DELETE", "/webhooks/{id}", {"id": 0})
    assert sandbox.accounts.main.webhooks == before


@pytest.mark.parametrize(
    ("write", "verdict"),
    [
        (envelope(), "read_write"),
        (envelope(code=404), "read_write"),
        (envelope(code=403), "read_write"),
        (envelope(code=420), "read_write"),
        (envelope(code=422), "read_write"),
        (envelope(code=429), "unreachable"),
        (envelope(code=500), "unreachable"),
        (page_of_html(502), "unreachable"),
        (httpx2.ReadError("gone"), "unreachable"),
    ],
)
async def test_any_answer_but_401_to_the_write_means_that_it_may_write(write: Step, verdict: str) -> None:
    async with script(READS, write, READS).client() as client:
        assert (await check_token(client, writes=True)).verdict == verdict


async def test_401_to_the_write_while_reads_work_means_that_it_may_only_read() -> None:
    async with script(READS, DENIED, READS).client() as client:
        assert (await check_token(client, writes=True)).verdict == "read_only"


async def test_a_token_that_dies_on_the_way_is_dead() -> None:
    async with script(READS, DENIED, DENIED).client() as client:
        assert (await check_token(client, writes=True)).verdict == "dead"


@pytest.mark.parametrize(
    "step",
    [
        envelope(code=429),
        envelope(code=500),
        page_of_html(503),
        httpx2.ConnectError("no"),
        httpx2.ReadTimeout("slow"),
    ],
)
async def test_what_cannot_be_found_out_is_unreachable(step: Step) -> None:
    async with script(step).client() as client:
        assert (await check_token(client, writes=True)).verdict == "unreachable"


@pytest.mark.parametrize("text", ["Done.", "Subscription expired", "Not authorized for this action.", ""])
async def test_the_code_decides_and_not_the_text(text: str) -> None:
    async with script(envelope(code=401, msg=text)).client() as client:
        assert (await check_token(client, writes=True)).verdict == "dead"


async def test_the_answer_names_the_request_for_hostex_support() -> None:
    async with script(envelope(code=401)).client() as client:
        assert (await check_token(client, writes=True)).request_id == REQUEST_ID


@pytest.mark.parametrize(
    ("steps", "usable"),
    [((READS, envelope(code=404)), True), ((READS, DENIED, READS), False), ((DENIED,), False)],
)
async def test_only_a_token_that_does_what_was_asked_is_usable(steps: tuple[Step, ...], usable: bool) -> None:
    ask: Callable[[], HostexClient] = script(*steps).client
    async with ask() as client:
        assert (await check_token(client, writes=True)).usable is usable
