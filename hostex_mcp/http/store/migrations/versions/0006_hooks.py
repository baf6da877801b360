"""Addresses at which Hostex calls, and the events that it called about."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes both tables."""
    op.create_table(
        "hooks",
        sa.Column("hook_id", sa.Text, primary_key=True),
        sa.Column(
            "grant_id",
            sa.Text,
            sa.ForeignKey("grants.grant_id", ondelete="CASCADE"),
            nullable=False,
            unique=True,
        ),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("pinned", sa.String(64)),
        sa.Column("heard_at", _TIME),
        sa.Column("refused_at", _TIME),
        sa.Column("dropped_until", _TIME),
    )
    op.create_table(
        "hook_events",
        sa.Column("hook_id", sa.Text, sa.ForeignKey("hooks.hook_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("received_at", _TIME, nullable=False, index=True),
        sa.Column("record", sa.Text, nullable=False),
    )
