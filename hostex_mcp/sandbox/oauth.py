"""OAuth 2.0 for partners: authorization codes, token pairs, revocation.

Lifetimes and rules beyond the seven days of an access token are Inferred: a code is good once and for ten
minutes, a refresh answers with a new pair and ends the old refresh token, an access token outlives its
refresh token, and ten failed calls within a minute are answered with 429.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from hostex_mcp.sandbox.envelope import ApiError, bad_request
from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.sandbox.tokens import Token, TokenStore

CLIENT_ID = "sandbox-partner"
CLIENT_SECRET = "sandbox-partner-secret"  # noqa: S105
ACCESS_LIFETIME = timedelta(days=7)
CODE_LIFETIME = timedelta(minutes=10)
FAILURES_ALLOWED = 10
FAILURE_WINDOW = timedelta(seconds=60)


@dataclass
class OAuth:
    """The authorization server of the sandbox, with one registered partner."""

    tokens: TokenStore
    account: SandboxAccount
    redirect_uris: set[str] = field(default_factory=set[str])
    _codes: dict[str, datetime] = field(default_factory=dict[str, datetime], repr=False)
    _refresh_tokens: set[str] = field(default_factory=set[str], repr=False)
    _failures: list[datetime] = field(default_factory=list[datetime])
    _issued: int = 0

    def may_return_to(self, uri: str) -> bool:
        """Say whether the partner registered a redirect URI; loopback ones all count as registered."""
        try:
            parts = urlsplit(uri)
        except ValueError:
            return False
        # Programs on a desktop listen on a loopback port of their choice (RFC 8252, section 7.3).
        return uri in self.redirect_uris or (
            parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
        )

    def issue_code(self, now: datetime) -> str:
        """Make an authorization code for the account."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = now + CODE_LIFETIME
        return code

    def authenticate(self, client_id: str, client_secret: str, now: datetime) -> None:
        """Check the partner's credentials; 401 for wrong ones, 429 after too many failures."""
        self._failures = [moment for moment in self._failures if now - moment < FAILURE_WINDOW]
        if len(self._failures) >= FAILURES_ALLOWED:
            raise ApiError(
                429, "Too Many Attempts.", {"Retry-After": str(int(FAILURE_WINDOW.total_seconds()))}
            )
        if (client_id, client_secret) != (CLIENT_ID, CLIENT_SECRET):
            self._failures.append(now)
            raise ApiError(401, "Invalid client.")

    def redeem(self, code: str, now: datetime) -> Row:
        """Trade an authorization code for a token pair."""
        # A code is good for one attempt only (RFC 6749, section 4.1.2).
        expires = self._codes.pop(code, None)
        if expires is None or expires <= now:
            raise self._failed(now, "The authorization code is invalid.")
        return self._pair(now)

    def refresh(self, refresh_token: str, now: datetime) -> Row:
        """Trade a refresh token for a new pair."""
        if refresh_token not in self._refresh_tokens:
            raise self._failed(now, "The refresh token is invalid.")
        self._refresh_tokens.remove(refresh_token)
        return self._pair(now)

    def revoke(self, token: str) -> None:
        """End an access or refresh token. Inferred: an unknown one is no error."""
        self._refresh_tokens.discard(token)
        self.tokens.revoke(token)

    def _failed(self, now: datetime, message: str) -> ApiError:
        self._failures.append(now)
        return bad_request(message)

    def _pair(self, now: datetime) -> Row:
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._issued += 1
        self.tokens.add(access, Token(f"oauth-{self._issued}", self.account, expires=now + ACCESS_LIFETIME))
        self._refresh_tokens.add(refresh)
        seconds = int(ACCESS_LIFETIME.total_seconds())
        return {"access_token": access, "refresh_token": refresh, "expires_in": seconds}
