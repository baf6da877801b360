"""The consent page: who asks, for what, and the Hostex account that it is for."""

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.http.connect.attempts import counted
from hostex_mcp.http.connect.choices import Chosen, chosen_on, granted, offer_of
from hostex_mcp.http.connect.consent_page import consent_page
from hostex_mcp.http.connect.consent_request import ConsentRequest, check_form_token, question
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import posted
from hostex_mcp.http.connect.granting import Granting
from hostex_mcp.http.connect.partner import Partner
from hostex_mcp.http.connect.problems import NO_TOPIC, TOO_MANY, problem_of, shape_problem
from hostex_mcp.http.connect.refusal import unusable
from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store.records import Credential

_KEPT = "pasted-token"


class Consent:
    """`GET` and `POST /connect/consent`."""

    def __init__(self, parts: PageDeps) -> None:
        self._parts = parts
        self._granting = Granting(parts)
        self._partner = Partner(parts)

    async def show(self, request: Request) -> Response:
        """Ask; at every authorization, whatever was allowed before."""
        return consent_page(
            self._parts, question(self._parts, request, request.query_params.get("request", ""))
        )

    async def decide(self, request: Request) -> Response:
        """Take the answer."""
        form = await posted(request, self._parts.address)
        asked = question(self._parts, request, form.one("request"))
        check_form_token(self._parts, asked, form)
        decision, token = form.one("decision"), form.one("token").strip()
        if decision == "cancel":
            return await self._granting.cancel(asked)
        chosen = chosen_on(form, offer_of(asked.transaction.scopes, self._parts.settings))
        if not chosen.toolsets:
            return consent_page(self._parts, asked, chosen, NO_TOPIC)
        if decision == "read_only":
            return await self._connect(asked, chosen, self._kept(asked, form.one("kept")))
        if decision == "connect" or (decision == "hostex" and token):
            return await self._connect(asked, chosen, token)
        if decision != "hostex" or not self._parts.upstream.has_partner:
            raise unusable()
        return await self._partner.leave(asked, chosen)

    async def _connect(self, asked: ConsentRequest, chosen: Chosen, token: str) -> Response:
        """With the pasted token, once Hostex has said what it may do."""
        problem = shape_problem(token)
        if problem:
            return consent_page(self._parts, asked, chosen, problem)
        if not await counted(self._parts.store, asked.transaction.nonce, asked.transaction.expires_at):
            return consent_page(self._parts, asked, chosen, TOO_MANY)
        secret = SecretStr(token)
        access = await self._parts.linking.check(secret, chosen.writes)
        problem = problem_of(access.verdict, access.request_id)
        offer = offer_of(asked.transaction.scopes, self._parts.settings)
        if problem:
            reads = access.verdict == "read_only" and "read" in offer.access
            kept = self._parts.keys.seal(_KEPT, token.encode(), _place(asked)) if reads else ""
            return consent_page(self._parts, asked, chosen, problem, kept=kept)
        choices = granted(chosen, offer)
        credential = Credential("token", secret)
        return await self._granting.grant(asked, choices, credential, pick=chosen.pick)

    def _kept(self, asked: ConsentRequest, sealed: str) -> str:
        """The token that was pasted on this very page before; empty if it cannot be opened."""
        try:
            return self._parts.keys.open(_KEPT, sealed, _place(asked)).decode()
        except Unsealable:
            return ""


def _place(asked: ConsentRequest) -> str:
    """What a kept token is bound to: a browser and a question, and so to its ten minutes."""
    return f"{asked.browser.digest} {asked.transaction.nonce}"
