"""Where the pages are."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hostex_mcp.http.connect.account_page import AccountPage
from hostex_mcp.http.connect.connections import Connections
from hostex_mcp.http.connect.consent import Consent
from hostex_mcp.http.connect.landing import landing_route
from hostex_mcp.http.connect.partner import Partner
from hostex_mcp.http.connect.parts import Parts
from hostex_mcp.http.connect.refusal import answering
from hostex_mcp.http.pages.render import asset


def routes(parts: Parts) -> list[Route]:
    """The routes of every page."""
    consent, account = Consent(parts), AccountPage(parts)
    partner, connections = Partner(parts), Connections(parts)
    pages = {
        ("/connect", "GET"): connections.show,
        ("/connect", "POST"): connections.act,
        ("/connect/consent", "GET"): consent.show,
        ("/connect/consent", "POST"): consent.decide,
        ("/connect/account", "GET"): account.show,
        ("/connect/account", "POST"): account.decide,
        ("/connect/return", "GET"): partner.returned,
    }
    return [
        *(
            Route(path, answering(handler, parts.about), methods=[method])
            for (path, method), handler in pages.items()
        ),
        landing_route(parts.address, parts.about, accounts=True, previews=parts.settings.confirm != "off"),
        *asset_routes(),
    ]


def asset_routes() -> list[Route]:
    """What the pages are made up with."""
    return [
        Route("/connect/style.css", _style, methods=["GET"]),
        Route("/connect/icon.svg", _icon, methods=["GET"]),
    ]


async def _style(_: Request) -> Response:
    return asset("style.css")


async def _icon(_: Request) -> Response:
    return asset("icon.svg")
