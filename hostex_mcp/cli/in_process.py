"""The sandbox in this process, behind a client that speaks to it without a port."""

import httpx2

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox

_ADDRESS = "https://sandbox.invalid/v3"


def sandbox_client() -> HostexClient:
    """A client of a fresh demo account, with its writable token."""
    transport = httpx2.ASGITransport(app=Sandbox().app)
    return HostexClient(WRITABLE, base_url=_ADDRESS, transport=transport)
