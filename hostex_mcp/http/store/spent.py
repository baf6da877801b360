"""What may be used once: confirmations, consents, a partner's states."""

from datetime import datetime

from hostex_mcp.http.store.records import Spent


class SpentKeys:
    """Uses by kind and key. Of a key only a digest is kept; outcomes are encrypted at rest."""

    async def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Whether the caller is the first to use this key; the database decides. The claim is remembered until
        `expires_at`, which must not be before the key itself becomes worthless."""
        raise NotImplementedError

    async def settle(self, kind: str, key: str, outcome: bytes) -> None:
        """Keeps what came of a claim, for whoever repeats it."""
        raise NotImplementedError

    async def outcome(self, kind: str, key: str) -> Spent | None:
        """The claim on this key; None if there is none. Its outcome is None until it is settled."""
        raise NotImplementedError
