"""Changes that wait for a person, or did: which of two decisions is the first, the database says."""

import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Delete, and_, bindparam, delete, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hostex_mcp.api import Pace
from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import AnyRow, write
from hostex_mcp.http.store.schema import CHANGES, GRANTS
from hostex_mcp.http.store.token_text import can_be_kept
from hostex_mcp.server.changes.record import (
    LIVE,
    MOST_OPEN,
    MOST_SETTLED,
    OPEN,
    PendingChange,
    State,
    TooManyOpen,
)

PURPOSE = "change"

_CHANGE = TypeAdapter(PendingChange)
_FIND = select(CHANGES).where(CHANGES.c.change_id == bindparam("change_id"))
_EQUAL = select(CHANGES).where(CHANGES.c.same_call == bindparam("same_call"))
_OPEN = [state.value for state in OPEN]
_MADE = [state.value for state in (State.APPROVED, State.DONE, State.FAILED, State.UNKNOWN)]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChangeCounts:
    """How many changes somebody can decide on, has wait for somebody else, and sees settled."""

    waiting: int
    with_owner: int
    settled: int


class ChangeTable:
    """Changes by their id. The whole record is encrypted at rest, bound to its id; it goes with its grant."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context

    async def add(self, change: PendingChange) -> None:
        """Keep a change, and of those of its account that are settled the newest `MOST_SETTLED`. Not
        kept is that of a grant that has ended meanwhile."""
        async with self._context.database.transaction() as connection:
            if await _active(connection, change.grant):
                await connection.execute(CHANGES.insert().values(self._values(change)))
                await self._note_undone(connection, change)
                await connection.execute(self._without_surplus(change))

    async def begin(self, change: PendingChange) -> bool:
        """Keep a change that waits, unless an equal call waits or is being sent: the database decides. That
        of a grant that has ended meanwhile is not kept.

        Raises:
            TooManyOpen: so many of its account wait already.
        """
        same_call = self._same_call(change)
        kept = self._context.database.insert(CHANGES).values(self._values(change) | {"same_call": same_call})
        unless_equal = kept.on_conflict_do_nothing(index_elements=["same_call"])
        async with self._context.database.transaction() as connection:
            if not await _active(connection, change.grant):
                return True
            # Of different calls at once, each would see the others not yet.
            await self._context.database.take_turns(connection, f"changes {change.account}")
            await self._let_go(connection, same_call)
            made = await connection.execute(unless_equal.returning(CHANGES.c.change_id))
            if made.one_or_none() is None:
                return False
            await self._require_room(connection, change.account)
            await connection.execute(self._without_surplus(change))
            return True

    async def _require_room(self, connection: AsyncConnection, account: str) -> None:
        count = select(func.count()).select_from(CHANGES).where(CHANGES.c.account == account, self._open())
        if (await connection.execute(count)).scalar_one() > MOST_OPEN:
            raise TooManyOpen

    async def _let_go(self, connection: AsyncConnection, same_call: str) -> None:
        """Let an equal call be begun anew if the former has ended by itself, or no key opens it."""
        row = (await connection.execute(_EQUAL, {"same_call": same_call})).one_or_none()
        former = self._opened(row) if row else None
        if row and (former is None or former.at(self._context.now()).state not in LIVE):
            ended = update(CHANGES).where(CHANGES.c.change_id == row.change_id)
            await connection.execute(ended.values(same_call=None))

    def _same_call(self, change: PendingChange) -> str:
        account, tool, call, extent = change.call
        ids = None if extent.property_ids is None else sorted(extent.property_ids)
        text = json.dumps([account, tool, call, ids, extent.privacy])
        # Arguments can be guessed from a digest that anybody can work out.
        return self._context.keys.digests("equal calls", text)[0]

    async def find(self, change_id: str) -> PendingChange | None:
        """Return a change; None if there is none, or no key opens it."""
        rows = await self._context.database.read(_FIND, {"change_id": change_id})
        return self._opened(rows[0]) if rows else None

    async def of_account(
        self, account: str, states: Collection[State] | None = None
    ) -> Sequence[PendingChange]:
        """Return the changes of an account in these states, the newest first; of open ones those that have
        not expired, as each that is opened takes time."""
        of_account = CHANGES.c.account == account
        if states is None:
            return await self._list(of_account)
        settled = CHANGES.c.state.in_([state.value for state in states if state not in OPEN])
        open_ones = and_(self._open(), CHANGES.c.state.in_([state.value for state in states]))
        return await self._list(of_account, or_(settled, open_ones))

    async def waiting(self, accounts: Collection[str], most: int) -> Sequence[PendingChange]:
        """Return the changes on which whoever has these accounts can decide now, or so many of them, the
        newest first: their own and, of the people they invited, those that need them."""
        return await self._list(_decided_by(accounts), self._open(), most=most)

    async def undecided(self, most: int) -> Sequence[PendingChange]:
        """Return what waits for anybody, or so many of it, the newest first."""
        return await self._list(self._open(), most=most)

    async def with_owner(self, accounts: Collection[str], most: int) -> Sequence[PendingChange]:
        """Return the changes of these accounts that wait for the owner of another one, or so many of them,
        the newest first."""
        return await self._list(_decided_elsewhere(accounts), self._open(), most=most)

    async def made_since(self, grant_id: str, since: datetime) -> bool:
        """Whether changes of a grant, or of those who live on it, were made after a moment, or may be."""
        theirs = select(GRANTS.c.grant_id).where(
            or_(GRANTS.c.grant_id == grant_id, GRANTS.c.owner_id == grant_id)
        )
        # When a person decided is in the record only, and that is not after it expired.
        late = or_(CHANGES.c.asked_at > since, CHANGES.c.expires > since)
        made = await self._list(CHANGES.c.grant_id.in_(theirs), CHANGES.c.state.in_(_MADE), late)
        return any((change.decided_at or change.asked_at) > since for change in made)

    async def settled(
        self, accounts: Collection[str], most: int, skipped: int = 0
    ) -> Sequence[PendingChange]:
        """Return the other changes of these accounts, and those that needed them, or so many of them, the
        newest first but for those that are skipped."""
        return await self._list(_seen_by(accounts), not_(self._open()), most=most, skipped=skipped)

    async def counts(self, accounts: Collection[str]) -> ChangeCounts:
        """Return how many there are of each."""
        kinds = (
            and_(_decided_by(accounts), self._open()),
            and_(_decided_elsewhere(accounts), self._open()),
            and_(_seen_by(accounts), not_(self._open())),
        )
        query = select(*(func.count().filter(kind) for kind in kinds)).where(_seen_by(accounts))
        [row] = await self._context.database.read(query)
        return ChangeCounts(*row)

    async def replace(self, before: PendingChange, after: PendingChange) -> bool:
        """Put `after` with the next revision in the place of `before`; False, and nothing changed, if that
        was replaced already or has gone with its grant."""
        values = self._values(replace(after, revision=before.revision + 1))
        if after.state not in LIVE:
            values["same_call"] = None
        same = CHANGES.c.change_id == before.id, CHANGES.c.revision == before.revision
        async with self._context.database.transaction() as connection:
            moved = (await connection.execute(update(CHANGES).where(*same).values(values))).rowcount == 1
            if moved:
                await self._note_undone(connection, after)
            return moved

    async def _note_undone(self, connection: AsyncConnection, change: PendingChange) -> None:
        """Keep of the changes that this one, which was made, takes back that they were undone."""
        if change.state is not State.DONE:
            return
        calls = self._undo_calls(change.account, (change.tool, change.digest))
        found = select(CHANGES).where(CHANGES.c.undo_call.in_(calls), CHANGES.c.change_id != change.id)
        for row in (await connection.execute(found.with_for_update())).all():
            if (other := self._opened(row)) and change.takes_back(other):
                noted = replace(other, undone_by=change.id, revision=other.revision + 1)
                same = CHANGES.c.change_id == other.id
                await connection.execute(update(CHANGES).where(same).values(self._values(noted)))

    def _undo_calls(self, account: str, call: tuple[str, str]) -> Sequence[str]:
        return self._context.keys.digests("undo calls", json.dumps([account, *call]))

    async def purge(self, now: datetime) -> None:
        """Forget what is kept no longer."""
        await write(self._context.database, delete(CHANGES).where(CHANGES.c.kept_until <= now))

    def _without_surplus(self, change: PendingChange) -> Delete:
        """Delete the settled changes that an account has too many of, as each listing opens them."""
        settled = not_(self._open()), CHANGES.c.state != State.APPROVED.value
        newest_first = CHANGES.c.asked_at.desc(), CHANGES.c.change_id
        ids = select(CHANGES.c.change_id).where(CHANGES.c.account == change.account, *settled)
        surplus = ids.order_by(*newest_first).offset(MOST_SETTLED)
        return delete(CHANGES).where(CHANGES.c.change_id.in_(surplus))

    def _open(self) -> ColumnElement[bool]:
        return and_(CHANGES.c.state.in_(_OPEN), CHANGES.c.expires > self._context.now())

    async def _list(
        self, *conditions: ColumnElement[bool], most: int | None = None, skipped: int = 0
    ) -> Sequence[PendingChange]:
        newest_first = CHANGES.c.asked_at.desc(), CHANGES.c.change_id
        query = select(CHANGES).where(*conditions).order_by(*newest_first).limit(most).offset(skipped)
        changes: list[PendingChange] = []
        pace = Pace()
        for row in await self._context.database.read(query):
            if change := self._opened(row):
                changes.append(change)
            # Opening many long records at once would hold up everybody else's requests.
            await pace.rest()
        return changes

    def _values(self, change: PendingChange) -> dict[str, Any]:
        undo = None if change.undone_by else change.undo_call
        return {
            "change_id": change.id,
            "account": change.account,
            "grant_id": change.grant,
            "owner_id": change.owner,
            "state": change.state.value,
            "revision": change.revision,
            "asked_at": change.asked_at,
            "expires": change.expires,
            "kept_until": change.kept_until,
            "undo_call": undo and self._undo_calls(change.account, undo)[0],
            "record": self._context.keys.seal(PURPOSE, _CHANGE.dump_json(change), change.id),
        }

    def _opened(self, row: AnyRow) -> PendingChange | None:
        try:
            return _CHANGE.validate_json(self._context.keys.open(PURPOSE, row.record, row.change_id))
        except Unsealable:
            logger.warning("No key opens a change that waits for a person, or did; it is treated as unknown")
            return None


async def _active(connection: AsyncConnection, grant_id: str | None) -> bool:
    """Whether changes of a grant are kept; it does not end before the transaction does."""
    if grant_id is None:
        return True
    held = select(GRANTS.c.status).where(GRANTS.c.grant_id == grant_id).with_for_update(read=True)
    return (await connection.execute(held)).scalar_one_or_none() == "active"


def _of(accounts: Collection[str]) -> ColumnElement[bool]:
    return CHANGES.c.account.in_(list(filter(can_be_kept, accounts)))


def _decided_by(accounts: Collection[str]) -> ColumnElement[bool]:
    return or_(and_(_of(accounts), CHANGES.c.owner_id.is_(None)), _needing(accounts))


def _decided_elsewhere(accounts: Collection[str]) -> ColumnElement[bool]:
    return and_(_of(accounts), CHANGES.c.owner_id.is_not(None), not_(_needing(accounts)))


def _seen_by(accounts: Collection[str]) -> ColumnElement[bool]:
    return or_(_of(accounts), _needing(accounts))


def _needing(owners: Collection[str]) -> ColumnElement[bool]:
    return func.coalesce(CHANGES.c.owner_id, "").in_(list(filter(can_be_kept, owners)))
