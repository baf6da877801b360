import httpx2
import pytest

from hostex_mcp.api import (
    ChannelFailed,
    DeadlineExceeded,
    HostexError,
    NetworkFailed,
    Operation,
    RateLimited,
    UnexpectedResponse,
)
from hostex_mcp.api.endpoints.calendar import LIST_LISTING_CALENDARS
from tests.support.hostex import Step, envelope, page_of_html, script

pytestmark = pytest.mark.anyio

COUNT = Operation("GET", "/count", int)


@pytest.mark.parametrize(
    "trouble",
    [
        envelope(code=429),
        envelope(code=500),
        envelope(code=502),
        envelope({}, status=502),
        page_of_html(502),
        page_of_html(429),
        httpx2.Response(200, content=b'{"error_code": 20', headers={"Content-Type": "application/json"}),
        httpx2.ConnectError("no route"),
        httpx2.ConnectTimeout("slow"),
        httpx2.ReadTimeout("slow"),
        httpx2.ReadError("reset"),
        httpx2.RemoteProtocolError("cut"),
        httpx2.DecodingError("not gzip"),
        ConnectionResetError("reset"),
    ],
)
async def test_a_read_in_passing_trouble_is_tried_again(trouble: Step) -> None:
    hostex = script(trouble, trouble, envelope(5))
    assert await hostex.client().call(COUNT) == 5
    assert len(hostex.requests) == 3


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (envelope(code=503), ChannelFailed),
        (envelope(code=429), RateLimited),
        (page_of_html(502), UnexpectedResponse),
        (httpx2.DecodingError("not gzip"), UnexpectedResponse),
        (httpx2.ReadError("reset"), NetworkFailed),
        (httpx2.ReadTimeout("slow"), DeadlineExceeded),
    ],
)
async def test_after_three_tries_the_trouble_is_reported(trouble: Step, kind: type[HostexError]) -> None:
    hostex = script(trouble)
    with pytest.raises(kind) as caught:
        await hostex.client().call(COUNT)
    assert len(hostex.requests) == 3
    assert caught.value.retryable


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 422, 501, 405])
async def test_a_final_error_is_not_tried_again(code: int) -> None:
    hostex = script(envelope(code=code))
    with pytest.raises(HostexError):
        await hostex.client().call(COUNT)
    assert (len(hostex.requests), hostex.waits) == (1, [])


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 413])
async def test_a_page_that_no_repetition_would_change_is_not_tried_again(status: int) -> None:
    hostex = script(page_of_html(status))
    with pytest.raises(UnexpectedResponse) as caught:
        await hostex.client().call(COUNT)
    assert len(hostex.requests) == 1
    assert not caught.value.retryable
    assert f"HTTP {status}" in caught.value.message


async def test_waits_between_tries_grow() -> None:
    hostex = script(envelope(code=500))
    with pytest.raises(HostexError):
        await hostex.client(jitter=0.0).call(COUNT)
    assert hostex.waits == [0.25, 0.5]


async def test_waits_between_tries_vary_up_to_twice() -> None:
    hostex = script(envelope(code=500))
    with pytest.raises(HostexError):
        await hostex.client(jitter=1.0).call(COUNT)
    assert hostex.waits == [0.5, 1.0]


async def test_a_short_rate_limit_is_waited_for_with_a_quarter_of_jitter() -> None:
    hostex = script(envelope(code=429, Retry_After="8"), envelope(5))
    assert await hostex.client(jitter=1.0).call(COUNT) == 5
    assert hostex.waits == [10.0]


async def test_a_long_rate_limit_is_reported_at_once() -> None:
    hostex = script(envelope(code=429, Retry_After="11"))
    with pytest.raises(RateLimited) as caught:
        await hostex.client().call(COUNT)
    assert caught.value.retry_after == 11.0
    assert (len(hostex.requests), hostex.waits) == (1, [])


async def test_a_proxy_that_asks_for_time_gets_it() -> None:
    hostex = script(page_of_html(503, Retry_After="4"), envelope(5))
    assert await hostex.client().call(COUNT) == 5
    assert hostex.waits == [4.0]


async def test_a_rate_limit_longer_than_the_deadline_is_reported_at_once() -> None:
    hostex = script(envelope(code=429, Retry_After="9"))
    with pytest.raises(RateLimited):
        await hostex.client(timeout=5.0).call(COUNT)
    assert (len(hostex.requests), hostex.waits) == (1, [])


async def test_a_read_done_with_post_is_tried_again_too() -> None:
    hostex = script(envelope(code=502), envelope({"listings": []}))
    assert await hostex.client().call(LIST_LISTING_CALENDARS, body={"listings": []}) == []
    assert hostex.asked == ["POST /v3/listings/calendar"] * 2


async def test_a_redirect_is_not_followed_and_not_tried_again() -> None:
    hostex = script(httpx2.Response(302, headers={"Location": "https://evil.test/"}))
    with pytest.raises(UnexpectedResponse) as caught:
        await hostex.client().call(COUNT)
    assert len(hostex.requests) == 1
    assert "302" in caught.value.message
    assert "evil" not in caught.value.message
