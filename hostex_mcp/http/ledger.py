"""Confirmations that every process of a deployment honours, each once."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from hostex_mcp.http.keyring import KeyRing
from hostex_mcp.http.store.spent import SpentKeys
from hostex_mcp.server.confirmation import Confirmations
from hostex_mcp.server.ledger import Use

_KIND = "confirmation"


def shared_confirmations(spent: SpentKeys, keys: KeyRing, now: Callable[[], datetime]) -> Confirmations:
    """Confirmations signed with the key ring and used up in the database."""
    return Confirmations(now, partial(keys.mac_keys, _KIND), StoreLedger(spent))


class StoreLedger:
    """Uses of confirmations, decided by the database."""

    def __init__(self, spent: SpentKeys) -> None:
        self._spent = spent

    async def claim(self, key: str, expires: datetime) -> bool:
        """Use this key up; False when that was done before."""
        return await self._spent.claim(_KIND, key, expires)

    async def settle(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Keep what came of a used key."""
        await self._spent.settle(_KIND, key, json.dumps(outcome, default=str).encode())

    async def find(self, key: str) -> Use | None:
        """The use of this key, None when it was not used."""
        kept = await self._spent.outcome(_KIND, key)
        if kept is None:
            return None
        return Use(json.loads(kept.outcome) if kept.outcome else None)
