"""One request and the connection that waits for its answer, as the faults need them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hostex_mcp.sandbox.envelope import ApiError, refusal


@dataclass(frozen=True)
class Wire:
    """`answer` carries the request out and returns the response; the rest is how to send it, or not to."""

    answer: Callable[[], Response]
    now: datetime
    asgi: tuple[Scope, Receive, Send]

    def refuse(self, error: ApiError) -> Response:
        """Wrap a refusal without carrying the request out."""
        return refusal(self.now, error)

    async def send(self, response: Response) -> None:
        """Send a whole response."""
        await response(*self.asgi)

    async def send_half(self, response: Response) -> bytes:
        """Send the headers and half of the body; return the other half."""
        send, body = self.asgi[2], bytes(response.body)
        await send({"type": "http.response.start", "status": 200, "headers": response.raw_headers})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        return body[len(body) // 2 :]

    async def send_rest(self, rest: bytes) -> None:
        """Send the half that `send_half` kept back."""
        await self.asgi[2]({"type": "http.response.body", "body": rest})

    async def hang_up(self, *, flush: bool = False) -> None:
        """Close the connection under the request, with `flush` after what was already written.

        Raises ConnectionResetError where there is no socket, as under an in-process ASGI transport.
        """
        cycle = getattr(self.asgi[2], "__self__", None)
        transport: asyncio.Transport | None = getattr(cycle, "transport", None)
        if transport is None:
            raise ConnectionResetError("the sandbox closed the connection")
        if flush:
            transport.close()
        else:
            transport.abort()
        # The server learns of the loss in a later step of the loop; answering before would log an error.
        await asyncio.sleep(0.01)
