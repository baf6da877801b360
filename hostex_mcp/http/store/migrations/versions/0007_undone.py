"""By which call a change is taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Makes the column by which a change finds those that it takes back."""
    op.add_column("changes", sa.Column("undo_call", sa.String(64)))
    op.create_index("ix_changes_undo_call", "changes", ["undo_call"])
