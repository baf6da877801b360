"""What is connected, from this browser or with a token that somebody has, and how it is ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hostex_mcp.http.connect.account import account_lines
from hostex_mcp.http.connect.asker import app_name
from hostex_mcp.http.connect.attempts import counted
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import Form, posted
from hostex_mcp.http.connect.problems import NO_TOKEN, NOT_THERE, TOO_MANY, FormProblem, shape_problem
from hostex_mcp.http.connect.refusal import not_from_here, unusable
from hostex_mcp.http.connect.rows import row
from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.oauth.browser import Browser, browser_of, csrf, csrf_fits, remember
from hostex_mcp.http.pages.render import HEADERS, page
from hostex_mcp.http.store.records import Grant

ENDED_HERE = "You disconnected it on the connections page."
_PURPOSE = _NONCE = "connections"
_WINDOW = timedelta(minutes=10)
_MOST_ENDED = 5
# Whoever has a token makes as many connections with it as they like; a page of all would cost others time.
MOST_LISTED = 25


@dataclass(frozen=True, slots=True)
class ConnectionsView:
    """What a browser is shown, until `until`: grants that a pasted token `found`, or its own if that is None,
    and what was `done`; `more` than those were found. Sealed, it proves to forms of that browser that the
    token was shown."""

    until: datetime
    found: tuple[str, ...] | None = None
    more: bool = False
    done: str = ""


_FORM: TypeAdapter[ConnectionsView] = TypeAdapter(ConnectionsView)


class Connections:
    """`GET` and `POST /connect`."""

    def __init__(self, parts: PageDeps) -> None:
        self._parts = parts

    async def show(self, request: Request) -> Response:
        """List what was connected from this browser, or what a token was found to be connected to."""
        browser = browser_of(request, self._parts.address)
        view = self._view(browser, request.query_params.get("view", ""))
        return remember(await self._page(browser, view), browser, self._parts.address)

    async def act(self, request: Request) -> Response:
        """Disconnect something, or find what a token is connected to."""
        form = await posted(request, self._parts.address)
        browser = browser_of(request, self._parts.address)
        if not csrf_fits(self._parts.keys, browser, _NONCE, form.one("csrf")):
            raise not_from_here()
        match form.one("action"):
            case "disconnect":
                return await self._disconnect(browser, form)
            case "find":
                return await self._find(browser, form.one("token").strip())
            case _:
                raise unusable()

    async def _disconnect(self, browser: Browser, form: Form) -> Response:
        """End what the form lists, if it is this browser's or its token was shown."""
        view = self._view(browser, form.one("proof"))
        ticked = set(form.all("grant"))
        if len(ticked) > MOST_LISTED:
            raise unusable()
        listed = await self._parts.store.grants.some(ticked)
        mine = [grant for grant in listed if self._may_end(grant, browser, view)]
        if not mine:
            return await self._page(browser, view, NOT_THERE)
        for grant in mine:
            await self._parts.linking.end(grant.grant_id, ENDED_HERE)
        return self._on(browser, replace(view, done=_done(mine)))

    def _may_end(self, grant: Grant, browser: Browser, view: ConnectionsView) -> bool:
        shown = grant.browser == browser.digest or grant.grant_id in (view.found or ())
        return shown and grant.status != "ended"

    async def _find(self, browser: Browser, token: str) -> Response:
        problem = shape_problem(token)
        if problem:
            return await self._page(browser, self._plain, _TO_FIND if problem is NO_TOKEN else problem)
        if not await self._counted(browser):
            return await self._page(browser, self._plain, TOO_MANY)
        grants = await self._parts.store.grants.of_token(token, MOST_LISTED + 1)
        found = tuple(grant.grant_id for grant in grants[:MOST_LISTED])
        return self._on(browser, replace(self._plain, found=found, more=len(grants) > MOST_LISTED))

    async def _counted(self, browser: Browser) -> bool:
        """Tries are counted per browser, in windows of ten minutes."""
        window, now = int(_WINDOW.total_seconds()), self._parts.now()
        key = f"{browser.digest}:{int(now.timestamp()) // window}"
        return await counted(self._parts.store, key, now + _WINDOW)

    @property
    def _plain(self) -> ConnectionsView:
        return ConnectionsView(self._parts.now() + _WINDOW)

    def _on(self, browser: Browser, view: ConnectionsView) -> Response:
        """To a page that can be loaded again without doing anything again."""
        sealed = self._sealed(browser, replace(view, until=self._plain.until))
        return RedirectResponse(f"/connect?{urlencode({'view': sealed})}", 303, HEADERS)

    def _sealed(self, browser: Browser, view: ConnectionsView) -> str:
        return self._parts.keys.seal(_PURPOSE, _FORM.dump_json(view), browser.digest)

    def _view(self, browser: Browser, sealed: str) -> ConnectionsView:
        """What this browser may be shown: its own grants, unless it was sent to others a moment ago."""
        try:
            view = _FORM.validate_json(self._parts.keys.open(_PURPOSE, sealed, browser.digest))
        except Unsealable:
            return self._plain
        return view if self._parts.now() < view.until else self._plain

    async def _page(
        self, browser: Browser, view: ConnectionsView, problem: FormProblem | None = None
    ) -> Response:
        active, ended = await self._shown(browser, view)
        more, active = view.more or len(active) > MOST_LISTED, active[:MOST_LISTED]
        now, accounts = self._parts.now(), await account_lines(self._parts, active)
        by_token = view.found is not None
        return page(
            "connections.html",
            problem.status if problem else 200,
            about=self._parts.about,
            by_token=by_token,
            rows=[row(grant, now, accounts[grant.grant_id]) for grant in active],
            more=more,
            ended=[row(grant, now) for grant in ended],
            proof=self._sealed(browser, replace(view, done="")) if by_token else "",
            problem=problem,
            done="" if problem else view.done,
            csrf=csrf(self._parts.keys, browser, _NONCE),
            resource=self._parts.address.resource,
        )

    async def _shown(self, browser: Browser, view: ConnectionsView) -> tuple[list[Grant], list[Grant]]:
        """The active grants, with one more than are listed if there is, and some ended ones."""
        grants = self._parts.store.grants
        if view.found is not None:
            return [grant for grant in await grants.some(view.found) if grant.status == "active"], []
        if browser.new:
            return [], []
        active = await grants.in_browser(browser.digest, "active", MOST_LISTED + 1)
        return active, await grants.in_browser(browser.digest, "ended", _MOST_ENDED)


def _done(ended: Sequence[Grant]) -> str:
    what = f"{app_name(ended[0].client_name)} is" if len(ended) == 1 else f"{len(ended)} apps are"
    if all(grant.kind == "partner" for grant in ended):
        return f"{what} disconnected."
    return f"{what} disconnected. If you no longer need the access token, delete it in Hostex as well."


_TO_FIND = FormProblem("Paste the token to look for", "It is the one that you created in Hostex.", "token")
