"""What a request gets that the database does not serve: not an error of the caller's, and worth a repeat."""

import logging
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hostex_mcp.http.notice import ServerNotice
from hostex_mcp.pages.render import error_page

RETRY = {"Retry-After": "5"}
OUTAGES = (OperationalError, InterfaceError, TimeoutError)

_PAGES = ("/connect", "/changes", "/home", "/authorize")

_log = logging.getLogger(__name__)


def unserved_by(notice: ServerNotice) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers such a request to the server that `notice` describes."""

    async def unserved(request: Request, error: Exception) -> Response:
        return _unserved(request, error, notice)

    return unserved


def _unserved(request: Request, error: Exception, notice: ServerNotice) -> Response:
    """Answer 503: a page for people, an error of OAuth for programs."""
    reason = (str(getattr(error, "orig", None) or error).splitlines() or ["no reason given"])[0]
    _log.error("The database did not serve %s: %s", request.scope["path"], reason)
    if request.scope["path"].startswith(_PAGES):
        answer = error_page(
            "This server cannot reach its database right now",
            "Nothing was stored and nothing was changed.",
            503,
            advice="Wait a minute and load the page again, or go back to your app and connect again.",
            notice=notice,
        )
    else:
        message = "This server cannot reach its database right now. Try again shortly."
        body = {"error": "temporarily_unavailable", "error_description": message}
        answer = JSONResponse(body, 503, {"Cache-Control": "no-store"})
    answer.headers.update(RETRY)
    return answer
