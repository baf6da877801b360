"""What equal calls have in common while a change waits, and where an owner is told of changes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the column of which no two waiting changes have the same, and the table of notice addresses."""
    op.add_column("changes", sa.Column("same_call", sa.String(64)))
    op.create_index("ix_changes_same_call", "changes", ["same_call"], unique=True)
    op.create_table(
        "notice_addresses",
        sa.Column(
            "grant_id",
            sa.Text,
            sa.ForeignKey("grants.grant_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("record", sa.Text, nullable=False),
    )
