"""A simulated Hostex: the REST API with its quirks, OAuth pages and a demo account, all in this process."""

from hostex_mcp.sandbox.app import Sandbox
from hostex_mcp.sandbox.serving import running, serve
from hostex_mcp.sandbox.tokens import TOKENS

__all__ = ["TOKENS", "Sandbox", "running", "serve"]
