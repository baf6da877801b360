"""The step between consent and the last page, as text for an address or a form."""

import json
from dataclasses import dataclass

from starlette.requests import Request

from hostex_mcp.http.connect.consent_request import ConsentRequest, question
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.refusal import out_of_date
from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.oauth.browser import browser_of
from hostex_mcp.http.store.records import Grant

_PURPOSE = "account"


@dataclass(frozen=True, slots=True)
class ConsentStep:
    """A grant that waits for the last answer, or has waited; with `pick` its properties are to be chosen.
    `sealed` is the step as it travels."""

    sealed: str
    asked: ConsentRequest
    grant: Grant
    pick: bool

    @property
    def pending(self) -> bool:
        """Whether it has no answer yet."""
        return self.grant.status == "pending"


def seal_step(parts: PageDeps, asked: ConsentRequest, grant_id: str, pick: bool) -> str:
    """The step, for the browser of the question only."""
    plain = json.dumps({"request": asked.sealed, "grant": grant_id, "pick": pick}).encode()
    return parts.keys.seal(_PURPOSE, plain, asked.browser.digest)


async def open_step(parts: PageDeps, request: Request, sealed: str) -> ConsentStep:
    """The step of this browser.

    Raises:
        Refused: there is none, or it is too old.
    """
    browser = browser_of(request, parts.address)
    try:
        told = json.loads(parts.keys.open(_PURPOSE, sealed, browser.digest))
    except Unsealable:
        raise out_of_date() from None
    asked = question(parts, request, told["request"])
    grant = await parts.store.grants.get(told["grant"])
    if grant is None:
        raise out_of_date()
    return ConsentStep(sealed, asked, grant, told["pick"])
