"""What Alembic runs: the migrations, in the transaction it is handed."""

from alembic import context
from sqlalchemy import Connection

from hostex_mcp.http.store.schema import METADATA


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
