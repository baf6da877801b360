"""A simulated Hostex: the REST API with its quirks, OAuth pages and a demo account, all in this process."""

from hostex_mcp.sandbox.app import Sandbox
from hostex_mcp.sandbox.serving import running, serve
from hostex_mcp.sandbox.tokens import BASIC, DEAD, EMPTY, LAPSED, READ_ONLY, SECOND, TOKENS, WRITABLE
from hostex_mcp.sandbox.webhook_calls import post_locally

__all__ = [
    "BASIC",
    "DEAD",
    "EMPTY",
    "LAPSED",
    "READ_ONLY",
    "SECOND",
    "TOKENS",
    "WRITABLE",
    "Sandbox",
    "post_locally",
    "running",
    "serve",
]
