"""A deployment of the authorization server, a scripted person who consents at once, and clients' requests."""

import base64
import hashlib
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from hostex_mcp.http.config import READ, SCOPES, WRITE, Address
from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.http.oauth.authorization_request import AuthorizationRequest, open_authorization
from hostex_mcp.http.oauth.bearer import Bearer, insufficient_scope
from hostex_mcp.http.oauth.browser import browser_of
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.oauth.flow import Flow
from hostex_mcp.http.oauth.routes import routes
from hostex_mcp.http.store import Store, open_store
from hostex_mcp.http.store.records import Choices, Credential, Grant
from hostex_mcp.public_fetch import Fetched, FetchFailed
from tests.support.clock import Clock

ORIGIN = "https://mcp.example.com"
RESOURCE = "https://mcp.example.com/mcp"
CALLBACK = "https://app.example.com/callback"
DOCUMENT = "https://app.example.com/oauth/client.json"
VERIFIER = "a-verifier-of-at-least-forty-three-characters"
HOSTEX_TOKEN = "hostex-token-of-the-host"

Json = dict[str, Any]


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def answer_at(response: httpx2.Response) -> dict[str, str]:
    """The parameters that a redirect to the client carries, each of which may come once only."""
    pairs = parse_qsl(urlsplit(response.headers["location"]).query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@dataclass
class Web:
    """What lies at other addresses: documents by address, how others fail, and which were fetched."""

    pages: dict[str, Fetched] = field(default_factory=dict[str, Fetched])
    fetched: list[str] = field(default_factory=list[str])
    failure: FetchFailed = field(default_factory=lambda: FetchFailed("could not be reached"))

    async def fetch(self, url: str, *, most_bytes: int, seconds: float, accept: str) -> Fetched:
        self.fetched.append(url)
        if url not in self.pages:
            raise self.failure
        return self.pages[url]

    def publish(self, url: str, content: Json | bytes, **headers: str) -> None:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[url] = Fetched(raw, httpx2.Headers({"content-type": "application/json"} | told))

    def publish_client(self, url: str = DOCUMENT, **metadata: Any) -> None:
        document = {"client_id": url, "client_name": "Example App", "redirect_uris": [CALLBACK]}
        self.publish(url, document | metadata)


@dataclass
class Deployment:
    """The server and all around it. `allowed` is what the person allows, `seen` what they were asked."""

    http: httpx2.AsyncClient
    transport: httpx2.ASGITransport
    deps: OAuthDeps
    clock: Clock
    web: Web
    ended: dict[str, str]
    allowed: set[str] = field(default_factory=lambda: set(SCOPES))
    seen: list[AuthorizationRequest] = field(default_factory=list[AuthorizationRequest])

    @property
    def store(self) -> Store:
        return self.deps.store

    async def register(self, **metadata: Any) -> Json:
        asked = {"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"} | metadata
        response = await self.http.post("/register", json=asked)
        assert response.status_code == 201, response.text
        return response.json()

    async def authorize(self, client_id: str | None, **changed: str | None) -> httpx2.Response:
        """Open the authorization page as a browser does; None leaves a parameter out."""
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": CALLBACK,
            "state": "s",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            "resource": RESOURCE,
        }
        asked |= changed
        return await self.http.get("/authorize", params=_given(asked))

    async def consent(self, client_id: str, **changed: str | None) -> dict[str, str]:
        """Authorize and consent; what the client gets back."""
        asked = await self.authorize(client_id, **changed)
        assert asked.status_code == 303, asked.text
        assert asked.headers["location"].startswith("/connect/consent?"), asked.headers["location"]
        return answer_at(await self.http.get(asked.headers["location"]))

    async def token(self, **form: str) -> httpx2.Response:
        return await self.http.post("/token", data=form)

    async def exchange(self, client_id: str, code: str, **changed: str | None) -> httpx2.Response:
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "client_id": client_id,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            "resource": RESOURCE,
        }
        form |= changed
        return await self.token(**_given(form))

    async def refresh(self, client_id: str, token: str, **more: str) -> httpx2.Response:
        return await self.token(grant_type="refresh_token", client_id=client_id, refresh_token=token, **more)

    async def connect(self, client_id: str, **changed: str | None) -> Json:
        """The whole way; the first pair of tokens."""
        answer = await self.consent(client_id, **changed)
        response = await self.exchange(client_id, answer["code"])
        assert response.status_code == 200, response.text
        return response.json()

    async def call(self, token: str | None, **headers: str) -> httpx2.Response:
        """A call to `/mcp`; the account and scopes that it is served for."""
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.http.post(
            "/mcp", headers=sent | {k.replace("_", "-"): v for k, v in headers.items()}
        )


def error_of(response: httpx2.Response, status: int = 400) -> str:
    """The error code of an endpoint's answer, which is short and not kept by caches."""
    assert response.status_code == status, response.text
    assert response.headers["cache-control"] == "no-store"
    assert len(response.content) < 500
    return response.json()["error"]


@asynccontextmanager
async def deployed(
    folder: Path,
    *,
    allow_token_header: bool = False,
    origin: str = ORIGIN,
    keys: KeyRing | None = None,
    clock: Clock | None = None,
    url: SecretStr | None = None,
    documents: bool = True,
    contact: str | None = None,
) -> AsyncGenerator[Deployment]:
    """A deployment with its database in a folder, unless a `url` names another; another one with the same
    keys and clock is its replica."""
    clock, keys, web, address = clock or Clock(), keys or KeyRing([new_key()]), Web(), Address(origin)
    url = url or SecretStr(f"sqlite:///{folder / 'hostex-mcp.db'}")
    async with open_store(url, keys, now=clock) as store:
        ended: dict[str, str] = {}

        async def end_grant(grant_id: str, reason: str) -> None:
            if await store.grants.end(grant_id, reason) is not None:
                ended[grant_id] = reason

        parts = OAuthDeps(
            address=address,
            store=store,
            keys=keys,
            end_grant=end_grant,
            fetch=web.fetch if documents else None,
            contact=contact,
            now=clock,
        )
        bearer = Bearer(address, store, keys, allow_token_header=allow_token_header)
        app = Starlette()
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=origin) as http:
            server = Deployment(http, transport, parts, clock, web, ended)
            app.router.routes.extend([*routes(parts), *_stand_ins(server, bearer)])
            yield server


def _stand_ins(server: Deployment, bearer: Bearer) -> list[Route]:
    """A consent page that says yes by itself, and an MCP endpoint that says who calls."""
    parts = server.deps
    flow = Flow(parts.address, parts.store, parts.now)

    async def consent(request: Request) -> Response:
        sealed, browser = request.query_params["request"], browser_of(request, parts.address)
        authorization = open_authorization(parts.keys, sealed, browser.digest, parts.now())
        if authorization is None:
            return Response("no", 400)
        server.seen.append(authorization)
        grant = _grant(server, authorization, browser.digest)
        await parts.store.grants.add(grant, Credential("token", SecretStr(HOSTEX_TOKEN)))
        await parts.store.grants.activate(grant.grant_id)
        return RedirectResponse(await flow.complete(authorization, grant.grant_id), 303)

    async def mcp(request: Request) -> Response:
        caller = await bearer.identify(request.headers)
        if isinstance(caller, Response):
            return caller
        if "change" in request.headers and WRITE not in caller.scopes:
            return Response(status_code=403, headers={"WWW-Authenticate": insufficient_scope(parts.address)})
        return JSONResponse({"account": caller.account, "scopes": sorted(caller.scopes)})

    return [Route("/connect/consent", consent), Route("/mcp", mcp, methods=["GET", "POST"])]


def _grant(server: Deployment, authorization: AuthorizationRequest, browser: str) -> Grant:
    return Grant(
        grant_id=f"grant-{len(server.seen)}",
        client_id=authorization.client_id,
        client_name=authorization.client_name,
        returns_to=authorization.redirect_uri,
        choices=Choices(frozenset(server.allowed & set(authorization.scopes)) or frozenset({READ})),
        resource=authorization.resource,
        browser=browser,
        kind="token",
        status="pending",
        created_at=server.clock(),
    )


def _given(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}
