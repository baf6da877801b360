"""An upstream that costs next to nothing: every request gets the same twenty properties in Hostex's envelope.
Run: python -m benchmarks.local_upstream, which prints its port."""

import asyncio
import json

import httpx2

from hostex_mcp.sandbox import WRITABLE, Sandbox


async def properties() -> bytes:
    """The demo account's properties as Hostex sends them, repeated up to twenty."""
    transport = httpx2.ASGITransport(app=Sandbox().app)
    async with httpx2.AsyncClient(transport=transport, base_url="https://sandbox.invalid") as http:
        got = await http.get("/v3/properties?limit=100", headers={"Hostex-Access-Token": WRITABLE})
    envelope = got.json()
    rows = envelope["data"]["properties"]
    envelope["data"] |= {
        "properties": [{**rows[n % len(rows)], "id": 1000 + n} for n in range(20)],
        "total": 20,
    }
    return json.dumps(envelope, separators=(",", ":")).encode()


class Same(asyncio.Protocol):
    """Answers every request on a connection with the same bytes."""

    answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(self.answer * data.count(b"\r\n\r\n"))


async def main() -> None:
    body = await properties()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    Same.answer = head.encode() + body
    server = await asyncio.get_running_loop().create_server(Same, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
