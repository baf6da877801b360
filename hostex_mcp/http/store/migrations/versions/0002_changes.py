"""Changes that wait for a person."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "changes",
        sa.Column("change_id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False, index=True),
        sa.Column("grant_id", sa.Text, sa.ForeignKey("grants.grant_id", ondelete="CASCADE"), index=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("expires", _TIME, nullable=False),
        sa.Column("kept_until", _TIME, nullable=False, index=True),
        sa.Column("record", sa.Text, nullable=False),
    )
