from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hostex_mcp
from hostex_mcp.api import (
    BadRequest,
    FieldProblem,
    HostexClient,
    InvalidToken,
    ListEndpoint,
    NotConfigured,
    Operation,
    Request,
)
from hostex_mcp.api.endpoints.models import IdName
from hostex_mcp.api.operation import prepare
from tests.support.hostex import TOKEN, body_of, envelope, script

pytestmark = pytest.mark.anyio

TAGS = Operation[None]("POST", "/reservations/{stay_code}/tags")
UNTAG = Operation[None]("DELETE", "/reservations/{stay_code}/tags")
FIND = Operation[None]("GET", "/find")
DICTIONARY = ListEndpoint("/methods", "methods", IdName, lambda row: row.id, paged=False)
PAGED = ListEndpoint("/groups", "groups", IdName, lambda row: row.id)


async def test_every_request_names_the_program_and_carries_the_token() -> None:
    hostex = script(envelope())
    await hostex.client().call(FIND)
    headers = hostex.requests[0].headers
    assert headers["Hostex-Access-Token"] == TOKEN
    assert headers["Accept"] == "application/json"
    agent = f"hostex-mcp/{hostex_mcp.__version__} (+https://github.com/hostex-mcp/hostex-mcp)"
    assert headers["User-Agent"] == agent


async def test_operations_without_authentication_carry_no_token_and_need_none() -> None:
    hostex = script(envelope())
    await hostex.client(token=None).call(Operation[None]("POST", "/oauth/revoke", authenticated=False))
    await hostex.client().call(Operation[None]("POST", "/oauth/revoke", authenticated=False))
    assert all("Hostex-Access-Token" not in request.headers for request in hostex.requests)


@pytest.mark.parametrize("token", [None, ""])
async def test_without_a_token_nothing_is_sent(token: str | None) -> None:
    hostex = script(envelope())
    with pytest.raises(NotConfigured) as caught:
        await hostex.client(token=token).call(FIND)
    assert caught.value.kind == "not_configured"
    assert caught.value.operation == "GET /find"
    assert hostex.requests == []


@pytest.mark.parametrize("token", ["two words", "line\r\nInjected: yes", "clé", "\ttab"])
async def test_a_malformed_token_is_refused_before_anything_is_sent(token: str) -> None:
    hostex = script(envelope())
    with pytest.raises(InvalidToken) as caught:
        await hostex.client(token=token).call(FIND)
    assert token not in repr(caught.value)
    assert hostex.requests == []


async def test_queries_drop_none_join_lists_and_write_booleans_as_digits() -> None:
    hostex = script(envelope())
    await hostex.client().call(
        FIND,
        query={
            "id": None,
            "ids": [3, 1, 2],
            "active": True,
            "closed": False,
            "from": date(2026, 3, 1),
            "since": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
            "zero": 0,
            "none": [],
            "text": "a&b=c d",
        },
    )
    assert dict(hostex.requests[0].url.params) == {
        "ids": "3,1,2",
        "active": "1",
        "closed": "0",
        "from": "2026-03-01",
        "since": "2026-03-01T09:30:00+00:00",
        "zero": "0",
        "none": "",
        "text": "a&b=c d",
    }


async def test_bodies_are_json_with_iso_dates_and_keep_null() -> None:
    hostex = script(envelope())
    body = {"tag_name": "VIP ✓", "gone": None, "days": [date(2026, 3, 1)], "deep": {"to": date(2026, 3, 2)}}
    await hostex.client().call(TAGS, path={"stay_code": "0-1-a"}, body=body)
    request = hostex.requests[0]
    assert request.headers["Content-Type"] == "application/json"
    assert body_of(request) == {
        "tag_name": "VIP ✓",
        "gone": None,
        "days": ["2026-03-01"],
        "deep": {"to": "2026-03-02"},
    }


async def test_a_delete_carries_its_body() -> None:
    hostex = script(envelope())
    await hostex.client().call(UNTAG, path={"stay_code": "0-1-a"}, body={"tag_name": "VIP"})
    assert hostex.asked == ["DELETE /v3/reservations/0-1-a/tags"]
    assert body_of(hostex.requests[0]) == {"tag_name": "VIP"}


async def test_a_write_without_body_sends_none() -> None:
    hostex = script(envelope())
    await hostex.client().call(TAGS, path={"stay_code": "0-1-a"})
    assert hostex.requests[0].content == b""
    assert "Content-Type" not in hostex.requests[0].headers


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("0-12_1-ab", "0-12_1-ab"),
        (4711, "4711"),
        ("../webhooks/1", "..%2Fwebhooks%2F1"),
        ("a?force=1#x", "a%3Fforce%3D1%23x"),
        ("a\r\nHost: evil", "a%0D%0AHost%3A%20evil"),
        ("%2e%2e", "%252e%252e"),
        ("é", "%C3%A9"),
    ],
)
async def test_ids_stay_inside_their_segment_of_the_path(value: str | int, segment: str) -> None:
    hostex = script(envelope())
    await hostex.client().call(TAGS, path={"stay_code": value})
    assert hostex.asked == [f"POST /v3/reservations/{segment}/tags"]


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: text not in ("", ".", "..")))
def test_no_id_ever_adds_a_segment(value: str) -> None:
    call = prepare(Request(TAGS, {"stay_code": value}))
    start, *middle, end = call.path.removeprefix("/").split("/")
    assert (start, len(middle), end) == ("reservations", 1, "tags")
    assert not set(call.path) & set("?#\r\n \\")


@pytest.mark.parametrize("value", ["", ".", "..", "\ud800"])
async def test_ids_that_cannot_stand_in_a_path_are_refused(value: str) -> None:
    hostex = script(envelope())
    with pytest.raises(BadRequest) as caught:
        await hostex.client().call(TAGS, path={"stay_code": value})
    assert [field.field for field in caught.value.fields] == ["stay_code"]
    assert caught.value.operation == "POST /reservations/{stay_code}/tags"
    assert hostex.requests == []


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), object()])
async def test_a_body_that_json_cannot_hold_is_refused(amount: Any) -> None:
    hostex = script(envelope())
    with pytest.raises(BadRequest) as caught:
        await hostex.client().call(TAGS, path={"stay_code": "x"}, body={"amount": amount})
    assert caught.value.fields == (FieldProblem("body", "holds a value that JSON cannot"),)
    assert hostex.requests == []


async def test_text_that_is_not_text_is_refused_in_a_query() -> None:
    hostex = script(envelope())
    with pytest.raises(BadRequest) as caught:
        await hostex.client().call(FIND, query={"keyword": "\ud800"})
    assert caught.value.fields == (FieldProblem("keyword", "is not valid text"),)
    assert hostex.requests == []


async def test_paged_lists_always_send_offset_and_limit() -> None:
    hostex = script(envelope({"groups": []}))
    await hostex.client().page(PAGED, query={"id": 5}, offset=40, limit=20)
    assert hostex.asked == ["GET /v3/groups?id=5&offset=40&limit=20"]


async def test_a_page_is_never_asked_to_be_larger_than_hostex_allows() -> None:
    rows = [{"id": number, "name": "x"} for number in range(100)]
    hostex = script(envelope({"groups": rows}))
    page = await hostex.client().page(PAGED, limit=500)
    assert hostex.asked == ["GET /v3/groups?offset=0&limit=100"]
    assert page.more


async def test_dictionaries_send_no_offset_or_limit_and_have_no_next_page() -> None:
    rows = [{"id": number, "name": "x"} for number in range(30)]
    hostex = script(envelope({"methods": rows}))
    page = await hostex.client().page(DICTIONARY, limit=10)
    assert hostex.asked == ["GET /v3/methods"]
    assert (len(page.items), page.more, page.total) == (30, False, None)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.test/v3/",
        "http://localhost:8787/v3",
        "http://127.0.0.1:1/v3",
        "http://127.8.9.1",
        "http://[::1]:80",
    ],
)
async def test_encrypted_and_local_addresses_are_accepted(url: str) -> None:
    assert repr(HostexClient(TOKEN, base_url=url)) == f"HostexClient({url.rstrip('/')!r})"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.test/v3",
        "http://127.0.0.1.example.test",
        "http://10.0.0.1/v3",
        "ftp://api.example.test",
        "https://",
        "https://user:hunter2@api.example.test",
        "https://api.example.test/v3?x=1",
        "https://api.example.test/v3#x",
        "https://api.example.test:port",
        "api.example.test/v3",
    ],
)
async def test_any_other_address_is_refused_with_the_rule_and_without_the_address(url: str) -> None:
    with pytest.raises(ValueError, match="base_url must be an https address") as caught:
        HostexClient(TOKEN, base_url=url)
    assert "hunter2" not in str(caught.value)


async def test_closing_a_client_that_was_never_used_is_harmless() -> None:
    async with HostexClient(TOKEN) as client:
        assert repr(client) == "HostexClient('https://api.hostex.io/v3')"
