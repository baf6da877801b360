import time
from typing import Any

import httpx2
import pytest

from hostex_mcp.api import (
    AccountBlocked,
    AccountError,
    AuthError,
    BadRequest,
    ChannelFailed,
    Conflict,
    FieldProblem,
    Forbidden,
    HostexError,
    InvalidToken,
    NotFound,
    Operation,
    OutcomeUnknown,
    PlanUnsupported,
    RateLimited,
    ReadOnlyToken,
    SubscriptionLapsed,
    Unavailable,
    UnexpectedResponse,
    UpstreamFailed,
    read_all,
)
from hostex_mcp.api.endpoints.calendar import LIST_LISTING_CALENDARS
from hostex_mcp.api.endpoints.oauth import OBTAIN_TOKEN
from hostex_mcp.api.endpoints.properties import CREATE_PROPERTY, CREATE_PROPERTY_GROUP, LIST_PROPERTIES
from tests.support.hostex import REQUEST_ID, TOKEN, Step, envelope, page_of_html, script

pytestmark = pytest.mark.anyio

READ = Operation[None]("GET", "/tags/{id}")
WRITE = Operation[None]("PATCH", "/tags/{id}")
PROBE = "GET /v3/properties?offset=0&limit=1"


async def failure(*steps: Step, operation: Operation[None] = READ) -> HostexError:
    with pytest.raises(HostexError) as caught:
        await script(*steps).client().call(operation, path={"id": 7})
    return caught.value


@pytest.mark.parametrize("code", [0, 200, "0", "200"])
@pytest.mark.parametrize("status", [200, 201, 204])
async def test_both_codes_of_success_are_success_with_any_2xx_status(code: int | str, status: int) -> None:
    assert (
        await script(envelope(3, code=code, status=status)).client().call(Operation("GET", "/count", int))
        == 3
    )


@pytest.mark.parametrize(
    ("code", "kind", "retryable"),
    [
        (400, BadRequest, False),
        (401, InvalidToken, False),
        (403, Forbidden, False),
        (404, NotFound, False),
        (405, UpstreamFailed, False),
        (409, Conflict, False),
        (420, AccountBlocked, False),
        (422, BadRequest, False),
        (429, RateLimited, True),
        (500, UpstreamFailed, True),
        (501, Unavailable, False),
        (502, ChannelFailed, True),
        (503, ChannelFailed, True),
        (504, ChannelFailed, True),
        (521, UpstreamFailed, True),
        (-1, UpstreamFailed, False),
        ("404", NotFound, False),
    ],
)
async def test_the_code_of_a_read_decides_the_error(
    code: int | str, kind: type[HostexError], retryable: bool
) -> None:
    error = await failure(envelope(code=code, msg="As it is."))
    assert type(error) is kind
    assert error.code == int(code)
    assert error.message == str(error) == "As it is."
    assert error.request_id == REQUEST_ID
    assert error.operation == "GET /tags/{id}"
    assert error.retryable is retryable


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_the_code_wins_over_the_http_status_and_the_wording(status: int) -> None:
    error = await failure(envelope(code=403, msg="The page was not found. Too Many Attempts.", status=status))
    assert type(error) is Forbidden


@pytest.mark.parametrize("code", [500, 502, 503, 504])
async def test_a_failed_write_is_not_called_repeatable_since_it_may_have_happened(code: int) -> None:
    error = await failure(envelope(code=code), operation=WRITE)
    assert error.retryable is False
    assert error.kind in ("upstream", "channel")


async def test_a_rate_limit_tells_its_scope_window_and_wait() -> None:
    throttled = envelope(code=429, Retry_After="60", X_RateLimit_Scope="endpoint", X_RateLimit_Window="1m")
    error = await failure(throttled)
    assert isinstance(error, RateLimited)
    assert (error.scope, error.window, error.retry_after) == ("endpoint", "1m", 60.0)


@pytest.mark.parametrize("wait", ["", "soon", "-5", "1e3", "inf", "Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 99"])
async def test_an_unreadable_wait_is_no_wait(wait: str) -> None:
    error = await failure(envelope(code=429, Retry_After=wait), operation=WRITE)
    assert isinstance(error, RateLimited)
    assert (error.scope, error.window, error.retry_after) == (None, None, None)


async def test_a_wait_may_be_a_date_by_the_clock_of_who_sent_it() -> None:
    until = "Tue, 01 Dec 2026 00:00:45 GMT"
    throttled = envelope(code=429, Retry_After=until, Date="Tue, 01 Dec 2026 00:00:00 GMT")
    assert (await failure(throttled, operation=WRITE)).retry_after == 45.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Too many attempts. Please try again in 30 seconds.", 30.0),
        ("Retry after 2 minutes", 120.0),
        ("Please wait 15s", 15.0),
        ("Too Many Attempts.", None),
        ("You made 40 calls in 1 day", None),
    ],
)
async def test_a_wait_that_only_the_text_tells_is_understood(text: str, seconds: float | None) -> None:
    assert (await failure(envelope(code=429, msg=text), operation=WRITE)).retry_after == seconds
    page = httpx2.Response(429, html=f"<html><h1>429</h1><p>{text}</p></html>")
    assert (await failure(page, operation=WRITE)).retry_after == seconds


@pytest.mark.parametrize("operation", [READ, WRITE])
async def test_a_page_that_says_too_many_calls_is_a_rate_limit(operation: Operation[None]) -> None:
    error = await failure(page_of_html(429, Retry_After="30"), operation=operation)
    assert isinstance(error, RateLimited)
    assert (error.retry_after, error.message) == (30.0, "There were too many calls (HTTP 429).")


async def test_messages_of_hostex_are_bounded_and_printable() -> None:
    error = await failure(envelope(code=400, msg="The\tname\u202e\x00 is\r\n too long. " + "x" * 500))
    assert error.message.startswith("The name is too long. xxx")
    assert len(error.message) == 200


@pytest.mark.parametrize("msg", ["", None, 5])
async def test_an_error_without_message_gets_one(msg: object) -> None:
    error = await failure(envelope(code=404, msg=msg))
    assert error.message == "Hostex answered with error code 404."


async def test_an_echoed_token_is_removed() -> None:
    error = await failure(envelope(code=404, msg=f"No {TOKEN} here"))
    assert error.message == "No [hidden] here"


async def test_echoed_client_credentials_are_removed() -> None:
    hostex = script(envelope(code=401, msg="Bad secret s3cr3t for code c0de."))
    body = {"client_id": "app", "client_secret": "s3cr3t", "code": "c0de", "grant_type": "authorization_code"}
    with pytest.raises(InvalidToken) as caught:
        await hostex.client(token=None).call(OBTAIN_TOKEN, body=body)
    assert caught.value.message == "Bad secret [hidden] for code [hidden]."
    assert len(hostex.requests) == 1


async def test_a_refused_write_of_a_token_that_reads_is_a_read_only_token() -> None:
    hostex = script(envelope(code=401, msg="Not authorized for this action."), envelope({"properties": []}))
    with pytest.raises(ReadOnlyToken) as caught:
        await hostex.client().call(WRITE, path={"id": 7})
    assert hostex.asked == ["PATCH /v3/tags/7", PROBE]
    assert isinstance(caught.value, AuthError)
    assert (caught.value.code, caught.value.operation) == (401, "PATCH /tags/{id}")
    assert caught.value.message == "Not authorized for this action."


async def test_a_read_done_with_post_can_show_a_read_only_token_too() -> None:
    hostex = script(envelope(code=401), envelope({"properties": []}))
    with pytest.raises(ReadOnlyToken):
        await hostex.client().call(LIST_LISTING_CALENDARS, body={})
    assert hostex.asked == ["POST /v3/listings/calendar", PROBE]


@pytest.mark.parametrize("probe", [envelope(code=401), envelope(code=500), page_of_html(502)])
async def test_a_refused_write_of_a_token_that_does_not_read_is_an_invalid_token(probe: Step) -> None:
    hostex = script(envelope(code=401, msg="Invalid access token."), probe)
    with pytest.raises(InvalidToken) as caught:
        await hostex.client().call(WRITE, path={"id": 7})
    assert hostex.asked == ["PATCH /v3/tags/7", PROBE]
    assert caught.value.kind == "invalid_token"


async def test_a_refused_read_is_an_invalid_token_without_further_asking() -> None:
    hostex = script(envelope(code=401))
    with pytest.raises(InvalidToken):
        await hostex.client().call(READ, path={"id": 7})
    assert hostex.asked == ["GET /v3/tags/7"]


async def test_the_documented_text_tells_a_lapsed_subscription() -> None:
    hostex = script(envelope(code=420, msg="Subscription expired"))
    with pytest.raises(SubscriptionLapsed) as caught:
        await hostex.client().call(READ, path={"id": 7})
    assert hostex.asked == ["GET /v3/tags/7"]
    assert isinstance(caught.value, AccountError)


async def test_any_other_420_is_about_the_plan_when_other_reads_work() -> None:
    hostex = script(envelope(code=420, msg="Pro only"), envelope({"properties": []}))
    with pytest.raises(PlanUnsupported) as caught:
        await hostex.client().call(READ, path={"id": 7})
    assert hostex.asked == ["GET /v3/tags/7", PROBE]
    assert caught.value.message == "Pro only"


async def test_any_other_420_is_about_the_account_when_other_reads_fail() -> None:
    assert (await failure(envelope(code=420, msg="subscription expired"))).kind == "account"


async def test_a_420_on_the_properties_themselves_is_about_the_account() -> None:
    hostex = script(envelope(code=420))
    with pytest.raises(AccountBlocked):
        await hostex.client().page(LIST_PROPERTIES)
    assert hostex.asked == ["GET /v3/properties?offset=0&limit=100"]


async def test_success_with_a_status_of_failure_is_unexpected_on_a_read() -> None:
    error = await failure(envelope({}, status=403))
    assert isinstance(error, UnexpectedResponse)
    assert error.message == "Hostex answered with success and HTTP 403 at once."


async def test_success_with_a_status_of_failure_leaves_a_write_open() -> None:
    error = await failure(envelope({}, status=500), operation=WRITE)
    assert isinstance(error, OutcomeUnknown)


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{}",
        '{"error_code": null}',
        '{"error_code": true}',
        '{"error_code": "ok"}',
        '{"error_code": NaN}',
    ],
)
async def test_json_without_a_code_is_not_hostexs_form(body: str) -> None:
    hostex = script(httpx2.Response(200, content=body.encode()))
    with pytest.raises(UnexpectedResponse) as caught:
        await hostex.client().call(READ, path={"id": 7})
    assert caught.value.message == "The answer is not in Hostex's form (HTTP 200)."
    assert caught.value.request_id is None


async def test_an_answer_of_the_wrong_shape_is_named_by_field_and_problem_and_never_by_value() -> None:
    made = {"group": {"id": "s3cret", "name": None, "property_ids": ["hush"]}}
    with pytest.raises(OutcomeUnknown) as caught:
        await script(envelope(made)).client().call(CREATE_PROPERTY_GROUP, body={"name": "North"})
    assert caught.value.fields == (FieldProblem("group.property_ids", "int_parsing"),)
    assert "group.property_ids (int_parsing)" in caught.value.message
    assert "s3cret" not in caught.value.message
    assert "hush" not in caught.value.message
    assert caught.value.operation == "POST /groups"
    assert caught.value.request_id == REQUEST_ID


@pytest.mark.parametrize(
    "rows", [None, [], {}, {"0": {"id": 1, "title": "A", "channels": []}, "2": {"id": 3, "channels": []}}]
)
async def test_a_list_may_come_in_any_form_that_php_gives_one(rows: Any) -> None:
    page = await script(envelope({"properties": rows})).client().page(LIST_PROPERTIES)
    assert [row.title for row in page.items] == (["A", "property 3"] if rows else [])


@pytest.mark.parametrize("rows", ["none", 3, {"id": 1}])
async def test_what_is_no_list_is_unexpected(rows: Any) -> None:
    with pytest.raises(UnexpectedResponse) as caught:
        await script(envelope({"properties": rows})).client().page(LIST_PROPERTIES)
    assert caught.value.fields == (FieldProblem("properties", "list_type"),)


async def test_a_page_of_rows_that_nobody_can_read_does_not_end_a_list() -> None:
    unreadable = envelope({"properties": [{"id": None}] * 100})
    rest = envelope({"properties": [{"id": 7, "title": "A", "channels": []}]})
    collected = await read_all(script(unreadable, rest).client(), LIST_PROPERTIES)
    assert ([row.id for row in collected.items], collected.complete) == ([7], True)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb'"Loft \ud83d"', "Loft \ufffd"),
        (rb'"\ude00Loft\ud83d\ude00"', "\ufffdLoft\U0001f600"),
        (rb'"C:\\ud83d"', "C:\\ud83d"),
        (b'"Caf\xe9"', "Caf\ufffd"),
        (b'"two\nlines"', "two lines"),
        (b"NaN", None),
        (b"-Infinity", None),
        (b"9" * 5000, None),
        (b'"NaN"', "NaN"),
    ],
)
async def test_what_json_does_not_allow_is_read_as_near_as_it_can_be(sent: bytes, read: object) -> None:
    body = b'\xef\xbb\xbf{"error_code": 200, "error_msg": "", "data": {"x": %b, "lone": "\\ud83d"}}' % sent
    answer = (
        await script(httpx2.Response(200, content=body)).client().call(Operation("GET", "/x", dict[str, Any]))
    )
    assert answer == {"x": read, "lone": "\ufffd"}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b"1e400", None),
        (b"-1E+0999", None),
        (b"9" * 400 + b".5", None),
        (b"9" * 250 + b"e99", None),
        (b'[{"a": 1e400, "b": "1e400"}]', [{"a": None, "b": "1e400"}]),
        (b"1e308", 1e308),
        (b"1e-400", 0.0),
        (b'"Infinity, or 1e400"', "Infinity, or 1e400"),
    ],
)
async def test_a_number_larger_than_all_is_none(sent: bytes, read: object) -> None:
    body = b'{"error_code": 200, "error_msg": "", "data": {"x": %b}}' % sent
    answer = (
        await script(httpx2.Response(200, content=body)).client().call(Operation("GET", "/x", dict[str, Any]))
    )
    assert answer == {"x": read}


@pytest.mark.parametrize("data", [None, [], {}, {"property": []}, "text"])
async def test_a_list_without_its_rows_is_unexpected(data: object) -> None:
    hostex = script(envelope(data))
    with pytest.raises(UnexpectedResponse) as caught:
        await hostex.client().page(LIST_PROPERTIES)
    assert caught.value.fields == (FieldProblem("properties", "missing"),)


async def test_an_answer_that_is_data_itself_is_named_so_when_it_does_not_fit() -> None:
    with pytest.raises(UnexpectedResponse) as caught:
        await script(envelope("many")).client().call(Operation("GET", "/count", int))
    assert caught.value.fields == (FieldProblem("data", "int_parsing"),)


async def test_a_write_with_an_unreadable_success_is_open_and_says_so() -> None:
    hostex = script(envelope({"id": 5}))
    with pytest.raises(OutcomeUnknown) as caught:
        await hostex.client().call(CREATE_PROPERTY, body={"title": "Loft"})
    assert "property_id (missing)" in caught.value.message
    assert caught.value.retryable is False
    assert len(hostex.requests) == 1


@pytest.mark.parametrize(("total", "read"), [(143, 143), (None, None), ("9", None), (True, None)])
async def test_the_claimed_total_is_passed_on_when_it_is_a_number(total: object, read: int | None) -> None:
    page = await script(envelope({"properties": [], "total": total})).client().page(LIST_PROPERTIES)
    assert page.total == read
    assert not page.more


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\ud83d\ude00 and \ud83d", "\U0001f600 and \ufffd"),
        (r"\udc00\uD83D, cut", "\ufffd\ufffd, cut"),
        (r"\\ud83d and \ud83d", "\\ud83d and \ufffd"),
    ],
)
async def test_half_an_emoji_does_not_spoil_the_rest_of_an_answer(written: str, read: str) -> None:
    body = f'{{"request_id": "r", "error_code": 200, "data": "{written}"}}'
    client = script(httpx2.Response(200, content=body.encode())).client()
    assert await client.call(Operation("GET", "/text", str)) == read


@pytest.mark.parametrize(
    "body", [r'{"error_code": 200, "data": "\ud83d', r'"\ud83d' + "[" * 100_000, r'["\ud83d", NaN]']
)
async def test_half_an_emoji_in_what_is_no_json_is_not_hostexs_form(body: str) -> None:
    assert isinstance(await failure(httpx2.Response(200, content=body.encode())), UnexpectedResponse)


async def test_a_message_of_megabytes_costs_little() -> None:
    started = time.thread_time()
    error = await failure(envelope(None, code=400, msg="\x00" * 5_000_000))
    assert time.thread_time() - started < 0.5
    assert len(error.message) <= 200
