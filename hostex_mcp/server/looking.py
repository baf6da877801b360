"""The pages around views for a person in a browser: which there are, their documents, and the calls of tools
that views make through them."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, cast

from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, InputRequiredResult
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from hostex_mcp.pages.render import HEADERS, page
from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.messages import require_bounded
from hostex_mcp.toolkit.json_text import require_unambiguous
from hostex_mcp.toolkit.tool import Effect
from hostex_mcp.views import document

_MOST_BYTES = 200_000
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_WRITES = "Here a view changes nothing by itself: it has to show the change first."


@dataclass(frozen=True, slots=True)
class Look:
    """A page of its own around a view: its name in the address, what people call it, and the tool that
    answers it, with the `span` of days that it needs."""

    name: str
    title: str
    view: str
    tool: str
    span: str = ""


LOOKS: Mapping[str, Look] = {
    look.name: look
    for look in (
        Look("day", "Day", "day", "read_day"),
        Look("calendar", "Calendar", "calendar", "get_calendar"),
        Look("performance", "Performance", "performance", "get_performance", span="month"),
        Look("guests", "Guests waiting", "thread", "list_guests_waiting"),
    )
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A connection that a page can show, where there are several."""

    name: str
    link: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What stands around a view. `base` is where the pages are, and `call` where its calls go, with the
    `proof` that this very page makes them and what else this browser was `shown`. `query` goes with links;
    `waiting` changes are listed at `changes`."""

    base: str
    call: str
    proof: str
    changes: str
    waiting: int
    query: str = ""
    shown: str = ""
    connection: str = ""
    choices: Sequence[Choice] = ()
    notice: object | None = None


class BadCall(Exception):
    """What was sent is not a view's call of a tool."""


def look_page(look: Look, around: Surroundings) -> Response:
    """Return the page with a view."""
    response = page("home.html", look=look, looks=list(LOOKS.values()), around=around, notice=around.notice)
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response


def view_document(look: Look) -> Response:
    """Return the view for its frame. Its script is the only one that runs, and it can load nothing and read
    nothing of this site."""
    html = document(look.view)
    headers = {
        **HEADERS,
        "X-Frame-Options": "SAMEORIGIN",
        "Content-Security-Policy": _view_policy(look.view),
    }
    return HTMLResponse(html, headers=headers)


@cache
def _view_policy(view: str) -> str:
    _, _, rest = document(view).partition('<script type="module">')
    script, _, _ = rest.partition("</script>")
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
    )


async def call_body(request: Request) -> bytes:
    """Return what a page sent for a view; of what is too long, as much as shows that it is."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            break
    return body


async def answer_view(engine: Engine, body: bytes, person: str) -> Response:
    """Return the result of a call that a view made for a person at a page. A write waits for them like any
    other, and it is the `person` who asked.

    Raises:
        BadCall: it is none.
    """
    name, arguments = _call_in(body)
    tool = engine.selection.reachable.get(name)
    if tool and tool.effect is not Effect.READ:
        raise BadCall(_WRITES)
    try:
        result = await engine.call(name, arguments, Elicitation(views=True, here=True, app=person))
    except MCPError as error:
        raise BadCall(str(error)) from None
    if isinstance(result, InputRequiredResult):
        raise BadCall(_WRITES)
    return JSONResponse(_wire(result), headers={"Cache-Control": "no-store"})


def _wire(result: CallToolResult) -> Any:
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


def _call_in(body: bytes) -> tuple[str, dict[str, Any]]:
    """Return the tool and the arguments of a call."""
    if len(body) > _MOST_BYTES:
        raise BadCall("That call is too long.")
    try:
        require_bounded(body)
        require_unambiguous(body)
        call: Any = json.loads(body)
    except ValueError:
        raise BadCall("That is no call.") from None
    match call:
        case {"name": str(name), "arguments": dict()}:
            return name, cast("dict[str, Any]", call["arguments"])
        case _:
            raise BadCall("That is no call.")
