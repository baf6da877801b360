"""The tables. A change here needs a migration, and its name at the end of REVISIONS."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")


class UtcTime(TypeDecorator[datetime]):
    """A moment, in UTC in the database and out of it. SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a moment as the database takes it. A time without a zone is a mistake."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a moment as it comes out of the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA = MetaData()


def _grant_id() -> Column[str]:
    parent = ForeignKey("grants.grant_id", ondelete="CASCADE")
    return Column("grant_id", Text, parent, nullable=False, index=True)


CLIENTS = Table(
    "clients",
    METADATA,
    Column("client_id", Text, primary_key=True),
    Column("metadata", JSON, key="details", nullable=False),
    Column("secret", Text),
    Column("fingerprint", String(64), unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("fresh_until", UtcTime),
    Column("expires_at", UtcTime, index=True),
    Column("used_at", UtcTime),
)

GRANTS = Table(
    "grants",
    METADATA,
    Column("grant_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False, index=True),
    Column("client_name", Text, nullable=False),
    Column("returns_to", Text, nullable=False),
    Column("choices", JSON, nullable=False),
    Column("resource", Text, nullable=False),
    Column("browser", Text, nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("reason", Text),
    Column("link", Integer, nullable=False),
    Column("ended_at", UtcTime),
    Column("credential", Text),
    Column("credential_ends_at", UtcTime, index=True),
    Column("fingerprint", String(64), index=True),
    Column("leased_by", String(64)),
    Column("leased_until", UtcTime),
    Column("owner_id", Text, index=True),
    Column("invitation_id", Text),
    Column("person", Text),
)

CODES = Table(
    "codes",
    METADATA,
    Column("digest", String(64), primary_key=True),
    _grant_id(),
    Column("client_id", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("redirect_uri_given", Boolean, nullable=False),
    Column("code_challenge", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("claimed_at", UtcTime),
)

TOKENS = Table(
    "tokens",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    _grant_id(),
    Column("client_id", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("rotated_at", UtcTime),
    Column("successor", Text),
)

Index(
    "ix_tokens_repeatable",
    TOKENS.c.rotated_at,
    sqlite_where=TOKENS.c.successor.is_not(None),
    postgresql_where=TOKENS.c.successor.is_not(None),
)

SPENT = Table(
    "spent",
    METADATA,
    Column("kind", String(64), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("outcome", Text),
)

CHANGES = Table(
    "changes",
    METADATA,
    Column("change_id", Text, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("grant_id", Text, ForeignKey("grants.grant_id", ondelete="CASCADE"), index=True),
    Column("state", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("expires", UtcTime, nullable=False),
    Column("kept_until", UtcTime, nullable=False, index=True),
    Column("record", Text, nullable=False),
    Column("owner_id", Text, index=True),
    Column("same_call", String(64), index=True, unique=True),
    Column("undo_call", String(64), index=True),
)

INVITATIONS = Table(
    "invitations",
    METADATA,
    Column("invitation_id", Text, primary_key=True),
    _grant_id(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("record", Text, nullable=False),
)

NOTICE_ADDRESSES = Table(
    "notice_addresses",
    METADATA,
    Column("grant_id", Text, ForeignKey("grants.grant_id", ondelete="CASCADE"), primary_key=True),
    Column("record", Text, nullable=False),
)

HOUSE_RULES = Table(
    "house_rules",
    METADATA,
    Column("grant_id", Text, ForeignKey("grants.grant_id", ondelete="CASCADE"), primary_key=True),
    Column("record", Text, nullable=False),
)

ACCOUNT_MEMORY = Table(
    "account_memory",
    METADATA,
    Column("account", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("grant_id", Text, ForeignKey("grants.grant_id", ondelete="CASCADE"), index=True),
    Column("size", Integer, nullable=False),
    Column("seen_at", UtcTime, nullable=False, index=True),
    Column("record", Text, nullable=False),
)

# Its full-text index is made when a store is opened, as not every database can have one.
ACCOUNT_WORDS = Table(
    "account_words",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("account", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("state", String(32), nullable=False),
    Column("terms", Text, nullable=False),
    UniqueConstraint("account", "kind", "name"),
    ForeignKeyConstraint(
        ["account", "kind", "name"],
        ["account_memory.account", "account_memory.kind", "account_memory.name"],
        ondelete="CASCADE",
    ),
)

HOOKS = Table(
    "hooks",
    METADATA,
    Column("hook_id", Text, primary_key=True),
    Column("grant_id", Text, ForeignKey("grants.grant_id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("record", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("pinned", String(64)),
    Column("heard_at", UtcTime),
    Column("refused_at", UtcTime),
    Column("dropped_until", UtcTime),
)

HOOK_EVENTS = Table(
    "hook_events",
    METADATA,
    Column("hook_id", Text, ForeignKey("hooks.hook_id", ondelete="CASCADE"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("received_at", UtcTime, nullable=False, index=True),
    Column("record", Text, nullable=False),
)
