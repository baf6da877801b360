"""Access tokens: the demo ones, and those handed out by the OAuth operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hostex_mcp.sandbox.envelope import ApiError
from hostex_mcp.sandbox.state import Accounts, SandboxAccount


class TOKENS(StrEnum):
    """The demo tokens; each member is the text to send in `Hostex-Access-Token`."""

    WRITABLE = "sandbox-writable"
    READ_ONLY = "sandbox-read-only"
    DEAD = "sandbox-dead"
    LAPSED = "sandbox-lapsed"
    BASIC = "sandbox-basic"
    SECOND = "sandbox-second"
    EMPTY = "sandbox-empty"

    @classmethod
    def items(cls) -> list[tuple[str, str]]:
        """Return each token with what it stands for."""
        return [(token.value, _MEANINGS[token]) for token in cls]


WRITABLE, READ_ONLY, DEAD, LAPSED, BASIC, SECOND, EMPTY = TOKENS
_MEANINGS = {
    WRITABLE: "reads and writes the demo account",
    READ_ONLY: "reads the demo account, writes are refused",
    DEAD: "a deleted token",
    LAPSED: "an account whose subscription has lapsed",
    BASIC: "an account on the Basic edition",
    SECOND: "reads and writes a second, smaller account",
    EMPTY: "reads and writes an account without properties",
}


@dataclass(frozen=True)
class Token:
    """The rights of the bearer of a token. `label` names it in the request log; the text is not kept here."""

    label: str
    account: SandboxAccount
    writable: bool = True
    refusal: tuple[int, str] | None = None
    expires: datetime | None = None


class TokenStore:
    """Every token the sandbox knows, by its text."""

    def __init__(self, accounts: Accounts) -> None:
        self._tokens = _demo_tokens(accounts)

    def add(self, text: str, token: Token) -> None:
        """Let `text` stand for `token` from now on."""
        self._tokens[text] = token

    def revoke(self, text: str) -> None:
        """Forget a token; an unknown one is no error."""
        self._tokens.pop(text, None)

    def find(self, headers: Mapping[str, str]) -> Token | None:
        """Return the token a request carries: `Hostex-Access-Token` first, then `Authorization: Bearer`."""
        # Hostex takes the bearer form as well (documented and observed), though the client never sends it.
        text = headers.get("hostex-access-token")
        if text is None:
            scheme, _, text = headers.get("authorization", "").partition(" ")
            text = text if scheme.lower() == "bearer" else ""
        return self._tokens.get(text)


def authorize(token: Token | None, now: datetime) -> Token:
    """Return a live token, or refuse: 401 for a dead one, 420 where the subscription forbids the call."""
    if token is None or (token.expires is not None and token.expires <= now):
        raise ApiError(401, "Invalid access token.")
    if token.refusal is not None:
        raise ApiError(*token.refusal)
    return token


def _demo_tokens(accounts: Accounts) -> dict[str, Token]:
    main = accounts.main
    tokens = (
        Token(TOKENS.WRITABLE, main),
        Token(TOKENS.READ_ONLY, main, writable=False),
        Token(TOKENS.DEAD, main, refusal=(401, "Invalid access token.")),
        Token(TOKENS.LAPSED, main, refusal=(420, "Subscription expired")),
        # Inferred: the wording.
        Token(TOKENS.BASIC, main, refusal=(420, "The Basic edition does not include this feature.")),
        Token(TOKENS.SECOND, accounts.second),
        Token(TOKENS.EMPTY, accounts.empty),
    )
    return {str(token.label): token for token in tokens}
