"""Authorization codes. They are redeemed in `tokens`, in one transaction with what they are redeemed for."""

from dataclasses import asdict, fields
from datetime import timedelta

from pydantic import TypeAdapter
from sqlalchemy import bindparam, select

from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import write
from hostex_mcp.http.store.records import Code, Replayed
from hostex_mcp.http.store.schema import CODES
from hostex_mcp.http.store.token_text import digest

REPLAY_MEMORY = timedelta(days=1)

_CODE = TypeAdapter(Code)
_FIND = select(CODES).where(CODES.c.digest == bindparam("digest"))


class Codes:
    """Codes by their text, of which only a digest is kept."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context

    async def issue(self, text: str, code: Code) -> None:
        """Keep what a code is bound to. `new_code` makes the text."""
        values = asdict(code) | {"digest": digest(text), "scopes": " ".join(code.scopes)}
        await write(self._context.database, CODES.insert().values(values))

    async def get(self, text: str) -> Code | Replayed | None:
        """Return what a code is bound to, without redeeming it; Replayed if it has been redeemed, for a day
        after it expired; None if it has expired, its grant has ended or it is not known."""
        rows = await self._context.database.read(_FIND, {"digest": digest(text)})
        if not rows:
            return None
        row = rows[0]
        if row.claimed_at is not None:
            return Replayed(row.grant_id)
        if row.expires_at <= self._context.now():
            return None
        values = {field.name: getattr(row, field.name) for field in fields(Code)}
        return _CODE.validate_python(values | {"scopes": row.scopes.split()})
