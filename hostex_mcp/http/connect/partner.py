"""The way through Hostex's own authorization page, for partners, and the return from it."""

import secrets
from dataclasses import asdict
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hostex_mcp.api import HostexError
from hostex_mcp.http.connect.choices import Chosen, granted, offer_of
from hostex_mcp.http.connect.consent_page import consent_page
from hostex_mcp.http.connect.consent_request import ConsentRequest, question
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.granting import Granting
from hostex_mcp.http.connect.problems import DENIED, NOT_LINKED, FormProblem, problem_of
from hostex_mcp.http.connect.refusal import out_of_date
from hostex_mcp.http.pages.render import HEADERS
from hostex_mcp.http.store.records import Credential

_LEFT, _RETURNED = "partner", "partner-return"
_LIFETIME = timedelta(minutes=10)


class Partner:
    """Sends people to Hostex with a single-use state, made only after they have consented here, and takes
    them back in the same browser."""

    def __init__(self, parts: PageDeps) -> None:
        self._parts = parts
        self._granting = Granting(parts)

    async def leave(self, asked: ConsentRequest, chosen: Chosen) -> Response:
        """To Hostex."""
        state = secrets.token_urlsafe(32)
        kept = {"request": asked.sealed, "chosen": asdict(chosen)}
        spent, until = self._parts.store.spent, self._parts.now() + _LIFETIME
        await spent.claim(_LEFT, state, until)
        await spent.settle(_LEFT, state, kept)
        url = self._parts.upstream.authorize_url(state, self._redirect_uri)
        return RedirectResponse(url, 303, HEADERS)

    async def returned(self, request: Request) -> Response:
        """Back from Hostex: `GET /connect/return`."""
        state, code, error = (_only(request, name) for name in ("state", "code", "error"))
        asked, chosen = await self._opened(request, state)
        if not code:
            return self._again(asked, chosen, DENIED if error == "access_denied" else NOT_LINKED)
        try:
            credential = await self._parts.upstream.exchange(code)
        except HostexError as failed:
            return self._again(asked, chosen, NOT_LINKED.about(failed.request_id))
        return await self._connect(asked, chosen, credential)

    async def _connect(self, asked: ConsentRequest, chosen: Chosen, credential: Credential) -> Response:
        access = await self._parts.linking.check(credential.access_token, chosen.writes)
        problem = problem_of(access.verdict, access.request_id, pasted=False)
        if problem:
            await self._parts.linking.forget(credential)
            return self._again(asked, chosen, problem)
        choices = granted(chosen, offer_of(asked.transaction.scopes, self._parts.settings))
        return await self._granting.grant(asked, choices, credential, pick=chosen.pick, chained=True)

    async def _opened(self, request: Request, state: str) -> tuple[ConsentRequest, Chosen]:
        """What was consented to before this state was made; good once, and only in the same browser."""
        spent = self._parts.store.spent
        left = await spent.outcome(_LEFT, state) if state else None
        if left is None or left.outcome is None or left.expires_at <= self._parts.now():
            raise out_of_date()
        kept = left.outcome
        asked = question(self._parts, request, kept["request"])
        if not await spent.claim(_RETURNED, state, asked.transaction.expires_at):
            raise out_of_date()
        chosen = kept["chosen"]
        return asked, Chosen(**chosen | {"toolsets": tuple(chosen["toolsets"])})

    def _again(self, asked: ConsentRequest, chosen: Chosen, problem: FormProblem) -> Response:
        return consent_page(self._parts, asked, chosen, problem)

    @property
    def _redirect_uri(self) -> str:
        return f"{self._parts.address.origin}/connect/return"


def _only(request: Request, name: str) -> str:
    """A parameter that is there once; empty otherwise."""
    values = request.query_params.getlist(name)
    return values[0] if len(values) == 1 else ""
