"""The consent page as it is shown, the first time and after a problem."""

from dataclasses import replace

from starlette.responses import Response

from hostex_mcp.http.connect.choices import Chosen, offer_of, untouched
from hostex_mcp.http.connect.consent_request import ConsentRequest, form_token
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.problems import FormProblem
from hostex_mcp.http.pages.render import page


def consent_page(
    parts: PageDeps,
    asked: ConsentRequest,
    chosen: Chosen | None = None,
    problem: FormProblem | None = None,
    *,
    kept: str = "",
) -> Response:
    """The page about this question. A pasted token is never part of it; `kept` is one in sealed form, with
    which the person may go on reading only."""
    offer = offer_of(asked.transaction.scopes, parts.settings)
    chosen = chosen or untouched(offer)
    if problem and problem.suggests_reading and "read" in offer.access:
        chosen = replace(chosen, access="read")
    return page(
        "consent.html",
        problem.status if problem else 200,
        asker=asked.asker,
        offer=offer,
        chosen=chosen,
        problem=problem,
        partner=parts.upstream.has_partner,
        request=asked.sealed,
        csrf=form_token(parts, asked),
        kept=kept,
        about=parts.about,
    )
