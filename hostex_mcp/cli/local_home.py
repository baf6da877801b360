"""The views of the account for the person at this machine, behind the same address as its page of changes."""

import hmac
from collections.abc import Awaitable, Callable, Iterable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hostex_mcp.cli.local_user import BY
from hostex_mcp.server.changes.view import change_views
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.looking import (
    LOOKS,
    BadCall,
    Look,
    Surroundings,
    answer_view,
    call_body,
    look_page,
    view_document,
)

_PROOF = "home"

Page = Callable[[Request], Awaitable[Response]]


class LocalHome:
    """The pages below `base`. `mac` makes what only a page that was loaded from there can know."""

    def __init__(self, engine: Engine, base: str, mac: Callable[[str, str], str]) -> None:
        self._engine = engine
        self._base = f"{base}/home"
        self._changes = f"{base}/changes"
        self._proof = mac(_PROOF, "")

    def pages(self) -> Iterable[tuple[str, str, Page]]:
        """Return the method, path and handler of each page."""
        return (
            ("POST", f"{self._base}/call", self._call),
            ("GET", self._base, self._show),
            ("GET", f"{self._base}/{{look}}", self._show),
            ("GET", f"{self._base}/{{look}}/view", self._view),
        )

    async def _show(self, request: Request) -> Response:
        now = self._engine.context.now()
        waiting = [change for change in change_views(await self._engine.changes(), now) if change.open]
        around = Surroundings(
            base=self._base,
            call=f"{self._base}/call",
            proof=self._proof,
            changes=self._changes,
            waiting=len(waiting),
        )
        return look_page(_look(request), around)

    async def _view(self, request: Request) -> Response:
        return view_document(_look(request))

    async def _call(self, request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("x-proof", "").encode(), self._proof.encode()):
            raise HTTPException(403, "This page is no longer valid. Load it again.")
        try:
            return await answer_view(self._engine, await call_body(request), BY)
        except BadCall as error:
            return JSONResponse({"error": "refused", "error_description": str(error)}, 400)


def _look(request: Request) -> Look:
    look = LOOKS.get(request.path_params.get("look", "day"))
    if look is None:
        raise HTTPException(404)
    return look
