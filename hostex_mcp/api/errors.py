"""What can go wrong in a call to Hostex.

HostexError
  x NotConfigured            no access token
  x AuthError
    + InvalidToken           the token is dead
    + ReadOnlyToken          the token lives, but may not write
  x Forbidden                somebody else's
  x NotFound                 no such id, code or path
  x Conflict                 would be a duplicate
  x AccountError
    + SubscriptionLapsed     the subscription has ended
    + PlanUnsupported        the operation needs a larger plan
    + AccountBlocked         refused for a reason that Hostex does not tell
  x BadRequest               an argument does not fit
  x RateLimited              too many calls
  x ServerError
    + UpstreamFailed         Hostex failed
    + Unavailable            not offered to this account
    + ChannelFailed          the channel behind Hostex failed
  x NoAnswer
    + NetworkFailed          no connection
    + DeadlineExceeded       no answer in time
  x OutcomeUnknown           a write that may have taken effect
  x UnexpectedResponse       not an answer in Hostex's form

`error_code` in the body decides the class, never the HTTP status alone and never the wording of
`error_msg`, with a single exception: see `SubscriptionLapsed`.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that does not fit, and why; never its value."""

    field: str
    problem: str


class HostexError(Exception):
    """A call that failed.

    `kind` is stable and short, for programs. `message` is one English sentence, Hostex's own where there is
    one. `operation` is method and path template, without ids. `retry_after` is in seconds. `retryable` says
    that the very same call may be repeated without harm. `hint` says what to do, where that differs from
    what is usual for the kind.
    """

    kind: ClassVar[str] = "error"
    usually_retryable: ClassVar[bool] = False
    hint: str | None = None

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        code: int | None = None,
        request_id: str | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
        fields: tuple[FieldProblem, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.code = code
        self.request_id = request_id
        self.retryable = self.usually_retryable if retryable is None else retryable
        self.retry_after = retry_after
        self.fields = fields


class NotConfigured(HostexError):
    """There is no access token, so nothing was sent."""

    kind = "not_configured"


class AuthError(HostexError):
    """The access token does not open this operation."""


class InvalidToken(AuthError):
    """The token is unknown, deleted or malformed; for the OAuth operations, the client's credentials are
    wrong or a code is spent."""

    kind = "invalid_token"


class ReadOnlyToken(AuthError):
    """Hostex refused a write though reads still work, which one read has just shown."""

    kind = "read_only_token"


class Forbidden(HostexError):
    """The object belongs to another operator, or was made by another application."""

    kind = "forbidden"


class NotFound(HostexError):
    """Nothing has this id or code, or the token's account may not see it."""

    kind = "not_found"


class Conflict(HostexError):
    """The write would make a duplicate, such as a tag name that is taken."""

    kind = "conflict"


class AccountError(HostexError):
    """Hostex refuses the account as a whole or this operation to it; only the host can mend that."""


class SubscriptionLapsed(AccountError):
    """The host's subscription has ended. Told apart from the other 420 errors by the text that Hostex
    documents as a constant ("Subscription expired"), the one place where a text decides."""

    kind = "subscription_lapsed"


class PlanUnsupported(AccountError):
    """The operation needs a larger plan: other reads of the same account still work. Inferred."""

    kind = "plan_unsupported"


class AccountBlocked(AccountError):
    """The account is refused and Hostex does not say why: suspended, or without API access."""

    kind = "account"


class BadRequest(HostexError):
    """An argument is missing, malformed or breaks a rule; found by Hostex (400 or 422) or, before anything
    was sent, by this client."""

    kind = "invalid_arguments"


class RateLimited(HostexError):
    """Too many calls. `scope` (user, endpoint) and `window` (1m, 5m, ...) name the limit where Hostex
    does."""

    kind = "rate_limited"
    usually_retryable = True
    scope: str | None = None
    window: str | None = None


class ServerError(HostexError):
    """Hostex understood the call and failed."""


class UpstreamFailed(ServerError):
    """Hostex had an internal error, or answered with a code that is not documented. After a write the
    change may have been made nevertheless."""

    kind = "upstream"
    usually_retryable = True


class Unavailable(ServerError):
    """Hostex does not offer this operation to this account (501)."""

    kind = "unavailable"


class ChannelFailed(ServerError):
    """The channel behind Hostex failed or did not answer (502 to 504). After a write the change may have
    been made nevertheless."""

    kind = "channel"
    usually_retryable = True


class NoAnswer(HostexError):
    """No answer came. A write that failed so was never sent."""

    usually_retryable = True


class NetworkFailed(NoAnswer):
    """The connection could not be made, or broke during a read."""

    kind = "network"


class DeadlineExceeded(NoAnswer):
    """The answer to a read did not come in time, or a write found no connection in time."""

    kind = "timeout"


class OutcomeUnknown(HostexError):
    """A write was sent and its answer is lost or unreadable. It may have taken effect: look before
    repeating it."""

    kind = "outcome_unknown"


class UnexpectedResponse(HostexError):
    """The answer is not in Hostex's form: a proxy's page, a redirect, a cut or oversized body, or fields
    that do not have their documented types."""

    kind = "unexpected_response"
