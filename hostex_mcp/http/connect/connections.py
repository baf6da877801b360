"""The page of what is connected, from this browser or with a token that somebody has, and how to end it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hostex_mcp.http.connect.asker import app_name
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import Form, count_try, read_form
from hostex_mcp.http.connect.people import people_of
from hostex_mcp.http.connect.problems import (
    NO_TOKEN,
    NO_TOKEN_TO_FIND,
    NOT_THERE,
    TOO_MANY,
    not_from_here,
    shape_problem,
    unreadable,
)
from hostex_mcp.http.connect.summaries import account_lines, grant_row
from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.oauth.browser import Browser, browser_of, csrf, csrf_fits, remember
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.tenants.webhook_link import REMOVE_IT, STILL_THERE
from hostex_mcp.pages.paging import page_number
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import HEADERS, page
from hostex_mcp.server.notices import can_notify

ENDED_HERE = "You disconnected it on the connections page."
ENDED_BY_OWNER = "The owner of the Hostex account ended it."
NO_LONGER_OPEN = FormProblem(
    "This invitation is not open any more", "Somebody has used it or taken it back, or it is over."
)
_PURPOSE = _NONCE = "connections"
_WINDOW = timedelta(minutes=10)
_MOST_ENDED = 5
# Whoever has a token makes as many connections with it as they like; a page of all would cost others time.
MOST_LISTED = 25


@dataclass(frozen=True, slots=True)
class ConnectionsView:
    """What a browser is shown, until `until`: the grants of a pasted token, or the browser's own if
    `grant_ids` is None; `more` if the token has others; what was `done` just now. Sealed, it proves to forms
    of that browser that the token was shown."""

    until: datetime
    grant_ids: tuple[str, ...] | None = None
    more: bool = False
    done: str = ""


_VIEW = TypeAdapter(ConnectionsView)


def view_of(deps: PageDeps, browser: Browser, sealed: str) -> ConnectionsView:
    """Return what this browser may be shown: its own grants, unless it proved a token a moment ago."""
    try:
        view = _VIEW.validate_json(deps.keys.open(_PURPOSE, sealed, browser.digest))
    except Unsealable:
        return _own_view(deps)
    return view if deps.now() < view.until else _own_view(deps)


def may_manage(grant: Grant, browser: Browser, view: ConnectionsView) -> bool:
    """Whether a grant is this browser's, or its token was shown."""
    return grant.browser == browser.digest or grant.grant_id in (view.grant_ids or ())


def _own_view(deps: PageDeps) -> ConnectionsView:
    return ConnectionsView(deps.now() + _WINDOW)


async def own_grant(deps: PageDeps, grant_id: str, browser: Browser, view: ConnectionsView) -> Grant | None:
    """Return an active grant of an owner that this browser may manage; None for any other, known or not."""
    found = await deps.store.grants.some([grant_id])
    grant = found[0] if found else None
    usable = grant and grant.status == "active" and grant.owner_id is None
    return grant if grant and usable and may_manage(grant, browser, view) else None


class Connections:
    """`GET` and `POST /connect`."""

    def __init__(self, deps: PageDeps) -> None:
        self._deps = deps

    async def show(self, request: Request) -> Response:
        """List what was connected from this browser, or what a token is connected to."""
        browser = browser_of(request, self._deps.address)
        view = view_of(self._deps, browser, request.query_params.get("view", ""))
        number = page_number(request.query_params.get("people", ""))
        return remember(await self._page(browser, view, number=number), browser, self._deps.address)

    async def act(self, request: Request) -> Response:
        """Disconnect something, or find what a token is connected to."""
        form = await read_form(request, self._deps.address)
        browser = browser_of(request, self._deps.address)
        if not csrf_fits(self._deps.keys, browser, _NONCE, form.get("csrf")):
            raise not_from_here()
        match form.get("action"):
            case "disconnect":
                return await self._disconnect(browser, form)
            case "withdraw":
                return await self._withdraw(browser, form)
            case "find":
                return await self._find(browser, form.get("token").strip())
            case _:
                raise unreadable()

    async def _disconnect(self, browser: Browser, form: Form) -> Response:
        """End what the form lists, if it is this browser's or its token was shown, or if somebody has it who
        was invited from there."""
        view = view_of(self._deps, browser, form.get("proof"))
        ticked = set(form.all("grant"))
        if len(ticked) > MOST_LISTED:
            raise unreadable()
        candidates = await self._deps.store.grants.some(ticked)
        grants = [grant for grant in candidates if await self._may_end(grant, browser, view)]
        if not grants:
            return await self._page(browser, view, NOT_THERE)
        clean = True
        for grant in grants:
            reason = await self._reason(grant, browser, view)
            clean = await self._deps.credentials.end(grant.grant_id, reason) and clean
        done = _summary(grants) if clean else f"{_summary(grants)} {STILL_THERE} {REMOVE_IT}"
        return self._redirect(browser, replace(view, done=done))

    async def _may_end(self, grant: Grant, browser: Browser, view: ConnectionsView) -> bool:
        if grant.status == "ended":
            return False
        return may_manage(grant, browser, view) or await self._owns(grant.owner_id, browser, view)

    async def _owns(self, grant_id: str | None, browser: Browser, view: ConnectionsView) -> bool:
        owner = await self._deps.store.grants.get(grant_id) if grant_id else None
        return owner is not None and may_manage(owner, browser, view)

    async def _reason(self, grant: Grant, browser: Browser, view: ConnectionsView) -> str:
        return ENDED_HERE if may_manage(grant, browser, view) else ENDED_BY_OWNER

    async def _withdraw(self, browser: Browser, form: Form) -> Response:
        """Take an invitation back that was made from here."""
        view, invitations = view_of(self._deps, browser, form.get("proof")), self._deps.store.invitations
        invitation = await invitations.get(form.get("invitation"))
        owned = invitation and await self._owns(invitation.grant_id, browser, view)
        if invitation is None or not owned or not await invitations.end(invitation.invitation_id):
            return await self._page(browser, view, NO_LONGER_OPEN)
        done = f"The invitation of {invitation.person} was taken back."
        return self._redirect(browser, replace(view, done=done))

    async def _find(self, browser: Browser, token: str) -> Response:
        problem = shape_problem(token)
        if problem:
            problem = NO_TOKEN_TO_FIND if problem is NO_TOKEN else problem
            return await self._page(browser, self._own_view(), problem)
        if not await self._count_try(browser):
            return await self._page(browser, self._own_view(), TOO_MANY)
        grants = await self._deps.store.grants.of_token(token, MOST_LISTED + 1)
        grant_ids = tuple(grant.grant_id for grant in grants[:MOST_LISTED])
        more = len(grants) > MOST_LISTED
        return self._redirect(browser, replace(self._own_view(), grant_ids=grant_ids, more=more))

    async def _count_try(self, browser: Browser) -> bool:
        """Count per browser, in windows of ten minutes."""
        window, now = int(_WINDOW.total_seconds()), self._deps.now()
        key = f"{browser.digest}:{int(now.timestamp()) // window}"
        return await count_try(self._deps.store, key, now + _WINDOW)

    def _own_view(self) -> ConnectionsView:
        return _own_view(self._deps)

    def _redirect(self, browser: Browser, view: ConnectionsView) -> Response:
        # A page that can be loaded again without doing anything again.
        sealed = self._sealed(browser, replace(view, until=self._deps.now() + _WINDOW))
        return RedirectResponse(f"/connect?{urlencode({'view': sealed})}", 303, HEADERS)

    def _sealed(self, browser: Browser, view: ConnectionsView) -> str:
        return self._deps.keys.seal(_PURPOSE, _VIEW.dump_json(view), browser.digest)

    async def _page(
        self, browser: Browser, view: ConnectionsView, problem: FormProblem | None = None, number: int = 1
    ) -> Response:
        active, ended = await self._grants(browser, view)
        more, active = view.more or len(active) > MOST_LISTED, active[:MOST_LISTED]
        now, accounts = self._deps.now(), await account_lines(self._deps, active)
        by_token = view.grant_ids is not None
        invited = await people_of(self._deps, active, number)
        return page(
            "connections.html",
            problem.status if problem else 200,
            invited=invited,
            notices=can_notify(),
            notice=self._deps.notice,
            by_token=by_token,
            changes=not self._deps.settings.read_only,
            callable=[grant.grant_id for grant in active if not self._deps.webhooks.problem(grant)],
            rows=[grant_row(grant, now, accounts[grant.grant_id]) for grant in active],
            more=more,
            ended_rows=[grant_row(grant, now) for grant in ended],
            proof=self._sealed(browser, replace(view, done="")) if by_token else "",
            problem=problem,
            done="" if problem else view.done,
            csrf=csrf(self._deps.keys, browser, _NONCE),
            resource=self._deps.address.resource,
        )

    async def _grants(self, browser: Browser, view: ConnectionsView) -> tuple[list[Grant], list[Grant]]:
        """Return the active grants, with one more than are listed if there is, and some ended ones."""
        grants = self._deps.store.grants
        if view.grant_ids is not None:
            return [grant for grant in await grants.some(view.grant_ids) if grant.status == "active"], []
        if browser.new:
            return [], []
        active = await grants.in_browser(browser.digest, "active", MOST_LISTED + 1)
        return active, await grants.in_browser(browser.digest, "ended", _MOST_ENDED)


def _summary(ended: Sequence[Grant]) -> str:
    apps = f"{app_name(ended[0].client_name)} is" if len(ended) == 1 else f"{len(ended)} apps are"
    if not any(grant.kind == "token" for grant in ended):
        return f"{apps} disconnected."
    return f"{apps} disconnected. If you no longer need the access token, delete it in Hostex as well."
