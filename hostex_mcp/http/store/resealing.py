"""What is sealed under an older key, sealed anew under the first."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, select, update

from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store import (
    account_memory,
    changes,
    clients,
    grant_rows,
    hooks,
    house_rules,
    invitations,
    notice_addresses,
    single_use,
    tokens,
)
from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import AnyRow, write
from hostex_mcp.http.store.grant_rows import credential_of, credential_values
from hostex_mcp.http.store.schema import (
    ACCOUNT_MEMORY,
    CHANGES,
    CLIENTS,
    GRANTS,
    HOOK_EVENTS,
    HOOKS,
    HOUSE_RULES,
    INVITATIONS,
    NOTICE_ADDRESSES,
    SPENT,
    TOKENS,
)

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
    _Sealed(CHANGES.c.record, changes.PURPOSE, lambda row: row.change_id),
    _Sealed(INVITATIONS.c.record, invitations.PURPOSE, lambda row: row.invitation_id),
    _Sealed(NOTICE_ADDRESSES.c.record, notice_addresses.PURPOSE, lambda row: row.grant_id),
    _Sealed(HOUSE_RULES.c.record, house_rules.PURPOSE, lambda row: row.grant_id),
    _Sealed(HOOKS.c.record, hooks.PURPOSE, lambda row: row.hook_id),
    _Sealed(HOOK_EVENTS.c.record, hooks.EVENT_PURPOSE, lambda row: f"{row.hook_id} {row.digest}"),
    _Sealed(SPENT.c.outcome, single_use.PURPOSE, lambda row: f"{row.kind} {row.digest}"),
    _Sealed(
        ACCOUNT_MEMORY.c.record,
        account_memory.PURPOSE,
        lambda row: account_memory.bound_to(row.account, row.kind, row.name),
    ),
)


async def reseal(context: StoreContext) -> int:
    """Seal again what is sealed under an older key, and return how many rows that were. Rows that no key
    opens are left and logged."""
    resealed = await _reseal(context, _CREDENTIALS, _credential)
    for column in _PLAIN:
        resealed += await _reseal(context, column, _text)
    return resealed


async def _reseal(
    context: StoreContext,
    sealed: _Sealed,
    seal_again: Callable[[StoreContext, _Sealed, AnyRow], dict[str, Any]],
) -> int:
    resealed = unreadable = 0
    for row in await context.database.read(select(sealed.table).where(sealed.column.is_not(None))):
        text: str = getattr(row, sealed.column.name)
        if context.keys.is_current(text):
            continue
        try:
            values = seal_again(context, sealed, row)
        except Unsealable:
            unreadable += 1
            continue
        same = [column == getattr(row, column.name) for column in sealed.table.primary_key]
        change = update(sealed.table).where(*same, sealed.column == text).values(values)
        resealed += await write(context.database, change)
    if unreadable:
        logger.warning(
            "No key opens %d rows of %s; they were left as they are", unreadable, sealed.table.name
        )
    return resealed


def _credential(context: StoreContext, _: _Sealed, row: AnyRow) -> dict[str, Any]:
    credential = credential_of(context.keys, row.grant_id, row.kind, row.credential, row.credential_ends_at)
    return credential_values(context.keys, row.grant_id, credential)


def _text(context: StoreContext, sealed: _Sealed, row: AnyRow) -> dict[str, Any]:
    bound_to = sealed.bound_to(row)
    plain = context.keys.open(sealed.purpose, getattr(row, sealed.column.name), bound_to)
    return {sealed.column.name: context.keys.seal(sealed.purpose, plain, bound_to)}
