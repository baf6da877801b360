"""The consent page, and for partners the way through Hostex's own authorization page and back."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr, TypeAdapter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hostex_mcp.api import HostexError
from hostex_mcp.http.connect.accepting import Accepting
from hostex_mcp.http.connect.consent_form import (
    GrantSelection,
    choices_of,
    consent_page,
    offer_of,
    selection_of,
)
from hostex_mcp.http.connect.consent_request import ConsentRequest, check_form_token, open_request
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import Form, count_try, has_tries, read_form
from hostex_mcp.http.connect.granting import Granting
from hostex_mcp.http.connect.invited import invitation_of, opened_here, secret_in
from hostex_mcp.http.connect.problems import (
    DENIED,
    NO_INVITATION,
    NO_TOPIC,
    NOT_LINKED,
    TOO_MANY,
    TOO_MANY_RETURNS,
    out_of_date,
    problem_of,
    shape_problem,
    unreadable,
)
from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store.records import Credential
from hostex_mcp.http.transport.rate_limits import caller_address
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import HEADERS

_PASTED = "pasted-token"
_LEFT, _RETURNED = "partner", "partner-return"
_STATE_LIFETIME = timedelta(minutes=10)
# Hostex lets the partner wait after too many failures, and with it everybody who connects or is connected.
_MOST_FAILED, _FAILED_WINDOW = 5, timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Departure:
    request: str
    chosen: GrantSelection


_DEPARTURE = TypeAdapter(_Departure)


class Consent:
    """`GET` and `POST /connect/consent`, `GET /connect/return`."""

    def __init__(self, deps: PageDeps) -> None:
        self._deps = deps
        self._granting = Granting(deps)
        self._accepting = Accepting(deps, self._granting)

    async def show(self, request: Request) -> Response:
        """Ask, at every authorization, whatever was allowed before."""
        consent = open_request(self._deps, request, request.query_params.get("request", ""))
        return consent_page(self._deps, consent, invitation=await opened_here(self._deps, request))

    async def decide(self, request: Request) -> Response:
        """Take the answer."""
        form = await read_form(request, self._deps.address)
        consent = open_request(self._deps, request, form.get("request"))
        check_form_token(self._deps, consent, form)
        decision, token = form.get("decision"), form.get("token").strip()
        if decision == "cancel":
            return await self._granting.cancel(consent)
        # Return in the field of the link presses the page's first button.
        if decision == "invited" or (not token and form.get("link") and decision in ("connect", "hostex")):
            return await self._invited(consent, form)
        if decision == "accept":
            return await self._accepting.accept(consent, form)
        selection = selection_of(form, offer_of(consent.authorization.scopes, self._deps.settings))
        if not selection.toolsets:
            return consent_page(self._deps, consent, selection, NO_TOPIC)
        if decision == "read_only":
            token = self._unsealed(consent, form.get("sealed_token"))
            return await self._connect_token(consent, selection, token)
        # Return in the token's field presses the page's first button, which is Hostex's for partners.
        if decision == "connect" or (decision == "hostex" and token):
            return await self._connect_token(consent, selection, token)
        if decision != "hostex" or not self._deps.upstream.has_partner:
            raise unreadable()
        return await self._leave(consent, selection)

    async def _invited(self, consent: ConsentRequest, form: Form) -> Response:
        """Show what the pasted link invites to."""
        text = form.get("link")
        invitation = await invitation_of(self._deps, text)
        if invitation is None:
            return consent_page(self._deps, consent, problem=NO_INVITATION, invitation=secret_in(text))
        return self._accepting.ask(consent, invitation)

    async def _connect_token(
        self, consent: ConsentRequest, selection: GrantSelection, token: str
    ) -> Response:
        """Connect with the pasted token, once Hostex has said what it may do."""
        problem = shape_problem(token)
        if problem:
            return consent_page(self._deps, consent, selection, problem)
        authorization = consent.authorization
        if not await count_try(self._deps.store, authorization.nonce, authorization.expires_at):
            return consent_page(self._deps, consent, selection, TOO_MANY)
        credential = Credential("token", SecretStr(token))
        access = await self._deps.credentials.check(credential.access_token, selection.writes)
        problem = problem_of(access.verdict, access.request_id)
        if problem:
            offer = offer_of(authorization.scopes, self._deps.settings)
            reads = access.verdict == "read_only" and "read" in offer.access
            sealed = self._deps.keys.seal(_PASTED, token.encode(), _binding(consent)) if reads else ""
            return consent_page(self._deps, consent, selection, problem, sealed_token=sealed)
        return await self._grant(consent, selection, credential)

    async def _grant(
        self,
        consent: ConsentRequest,
        selection: GrantSelection,
        credential: Credential,
        *,
        chained: bool = False,
    ) -> Response:
        choices = choices_of(selection, offer_of(consent.authorization.scopes, self._deps.settings))
        return await self._granting.grant(consent, choices, credential, pick=selection.pick, chained=chained)

    def _unsealed(self, consent: ConsentRequest, sealed: str) -> str:
        """Return the token that was pasted on this very page before; empty if it cannot be opened."""
        try:
            return self._deps.keys.open(_PASTED, sealed, _binding(consent)).decode()
        except Unsealable:
            return ""

    async def _leave(self, consent: ConsentRequest, selection: GrantSelection) -> Response:
        """Send the person to Hostex with a single-use state, made only now that they have consented here."""
        state = secrets.token_urlsafe(32)
        departure = _DEPARTURE.dump_python(_Departure(consent.sealed, selection), mode="json")
        spent, until = self._deps.store.spent, self._deps.now() + _STATE_LIFETIME
        await spent.claim(_LEFT, state, until)
        await spent.settle(_LEFT, state, departure)
        url = self._deps.upstream.authorize_url(state, f"{self._deps.address.origin}/connect/return")
        return RedirectResponse(url, 303, HEADERS)

    async def returned(self, request: Request) -> Response:
        """Take the person back from Hostex, in the same browser."""
        state, code, error = (_only(request, name) for name in ("state", "code", "error"))
        consent, selection = await self._consented(request, state)
        if not code:
            problem = DENIED if error == "access_denied" else NOT_LINKED
            return consent_page(self._deps, consent, selection, problem)
        key = self._failures_of(request)
        if not await has_tries(self._deps.store, key, _MOST_FAILED):
            return consent_page(self._deps, consent, selection, TOO_MANY_RETURNS)
        try:
            credential = await self._deps.upstream.exchange(code)
        except HostexError as failure:
            await count_try(self._deps.store, key, self._deps.now() + _FAILED_WINDOW, _MOST_FAILED)
            return consent_page(self._deps, consent, selection, NOT_LINKED.of_call(failure.request_id))
        problem = await self._problem_of(credential, selection)
        if problem:
            return consent_page(self._deps, consent, selection, problem)
        return await self._grant(consent, selection, credential, chained=True)

    def _failures_of(self, request: Request) -> str:
        """Return what the failed returns of an address are counted under, in windows of ten minutes."""
        window = int(self._deps.now().timestamp() // _FAILED_WINDOW.total_seconds())
        return f"return {caller_address(request.scope)} {window}"

    async def _problem_of(self, credential: Credential, selection: GrantSelection) -> FormProblem | None:
        access = await self._deps.credentials.check(credential.access_token, selection.writes)
        problem = problem_of(access.verdict, access.request_id, pasted=False)
        if problem:
            await self._deps.credentials.forget(credential)
        return problem

    async def _consented(self, request: Request, state: str) -> tuple[ConsentRequest, GrantSelection]:
        """Return what was consented to before this state was made: once, and only in the same browser."""
        spent = self._deps.store.spent
        left = await spent.outcome(_LEFT, state) if state else None
        if left is None or left.outcome is None or left.expires_at <= self._deps.now():
            raise out_of_date()
        departure = _DEPARTURE.validate_python(left.outcome)
        # The browser is checked before the state is used up, so that another one cannot spoil it.
        consent = open_request(self._deps, request, departure.request)
        if not await spent.claim(_RETURNED, state, consent.authorization.expires_at):
            raise out_of_date()
        return consent, departure.chosen


def _binding(consent: ConsentRequest) -> str:
    """Return what a sealed token is bound to: a browser and a request, and so to its ten minutes."""
    return f"{consent.browser.digest} {consent.authorization.nonce}"


def _only(request: Request, name: str) -> str:
    """Return a parameter that is there once; empty otherwise."""
    values = request.query_params.getlist(name)
    return values[0] if len(values) == 1 else ""
