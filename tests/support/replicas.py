"""Several server processes over one PostgreSQL, behind one address, with the sandbox as their Hostex.

The load balancer is in the clients' transports, so that a test decides which process gets which request.
"""

import base64
import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2
from pydantic import SecretStr

from hostex_mcp.http.keys.keyring import new_key
from hostex_mcp.sandbox import Sandbox, running
from hostex_mcp.sandbox.oauth import CLIENT_ID, CLIENT_SECRET
from tests.support.driving import Person, answer_in
from tests.support.processes import Running, free_port, hostex_mcp
from tests.support.python_client import CALLBACK

PUBLIC = "http://127.0.0.1:49797"
RESOURCE = f"{PUBLIC}/mcp"
VERIFIER = "a-verifier-of-at-least-forty-three-characters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@dataclass
class Fleet:
    """The processes, the first two of which share the work: a request goes to the one that `to` names, or,
    when that is None, to the other one than the request before."""

    database: SecretStr
    sandbox: Sandbox
    hostex: str
    key: str = field(default_factory=new_key)
    replicas: list[Running] = field(default_factory=list[Running])
    to: int | None = None
    served: list[int] = field(default_factory=list[int])
    _turns: "count[int]" = field(default_factory=count)

    def steered(self, request: httpx2.Request, to: int | None) -> httpx2.Request:
        """The same request, to one of the processes if it is for the public address."""
        url = request.url
        if url.port == httpx2.URL(PUBLIC).port:
            number = next(self._turns) % min(2, len(self.replicas)) if to is None else to
            self.served.append(number)
            url = url.copy_with(port=httpx2.URL(self.replicas[number].origin).port)
        extensions, stream = request.extensions, request.stream
        return httpx2.Request(
            request.method, url, headers=request.headers, stream=stream, extensions=extensions
        )

    def person(self, **about: Any) -> Person:
        """Somebody whose browser reaches the public address."""
        return Person(transport=lambda: Steered(self, self.to), **about)

    def post(self, path: str, to: int | None, **sent: Any) -> httpx2.Response:
        """One request of a client written by hand."""
        with httpx2.Client(transport=Steered(self, to), timeout=30) as client:
            return client.post(f"{PUBLIC}{path}", **sent)

    def calls(self, operation: str) -> int:
        """How often the sandbox was called for something, such as `DELETE /reservations`."""
        method, _, path = operation.partition(" ")
        return sum(call.method == method and call.path.startswith(path) for call in self.sandbox.log)

    @contextmanager
    def one_more(self, workers: int = 1, **more: str) -> Generator[tuple[int, Running]]:
        """One more process (or several behind one port), which gets only what is meant for it."""
        settings = {
            "HOSTEX_MCP_PUBLIC_URL": PUBLIC,
            # Clients written by hand confirm for themselves; pages have tests of their own.
            "HOSTEX_MCP_CONFIRM": "token",
            "HOSTEX_MCP_DATABASE_URL": self.database.get_secret_value(),
            "HOSTEX_MCP_SECRET_KEYS": self.key,
            "HOSTEX_API_BASE_URL": self.hostex,
            "HOSTEX_CLIENT_ID": CLIENT_ID,
            "HOSTEX_CLIENT_SECRET": CLIENT_SECRET,
            "HOSTEX_AUTHORIZE_URL": f"{self.portal}/app/authorization",
            **more,
        }
        with hostex_mcp("--workers", str(workers), port=free_port(), **settings) as process:
            self.replicas.append(process)
            yield len(self.replicas) - 1, process
            self.replicas.remove(process)

    @property
    def portal(self) -> str:
        """The origin of Hostex's own pages."""
        return self.hostex.removesuffix("/v3")


@contextmanager
def fleet_of_two(database: SecretStr, sandbox: Sandbox) -> Generator[Fleet]:
    """Two processes and their Hostex."""
    with running(sandbox) as hostex:
        fleet = Fleet(database, sandbox, hostex)
        with fleet.one_more(), fleet.one_more():
            yield fleet


@dataclass
class ByHand:
    """A client written by hand, which names the process of each step."""

    fleet: Fleet
    client_id: str = ""

    def connect(self, person: Person, steps: tuple[int | None, ...] = (None, None, None)) -> dict[str, Any]:
        """Register, authorize and redeem, each at the process that `steps` names; the first pair."""
        answer = self.fleet.post("/token", steps[2], data=self.code(person, steps))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def code(self, person: Person, steps: tuple[int | None, ...] = (None, None)) -> dict[str, str]:
        """Register and authorize; what redeems the code."""
        metadata = {
            "client_name": f"By hand {uuid4()}",
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "none",
        }
        self.client_id = self.fleet.post("/register", steps[0], json=metadata).json()["client_id"]
        return self.authorize(person, steps[1])

    def authorize(self, person: Person, to: int | None = None) -> dict[str, str]:
        """Have a person allow the client; what redeems the code."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "state": "s",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "resource": RESOURCE,
        }
        self.fleet.to = to
        return {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": answer_in(person.authorize(f"{PUBLIC}/authorize?{urlencode(asked)}"))["code"],
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }

    def refresh(self, token: str, to: int | None = None) -> httpx2.Response:
        """Refresh at a process."""
        form = {"grant_type": "refresh_token", "client_id": self.client_id, "refresh_token": token}
        return self.fleet.post("/token", to, data=form)

    def call(self, token: str, tool: str, to: int | None = None, **arguments: Any) -> dict[str, Any]:
        """Call a tool at a process; its structured result."""
        answer = self.try_call(token, tool, to, **arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]["structuredContent"]

    def try_call(self, token: str, tool: str, to: int | None = None, **arguments: Any) -> httpx2.Response:
        """Call a tool at a process; whatever the answer is."""
        params = {"name": tool, "arguments": arguments}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
        return self.fleet.post("/mcp", to, json=body, headers=headers)


class Steered(httpx2.HTTPTransport):
    """The way of a browser or of one request."""

    def __init__(self, fleet: Fleet, to: int | None) -> None:
        super().__init__()
        self._fleet, self._to = fleet, to

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request to the process it is meant for."""
        return super().handle_request(self._fleet.steered(request, self._to))


class SteeredClient(httpx2.AsyncHTTPTransport):
    """The way of a client, which goes where `fleet.to` says at each request."""

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self._fleet = fleet

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request to the process that is named now."""
        return await super().handle_async_request(self._fleet.steered(request, self._fleet.to))
