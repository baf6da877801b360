"""Where owners are told of changes that wait."""

import json
import logging
from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import write
from hostex_mcp.http.store.schema import NOTICE_ADDRESSES

PURPOSE = "notice-addresses"

_FIND = select(NOTICE_ADDRESSES).where(NOTICE_ADDRESSES.c.grant_id == bindparam("grant_id"))

logger = logging.getLogger(__name__)


class NoticeAddresses:
    """Addresses by the grant of the owner, with which they end. They hold passwords of messengers, and are
    encrypted at rest as tokens are."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context

    async def of_grant(self, grant_id: str) -> list[str]:
        """Return the addresses of an owner; none if no key opens them."""
        rows = await self._context.database.read(_FIND, {"grant_id": grant_id})
        try:
            return json.loads(self._context.keys.open(PURPOSE, rows[0].record, grant_id)) if rows else []
        except Unsealable:
            logger.warning("No key opens the notice addresses of an owner; they are treated as unknown")
            return []

    async def put(self, grant_id: str, addresses: Sequence[str]) -> None:
        """Keep these addresses in the place of others; none forgets them."""
        if not addresses:
            gone = delete(NOTICE_ADDRESSES).where(NOTICE_ADDRESSES.c.grant_id == grant_id)
            await write(self._context.database, gone)
            return
        record = self._context.keys.seal(PURPOSE, json.dumps(list(addresses)).encode(), grant_id)
        insert = self._context.database.insert(NOTICE_ADDRESSES)
        kept = insert.values(grant_id=grant_id, record=record)
        replaced = {NOTICE_ADDRESSES.c.record: kept.excluded.record}
        await write(
            self._context.database, kept.on_conflict_do_update(index_elements=["grant_id"], set_=replaced)
        )
