"""The step between consent and the properties, as text for an address or a form."""

import json
from dataclasses import dataclass

from starlette.requests import Request

from hostex_mcp.http.connect.parts import Parts
from hostex_mcp.http.connect.question import Question, question
from hostex_mcp.http.connect.refusal import already_answered, out_of_date
from hostex_mcp.http.keyring import Unsealable
from hostex_mcp.http.oauth.browser import browser_of
from hostex_mcp.http.store.records import Grant

_PURPOSE = "properties"


@dataclass(frozen=True, slots=True)
class Step:
    """A pending grant that waits for its properties. `sealed` is the step as it travels."""

    sealed: str
    asked: Question
    grant: Grant


def seal_step(parts: Parts, asked: Question, grant_id: str) -> str:
    """The step, for the browser of the question only."""
    plain = json.dumps({"request": asked.sealed, "grant": grant_id}).encode()
    return parts.keys.seal(_PURPOSE, plain, asked.browser.digest)


async def open_step(parts: Parts, request: Request, sealed: str) -> Step:
    """The step of this browser.

    Raises:
        Refused: there is none, it is too old, or it has been answered.
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
    if grant.status != "pending":
        raise already_answered()
    return Step(sealed, asked, grant)
