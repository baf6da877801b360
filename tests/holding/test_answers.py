"""Nothing that Hostex answers holds the event loop for long in one piece, or costs without end."""

import json
import ssl
import time
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from typing import Any

import httpx2
import pytest

from hostex_mcp.api import HostexClient, HostexError, Operation, UnexpectedResponse, unread
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.server.app import warm_up
from tests.support.hostex import script, wire
from tests.support.piece import longest_piece

pytestmark = pytest.mark.anyio

LONGEST = 0.05
MOST_CPU = 1.5
LARGEST = 8 * 1024 * 1024
ANYTHING = Operation("GET", "/x", dict[str, Any])


def rows(member: bytes, size: int, rest: bytes = b"") -> bytes:
    """An answer of about so many bytes, with a list of this member."""
    members = b",".join([member] * (size // (len(member) + 1)))
    return b'{"error_code":200,"error_msg":"","data":{"properties":[%b]%b}}' % (members, rest)


def one_row(member: bytes, size: int) -> bytes:
    """An answer with one row that has a list of this member."""
    row = b'{"id":1,"title":"A","channels":[%b]}' % b",".join([member] * (size // len(member)))
    return rows(row, len(row) + 1)


def named(size: int) -> bytes:
    """An answer whose rows are members of an object."""
    members = b",".join(b'"%d":{"id":1}' % number for number in range(size // 16))
    return b'{"error_code":200,"error_msg":"","data":{"properties":{%b}}}' % members


A_CHANNEL = b'{"channel_type":"airbnb","listing_id":"1"}'
MEGABYTE = 1024 * 1024
BODIES = {
    "properties": rows(b'{"id":1,"title":"House","channels":[%b]}' % A_CHANNEL, MEGABYTE),
    "pairs of brackets": rows(b"[]", MEGABYTE),
    "many pairs of brackets": rows(b"[]", LARGEST - 200),
    "small objects": rows(b'{"a":1}', 2 * MEGABYTE),
    "no numbers": rows(b"NaN", MEGABYTE),
    "halves of emoji": rows(rb'"\ud83d"', 2 * MEGABYTE),
    "one text with many halves": rows(b'"%b"' % (rb"\ud83d" * 150_000), MEGABYTE),
    "one long text": rows(b'"%b"' % (b"a" * (LARGEST - 200)), LARGEST - 100),
    "commas in a long text": rows(b'"%b"' % (b"a" * 100 + b",") * 9_000, MEGABYTE),
    "one row with many members": one_row(A_CHANNEL, MEGABYTE),
    "one row with much that is wrong": one_row(b'{"channel_type":1}', MEGABYTE // 4),
    "numbered rows": named(2 * MEGABYTE),
    "brackets": b"[" * (LARGEST - 1),
    "digits": b'{"error_code":' + b"9" * (LARGEST - 20) + b"}",
    "a page of a proxy": b"<html>" * (LARGEST // 6),
    "a long message": b'{"error_code":400,"error_msg":"%b"}' % ("\u202e".encode() * 2_000_000),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_no_answer_of_eight_megabytes_holds_the_loop_or_costs_much(body: bytes) -> None:
    client = script(httpx2.Response(200, content=body)).client()
    with unread():
        started = time.thread_time()
        with longest_piece() as longest, suppress(HostexError):
            await client.page(LIST_PROPERTIES)
        took = time.thread_time() - started
    assert longest.seconds < LONGEST, longest.what
    assert took < MOST_CPU


LONG: dict[str, Any] = {
    "": [{"": 1, "text": '"[{,}]\\"' * 60, "deep": [[[number]]]} for number in range(900)],
    "names": {f"name {number}": {"é": [], "b": {}} for number in range(1_500)},
    "numbers": [[number, -number / 7, None, True] for number in range(900)],
    "last": {"of": {"all": ["😀", "end"]}},
}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("ascii_only", [True, False])
async def test_a_long_answer_is_read_as_it_was_written(indent: int | None, ascii_only: bool) -> None:
    text = json.dumps({"error_code": 200, "data": LONG}, indent=indent, ensure_ascii=ascii_only)
    answer = httpx2.Response(200, content=text.encode())
    assert await script(answer).client().call(ANYTHING) == LONG


async def test_what_json_does_not_allow_is_read_in_a_long_answer_too() -> None:
    member = rb'{"a":NaN,"b":"%b"}' % (b"x" * 200)
    body = rows(member, MEGABYTE, rest=rb',"end":"Loft \ud83d","other":Infinity')
    data = await script(httpx2.Response(200, content=body)).client().call(ANYTHING)
    assert (data["end"], data["other"]) == ("Loft \ufffd", None)
    assert data["properties"] == [{"a": None, "b": "x" * 200}] * (MEGABYTE // (len(member) + 1))


@pytest.mark.parametrize("change", ["cut", "one bracket more", "another value behind"])
async def test_a_long_answer_that_is_no_json_is_refused(change: str) -> None:
    body = rows(b'{"id":1,"title":"House"}', MEGABYTE)
    changed = {
        "cut": body[: body.rindex(b",")],
        "one bracket more": body + b"]",
        "another value behind": body + b"," + body,
    }[change]
    with pytest.raises(UnexpectedResponse, match="not in Hostex's form"):
        await script(httpx2.Response(200, content=changed)).client().call(ANYTHING)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (rows(b"[]", LARGEST - 200), "too large"),
        (rows(b" " * LARGEST, LARGEST + 1_000), "too large"),
        (rows(b"{}", 100_000), "too_long"),
    ],
)
async def test_an_answer_with_far_too_much_in_it_is_refused_and_says_so(body: bytes, said: str) -> None:
    with pytest.raises(UnexpectedResponse, match=said) as caught:
        await script(httpx2.Response(200, content=body)).client().page(LIST_PROPERTIES)
    assert not caught.value.retryable


async def test_a_row_with_far_too_much_in_it_is_left_out_and_counted() -> None:
    body = one_row(A_CHANNEL, MEGABYTE).replace(b'"properties":[', b'"properties":[{"id":2,"channels":[]},')
    with unread() as lacking:
        page = await script(httpx2.Response(200, content=body)).client().page(LIST_PROPERTIES)
    assert [row.id for row in page.items] == [2]
    assert lacking.notes() == [
        "1 of the properties could not be read and is left out, for what Hostex sent as the row itself."
    ]


async def test_an_answer_in_chunks_of_one_byte_does_not_hold_the_loop() -> None:
    async def drip(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 40_000)
        writer.write(b"0\r\n\r\n")

    warm_up()
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with wire(drip) as address, HostexClient("token", base_url=address, verify=plain) as client:
        with longest_piece() as longest, suppress(HostexError):
            await client.page(LIST_PROPERTIES)
    assert longest.seconds < LONGEST, longest.what


@pytest.mark.parametrize("claimed", [-1, 10**399])
async def test_a_total_that_no_list_has_is_not_believed(claimed: int) -> None:
    body = b'{"error_code":200,"data":{"properties":[],"total":%d}}' % claimed
    page = await script(httpx2.Response(200, content=body)).client().page(LIST_PROPERTIES)
    assert page.total is None
