"""House rules that owners wrote."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "house_rules",
        sa.Column(
            "grant_id", sa.Text, sa.ForeignKey("grants.grant_id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("record", sa.Text, nullable=False),
    )
