"""What a client of the older protocols declared when it connected. Nothing is kept of it here: the id of its
session says it, which the client repeats in each request."""

import uuid
from collections.abc import Mapping
from typing import Any, cast

from mcp.server.context import ServerRequestContext
from starlette.requests import Request
from starlette.types import Message, Send

from hostex_mcp.server.apps.extension import NO_VIEWS, ShownViews, declared_views, views_in

_HEADER = "mcp-session-id"
_SHOWN, _OPENAI = "views", "openai"


def session_views(context: ServerRequestContext[Any]) -> ShownViews:
    """Return the views that the client of an HTTP request shows."""
    if context.session.client_capabilities is not None:
        return declared_views(context)
    # Whoever makes an id up says no more by it than they could have declared.
    marks = cast("Request", context.request).headers.get(_HEADER, "").split(".")[1:]
    return ShownViews(True, _OPENAI in marks) if _SHOWN in marks else NO_VIEWS


def opened_session(message: Mapping[str, Any]) -> str | None:
    """Return an id for the session that a message opens; None where there is nothing to remember."""
    params = message.get("params")
    if message.get("method") != "initialize" or not isinstance(params, dict):
        return None
    views = views_in(cast("dict[str, Any]", params).get("capabilities"))
    marks = [_SHOWN, *([_OPENAI] if views.openai else [])]
    return ".".join([uuid.uuid4().hex, *marks]) if views.shown else None


def naming(send: Send, session_id: str) -> Send:
    """Return a `send` that gives the client the id of its session."""

    async def name(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            headers = [*message["headers"], (_HEADER.encode(), session_id.encode())]
            message = {**message, "headers": headers}
        await send(message)

    return name
