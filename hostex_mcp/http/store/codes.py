"""Authorization codes. They are redeemed in `tokens`, in one transaction with what they are redeemed for."""

from hostex_mcp.http.store.records import Code, Replayed


class Codes:
    """Codes by their text, of which only a digest is kept."""

    async def issue(self, text: str, code: Code) -> None:
        """Keeps what a code is bound to. `new_code` makes the text."""
        raise NotImplementedError

    async def find(self, text: str) -> Code | Replayed | None:
        """What a code is bound to, without redeeming it; Replayed if it has been redeemed, for a day after it
        expired; None if it has expired, its grant has ended or it is not known."""
        raise NotImplementedError
