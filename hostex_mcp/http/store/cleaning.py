"""What has expired, dropped."""

from datetime import datetime, timedelta

from sqlalchemy import Delete, Update, delete, exists, update

from hostex_mcp.domain.hook_events import KEPT
from hostex_mcp.http.store.codes import REPLAY_MEMORY
from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import write
from hostex_mcp.http.store.schema import CLIENTS, CODES, GRANTS, HOOK_EVENTS, INVITATIONS, SPENT, TOKENS

ENDED_MEMORY = timedelta(days=90)


async def clean(context: StoreContext) -> None:
    """Drop what has expired, table by table, so that no transaction is long."""
    now = context.now()
    for statement in (_grants(now), *_secrets(now, context.grace), _clients(now)):
        await write(context.database, statement)


def _grants(now: datetime) -> Delete:
    return delete(GRANTS).where(GRANTS.c.status == "ended", GRANTS.c.ended_at <= now - ENDED_MEMORY)


def _secrets(now: datetime, grace: timedelta) -> tuple[Delete | Update, ...]:
    return (
        delete(CODES).where(CODES.c.expires_at <= now, CODES.c.claimed_at.is_(None)),
        delete(CODES).where(CODES.c.expires_at <= now - REPLAY_MEMORY),
        delete(TOKENS).where(TOKENS.c.expires_at <= now),
        update(TOKENS)
        .where(TOKENS.c.successor.is_not(None), TOKENS.c.rotated_at <= now - grace)
        .values(successor=None),
        delete(SPENT).where(SPENT.c.expires_at <= now),
        delete(INVITATIONS).where(INVITATIONS.c.expires_at <= now),
        delete(HOOK_EVENTS).where(HOOK_EVENTS.c.received_at <= now - KEPT),
    )


def _clients(now: datetime) -> Delete:
    has_grants = exists().where(GRANTS.c.client_id == CLIENTS.c.client_id)
    return delete(CLIENTS).where(CLIENTS.c.expires_at <= now, ~has_grants)
