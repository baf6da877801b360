"""The pages over ASGI, with a real store and the sandbox as Hostex, and a person with a browser."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.types import ASGIApp

from hostex_mcp.http.app import turns_of
from hostex_mcp.http.changes.deps import ChangeDeps, WebPage
from hostex_mcp.http.changes.routes import routes as change_routes
from hostex_mcp.http.config import SCOPES, Address
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.routes import routes
from hostex_mcp.http.home.pages import routes as home_routes
from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.http.notice import Tokens
from hostex_mcp.http.oauth.authorization_request import AuthorizationRequest, seal_authorization
from hostex_mcp.http.oauth.browser import Browser
from hostex_mcp.http.oauth.flow import Flow
from hostex_mcp.http.store import open_store
from hostex_mcp.http.store.records import Grant, OAuthClient
from hostex_mcp.http.tenants.confirmations import shared_confirmations
from hostex_mcp.http.tenants.hostex_link import HostexCredentials
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.http.tenants.tenants import Tenants
from hostex_mcp.http.transport.hook_receiver import HookReceiver, hook_routes
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.oauth import CLIENT_ID, CLIENT_SECRET
from hostex_mcp.settings import Settings
from tests.http.html_pages import Fields, Html, changed
from tests.support.clock import Clock

ADDRESS = Address("https://mcp.example.com")
CLIENT = "client-1"
PORTAL = "https://hostex.example/app/authorization"
PARTNER: dict[str, Any] = {
    "client_id": CLIENT_ID,
    "client_secret": SecretStr(CLIENT_SECRET),
    "authorize_url": PORTAL,
}
RETURN = "https://claude.ai/api/mcp/auth_callback"
HERE = {"origin": ADDRESS.origin, "sec-fetch-site": "same-origin"}


@dataclass
class Person:
    """Uses the pages in one browser."""

    deps: PageDeps
    sandbox: Sandbox
    clock: Clock
    http: httpx2.AsyncClient
    tenants: Tenants
    app: ASGIApp
    browser: Browser = field(default_factory=lambda: Browser("b" * 43, new=False))

    def asked(self, **told: Any) -> str:
        """A sealed authorization for this browser, as `/authorize` would have made it."""
        return seal_authorization(self.deps.keys, authorization(self.clock(), **told), self.browser.digest)

    async def get(self, path: str) -> httpx2.Response:
        return await self.http.get(path, headers={"cookie": f"__Host-hostex={self.browser.id}"})

    async def post(self, path: str, fields: Fields, headers: dict[str, str] = HERE) -> httpx2.Response:
        sent = headers | {
            "cookie": f"__Host-hostex={self.browser.id}",
            "content-type": "application/x-www-form-urlencoded",
        }
        return await self.http.post(path, content=urlencode(fields), headers=sent)

    async def consent(self, request: str = "", **told: Any) -> Html:
        """The consent page."""
        sealed = request or self.asked(**told)
        answer = await self.get(f"/connect/consent?{urlencode({'request': sealed})}")
        assert answer.status_code == 200
        return Html(answer.text)

    async def submit(self, page: Html, **values: str | list[str]) -> httpx2.Response:
        """Press a button of the consent page: Connect, unless another is named."""
        fields = changed(page.fields, **{"decision": "connect", **values})
        return await self.post("/connect/consent", fields)

    async def answer(self, page: Html, **values: str | list[str]) -> httpx2.Response:
        """Press a button of the consent page, and Connect below the account that is shown then."""
        answer = await self.submit(page, **values)
        return await self.confirm(answer) if answer.is_redirect and "pick" not in values else answer

    async def confirm(self, answer: httpx2.Response, **values: str | list[str]) -> httpx2.Response:
        """Press a button below the account that this answer leads to, if it leads to one."""
        if not answer.headers["location"].startswith("/connect/account?"):
            return answer
        page = Html((await self.get(answer.headers["location"])).text)
        return await self.post("/connect/account", changed(page.fields, **{"decision": "connect", **values}))

    async def connect(self, token: str, **values: str | list[str]) -> httpx2.Response:
        """A whole consent with a pasted token."""
        return await self.answer(await self.consent(), token=token, **values)

    async def grants(self) -> list[Grant]:
        """What this browser has granted, newest first."""
        return await self.deps.store.grants.in_browser(self.browser.digest)

    def elsewhere(self) -> "Person":
        """The same deployment in another browser."""
        return replace(self, browser=Browser("o" * 43, new=False))


def authorization(now: datetime, **told: Any) -> AuthorizationRequest:
    """A request of Claude's for both scopes; what a test tells is different."""
    usual: dict[str, Any] = {
        "client_id": CLIENT,
        "client_name": "Claude",
        "redirect_uri": RETURN,
        "redirect_uri_given": True,
        "state": "client-state",
        "code_challenge": "c" * 43,
        "scopes": SCOPES,
        "resource": ADDRESS.resource,
        "nonce": "nonce-1",
        "expires_at": now + timedelta(minutes=10),
    }
    return AuthorizationRequest(**usual | told)


@asynccontextmanager
async def deployment(
    folder: Path,
    hostex: Sandbox | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
    demo_tokens: Tokens = (),
    **settings: Any,
) -> AsyncGenerator[Person]:
    """The pages of a server with these settings."""
    clock = Clock()
    sandbox = hostex or Sandbox(now=clock)
    chosen = Settings(api_base_url="https://hostex.example/v3", **settings)
    keys = KeyRing([new_key()])
    async with open_store(SecretStr(f"sqlite:///{folder}/pages.db"), keys, now=clock) as store:
        await store.clients.put(OAuthClient(CLIENT, {"client_name": "Claude", "redirect_uris": [RETURN]}))
        upstream = Upstream(
            chosen.api_base_url,
            chosen.api_timeout_seconds,
            transport=transport or httpx2.ASGITransport(app=sandbox.app),
            client_id=chosen.client_id,
            client_secret=chosen.client_secret,
            authorize_url=chosen.authorize_url,
        )
        credentials = HostexCredentials(store, upstream, clock)
        confirmations = shared_confirmations(store.spent, keys, clock)
        tenants = Tenants(
            chosen,
            credentials,
            upstream,
            confirmations,
            now=clock,
            changes=store.changes,
            page=WebPage(ADDRESS),
        )
        parts = PageDeps(
            settings=chosen,
            address=ADDRESS,
            store=store,
            keys=keys,
            flow=Flow(ADDRESS, store, clock),
            credentials=credentials,
            upstream=upstream,
            demo_tokens=demo_tokens,
            now=clock,
        )
        deciding = ChangeDeps(
            pages=parts, engine=partial(tenants.engine, narrowing={}), calls=turns_of(chosen)
        )
        hooks = hook_routes(HookReceiver(store.hooks, now=clock))
        app = Starlette(routes=[*routes(parts), *change_routes(deciding), *home_routes(deciding), *hooks])
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url=ADDRESS.origin, follow_redirects=False
        ) as http:
            yield Person(parts, sandbox, clock, http, tenants, app)
            await tenants.aclose()


def query(url: str) -> dict[str, str]:
    """The parameters of an address."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
