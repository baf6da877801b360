"""Answers to requests that go no further. At `/mcp` they are JSON-RPC errors, elsewhere OAuth's."""

import math
from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from hostex_mcp.http.config import MCP_PATH

PARSE_ERROR, INVALID_REQUEST, INTERNAL_ERROR = -32700, -32600, -32603
MCP_PATHS = (MCP_PATH, f"{MCP_PATH}/")
CLOSE = {"Connection": "close"}
BUSY_SECONDS = 5


class HttpRefusal(Exception):
    """A request goes no further. `headers` may say what to do instead; `code` is JSON-RPC's."""

    def __init__(
        self, status: int, text: str, headers: dict[str, str] | None = None, *, code: int = INVALID_REQUEST
    ) -> None:
        super().__init__(text)
        self.status, self.text, self.headers, self.code = status, text, headers or {}, code

    def answer(self, path: str) -> Response:
        """Return the answer to a request of this path."""
        error = {"code": self.code, "message": self.text}
        body = {"jsonrpc": "2.0", "id": None, "error": error}
        if path not in MCP_PATHS:
            body = {"error": "invalid_request", "error_description": self.text}
        return JSONResponse(body, self.status, {"Cache-Control": "no-store", **self.headers})


def too_many(seconds: float) -> HttpRefusal:
    """Return the refusal of a request that came too soon; `seconds` from now another one will do."""
    wait = max(1, math.ceil(seconds))
    text = f"Too many requests. Wait {wait} s, then try again."
    return HttpRefusal(429, text, {"Retry-After": str(wait)})


def busy(seconds: float, headers: Mapping[str, str] | None = None) -> HttpRefusal:
    """Return the refusal of a request that this server has no room for; nothing of it was done."""
    wait = math.ceil(seconds)
    text = f"This server is busy and has not started this request. Try again in {wait} s."
    return HttpRefusal(503, text, {"Retry-After": str(wait), **(headers or {})}, code=INTERNAL_ERROR)
