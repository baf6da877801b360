"""What an access token may do, found out by calls that change nothing: no call of Hostex says it."""

from dataclasses import dataclass
from typing import Literal

from hostex_mcp.api.client import Client
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.api.endpoints.webhooks import DELETE_WEBHOOK
from hostex_mcp.api.errors import (
    AccountError,
    HostexError,
    InvalidToken,
    NoAnswer,
    NotConfigured,
    OutcomeUnknown,
    PlanUnsupported,
    RateLimited,
    ReadOnlyToken,
    SubscriptionLapsed,
    UnexpectedResponse,
    UpstreamFailed,
)

TokenStatus = Literal[
    "read_write", "read_only", "readable", "dead", "lapsed", "plan", "account", "unreachable"
]

# No webhook has this id.
_NO_WEBHOOK = 0
_REFUSALS: tuple[tuple[type[HostexError], TokenStatus], ...] = (
    (ReadOnlyToken, "read_only"),
    (InvalidToken, "dead"),
    (NotConfigured, "dead"),
    (SubscriptionLapsed, "lapsed"),
    (PlanUnsupported, "plan"),
    (AccountError, "account"),
)
_SAYS_NOTHING = (NoAnswer, OutcomeUnknown, RateLimited, UnexpectedResponse, UpstreamFailed)


@dataclass(frozen=True, slots=True)
class Access:
    """What a token may do. `readable` means that it reads and nobody asked whether it writes; `unreachable`
    that nothing could be found out. `message` and `request_id` are the deciding call's, when it failed."""

    verdict: TokenStatus
    message: str = ""
    request_id: str | None = None

    @property
    def usable(self) -> bool:
        """Whether the token does what was asked about."""
        return self.verdict in ("read_write", "readable")


async def check_token(client: Client, *, writes: bool) -> Access:
    """Find out what the client's token may do: with one read, and if `writes` matter with one write that has
    nothing to change. The class of an error decides, never its text."""
    try:
        await client.page(LIST_PROPERTIES, limit=1)
    except HostexError as error:
        return _refused(error)
    return await _write_access(client) if writes else Access("readable")


async def _write_access(client: Client) -> Access:
    # Inferred: Hostex looks at the right to write before it looks for the webhook, so a token that may write
    # hears of the missing webhook or of its plan, and one that may not hears 401.
    try:
        await client.call(DELETE_WEBHOOK, path={"id": _NO_WEBHOOK})
    except (InvalidToken, ReadOnlyToken, *_SAYS_NOTHING) as error:
        return _refused(error)
    except HostexError as error:
        return Access("read_write", error.message, error.request_id)
    return Access("read_write")


def _refused(error: HostexError) -> Access:
    for kind, verdict in _REFUSALS:
        if isinstance(error, kind):
            return Access(verdict, error.message, error.request_id)
    return Access("unreachable", error.message, error.request_id)
