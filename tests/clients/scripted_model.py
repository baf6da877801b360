"""A model that says what a script has it say, behind the interfaces of three providers on a local port: real
programs take it for theirs, call our tools, and show what they show to models."""

import json
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

Body = Mapping[str, Any]
Call = tuple[str, Mapping[str, Any]]


class Dialect(Protocol):
    """How a provider's programs and models talk."""

    def tools(self, body: Body) -> list[str]:
        """The names of the tools that the model is shown."""
        ...

    def results(self, body: Body) -> list[str]:
        """What the model is shown of the calls that were made, in their order."""
        ...

    def say(self, number: int, call: Call | None) -> list[dict[str, Any]]:
        """The events of an answer: a call of a tool, or that it is done."""
        ...


class Messages:
    """Anthropic's."""

    def tools(self, body: Body) -> list[str]:
        return [tool["name"] for tool in body.get("tools", [])]

    def results(self, body: Body) -> list[str]:
        said = [message["content"] for message in body["messages"] if isinstance(message["content"], list)]
        parts = [part for content in said for part in content]
        return [_text(part["content"]) for part in parts if part["type"] == "tool_result"]

    def say(self, number: int, call: Call | None) -> list[dict[str, Any]]:
        block: dict[str, Any] = {"type": "text", "text": ""}
        delta: dict[str, Any] = {"type": "text_delta", "text": "Done."}
        if call:
            block = {"type": "tool_use", "id": f"toolu_{number}", "name": call[0], "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(call[1])}
        usage = {"input_tokens": 1, "output_tokens": 1}
        message: dict[str, Any] = {"id": "m", "type": "message", "role": "assistant", "model": "scripted"}
        message |= {"content": [], "usage": usage, "stop_reason": None, "stop_sequence": None}
        ended = {"stop_reason": "tool_use" if call else "end_turn", "stop_sequence": None}
        return [
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": ended, "usage": usage},
            {"type": "message_stop"},
        ]


class Responses:
    """OpenAI's; a tool of a namespace is named with it."""

    def tools(self, body: Body) -> list[str]:
        offered = body.get("tools", [])
        alone = [tool["name"] for tool in offered if tool["type"] == "function"]
        spaces = [tool for tool in offered if tool["type"] == "namespace"]
        return alone + [f"{space['name']}.{tool['name']}" for space in spaces for tool in space["tools"]]

    def results(self, body: Body) -> list[str]:
        return [_text(item["output"]) for item in body["input"] if item["type"] == "function_call_output"]

    def say(self, number: int, call: Call | None) -> list[dict[str, Any]]:
        item: dict[str, Any] = {
            "type": "message",
            "id": f"msg_{number}",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Done.", "annotations": []}],
        }
        if call:
            space, _, name = call[0].rpartition(".")
            item = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}", "name": name}
            item |= {"arguments": json.dumps(call[1])} | ({"namespace": space} if space else {})
        usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
        response = {"id": f"resp_{number}", "object": "response", "output": [item], "usage": usage}
        return [
            {"type": "response.created", "response": {"id": f"resp_{number}"}},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": response},
        ]


class GenerateContent:
    """Google's."""

    def tools(self, body: Body) -> list[str]:
        return [
            declaration["name"]
            for tool in body.get("tools", [])
            for declaration in tool.get("functionDeclarations", [])
        ]

    def results(self, body: Body) -> list[str]:
        parts = [part for content in body["contents"] for part in content["parts"]]
        answers = [part["functionResponse"]["response"] for part in parts if "functionResponse" in part]
        return [answer.get("output") or answer["error"] for answer in answers]

    def say(self, number: int, call: Call | None) -> list[dict[str, Any]]:
        part: dict[str, Any] = {"text": "Done."}
        if call:
            part = {"functionCall": {"id": f"call_{number}", "name": call[0], "args": call[1]}}
        content = {"role": "model", "parts": [part]}
        usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
        return [{"candidates": [{"content": content, "finishReason": "STOP"}], "usageMetadata": usage}]


class ScriptedModel:
    """Calls tools one after the other, each by the end of its name, as soon as it is shown such a tool."""

    def __init__(self, dialect: Dialect, script: Sequence[Call]) -> None:
        self._dialect = dialect
        self._script = list(script)
        self._turn = threading.Lock()
        self.bodies: list[Body] = []
        self.url = ""

    def answer(self, body: Body) -> bytes:
        """The answer to a request, as a stream of events."""
        with self._turn:
            self.bodies.append(body)
            events = self._dialect.say(len(self.bodies), self._next(body))
        return "".join(_event(event) for event in events).encode()

    @property
    def tools(self) -> list[str]:
        """The tools that the model was shown first."""
        return self._dialect.tools(self.bodies[0])

    @property
    def results(self) -> list[str]:
        """What the model was shown in the end of all its calls."""
        return self._dialect.results(self.bodies[-1])

    def _next(self, body: Body) -> Call | None:
        if not self._script:
            return None
        wanted, arguments = self._script[0]
        found = [name for name in self._dialect.tools(body) if name.endswith(wanted)]
        if not found:
            return None
        del self._script[0]
        return found[0], arguments


@contextmanager
def served(dialect: Dialect, script: Sequence[Call]) -> Generator[ScriptedModel]:
    """A model that programs reach at its address while the block runs."""
    model = ScriptedModel(dialect, script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._send("application/json", b'{"data": [], "models": []}')

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self._send("text/event-stream", model.answer(body))

        def _send(self, kind: str, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        model.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield model
        finally:
            server.shutdown()
            thread.join()


def _event(event: Mapping[str, Any]) -> str:
    named = f"event: {event['type']}\n" if "type" in event else ""
    return f"{named}data: {json.dumps(event)}\n\n"


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "\n".join(part["text"] for part in content)
