"""Bodies: how large, how slow, and JSON that two readers would take for different things."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import anyio
import pytest
from starlette.types import Message, Scope

from hostex_mcp.http.transport import bodies
from tests.support.local import JSON, MODERN, call, local, running, shared

pytestmark = pytest.mark.anyio

SPREAD = (
    '{"jsonrpc": "2.0", "id": 1, "method": "tools/call", '
    '"params": {"name": "list_properties", "arguments": %s}}'
)


def nested(depth: int) -> str:
    """A call whose message is nested this deeply in all."""
    return SPREAD % ('{"name": ' + "[" * (depth - 3) + "]" * (depth - 3) + "}")


HOSTILE = {
    "a batch": f"[{call('list_properties')}]",
    "a number": "7",
    "nothing": "",
    "half a message": '{"jsonrpc": "2.0", "id": 1',
    "a name twice": SPREAD % '{"name": "a", "name": "b"}',
    "a name twice in different spellings of the same letters": SPREAD % r'{"name": "a", "n\u0061me": "b"}',
    "NaN": SPREAD % '{"limit": NaN}',
    "infinity": SPREAD % '{"limit": -Infinity}',
    "a number beyond all": SPREAD % '{"limit": 1e999}',
    "a number of 5000 digits": SPREAD % ('{"limit": ' + "9" * 5000 + "}"),
    "half a character": SPREAD % r'{"name": "\ud83d"}',
    "deep nesting": nested(65),
    "very deep nesting": "[" * 1_000_000,
    "a million members": SPREAD % ('{"ids": [' + "1," * 1_000_000 + "1]}"),
}


@pytest.mark.parametrize("headers", [JSON, MODERN], ids=["handshake", "modern"])
@pytest.mark.parametrize("what", HOSTILE)
async def test_a_body_that_is_no_plain_message_is_refused_with_a_json_rpc_error(
    what: str, headers: dict[str, str]
) -> None:
    async with running(local()) as http:
        answer = await http.post("/mcp", headers=headers, content=HOSTILE[what])
    assert answer.status_code == 400
    assert answer.json()["id"] is None
    assert answer.json()["error"]["code"] in (-32700, -32600)


async def test_text_that_is_not_utf_8_is_refused() -> None:
    async with running(local()) as http:
        answer = await http.post(
            "/mcp", headers=JSON, content=call("é").encode("latin-1").replace(b"\\u00e9", b"\xe9")
        )
    assert answer.json()["error"]["code"] == -32700


async def test_names_that_differ_in_case_are_different_names() -> None:
    body = call("list_properties").replace('"method"', '"Method"')
    async with running(local()) as http:
        answer = await http.post("/mcp", headers=JSON, content=body)
    assert answer.status_code == 400


@pytest.mark.parametrize("arguments", ['{"name": "{{%s\\"[[["}' % ("[" * 500), '{"name": "\\ud83d\\ude00"}'])
async def test_brackets_in_a_text_and_whole_characters_are_no_trouble(arguments: str) -> None:
    async with running(local()) as http:
        answer = await http.post("/mcp", headers=JSON, content=SPREAD % arguments)
    assert answer.status_code == 200


async def test_nesting_of_64_is_let_through_to_the_tool_which_says_what_it_takes() -> None:
    async with running(local()) as http:
        answer = await http.post("/mcp", headers=JSON, content=nested(64))
    assert answer.json()["result"]["structuredContent"]["error"]["kind"] == "invalid_arguments"


@pytest.mark.parametrize(
    ("path", "most"), [("/mcp", 4 * 1024 * 1024), ("/token", 64 * 1024), ("/changes/x", 160 * 1024)]
)
async def test_a_body_larger_than_its_route_takes_is_refused(path: str, most: int) -> None:
    headers = {**JSON, "Authorization": "ann"}

    async def pieces() -> AsyncGenerator[bytes]:
        for _ in range(most // 1024 + 1):
            yield b" " * 1024

    async with running(shared()) as http:
        declared = await http.post(path, headers=headers, content=b" " * (most + 1))
        streamed = await http.post(path, headers=headers, content=pieces())
        fitting = await http.post(path, headers=headers, content=b" " * most)
    assert (declared.status_code, streamed.status_code) == (413, 413)
    assert fitting.status_code != 413


async def test_a_stranger_is_turned_away_before_the_body_is_read() -> None:
    read: list[bool] = []

    async def endless() -> AsyncGenerator[bytes]:
        read.append(True)
        yield b" "

    async with running(shared()) as http:
        answer = await http.post("/mcp", headers=JSON, content=endless())
    assert (answer.status_code, read) == (401, [])


async def exchange(path: str, *messages: Message) -> list[Message]:
    """What a request gets whose body comes in these messages, and then nothing more."""
    sent: list[Message] = []
    left = list(messages)

    async def receive() -> Message:
        if left:
            return left.pop(0)
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(name.lower().encode(), value.encode()) for name, value in JSON.items()]
    headers += [(b"host", b"127.0.0.1:8000"), (b"authorization", b"ann")]
    scope: Scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    app: Any = shared()
    async with app.router.lifespan_context(app):
        await app(scope, receive, send)
    return sent


@pytest.mark.parametrize("path", ["/mcp", "/token"])
async def test_a_body_that_does_not_arrive_is_not_waited_for(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE_SECONDS", 0.01)
    start, body = await exchange(path, {"type": "http.request", "body": b"{", "more_body": True})
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]
    assert "error" in json.loads(body["body"])


@pytest.mark.parametrize("path", ["/mcp", "/token"])
async def test_a_client_that_goes_away_while_it_sends_is_not_answered(path: str) -> None:
    sent = await exchange(
        path, {"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}
    )
    assert sent == []


@pytest.mark.parametrize("number", ["1.5", "null", "true", "[1]"])
async def test_a_request_whose_id_cannot_be_answered_under_is_refused_and_not_taken_as_a_notification(
    number: str,
) -> None:
    body = f'{{"jsonrpc": "2.0", "id": {number}, "method": "ping"}}'
    async with running(local()) as http:
        answer = await http.post("/mcp", headers=JSON, content=body)
    assert answer.status_code == 400
    assert "id of a request" in answer.json()["error"]["message"]


@pytest.mark.parametrize("arguments", ["[]", '""', r'"{\"limit\": 1}"'])
async def test_arguments_in_another_form_are_the_object_they_mean(arguments: str) -> None:
    async with running(local()) as http:
        answer = await http.post("/mcp", headers=JSON, content=SPREAD % arguments)
    returned = answer.json()["result"]["structuredContent"]["returned"]
    assert returned == 1 if "limit" in arguments else returned > 1


async def test_what_arguments_as_text_hold_is_bounded_like_any_other() -> None:
    deep = json.dumps('{"name": ' + "[" * 60 + "]" * 60 + "}")
    async with running(local()) as http:
        answer = await http.post("/mcp", headers=JSON, content=SPREAD % deep)
    assert answer.json()["result"]["structuredContent"]["error"]["kind"] == "invalid_arguments"
