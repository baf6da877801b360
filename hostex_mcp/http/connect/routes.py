"""Where the pages are."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hostex_mcp.http.connect.account_page import AccountPage
from hostex_mcp.http.connect.connections import Connections
from hostex_mcp.http.connect.consent import Consent
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.landing import landing_route
from hostex_mcp.http.connect.partner import Partner
from hostex_mcp.http.connect.refusal import Handler, answering
from hostex_mcp.http.pages.render import asset


def routes(parts: PageDeps) -> list[Route]:
    """The routes of every page."""
    consent, account = Consent(parts), AccountPage(parts)
    partner, connections = Partner(parts), Connections(parts)
    return [
        _route("GET", "/connect", connections.show, parts),
        _route("POST", "/connect", connections.act, parts),
        _route("GET", "/connect/consent", consent.show, parts),
        _route("POST", "/connect/consent", consent.decide, parts),
        _route("GET", "/connect/account", account.show, parts),
        _route("POST", "/connect/account", account.decide, parts),
        _route("GET", "/connect/return", partner.returned, parts),
        landing_route(parts.address, parts.about, accounts=True, previews=parts.settings.confirm != "off"),
        *asset_routes(),
    ]


def _route(method: str, path: str, handler: Handler, parts: PageDeps) -> Route:
    return Route(path, answering(handler, parts.about), methods=[method])


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
