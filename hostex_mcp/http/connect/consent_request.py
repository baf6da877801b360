"""The authorization that a page asks about, and the browser that it is asked in."""

from dataclasses import dataclass

from starlette.requests import Request

from hostex_mcp.http.connect.asker import Asker, asker
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import Form
from hostex_mcp.http.connect.refusal import not_from_here, out_of_date
from hostex_mcp.http.oauth.authorization_request import AuthorizationRequest, open_authorization
from hostex_mcp.http.oauth.browser import Browser, browser_of, csrf, csrf_fits


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """`sealed` is the transaction as it travels in addresses and forms."""

    sealed: str
    transaction: AuthorizationRequest
    browser: Browser

    @property
    def asker(self) -> Asker:
        """Who asks."""
        return asker(self.transaction.client_id, self.transaction.client_name, self.transaction.redirect_uri)


def question(parts: PageDeps, request: Request, sealed: str) -> ConsentRequest:
    """The question of this transaction to this browser.

    Raises:
        Refused: there is none, it is too old, or another browser's.
    """
    browser = browser_of(request, parts.address)
    transaction = open_authorization(parts.keys, sealed, browser.digest, parts.now())
    if transaction is None:
        raise out_of_date()
    return ConsentRequest(sealed, transaction, browser)


def form_token(parts: PageDeps, asked: ConsentRequest) -> str:
    """What a form about this question has to bring back."""
    return csrf(parts.keys, asked.browser, asked.transaction.nonce)


def check_form_token(parts: PageDeps, asked: ConsentRequest, form: Form) -> None:
    """Raise Refused unless the form was filled in on a page about this very question."""
    if not csrf_fits(parts.keys, asked.browser, asked.transaction.nonce, form.one("csrf")):
        raise not_from_here()
