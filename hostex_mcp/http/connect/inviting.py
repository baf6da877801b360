"""The page on which the owner of a link to Hostex invites somebody, and the link that they send them."""

import secrets
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.api import HostexError
from hostex_mcp.http.connect.bounds import (
    InvitationForm,
    InvitationOffer,
    bounds_of,
    bounds_text,
    first_form,
    invitation_offer,
    problem_in,
    read_form_of,
)
from hostex_mcp.http.connect.connections import ConnectionsView, own_grant, view_of
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import Form, read_form
from hostex_mcp.http.connect.problems import NOT_READ, already_answered, not_from_here
from hostex_mcp.http.connect.summaries import LinkedAccount, read_account
from hostex_mcp.http.oauth.browser import Browser, browser_of, csrf, csrf_fits
from hostex_mcp.http.store.invitations import LIFE
from hostex_mcp.http.store.records import Grant
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import PageError, page
from hostex_mcp.tools.roles import ROLES

PATH, OPENED = "/connect/invite", "/connect/invited"
MOST_OPEN = 25
_ONCE = "invite"


class Inviting:
    """`GET` and `POST /connect/invite`."""

    def __init__(self, deps: PageDeps) -> None:
        self._deps = deps

    async def show(self, request: Request) -> Response:
        """Show the form, filled in for a role."""
        browser = browser_of(request, self._deps.address)
        view = view_of(self._deps, browser, request.query_params.get("view", ""))
        grant = await self._grant(request.query_params.get("grant", ""), browser, view)
        offer = invitation_offer(grant, self._deps.settings)
        filled = first_form(request.query_params.get("role", "co_host"), offer)
        return await self._page(grant, browser, request.query_params.get("view", ""), filled)

    async def make(self, request: Request) -> Response:
        """Make an invitation, and show its link, once."""
        form = await read_form(request, self._deps.address)
        browser = browser_of(request, self._deps.address)
        nonce, grant_id, proof = form.get("nonce"), form.get("grant"), form.get("proof")
        if not nonce or not csrf_fits(self._deps.keys, browser, _nonce(grant_id, nonce), form.get("csrf")):
            raise not_from_here()
        grant = await self._grant(grant_id, browser, view_of(self._deps, browser, proof))
        offer = invitation_offer(grant, self._deps.settings)
        filled = read_form_of(form, offer)
        account = await self._account(grant)
        problem = NOT_READ if account is None else problem_in(filled, account)
        if problem:
            return await self._page(grant, browser, proof, filled, problem)
        return await self._made(grant, offer, filled, form)

    async def _made(
        self, grant: Grant, offer: InvitationOffer, filled: InvitationForm, form: Form
    ) -> Response:
        store = self._deps.store
        if len(await store.invitations.of_grants([grant.grant_id], MOST_OPEN)) >= MOST_OPEN:
            raise _too_many()
        if not await store.spent.claim(_ONCE, form.get("nonce"), self._deps.now() + LIFE):
            raise already_answered()
        bounds = bounds_of(filled, grant, offer)
        secret, made = await store.invitations.make(grant.grant_id, filled.person, filled.inviter, bounds)
        return page(
            "invitation.html",
            notice=self._deps.notice,
            invitation=made,
            bounds=bounds_text(bounds),
            link=f"{self._deps.address.origin}{OPENED}?{urlencode({'invitation': secret})}",
        )

    async def _grant(self, grant_id: str, browser: Browser, view: ConnectionsView) -> Grant:
        """Return the grant to invite from.

        Raises:
            PageError: this browser may not, or there is none: the same for both.
        """
        grant = await own_grant(self._deps, grant_id, browser, view)
        if grant is None:
            raise PageError(
                "Nobody can be invited from here",
                "The connection has ended, belongs to somebody else, or was made in another browser.",
                "Go to /connect on this site, in the browser in which you connected Hostex.",
                404,
            )
        return grant

    async def _account(self, grant: Grant) -> LinkedAccount | None:
        try:
            token = (await self._deps.credentials.live(grant)).token
            return (await read_account(self._deps, token)).within(grant.choices.property_ids)
        except HostexError:
            return None

    async def _page(
        self,
        grant: Grant,
        browser: Browser,
        proof: str,
        filled: InvitationForm,
        problem: FormProblem | None = None,
    ) -> Response:
        account = await self._account(grant)
        if account is None:
            problem = problem or NOT_READ
        nonce = secrets.token_urlsafe(16)
        return page(
            "invite.html",
            problem.status if problem else 200,
            notice=self._deps.notice,
            grant=grant.grant_id,
            proof=proof,
            nonce=nonce,
            csrf=csrf(self._deps.keys, browser, _nonce(grant.grant_id, nonce)),
            roles=list(ROLES.values()),
            role=ROLES.get(filled.role),
            offer=invitation_offer(grant, self._deps.settings),
            filled=filled,
            account=account,
            problem=problem,
        )


def _nonce(grant_id: str, nonce: str) -> str:
    return f"invite {grant_id} {nonce}"


def _too_many() -> PageError:
    return PageError(
        "Too many invitations are open",
        f"At most {MOST_OPEN} can wait to be used.",
        "Take some of them back at /connect, or wait until they are used or over.",
    )
