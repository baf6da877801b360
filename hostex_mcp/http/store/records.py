"""What the database keeps, as values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import SecretStr

from hostex_mcp.server.changes.owner import OwnerRule
from hostex_mcp.settings import PrivacyLevel

Kind = Literal["token", "partner", "invited"]
Status = Literal["pending", "active", "ended"]


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """An OAuth client. `metadata` is its registration or its client ID metadata document (RFC 7591 names),
    without the secret. `fresh_until` is when a document has to be fetched again; `expires_at` when a
    registration that nobody used is forgotten."""

    client_id: str
    metadata: dict[str, Any]
    secret: SecretStr | None = None
    created_at: datetime | None = None
    fresh_until: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """What opens a Hostex account: a host's own access token, or a partner's pair, whose access token ends at
    `expires_at`."""

    kind: Kind
    access_token: SecretStr
    refresh_token: SecretStr | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person allowed on the consent page, a bound on everything the grant may do. No `property_ids`
    means all properties, future ones too. With `confirm` as `token` the app asks about changes itself, where
    the operator leaves that open. `tools` are single ones beside the toolsets, `money` says whether amounts
    are seen and moved, and `rule` which changes of somebody who was invited the owner decides on."""

    scopes: frozenset[str]
    toolsets: tuple[str, ...] = ("core",)
    property_ids: tuple[int, ...] = ()
    privacy: PrivacyLevel = "standard"
    confirm: Literal["auto", "token"] = "auto"
    tools: tuple[str, ...] = ()
    money: bool = True
    rule: OwnerRule = field(default_factory=OwnerRule)


@dataclass(frozen=True, slots=True)
class Grant:
    """One person's permission for one client. `browser` is a digest of the browser it was given in. A grant
    is pending until its last question is answered, then active until it is ended, for a `reason` that is
    shown. `link` counts the credentials it has had, so that a newer one is told from an older.

    That of a `person` who was invited has no credential of its own: it lives on that of the grant `owner_id`,
    whose owner made the invitation."""

    grant_id: str
    client_id: str
    client_name: str
    returns_to: str
    choices: Choices
    resource: str
    browser: str
    kind: Kind
    status: Status
    created_at: datetime
    used_at: datetime | None = None
    reason: str | None = None
    link: int = 1
    owner_id: str | None = None
    invitation_id: str | None = None
    person: str | None = None

    @property
    def linked_id(self) -> str:
        """The grant whose credential opens Hostex for this one."""
        return self.owner_id or self.grant_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the owner of the grant `grant_id` lets somebody have, who has not come yet: `person` and the
    owner's own name, and bounds that cannot be widened."""

    invitation_id: str
    grant_id: str
    person: str
    inviter: str
    choices: Choices
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code's binding (RFC 6749, RFC 7636, RFC 8707)."""

    grant_id: str
    client_id: str
    redirect_uri: str
    redirect_uri_given: bool
    code_challenge: str
    scopes: tuple[str, ...]
    resource: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token and the refresh token that follows it, as a client gets them. Only digests of them are
    kept, and, while a repeat is answered, the pair in encrypted form."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scopes: tuple[str, ...]
    expires_in: int


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token that was issued here, looked up by its text: what it is for and whose."""

    grant: Grant
    client_id: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What is found in place of a code that was redeemed before: the grant it led to, which must end."""

    grant_id: str


@dataclass(frozen=True, slots=True)
class Spent:
    """Something single-use that was used. `outcome` is None until it is settled."""

    expires_at: datetime
    outcome: dict[str, Any] | None = field(default=None, repr=False)
