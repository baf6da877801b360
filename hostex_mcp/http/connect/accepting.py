"""The consent page of somebody who was invited: the owner's bounds, which they can only narrow."""

from starlette.responses import Response

from hostex_mcp.http.connect.bounds import bounds_text
from hostex_mcp.http.connect.consent_form import (
    GrantSelection,
    choices_within,
    first_selection,
    offer_within,
    selection_of,
)
from hostex_mcp.http.connect.consent_request import ConsentRequest, form_token
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import Form
from hostex_mcp.http.connect.granting import Granting
from hostex_mcp.http.connect.invited import no_invitation
from hostex_mcp.http.connect.problems import NO_TOPIC
from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store.records import Invitation
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import page

_PURPOSE = "accepting"


class Accepting:
    """The answers of people who were invited."""

    def __init__(self, deps: PageDeps, granting: Granting) -> None:
        self._deps = deps
        self._granting = granting

    def ask(
        self,
        consent: ConsentRequest,
        invitation: Invitation,
        selection: GrantSelection | None = None,
        problem: FormProblem | None = None,
    ) -> Response:
        """Show who invites whom to what, and ask."""
        bounds = invitation.choices
        offer = offer_within(consent.authorization.scopes, self._deps.settings, bounds)
        return page(
            "accept.html",
            problem.status if problem else 200,
            notice=self._deps.notice,
            asker=consent.asker,
            invitation=invitation,
            bounds=bounds_text(bounds),
            offer=offer,
            selection=selection or first_selection(offer),
            problem=problem,
            request=consent.sealed,
            csrf=form_token(self._deps, consent),
            sealed=self._sealed(consent, invitation),
        )

    async def accept(self, consent: ConsentRequest, form: Form) -> Response:
        """Make the grant of the invitation that the page was about, within its bounds."""
        invitation = await self._opened(consent, form.get("invitation"))
        bounds = invitation.choices
        offer = offer_within(consent.authorization.scopes, self._deps.settings, bounds)
        selection = selection_of(form, offer)
        if offer.topics and not selection.toolsets and not bounds.tools:
            return self.ask(consent, invitation, selection, NO_TOPIC)
        choices = choices_within(selection, offer, bounds)
        return await self._granting.grant_invited(consent, choices, invitation, pick=selection.pick)

    def _sealed(self, consent: ConsentRequest, invitation: Invitation) -> str:
        bound = f"{consent.browser.digest} {consent.authorization.nonce}"
        return self._deps.keys.seal(_PURPOSE, invitation.invitation_id.encode(), bound)

    async def _opened(self, consent: ConsentRequest, sealed: str) -> Invitation:
        """Return the invitation of a page of this browser and request.

        Raises:
            PageError: it is another's, or not open any more.
        """
        bound = f"{consent.browser.digest} {consent.authorization.nonce}"
        try:
            invitation_id = self._deps.keys.open(_PURPOSE, sealed, bound).decode()
        except Unsealable:
            raise no_invitation() from None
        invitation = await self._deps.store.invitations.get(invitation_id)
        owner = await self._deps.store.grants.get(invitation.grant_id) if invitation else None
        if invitation is None or owner is None or owner.status != "active":
            raise no_invitation()
        return invitation
