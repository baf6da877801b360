"""Tries with a pasted token are counted, in the database, so that every process counts the same ones."""

from datetime import datetime

from hostex_mcp.http.store import Store

MOST = 10
_KIND = "attempt"


async def counted(store: Store, key: str, until: datetime) -> bool:
    """Count one more try under this key; False when there were too many until then."""
    for number in range(MOST):
        if await store.spent.claim(_KIND, f"{key}:{number}", until):
            return True
    return False
