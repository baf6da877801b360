"""The MCP SDK's own client with its OAuth, and a scripted person at its side."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import httpx2
from anyio import to_thread
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.session import ElicitationFnT
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from pydantic import AnyUrl

from tests.support.driving import Person, answer_in

CALLBACK = "http://127.0.0.1:3999/callback"


@dataclass
class ClientMemory:
    """What a client keeps between its starts."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


@dataclass
class Keeping(ClientMemory):
    """A client's memory, and the person who sits before it. `asked` counts how often a
    browser was opened."""

    person: Person = field(default_factory=Person)
    asked: int = 0
    answer: dict[str, str] = field(default_factory=dict[str, str])
    auth: OAuthClientProvider | None = None

    async def open(self, url: str) -> None:
        """Have the person go through with an authorization."""
        self.asked += 1
        self.answer = answer_in(await to_thread.run_sync(self.person.authorize, url))

    async def result(self) -> AuthorizationCodeResult:
        """What came back from it."""
        return AuthorizationCodeResult(
            code=self.answer["code"], state=self.answer["state"], iss=self.answer["iss"]
        )

    def provider(self, resource: str) -> OAuthClientProvider:
        """The SDK's OAuth for a server."""
        metadata = OAuthClientMetadata(
            redirect_uris=[AnyUrl(CALLBACK)], client_name="Python", token_endpoint_auth_method="none"
        )
        self.auth = OAuthClientProvider(resource, metadata, self, self.open, self.result)
        return self.auth

    def let_expire(self) -> None:
        """Have the client take its access token for expired, so that the next call refreshes first."""
        assert self.auth
        self.auth.context.token_expiry_time = 1


@asynccontextmanager
async def connected(
    resource: str,
    kept: Keeping,
    mode: Literal["auto", "legacy"] = "auto",
    transport: httpx2.AsyncBaseTransport | None = None,
    asking: ElicitationFnT | None = None,
) -> AsyncGenerator[Client]:
    """A client of the server at this address; `asking` answers what the server asks its user."""
    auth = kept.provider(resource)
    async with (
        httpx2.AsyncClient(auth=auth, transport=transport, timeout=30) as http,
        Client(
            streamable_http_client(resource, http_client=http), mode=mode, elicitation_callback=asking
        ) as client,
    ):
        yield client
