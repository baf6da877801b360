"""What is sealed under an older key, sealed anew under the first."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, select, update

from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store import clients, grant_rows, single_use, tokens
from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import AnyRow, write
from hostex_mcp.http.store.grant_rows import credential_of, credential_values
from hostex_mcp.http.store.schema import CLIENTS, GRANTS, SPENT, TOKENS

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A column with sealed text, and how it is sealed."""

    column: "Column[Any]"
    purpose: str
    bound_to: Callable[[AnyRow], str]

    @property
    def table(self) -> Table:
        return self.column.table


_CREDENTIALS = _Sealed(GRANTS.c.credential, grant_rows.PURPOSE, lambda row: row.grant_id)
_PLAIN = (
    _Sealed(CLIENTS.c.secret, clients.PURPOSE, lambda row: row.client_id),
    _Sealed(TOKENS.c.successor, tokens.PURPOSE, lambda row: row.digest),
    _Sealed(SPENT.c.outcome, single_use.PURPOSE, lambda row: f"{row.kind} {row.digest}"),
)


async def reseal(kept: StoreContext) -> int:
    """How many rows were sealed anew. Rows that no key opens are left and logged."""
    done = await _reseal(kept, _CREDENTIALS, _credential)
    for one in _PLAIN:
        done += await _reseal(kept, one, _text)
    return done


async def _reseal(
    kept: StoreContext, sealed: _Sealed, anew: Callable[[StoreContext, _Sealed, AnyRow], dict[str, Any]]
) -> int:
    done = lost = 0
    for row in await kept.database.read(select(sealed.table).where(sealed.column.is_not(None))):
        text: str = getattr(row, sealed.column.name)
        if kept.keys.is_current(text):
            continue
        try:
            values = anew(kept, sealed, row)
        except Unsealable:
            lost += 1
            continue
        same = [column == getattr(row, column.name) for column in sealed.table.primary_key]
        change = update(sealed.table).where(*same, sealed.column == text).values(values)
        done += await write(kept.database, change)
    if lost:
        logger.warning("No key opens %d rows of %s; they were left as they are", lost, sealed.table.name)
    return done


def _credential(kept: StoreContext, _: _Sealed, row: AnyRow) -> dict[str, Any]:
    credential = credential_of(kept.keys, row.grant_id, row.kind, row.credential, row.credential_ends_at)
    return credential_values(kept.keys, row.grant_id, credential)


def _text(kept: StoreContext, sealed: _Sealed, row: AnyRow) -> dict[str, Any]:
    bound_to = sealed.bound_to(row)
    plain = kept.keys.open(sealed.purpose, getattr(row, sealed.column.name), bound_to)
    return {sealed.column.name: kept.keys.seal(sealed.purpose, plain, bound_to)}
