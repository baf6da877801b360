"""Alembic's migrations, run by `hostex_mcp.http.store.migrating`."""
