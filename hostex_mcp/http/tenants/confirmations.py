"""Confirmations that every process of a deployment honours, each once."""

import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from hostex_mcp.api import Blocked
from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store.single_use import SingleUse
from hostex_mcp.http.transport.outage import OUTAGES
from hostex_mcp.server.confirmation import Confirmations, Use

_KIND = "confirmation"
_AWAY = "This server cannot store confirmations right now. Nothing was changed."
_AGAIN = "Try again in a minute. If this persists, the operator should check the database: is a disk full?"

_log = logging.getLogger(__name__)


def shared_confirmations(spent: SingleUse, keys: KeyRing, now: Callable[[], datetime]) -> Confirmations:
    """Return confirmations signed with the key ring and used up in the database."""
    return Confirmations(now, partial(keys.mac_keys, _KIND), StoreLedger(spent))


class StoreLedger:
    """Uses of confirmations, decided by the database."""

    def __init__(self, spent: SingleUse) -> None:
        self._spent = spent

    async def claim(self, key: str, expires: datetime) -> bool:
        """Use this key up; False when that was done before."""
        with _served():
            return await self._spent.claim(_KIND, key, expires)

    async def settle(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Keep what came of a used key, if the database takes it: the outcome stands without."""
        try:
            await self._spent.settle(_KIND, key, outcome)
        except OUTAGES:
            _log.exception("The outcome of a confirmed write was not stored")

    async def find(self, key: str) -> Use | None:
        """Return the use of this key, None when it was not used."""
        with _served():
            spent = await self._spent.outcome(_KIND, key)
        return Use(spent.outcome) if spent else None


@contextmanager
def _served() -> Generator[None]:
    """Refuse the call when the database is away: nothing has been sent by then."""
    try:
        yield
    except OUTAGES:
        _log.exception("A confirmation could not be looked up or used up")
        failed = Blocked(_AWAY, operation="confirmation", hint=_AGAIN)
        failed.retryable = True
        raise failed from None
