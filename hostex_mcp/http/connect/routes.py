"""Where the pages are."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hostex_mcp.http.config import HOUSE_RULES_PATH
from hostex_mcp.http.connect.account_page import AccountPage
from hostex_mcp.http.connect.connections import Connections
from hostex_mcp.http.connect.consent import Consent
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.hooks_page import PATH as HOOKS
from hostex_mcp.http.connect.hooks_page import HooksPage
from hostex_mcp.http.connect.invited import Invited
from hostex_mcp.http.connect.inviting import OPENED, PATH, Inviting
from hostex_mcp.http.connect.landing import landing_route
from hostex_mcp.http.connect.rules_page import RulesPage
from hostex_mcp.http.connect.telling import NOTICES_PATH, NoticesPage
from hostex_mcp.http.notice import ServerNotice
from hostex_mcp.pages.render import ASSETS, PageError, asset
from hostex_mcp.server.notices import can_notify

_Handler = Callable[[Request], Awaitable[Response]]


def routes(deps: PageDeps) -> list[Route]:
    """Return the routes of every page."""
    consent, account, connections = Consent(deps), AccountPage(deps), Connections(deps)
    inviting, invited = Inviting(deps), Invited(deps)
    hooks, rules = HooksPage(deps), RulesPage(deps)
    pages = [
        ("GET", "/connect", connections.show),
        ("POST", "/connect", connections.act),
        ("GET", "/connect/consent", consent.show),
        ("POST", "/connect/consent", consent.decide),
        ("GET", "/connect/account", account.show),
        ("POST", "/connect/account", account.decide),
        ("GET", "/connect/return", consent.returned),
        ("GET", PATH, inviting.show),
        ("POST", PATH, inviting.make),
        ("GET", OPENED, invited.show),
        ("GET", HOOKS, hooks.show),
        ("POST", HOOKS, hooks.act),
        ("GET", HOUSE_RULES_PATH, rules.show),
        ("POST", HOUSE_RULES_PATH, rules.act),
    ]
    if can_notify():
        notices = NoticesPage(deps)
        pages += [("GET", NOTICES_PATH, notices.show), ("POST", NOTICES_PATH, notices.act)]
    return [
        *(Route(path, with_error_page(page, deps.notice), methods=[method]) for method, path, page in pages),
        landing_route(deps.address, deps.notice, accounts=True, previews=deps.settings.confirm != "off"),
        *asset_routes(),
    ]


def with_error_page(handler: _Handler, notice: ServerNotice) -> _Handler:
    """Return the handler, whose errors are pages."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except PageError as error:
            return error.page(notice)

    return answer


def asset_routes() -> list[Route]:
    """Return the routes of the style sheet and the icon."""
    return [Route(f"/connect/{name}", _asset_handler(name), methods=["GET"]) for name in ASSETS]


def _asset_handler(name: str) -> _Handler:
    async def show(_: Request) -> Response:
        return asset(name)

    return show
