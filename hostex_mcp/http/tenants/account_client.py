"""The client of one account that outlives the tokens it calls with."""

from typing import Protocol

import anyio
from pydantic import SecretStr

from hostex_mcp.api import AnswerT, Client, HostexClient, HostexError, InvalidToken, Request
from hostex_mcp.http.tenants.hostex_link import UsableToken
from hostex_mcp.http.tenants.hostex_partner import Upstream

_OR_ANOTHER = (
    "Calls then work again without further steps. To use another Hostex account, "
    "reconnect this server in your app."
)
HINTS = {
    "subscription_lapsed": (
        f"The host's Hostex subscription has ended; the host can renew it there. {_OR_ANOTHER}"
    ),
    "account": (
        "Hostex refuses this account, because of its subscription, its plan's API access or a suspension. "
        f"The host should check the Hostex portal. {_OR_ANOTHER}"
    ),
    "read_only_token": (
        "The Hostex access token behind this connection is read-only. Reads still work; for changes, create "
        "a writable token in the Hostex portal and reconnect this server in your app."
    ),
}
_RENEWED = "Access to Hostex has just been renewed and nothing was changed; make the call again."


class Source(Protocol):
    """Where an account's token comes from."""

    async def live(self, *, anew: bool) -> UsableToken:
        """Return the token to use now; looked up `anew`, it is there only if its grant still is."""
        ...

    async def rejected(self, current: UsableToken) -> UsableToken | None:
        """What takes the place of a token that Hostex refused a call with; None if only the call was
        refused."""
        ...


class OwnToken:
    """The token that a request brought along."""

    def __init__(self, token: SecretStr | None) -> None:
        self._live = UsableToken(token or SecretStr(""), 0)

    async def live(self, *, anew: bool) -> UsableToken:
        """Return the token."""
        return self._live

    async def rejected(self, current: UsableToken) -> UsableToken | None:
        """Nothing can take its place."""
        return None


class AccountClient(Client):
    """Calls Hostex for one account. All who call for the account share its
    places and its reads. When its token is another, new calls go out with that, and the old connections are
    closed once nobody waits on them; so are those of a client that was retired, which can still be used."""

    def __init__(self, upstream: Upstream, source: Source, account: str) -> None:
        self._upstream = upstream
        self._account = account
        self._source = source
        self._line: _Line | None = None
        self._retired = False

    async def send(self, request: Request[AnswerT]) -> AnswerT:
        """Send a request with the account's present token and return its answer."""
        try:
            return await self._persist(request)
        except HostexError as error:
            error.hint = error.hint or HINTS.get(error.kind)
            raise

    async def retire(self) -> None:
        """Keep no connections from here on."""
        self._retired = True
        line, self._line = self._line, None
        if line:
            await line.end()

    async def _persist(self, request: Request[AnswerT]) -> AnswerT:
        writes = request.target.writes
        # A change may have waited: in line, for what it read first. Its host may have ended it meanwhile.
        current = await self._source.live(anew=writes)
        try:
            async with await self._line_of(current) as client:
                return await client.send(request)
        except InvalidToken as error:
            replacement = await self._source.rejected(current)
            if replacement and writes:
                error.retryable, error.hint = True, _RENEWED
            if replacement is None or writes:
                raise
        async with await self._line_of(replacement) as client:
            return await client.send(request)

    async def _line_of(self, current: UsableToken) -> "_Line":
        if self._line and self._line.link == current.link:
            return self._line
        line = _Line(self._upstream.client(current.token, self._account), current.link)
        if self._retired:
            await line.end()
            return line
        old, self._line = self._line, line
        if old:
            await old.end()
        return line


class _Line:
    """The connections with one token, and how many calls wait on them."""

    def __init__(self, client: HostexClient, link: int) -> None:
        self.link = link
        self._client = client
        self._waiting = 0
        self._ended = False

    async def __aenter__(self) -> HostexClient:
        self._waiting += 1
        return self._client

    async def __aexit__(self, *_: object) -> None:
        self._waiting -= 1
        await self._close_when_idle()

    async def end(self) -> None:
        """Close the connections, or leave it to the last one who waits on them."""
        self._ended = True
        await self._close_when_idle()

    async def _close_when_idle(self) -> None:
        if self._ended and not self._waiting:
            with anyio.CancelScope(shield=True):
                await self._client.aclose()
