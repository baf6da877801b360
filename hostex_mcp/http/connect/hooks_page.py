"""The page on which the owner of a connection has Hostex call this server about the account, or stop."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.domain.hook_events import KEPT, USED_EVENTS
from hostex_mcp.domain.wording import moment_text
from hostex_mcp.http.config import HOOKS_PATH
from hostex_mcp.http.connect.connections import own_grant, view_of
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import Form, read_form
from hostex_mcp.http.connect.problems import not_from_here, unreadable
from hostex_mcp.http.oauth.browser import Browser, browser_of, csrf, csrf_fits
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.tenants.webhook_link import HookStatus, HookStep
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import PageError, page

PATH = f"/connect{HOOKS_PATH}"
_NOT_YET = "not yet"
_REGISTERED = {
    True: "yes",
    False: "no: switch the calls off and on again",
    None: "Hostex could not be asked",
}
_MEANINGS = {
    "reservation_updated": "a stay was edited",
    "property_availability_updated": "days of a property were closed or opened",
    "listing_calendar_updated": "prices or rules of a listing were changed",
    "review_updated": "a review was changed",
    "transaction_deleted": "an income or expense was deleted",
}


@dataclass(frozen=True, slots=True)
class StatusRow:
    """How it stands, in words."""

    since: str
    registered: str
    heard: str
    refused: str
    pinned: bool


class HooksPage:
    """`GET` and `POST /connect/hooks`."""

    def __init__(self, deps: PageDeps) -> None:
        self._deps = deps

    async def show(self, request: Request) -> Response:
        """Show how it stands, and what the button does."""
        query, browser = request.query_params, browser_of(request, self._deps.address)
        proof = query.get("view", "")
        return await self._page(await self._grant(query.get("grant", ""), browser, proof), browser, proof)

    async def act(self, request: Request) -> Response:
        """Switch the calls on or off, or trust another secret."""
        form = await read_form(request, self._deps.address)
        browser, proof = browser_of(request, self._deps.address), form.get("proof")
        if not csrf_fits(self._deps.keys, browser, _nonce(form.get("grant")), form.get("csrf")):
            raise not_from_here()
        grant = await self._grant(form.get("grant"), browser, proof)
        return await self._page(grant, browser, proof, await self._act(grant, form))

    async def _act(self, grant: Grant, form: Form) -> HookStep:
        link = self._deps.webhooks
        match form.get("action"):
            case "on":
                return await link.turn_on(grant)
            case "off":
                return await link.turn_off(grant)
            case "pin":
                return await link.pin_anew(grant)
            case _:
                raise unreadable()

    async def _grant(self, grant_id: str, browser: Browser, proof: str) -> Grant:
        """Return the grant whose owner this is.

        Raises:
            PageError: this browser may not manage it, or there is none: the same for both.
        """
        grant = await own_grant(self._deps, grant_id, browser, view_of(self._deps, browser, proof))
        if grant is None:
            raise PageError(
                "Nothing can be set here",
                "The connection has ended, belongs to somebody else, or was made in another browser.",
                "Go to /connect on this site, in the browser in which you connected Hostex.",
                404,
            )
        return grant

    async def _page(
        self, grant: Grant, browser: Browser, proof: str, step: HookStep | None = None
    ) -> Response:
        link = self._deps.webhooks
        status = await link.status(grant)
        problem = FormProblem(step.text, step.advice) if step and not step.done else None
        return page(
            "hooks.html",
            problem.status if problem else 200,
            notice=self._deps.notice,
            grant=grant.grant_id,
            proof=proof,
            csrf=csrf(self._deps.keys, browser, _nonce(grant.grant_id)),
            stands=self._row(status) if status else None,
            impossible=None if status else link.problem(grant),
            where=link.shown_address(),
            events={event: _MEANINGS[event] for event in USED_EVENTS},
            days=KEPT.days,
            problem=problem,
            done=f"{step.text} {step.advice}" if step and step.done else "",
        )

    def _row(self, status: HookStatus) -> StatusRow:
        now = self._deps.now()
        return StatusRow(
            since=moment_text(status.created_at, now),
            registered=_REGISTERED[status.registered],
            heard=moment_text(status.heard_at, now) if status.heard_at else _NOT_YET,
            refused=moment_text(status.refused_at, now) if status.refused_at else "",
            pinned=status.pinned,
        )


def _nonce(grant_id: str) -> str:
    return f"hooks {grant_id}"
