"""`/home`: the views of an account, for the browser in which it was connected or its token was shown."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message

from hostex_mcp.http.changes.access import Visitor
from hostex_mcp.http.changes.deciding import asker_of
from hostex_mcp.http.changes.deps import BASE as CHANGES
from hostex_mcp.http.changes.deps import HOME, ChangeDeps
from hostex_mcp.http.connect.forms import is_from_here
from hostex_mcp.http.connect.routes import with_error_page
from hostex_mcp.http.oauth.browser import csrf, csrf_fits, remember
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.refusals import HttpRefusal
from hostex_mcp.http.transport.turns import turn, while_present
from hostex_mcp.pages.render import PageError
from hostex_mcp.server.looking import (
    LOOKS,
    BadCall,
    Choice,
    Look,
    Surroundings,
    answer_view,
    call_body,
    look_page,
    view_document,
)

_MOST_CHOICES = _MOST_WAITING = 25
_ELSEWHERE = "This page is no longer valid in this browser. Load it again."


class Home:
    """`GET /home`, `/home/LOOK`, `/home/LOOK/view` and `POST /home/call`."""

    def __init__(self, deps: ChangeDeps) -> None:
        self._deps = deps

    async def show(self, request: Request) -> Response:
        """Show a view of one of the connections of this browser."""
        look = _look(request)
        visitor = Visitor(self._deps.pages, request, request.query_params.get("view", ""))
        callers = await visitor.callers()
        if not callers:
            raise _nothing()
        wanted = request.query_params.get("connection", "")
        caller = next((caller for caller in callers if caller.account == wanted), callers[0])
        around = await self._around(visitor, look, callers, caller)
        return remember(look_page(look, around), visitor.browser, self._deps.pages.address)

    async def view(self, request: Request) -> Response:
        """Return the document of a view, the same for everybody."""
        return view_document(_look(request))

    async def call(self, request: Request) -> Response:
        """Answer a view's call, which the page around it sends."""
        headers, deps = request.headers, self._deps
        visitor = Visitor(deps.pages, request, headers.get("x-view", ""))
        account = headers.get("x-connection", "")
        proved = csrf_fits(deps.pages.keys, visitor.browser, _nonce(account), headers.get("x-proof"))
        if not proved or not is_from_here(request, deps.pages.address):
            return _refused(403, _ELSEWHERE)
        caller = next((caller for caller in await visitor.callers() if caller.account == account), None)
        if caller is None:
            return _refused(404, "This connection has ended. Load the page again.")
        body = await call_body(request)
        try:
            engine, person = await deps.engine(caller), asker_of(visitor, caller)
            with while_present(request.receive, _unsent):
                async with turn(deps.calls, caller, request.scope):
                    return await answer_view(engine, body, person)
        except BadCall as error:
            return _refused(400, str(error))
        except HttpRefusal as refused:
            return refused.answer(request.url.path)
        # Whoever called has left.
        return Response(status_code=204)

    async def _around(
        self, visitor: Visitor, look: Look, callers: list[Caller], caller: Caller
    ) -> Surroundings:
        pages, view = self._deps.pages, visitor.view
        shown = {"view": visitor.sealed(view)} if view.by_token else {}
        accounts = await visitor.accounts()
        waiting = await pages.store.changes.waiting(accounts, _MOST_WAITING)
        query = {**shown, "connection": caller.account}
        return Surroundings(
            base=HOME,
            call=f"{HOME}/call",
            proof=csrf(pages.keys, visitor.browser, _nonce(caller.account)),
            changes=CHANGES + (f"?{urlencode(shown)}" if shown else ""),
            waiting=len(waiting),
            query=f"?{urlencode(query)}" if shown or len(callers) > 1 else "",
            connection=caller.account,
            shown=shown.get("view", ""),
            choices=[
                Choice(
                    _name(other),
                    f"{HOME}/{look.name}?{urlencode({**shown, 'connection': other.account})}",
                    other is caller,
                )
                for other in (
                    *callers[:_MOST_CHOICES],
                    *([caller] if caller not in callers[:_MOST_CHOICES] else []),
                )
            ],
            notice=pages.notice,
        )


def routes(deps: ChangeDeps) -> list[Route]:
    """Return the routes of these pages."""
    home, notice = Home(deps), deps.pages.notice
    show, view = with_error_page(home.show, notice), with_error_page(home.view, notice)
    return [
        Route(f"{HOME}/call", home.call, methods=["POST"]),
        Route(HOME, show, methods=["GET"]),
        Route(f"{HOME}/{{look}}", show, methods=["GET"]),
        Route(f"{HOME}/{{look}}/view", view, methods=["GET"]),
    ]


async def _unsent(_: Message) -> None:
    """Send nothing: the answer goes out when the call is over."""


def _look(request: Request) -> Look:
    look = LOOKS.get(request.path_params.get("look", "day"))
    if look is None:
        raise PageError("There is no such page", f"The views are at {HOME} on this site.", status=404)
    return look


def _name(caller: Caller) -> str:
    grant = caller.grant
    if grant is None:
        return "The Hostex token itself"
    return f"{grant.person}: {grant.client_name}" if grant.person else grant.client_name


def _nonce(account: str) -> str:
    return f"home {account}"


def _nothing() -> PageError:
    return PageError(
        "Nothing is connected in this browser",
        "The views show the account of an app that you connected here.",
        "Open this page in the browser in which you connected the app. Or go to /changes on this site, show "
        "the Hostex access token there, and follow “Look at the account”.",
        404,
    )


def _refused(status: int, text: str) -> Response:
    return JSONResponse(
        {"error": "refused", "error_description": text}, status, {"Cache-Control": "no-store"}
    )
