"""The property scope: a client that lets only some properties of an account through."""

from hostex_mcp.scope.client import ScopedClient
from hostex_mcp.scope.money import MoneylessClient
from hostex_mcp.scope.refusal import REMEDY, OutOfScope

__all__ = ["REMEDY", "MoneylessClient", "OutOfScope", "ScopedClient"]
