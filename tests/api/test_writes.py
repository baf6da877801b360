import httpx2
import pytest

from hostex_mcp.api import (
    DeadlineExceeded,
    HostexError,
    NetworkFailed,
    NoAnswer,
    Operation,
    OutcomeUnknown,
    RateLimited,
    UnexpectedResponse,
)
from tests.support.hostex import Step, envelope, page_of_html, script

pytestmark = pytest.mark.anyio

WRITE = Operation("POST", "/reservations", str, "code")


async def failure(hostex_step: Step, *, tries: int = 1) -> HostexError:
    hostex = script(hostex_step)
    with pytest.raises(HostexError) as caught:
        await hostex.client().call(WRITE, body={"guest_name": "Ada"})
    assert len(hostex.requests) == tries
    return caught.value


@pytest.mark.parametrize(
    "trouble",
    [
        httpx2.ReadTimeout("slow"),
        httpx2.WriteTimeout("slow"),
        httpx2.ReadError("reset"),
        httpx2.WriteError("reset"),
        httpx2.RemoteProtocolError("cut"),
        httpx2.LocalProtocolError("odd"),
        httpx2.DecodingError("not gzip"),
        BrokenPipeError("gone"),
        page_of_html(200),
        page_of_html(500),
        page_of_html(502, Retry_After="4"),
        httpx2.Response(200, content=b'{"error_code": 20', headers={"Content-Type": "application/json"}),
    ],
)
async def test_a_write_whose_answer_is_lost_is_open_and_never_sent_twice(trouble: Step) -> None:
    error = await failure(trouble)
    assert isinstance(error, OutcomeUnknown)
    assert error.kind == "outcome_unknown"
    assert not error.retryable
    assert error.retry_after is None
    assert "unknown whether the change was made" in error.message


@pytest.mark.parametrize("trouble", [page_of_html(400), page_of_html(403)])
async def test_a_write_turned_away_by_a_proxy_is_unexpected(trouble: Step) -> None:
    error = await failure(trouble)
    assert isinstance(error, UnexpectedResponse)
    assert not error.retryable


async def test_a_redirected_write_is_unexpected_and_not_sent_to_the_other_place() -> None:
    assert isinstance(
        await failure(httpx2.Response(307, headers={"Location": "https://evil.test/"})), UnexpectedResponse
    )


@pytest.mark.parametrize("code", [400, 403, 404, 409, 422, 500, 501, 502])
async def test_an_error_that_hostex_gives_a_write_is_final(code: int) -> None:
    error = await failure(envelope(code=code))
    assert error.code == code
    assert not error.retryable


async def test_a_rate_limited_write_does_not_wait() -> None:
    hostex = script(envelope(code=429, Retry_After="1"), envelope({"code": "5-A"}))
    with pytest.raises(RateLimited) as caught:
        await hostex.client().call(WRITE, body={})
    assert caught.value.retry_after == 1.0
    assert (len(hostex.requests), hostex.waits) == (1, [])


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (httpx2.ConnectError("refused"), NetworkFailed),
        (httpx2.ProxyError("refused"), NetworkFailed),
        (httpx2.ConnectTimeout("slow"), DeadlineExceeded),
        (httpx2.PoolTimeout("busy"), DeadlineExceeded),
    ],
)
async def test_a_write_that_found_no_connection_was_not_sent_and_is_tried_once_more(
    trouble: Step, kind: type[HostexError]
) -> None:
    error = await failure(trouble, tries=2)
    assert type(error) is kind
    assert isinstance(error, NoAnswer)
    assert error.retryable


async def test_a_write_goes_through_when_the_second_connection_does() -> None:
    hostex = script(httpx2.ConnectError("refused"), envelope({"code": "5-A"}))
    assert await hostex.client().call(WRITE, body={}) == "5-A"


async def test_a_write_that_was_sent_on_its_second_try_is_open_like_any_other() -> None:
    hostex = script(httpx2.ConnectError("refused"), httpx2.ReadError("reset"))
    with pytest.raises(OutcomeUnknown):
        await hostex.client().call(WRITE, body={})
    assert len(hostex.requests) == 2


async def test_an_operation_without_answer_returns_nothing() -> None:
    hostex = script(envelope([]))
    answer: object = await hostex.client().call(Operation[None]("DELETE", "/tags/{id}"), path={"id": 7})
    assert answer is None
    assert hostex.asked == ["DELETE /v3/tags/7"]
