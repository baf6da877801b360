"""What was used up already: decided in one place, so that nothing that works once works twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Use:
    """A use of something that works once; `outcome` is what came of it, None while that is open."""

    outcome: Mapping[str, Any] | None = None


class Ledger(Protocol):
    """Keeps uses. Whoever keeps it for several processes decides there which claim is the first."""

    async def claim(self, key: str, expires: datetime) -> bool:
        """Use this key up; False when that was done before."""
        ...

    async def settle(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Keep what came of a used key."""
        ...

    async def find(self, key: str) -> Use | None:
        """The use of this key, None when it was not used."""
        ...


class MemoryLedger:
    """The ledger of a process that shares its account with no other."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._uses: dict[str, tuple[datetime, Use]] = {}

    async def claim(self, key: str, expires: datetime) -> bool:
        """Use this key up; False when that was done before."""
        now = self._now()
        self._uses = {name: kept for name, kept in self._uses.items() if kept[0] > now}
        if key in self._uses:
            return False
        self._uses[key] = expires, Use()
        return True

    async def settle(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Keep what came of a used key."""
        if key in self._uses:
            self._uses[key] = self._uses[key][0], Use(outcome)

    async def find(self, key: str) -> Use | None:
        """The use of this key, None when it was not used."""
        return self._uses[key][1] if key in self._uses else None
