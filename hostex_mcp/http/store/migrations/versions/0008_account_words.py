"""Which terms the things have that are remembered of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Makes the table of terms."""
    op.create_table(
        "account_words",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.UniqueConstraint("account", "kind", "name"),
        sa.ForeignKeyConstraint(
            ["account", "kind", "name"],
            ["account_memory.account", "account_memory.kind", "account_memory.name"],
            ondelete="CASCADE",
        ),
    )
