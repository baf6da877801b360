"""The house rules that owners wrote at `/connect`."""

import logging

from sqlalchemy import bindparam, delete, select

from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import write
from hostex_mcp.http.store.schema import HOUSE_RULES

PURPOSE = "house-rules"

_FIND = select(HOUSE_RULES).where(HOUSE_RULES.c.grant_id == bindparam("grant_id"))

logger = logging.getLogger(__name__)


class HouseRules:
    """Rules by the grant of the owner, with which they end. They may name people and telephone numbers, and
    are encrypted at rest as tokens are."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context

    async def of_grant(self, grant_id: str) -> str | None:
        """Return the rules of an owner; None without any, or if no key opens them."""
        rows = await self._context.database.read(_FIND, {"grant_id": grant_id})
        try:
            return self._context.keys.open(PURPOSE, rows[0].record, grant_id).decode() if rows else None
        except Unsealable:
            logger.warning("No key opens the house rules of an owner; they are treated as unknown")
            return None

    async def put(self, grant_id: str, rules: str) -> None:
        """Keep these rules in the place of others; an empty text forgets them."""
        if not rules:
            await write(self._context.database, delete(HOUSE_RULES).where(HOUSE_RULES.c.grant_id == grant_id))
            return
        record = self._context.keys.seal(PURPOSE, rules.encode(), grant_id)
        kept = self._context.database.insert(HOUSE_RULES).values(grant_id=grant_id, record=record)
        replaced = {HOUSE_RULES.c.record: kept.excluded.record}
        await write(
            self._context.database, kept.on_conflict_do_update(index_elements=["grant_id"], set_=replaced)
        )
