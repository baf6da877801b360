"""The sandbox in this process, behind clients that reach it without a port."""

import httpx2

from hostex_mcp.api import HostexClient
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.sandbox import WRITABLE, Sandbox

_ADDRESS = "https://sandbox.invalid/v3"


def sandbox_client() -> HostexClient:
    """Return a client of a fresh demo account, with its writable token."""
    transport = httpx2.ASGITransport(app=Sandbox().app)
    return HostexClient(WRITABLE, base_url=_ADDRESS, transport=transport)


def sandbox_upstream() -> Upstream:
    """Return fresh demo accounts in place of Hostex, with a client for each of their tokens."""
    return Upstream(_ADDRESS, transport=httpx2.ASGITransport(app=Sandbox().app))
