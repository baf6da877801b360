"""Hostex as this server reaches it: a client for each account, and the partner's side of Hostex's OAuth."""

import math
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import Self
from urllib.parse import urlencode

import httpx2
from pydantic import SecretStr

from hostex_mcp.api import (
    BASE_URL,
    AnswerT,
    BadRequest,
    Conflict,
    Forbidden,
    HostexClient,
    HostexError,
    InvalidToken,
    NotConfigured,
    NotFound,
    Operation,
    RateLimited,
)
from hostex_mcp.api.endpoints.oauth import OBTAIN_TOKEN, REVOKE_TOKEN, TokenPair
from hostex_mcp.clock import utc_now
from hostex_mcp.http.store.records import Credential
from hostex_mcp.http.transport.fair_queue import FairQueue
from hostex_mcp.settings import Settings, SettingsError

AUTHORIZE_URL = "https://hostex.io/app/authorization"
AT_ONCE = 128
# Strangers who try tokens on the pages have one line among themselves; accounts whose pair is renewed must
# not stand in it.
_PARTNER = "partner"

_LONGEST_LIFE = 366 * 24 * 3600
_USUAL_PAUSE = 60.0
_TOKEN_OF_NOBODY = "hostex-mcp-checks-its-credentials"  # noqa: S105
_REFUSALS = (BadRequest, Conflict, Forbidden, NotFound)
_NOT_OURS = "Hostex does not accept the partner credentials of this server."
_ONLY_OPERATOR = "Only the operator of this server can fix that: HOSTEX_CLIENT_ID and HOSTEX_CLIENT_SECRET."


class PairRefused(HostexError):
    """Hostex gives nothing for a refresh token: it was used, it ran out, or the host withdrew the consent."""

    kind = "invalid_token"


class Upstream:
    """Makes clients, which share how certificates are checked and nothing else, and speaks for the partner.
    All clients together make so many requests `at_once`, and take turns by account. After a 429 no call is
    made for the partner until Hostex wants to hear from it again."""

    def __init__(
        self,
        base_url: str = BASE_URL,
        timeout: float = 30.0,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        client_id: str | None = None,
        client_secret: SecretStr | None = None,
        authorize_url: str = AUTHORIZE_URL,
        at_once: int = AT_ONCE,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._base_url = base_url
        self._timeout = timeout
        self._transport = transport
        self._client_id = client_id
        self._client_secret = client_secret
        self._authorize_url = authorize_url
        self._turns = FairQueue("hostex", at_once)
        self._now = now
        self._quiet_since = self._quiet_until = datetime.min.replace(tzinfo=UTC)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return Hostex as the settings name it.

        Raises:
            SettingsError: only one half of the partner credentials is set.
        """
        if (settings.client_id is None) != (settings.client_secret is None):
            raise SettingsError("HOSTEX_CLIENT_ID and HOSTEX_CLIENT_SECRET: set both, or neither")
        upstream = cls(
            settings.api_base_url,
            settings.api_timeout_seconds,
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            authorize_url=settings.authorize_url,
        )
        upstream.client(None)  # So that certificates are loaded before anybody waits.
        return upstream

    def __repr__(self) -> str:
        return f"Upstream({self._base_url!r})"

    @property
    def has_partner(self) -> bool:
        """Whether there are partner credentials, so that hosts can be sent to Hostex's own page."""
        return self._client_id is not None and self._client_secret is not None

    def client(self, token: SecretStr | None, account: str = "") -> HostexClient:
        """Return a client with connections and cookies of its own, whose requests take turns as those of this
        account. Whoever asked for it closes it."""
        return HostexClient(
            token.get_secret_value() if token else None,
            base_url=self._base_url,
            timeout=self._timeout,
            transport=self._transport,
            verify=None if self._transport else self._certificates,
            place=partial(self._turns.place, account),
        )

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Return the address at which a host lets the partner in. Hostex takes no PKCE and no scopes."""
        query = urlencode({"client_id": self._client_id, "redirect_uri": redirect_uri, "state": state})
        return f"{self._authorize_url}{'&' if '?' in self._authorize_url else '?'}{query}"

    async def exchange(self, code: str) -> Credential:
        """Return the pair for a code that a host came back with.

        Raises:
            HostexError: Hostex gives none.
        """
        return await self._obtain({"grant_type": "authorization_code", "code": code})

    async def refresh(self, credential: Credential) -> Credential:
        """Return the next pair. From then on the old one may be dead.

        Raises:
            PairRefused: there is none for this refresh token, now or later.
            HostexError: it did not work this time; NotConfigured when the partner itself is refused.
        """
        token = credential.refresh_token.get_secret_value() if credential.refresh_token else ""
        try:
            return await self._obtain({"grant_type": "refresh_token", "refresh_token": token})
        except _REFUSALS as error:
            raise _refused(error) from None
        except InvalidToken as error:
            if await self._is_known():
                raise _refused(error) from None
            raise self._unknown(error) from None

    async def revoke(self, credential: Credential) -> None:
        """End a pair at Hostex: both of its tokens, one by one.

        Raises:
            HostexError: for the last of them that could not be ended.
        """
        failed: HostexError | None = None
        for token in (credential.refresh_token, credential.access_token):
            try:
                if token:
                    await self._speak(REVOKE_TOKEN, {"token": token.get_secret_value()})
            except HostexError as error:
                failed = error
        if failed:
            raise failed

    async def _is_known(self) -> bool:
        """Inferred: 401 is the answer to wrong partner credentials whatever else is sent, and to revoke a
        token that nobody has is not. It tells a mistake of the operator from a host who withdrew."""
        try:
            await self._speak(REVOKE_TOKEN, {"token": _TOKEN_OF_NOBODY})
        except _REFUSALS:
            return True
        except HostexError:
            return False
        return True

    async def _obtain(self, body: Mapping[str, str]) -> Credential:
        started = self._now()
        pair: TokenPair = await self._speak(OBTAIN_TOKEN, body)
        seconds = max(0, min(pair.expires_in, _LONGEST_LIFE))
        return Credential(
            "partner",
            SecretStr(pair.access_token),
            SecretStr(pair.refresh_token),
            started + timedelta(seconds=seconds),
        )

    async def _speak(self, operation: Operation[AnswerT], body: Mapping[str, str]) -> AnswerT:
        if self._client_id is None or self._client_secret is None:
            raise self._unknown(None)
        self._keep_quiet(operation)
        partner = {"client_id": self._client_id, "client_secret": self._client_secret.get_secret_value()}
        try:
            async with self.client(None, _PARTNER) as client:
                return await client.call(operation, body={**partner, **body})
        except RateLimited as error:
            self._quiet_since = self._now()
            self._quiet_until = self._quiet_since + timedelta(seconds=error.retry_after or _USUAL_PAUSE)
            raise

    def _keep_quiet(self, operation: Operation[AnswerT]) -> None:
        now = self._now()
        seconds = (self._quiet_until - now).total_seconds()
        # A clock that was put back would make it hours.
        if seconds > 0 and now >= self._quiet_since:
            message = "Hostex has asked this server to wait."
            raise RateLimited(message, operation=operation.name, retry_after=float(math.ceil(seconds)))

    def _unknown(self, error: InvalidToken | None) -> NotConfigured:
        message = _NOT_OURS if error else "This server no longer has partner credentials."
        failed = NotConfigured(message, operation=OBTAIN_TOKEN.name)
        failed.hint = _ONLY_OPERATOR
        return failed

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        return httpx2.create_ssl_context()


def _refused(error: HostexError) -> PairRefused:
    return PairRefused(error.message, operation=error.operation, code=error.code, request_id=error.request_id)
