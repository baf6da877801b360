"""The authorization that the pages ask notice, in the browser that it belongs to, from step to step."""

from dataclasses import dataclass

from pydantic import TypeAdapter
from starlette.requests import Request

from hostex_mcp.http.connect.asker import Asker, asker
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import Form
from hostex_mcp.http.connect.problems import not_from_here, out_of_date
from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.oauth.authorization_request import AuthorizationRequest, open_authorization
from hostex_mcp.http.oauth.browser import Browser, browser_of, csrf, csrf_fits
from hostex_mcp.http.store.records import Grant

_PURPOSE = "account"


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """An authorization and its browser. `sealed` is the authorization as it travels in links and forms."""

    sealed: str
    authorization: AuthorizationRequest
    browser: Browser

    @property
    def asker(self) -> Asker:
        """Who asks."""
        authorization = self.authorization
        return asker(authorization.client_id, authorization.client_name, authorization.redirect_uri)


@dataclass(frozen=True, slots=True)
class ConsentStep:
    """The last step: a grant that waits for its answer, or has had it; with `pick` its properties are to be
    chosen. `sealed` is the step as it travels."""

    sealed: str
    consent: ConsentRequest
    grant: Grant
    pick: bool

    @property
    def pending(self) -> bool:
        """Whether it has no answer yet."""
        return self.grant.status == "pending"


@dataclass(frozen=True, slots=True)
class _Step:
    request: str
    grant: str
    pick: bool


_STEP = TypeAdapter(_Step)


def open_request(deps: PageDeps, request: Request, sealed: str) -> ConsentRequest:
    """Return the request that was sealed for this browser.

    Raises:
        PageError: there is none, it is too old, or another browser's.
    """
    browser = browser_of(request, deps.address)
    authorization = open_authorization(deps.keys, sealed, browser.digest, deps.now())
    if authorization is None:
        raise out_of_date()
    return ConsentRequest(sealed, authorization, browser)


def seal_step(deps: PageDeps, consent: ConsentRequest, grant_id: str, pick: bool) -> str:
    """Return the last step as text, for the browser of the request only."""
    step = _STEP.dump_json(_Step(consent.sealed, grant_id, pick))
    return deps.keys.seal(_PURPOSE, step, consent.browser.digest)


async def open_step(deps: PageDeps, request: Request, sealed: str) -> ConsentStep:
    """Return the last step that was sealed for this browser.

    Raises:
        PageError: there is none, or it is too old.
    """
    browser = browser_of(request, deps.address)
    try:
        step = _STEP.validate_json(deps.keys.open(_PURPOSE, sealed, browser.digest))
    except Unsealable:
        raise out_of_date() from None
    consent = open_request(deps, request, step.request)
    grant = await deps.store.grants.get(step.grant)
    if grant is None:
        raise out_of_date()
    return ConsentStep(sealed, consent, grant, step.pick)


def form_token(deps: PageDeps, consent: ConsentRequest) -> str:
    """Return what a form about this request has to bring back."""
    return csrf(deps.keys, consent.browser, consent.authorization.nonce)


def check_form_token(deps: PageDeps, consent: ConsentRequest, form: Form) -> None:
    """Refuse a form that was not filled in on a page about this very request."""
    if not csrf_fits(deps.keys, consent.browser, consent.authorization.nonce, form.get("csrf")):
        raise not_from_here()
