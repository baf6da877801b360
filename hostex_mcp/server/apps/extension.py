"""The MCP Apps extension: who declared it, and how this server does.

The protocol of 2026-07-28 carries a client's capabilities in every request, the older ones only in the first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext

EXTENSION = "io.modelcontextprotocol/ui"
MIME_TYPE = "text/html;profile=mcp-app"
# ChatGPT's name for what it declares beside the extension: it heeds keys of its own too.
_OPENAI = "openai/visibility"


@dataclass(frozen=True, slots=True)
class ShownViews:
    """Whether a client shows views, and whether it also heeds the keys that OpenAI had before there was a
    standard."""

    shown: bool = False
    openai: bool = False


NO_VIEWS = ShownViews()
ViewsOf = Callable[[ServerRequestContext[Any]], ShownViews]


def declared_views(context: ServerRequestContext[Any]) -> ShownViews:
    """Return what a client declared, in this request or when it connected."""
    capabilities = context.session.client_capabilities
    if capabilities is None:
        return NO_VIEWS
    return views_in({"extensions": capabilities.extensions, "experimental": capabilities.experimental})


def views_in(capabilities: Any) -> ShownViews:
    """Return what the capabilities of a client say. Whoever sends them may send anything."""
    types = _member(_member(_member(capabilities, "extensions"), EXTENSION), "mimeTypes")
    if not isinstance(types, list) or MIME_TYPE not in types:
        return NO_VIEWS
    return ShownViews(True, _member(_member(capabilities, "experimental"), _OPENAI) is not None)


def _member(value: Any, name: str) -> Any:
    return cast("Mapping[str, Any]", value).get(name) if isinstance(value, Mapping) else None


def introducing(
    extensions: Callable[[ServerRequestContext[Any]], Mapping[str, Any]],
    instructions: Callable[[ServerRequestContext[Any]], str],
) -> ServerMiddleware[Any]:
    """Return what has the server introduce itself with the `extensions` and `instructions` of a request."""

    async def introduce(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        result = await call_next(ctx)
        # The SDK leaves it out of the answer to `initialize`, which has had no place for extensions.
        if ctx.method not in ("initialize", "server/discover") or not isinstance(result, dict):
            return result
        result["capabilities"] = {**result["capabilities"], "extensions": extensions(ctx)}
        result["instructions"] = instructions(ctx)
        return result

    return introduce
