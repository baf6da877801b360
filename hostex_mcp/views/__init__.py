"""The views that people look at in a chat, on pages and from the terminal: one HTML document each."""

from hostex_mcp.views.document import VIEWS, document

__all__ = ["VIEWS", "document"]
