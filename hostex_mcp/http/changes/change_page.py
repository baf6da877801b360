"""The page of one change: what it is before it is decided, and what came of it after."""

from dataclasses import replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hostex_mcp.api import run_apart
from hostex_mcp.http.changes.access import Visitor
from hostex_mcp.http.changes.deciding import EMPTY, Deciding, Undecided
from hostex_mcp.http.changes.deps import BASE, ChangeDeps
from hostex_mcp.http.changes.list_page import frame_of
from hostex_mcp.http.connect.forms import Form, read_form
from hostex_mcp.http.connect.problems import not_from_here, unreadable
from hostex_mcp.http.oauth.browser import remember
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import HEADERS
from hostex_mcp.server.changes.pages import change_page
from hostex_mcp.server.changes.record import PendingChange
from hostex_mcp.server.changes.view import change_view

_TAKEN_BACK = "It was undone."


class ChangePage:
    """`GET` and `POST /changes/ID`."""

    def __init__(self, deps: ChangeDeps) -> None:
        self._deps = deps

    async def show(self, request: Request) -> Response:
        """Show the change."""
        visitor = Visitor(self._deps.pages, request, request.query_params.get("view", ""))
        change, _ = await visitor.find(request.path_params["change_id"])
        return remember(await self._page(visitor, change), visitor.browser, self._deps.pages.address)

    async def act(self, request: Request) -> Response:
        """Decide on the change, or have it taken back."""
        form = await read_form(request, self._deps.pages.address)
        visitor = Visitor(self._deps.pages, request, form.get("proof"))
        change, _ = await visitor.find(request.path_params["change_id"])
        change_id, seen = visitor.redeem(form.get("change"))
        if change_id != change.id:
            raise not_from_here()
        try:
            return await self._act(visitor, change, seen, form)
        except Undecided as error:
            return await self._page(visitor, await self._now(change), error.problem, _typed(form))

    async def _act(self, visitor: Visitor, change: PendingChange, seen: str, form: Form) -> Response:
        deciding = Deciding(self._deps, visitor)
        match form.get("decision"):
            case "approve":
                text = _drafted(form) if change.draft else None
                await deciding.decide(change.id, seen, True, text)
            case "decline":
                await deciding.decide(change.id, seen, False)
            case "undo":
                return self._to_undo(visitor, await deciding.undo(change.id))
            case _:
                raise unreadable()
        return _redirect(f"{BASE}/{change.id}", visitor)

    def _to_undo(self, visitor: Visitor, change_id: str) -> Response:
        if change_id:
            return _redirect(f"{BASE}/{change_id}", visitor)
        visitor.view = replace(visitor.view, done=_TAKEN_BACK)
        return _redirect(BASE, visitor)

    async def _now(self, change: PendingChange) -> PendingChange:
        return await self._deps.pages.store.changes.find(change.id) or change

    async def _page(
        self,
        visitor: Visitor,
        change: PendingChange,
        problem: FormProblem | None = None,
        typed: str | None = None,
    ) -> Response:
        decides = await visitor.decides(change)
        waiting = (await self._deps.pages.store.changes.counts(await visitor.accounts())).waiting
        others = max(waiting - (decides and change.at(self._deps.pages.now()).open), 0)
        reader = await visitor.reader([change])

        def rendered() -> Response:
            view = change_view(change, self._deps.pages.now(), reader)
            return change_page(
                view,
                frame_of(self._deps, visitor),
                problem,
                typed,
                decides=decides,
                others=others,
            )

        return await run_apart(change.preview, rendered)


def _drafted(form: Form) -> str:
    """Return the text that a person sends, with line breaks as they were before a browser sent them.

    Raises:
        PageError: the page that they saw had a text, and the form has none.
        Undecided: it is empty.
    """
    if not form.all("text"):
        raise unreadable()
    text = _typed(form) or ""
    if not text.strip():
        raise Undecided(EMPTY)
    return text


def _typed(form: Form) -> str | None:
    return form.get("text").replace("\r\n", "\n") if form.all("text") else None


def _redirect(path: str, visitor: Visitor) -> Response:
    # A page that can be loaded again without deciding anything again.
    carried = visitor.view.by_token or visitor.view.done
    query = f"?{urlencode({'view': visitor.sealed(visitor.view)})}" if carried else ""
    return RedirectResponse(path + query, 303, HEADERS)
