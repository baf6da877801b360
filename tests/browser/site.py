"""A whole deployment on real ports, for a real browser: the server with its guards, the sandbox as Hostex,
and a client that waits for the answer."""

import base64
import hashlib
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hostex_mcp.clock import utc_now
from hostex_mcp.http.app import assemble, turns_of
from hostex_mcp.http.changes.deps import ChangeDeps, WebPage
from hostex_mcp.http.changes.routes import routes as changes
from hostex_mcp.http.config import Address
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.routes import routes as pages
from hostex_mcp.http.home.pages import routes as home
from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.http.oauth import deps as oauth
from hostex_mcp.http.oauth.bearer import Bearer
from hostex_mcp.http.oauth.flow import Flow
from hostex_mcp.http.oauth.routes import routes as endpoints
from hostex_mcp.http.store import open_store
from hostex_mcp.http.tenants.confirmations import shared_confirmations
from hostex_mcp.http.tenants.hostex_link import HostexCredentials
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.http.tenants.tenants import Tenants
from hostex_mcp.http.transport.ports import Ports
from hostex_mcp.sandbox import Sandbox, running
from hostex_mcp.sandbox.oauth import CLIENT_ID, CLIENT_SECRET
from hostex_mcp.sandbox.tokens import TOKENS
from hostex_mcp.settings import Settings
from tests.support.local import JSON, call
from tests.support.serving import served

VERIFIER = "v" * 43


@dataclass
class Site:
    """Where everything is. `answers` are what the client was told, each as its address."""

    origin: str
    callback: str
    sandbox: Sandbox
    answers: list[str] = field(default_factory=list[str])

    def start(self, name: str = "Claude", redirect_uri: str = "", **changed: str) -> str:
        """Register a client; the address that it opens in the browser."""
        redirect_uri = redirect_uri or self.callback
        metadata = {
            "client_name": name,
            "redirect_uris": [redirect_uri],
            "token_endpoint_auth_method": "none",
        }
        client = httpx2.post(f"{self.origin}/register", json=metadata, timeout=30).json()["client_id"]
        challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": client,
            "redirect_uri": redirect_uri,
            "state": "s",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **changed,
        }
        return f"{self.origin}/authorize?{urlencode(query)}"

    def answer(self) -> dict[str, str]:
        """What the client was told last."""
        return dict(pair.split("=", 1) for pair in urlsplit(self.answers[-1]).query.split("&"))

    def call(self, token: str, tool: str, **arguments: Any) -> dict[str, Any]:
        """What the model of the client is answered."""
        headers = {**JSON, "Authorization": f"Bearer {token}"}
        url = f"{self.origin}/mcp"
        answer = httpx2.post(url, content=call(tool, arguments), headers=headers, timeout=30)
        structured: dict[str, Any] = answer.json()["result"]["structuredContent"]
        return structured

    def redeem(self, client_id: str) -> httpx2.Response:
        """Trade the last code for tokens, as the client does."""
        form = {
            "grant_type": "authorization_code",
            "client_id": client_id,
            "code": self.answer()["code"],
            "redirect_uri": self.callback,
            "code_verifier": VERIFIER,
        }
        return httpx2.post(f"{self.origin}/token", data=form, timeout=30)


@contextmanager
def deployed(folder: Path, *, partner: bool = False, demo: bool = False) -> Generator[Site]:
    """The site, with or without partner credentials, or as one that says that it is a demo."""
    sandbox, answers = Sandbox(), list[str]()
    with running(sandbox) as api, served(lambda _: _client(answers)) as client:
        settings = replace(_settings(api, partner), sandbox=demo)
        with served(lambda address: _Late(folder, settings, address)) as address:
            yield Site(address.origin, f"{client.origin}/callback", sandbox, answers)


def _settings(api: str, partner: bool) -> Settings:
    if not partner:
        return Settings(api_base_url=api)
    portal = f"{api.removesuffix('/v3')}/app/authorization"
    secret = SecretStr(CLIENT_SECRET)
    return Settings(api_base_url=api, client_id=CLIENT_ID, client_secret=secret, authorize_url=portal)


def _client(answers: list[str]) -> ASGIApp:
    async def callback(request: Request) -> Response:
        answers.append(str(request.url))
        icon = '<link rel="icon" href="data:,">'
        return HTMLResponse(
            f"<!doctype html><html lang=en><title>The app</title>{icon}<h1>Back in the app</h1>"
        )

    return Starlette(routes=[Route("/callback", callback)])


class _Late:
    """The application, built once its database is open."""

    def __init__(self, folder: Path, settings: Settings, address: Address) -> None:
        self._folder, self._settings, self._address = folder, settings, address
        self._outer = Starlette(lifespan=self._lifespan)
        self._inner: ASGIApp = self._outer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._outer if scope["type"] == "lifespan" else self._inner)(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncGenerator[None]:
        settings, address, keys = self._settings, self._address, KeyRing([new_key()])
        async with open_store(SecretStr(f"sqlite:///{self._folder}/site.db"), keys) as store:
            upstream = Upstream.of(settings)
            credentials = HostexCredentials(store, upstream)
            parts = PageDeps(
                settings=settings,
                address=address,
                store=store,
                keys=keys,
                flow=Flow(address, store, utc_now),
                credentials=credentials,
                upstream=upstream,
                demo_tokens=tuple(TOKENS.items()),
            )
            server = oauth.OAuthDeps(address=address, store=store, keys=keys, end_grant=credentials.end)
            confirmations = shared_confirmations(store.spent, keys, utc_now)
            page = WebPage(address)
            tenants = Tenants(
                settings, credentials, upstream, confirmations, changes=store.changes, page=page
            )
            deciding = ChangeDeps(
                pages=parts, engine=partial(tenants.engine, narrowing={}), calls=turns_of(settings)
            )
            routes = [*endpoints(server), *pages(parts), *changes(deciding), *home(deciding)]
            bearer = Bearer(address, store, keys, allow_token_header=False)
            app = assemble(settings, address, Ports(identifies=bearer, engines=tenants, routes=routes))
            async with app.router.lifespan_context(app):
                self._inner = app
                yield
            await tenants.aclose()
