"""Clients, grants, codes, tokens, and what is spent."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the tables."""
    _clients()
    _grants()
    _codes()
    _tokens()
    _spent()


def _clients() -> None:
    op.create_table(
        "clients",
        sa.Column("client_id", sa.Text, primary_key=True),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("secret", sa.Text),
        sa.Column("fingerprint", sa.String(64), unique=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("fresh_until", _TIME),
        sa.Column("expires_at", _TIME, index=True),
        sa.Column("used_at", _TIME),
    )


def _grants() -> None:
    op.create_table(
        "grants",
        sa.Column("grant_id", sa.Text, primary_key=True),
        sa.Column("client_id", sa.Text, nullable=False, index=True),
        sa.Column("client_name", sa.Text, nullable=False),
        sa.Column("returns_to", sa.Text, nullable=False),
        sa.Column("choices", sa.JSON, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("browser", sa.Text, nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.Column("reason", sa.Text),
        sa.Column("link", sa.Integer, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("credential", sa.Text),
        sa.Column("credential_ends_at", _TIME, index=True),
        sa.Column("fingerprint", sa.String(64), index=True),
        sa.Column("leased_by", sa.String(64)),
        sa.Column("leased_until", _TIME),
    )


def _codes() -> None:
    op.create_table(
        "codes",
        sa.Column("digest", sa.String(64), primary_key=True),
        _grant_id(),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("redirect_uri_given", sa.Boolean, nullable=False),
        sa.Column("code_challenge", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False, index=True),
        sa.Column("claimed_at", _TIME),
    )


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        _grant_id(),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False, index=True),
        sa.Column("rotated_at", _TIME),
        sa.Column("successor", sa.Text),
    )
    op.create_index(
        "ix_tokens_repeatable",
        "tokens",
        ["rotated_at"],
        sqlite_where=sa.text("successor IS NOT NULL"),
        postgresql_where=sa.text("successor IS NOT NULL"),
    )


def _spent() -> None:
    op.create_table(
        "spent",
        sa.Column("kind", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("expires_at", _TIME, nullable=False, index=True),
        sa.Column("outcome", sa.Text),
    )


def _grant_id() -> "sa.Column[str]":
    return sa.Column(
        "grant_id",
        sa.Text,
        sa.ForeignKey("grants.grant_id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    )
