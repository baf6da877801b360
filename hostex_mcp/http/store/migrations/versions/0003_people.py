"""People whom an owner invited, and changes on which the owner decides."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the table of invitations, and the columns that say whose link a grant and a change belong to."""
    op.add_column("grants", sa.Column("owner_id", sa.Text))
    op.add_column("grants", sa.Column("invitation_id", sa.Text))
    op.add_column("grants", sa.Column("person", sa.Text))
    op.create_index("ix_grants_owner_id", "grants", ["owner_id"])
    op.add_column("changes", sa.Column("owner_id", sa.Text))
    op.create_index("ix_changes_owner_id", "changes", ["owner_id"])
    op.create_table(
        "invitations",
        sa.Column("invitation_id", sa.Text, primary_key=True),
        sa.Column(
            "grant_id",
            sa.Text,
            sa.ForeignKey("grants.grant_id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False, index=True),
        sa.Column("record", sa.Text, nullable=False),
    )
