"""What is remembered of accounts: stays and calendars as they were last seen, threads, and what was noticed.

Accounts and things are named by keyed digests, and records are encrypted at rest as tokens are. What belongs
to a grant ends with it.
"""

import asyncio
import json
import logging
import zlib
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import anyio
from sqlalchemy import Executable, Table, and_, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from hostex_mcp.api import Pace
from hostex_mcp.domain.word_search import Terms
from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import AnyRow, Rows, write
from hostex_mcp.http.store.schema import ACCOUNT_MEMORY as MEMORY
from hostex_mcp.http.store.schema import ACCOUNT_WORDS as WORDS
from hostex_mcp.http.store.schema import GRANTS
from hostex_mcp.http.store.word_index import PURPOSE as WORDS_PURPOSE
from hostex_mcp.http.store.word_index import TermDigests, matching
from hostex_mcp.toolkit.account_store import Indexed, Remembered, StoreTrouble

PURPOSE = "account-memory"
KEPT_FOR = timedelta(days=90)
MOST_BYTES = 8_000_000
"""How much is remembered of one account, as it is stored."""

_PLACE = ("account", "kind", "name")
_PATIENCE_SECONDS = 5.0
_AT_ONCE = 400
_QUICK = 1
_SILENT = "What is remembered of this account could not be read or written just now"
_NO_INDEX = (
    "What is remembered of this account was looked through one by one, as the database has no full-text index"
)
_FULL = (
    f"More cannot be remembered of this account than {MOST_BYTES // 1_000_000} MB: {{}} of the things that "
    "were seen longest ago were forgotten."
)


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MemoryCount:
    """How much of a kind is remembered, of all accounts together, and when the oldest was seen."""

    kind: str
    accounts: int
    things: int
    size: int
    oldest: datetime


class AccountMemoryTable:
    """What is remembered of all accounts."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context
        self._late: set[asyncio.Future[int]] = set()

    def of(self, account: Sequence[Any], grant_id: str | None = None) -> "AccountMemory":
        """Return what is remembered of an account, which is told from others by these values, as far as they
        say it is served; it ends with the grant."""
        return AccountMemory(self._context, json.dumps(account), grant_id, self._late)

    async def purge(self) -> None:
        """Forget what was not seen for 90 days."""
        await write(self._context.database, delete(MEMORY).where(MEMORY.c.seen_at <= _oldest(self._context)))

    async def clear(self) -> int:
        """Forget everything, and return how many things that were."""
        return await write(self._context.database, delete(MEMORY))

    async def counts(self) -> list[MemoryCount]:
        """Return what is remembered, by kind."""
        accounts = func.count(MEMORY.c.account.distinct())
        columns = accounts, func.count(), func.sum(MEMORY.c.size), func.min(MEMORY.c.seen_at)
        query = select(MEMORY.c.kind, *columns).group_by(MEMORY.c.kind).order_by(MEMORY.c.kind)
        return [MemoryCount(*row) for row in await self._context.database.read(query)]


class AccountMemory:
    """What is remembered of one account. Another process may remember more of it meanwhile."""

    lasts = True

    def __init__(
        self, context: StoreContext, account: str, grant_id: str | None, late: set[asyncio.Future[int]]
    ) -> None:
        self._context = context
        self._late = late
        self._account = account
        self._grant_id = grant_id

    async def recall(
        self, kind: str, names: Collection[str] | None = None, since: datetime | None = None
    ) -> Mapping[str, Remembered]:
        """Return what is remembered of these things, or of all of a kind that were seen after a
        moment. What no key opens is missing.

        Raises:
            StoreTrouble: the database does not answer.
        """
        async with _in_time():
            rows = await self._rows(kind, names, since)
        found, pace = dict[str, Remembered](), Pace()
        # What was seen last comes last: the same thing may be there under an older key too.
        for row in sorted(rows, key=lambda row: row.seen_at):
            if opened := self._opened(row):
                found |= opened
            await pace.rest()
        return found

    async def keep(self, kind: str, things: Mapping[str, Remembered]) -> None:
        """Remember these things, in place of what was remembered of them.

        Raises:
            StoreTrouble: the database does not answer, or the account had no room left, so that what was seen
                longest ago was forgotten.
        """
        rows, words, pace = list[dict[str, Any]](), list[dict[str, Any]](), Pace()
        digests = self._digests()[0]
        for name, thing in things.items():
            row = self._row(kind, name, thing)
            if thing.terms is not None:
                words.append(_word_row(row, digests, name, thing.state, thing.terms))
            rows.append(row)
            await pace.rest()
        if not rows:
            return
        if self._late:
            raise StoreTrouble(f"{_SILENT} (what was to be written before still waits).")
        writing = asyncio.ensure_future(self._write(rows, words))
        # Left alone and not broken off when it takes too long: a file that is locked may be free soon.
        await asyncio.wait({writing}, timeout=_PATIENCE_SECONDS)
        if not writing.done():
            self._late.add(writing)
            writing.add_done_callback(self._settle)
            raise StoreTrouble(f"{_SILENT} (no answer in time).")
        async with _in_time():
            dropped = writing.result()
        if dropped:
            raise StoreTrouble(_FULL.format(dropped))

    async def find(self, kind: str, states: Mapping[str, str], terms: Terms) -> Indexed:
        """Look in the index for those of these things, each in its state, that have the terms.

        Raises:
            StoreTrouble: the database does not answer, or has no index.
        """
        if not self._context.has_index:
            raise StoreTrouble(f"{_NO_INDEX}.")
        names, fitting, pace = set[str](), set[str](), Pace()
        for account, digests in zip(self._accounts(), self._digests(), strict=True):
            async with _in_time():
                rows = await self._word_rows(
                    account, kind, digests.query(terms, fts5=self._context.database.is_file)
                )
            indexed = {(row.name, row.state): row.fits for row in rows}
            for name, state in states.items():
                fits = indexed.get((_digest(account, kind, name), digests.state(name, state)))
                if fits is not None:
                    names.add(name)
                if fits:
                    fitting.add(name)
                await pace.rest()
        return Indexed(frozenset(names), frozenset(fitting))

    async def _word_rows(self, account: str, kind: str, query: str) -> Rows:
        """Return what the index has of an account, and whether each thing fits."""
        database = self._context.database
        fits = WORDS.c.id.in_(matching(database)).label("fits")
        same = and_(*(WORDS.c[name] == MEMORY.c[name] for name in _PLACE))
        which = WORDS.c.account == account, WORDS.c.kind == kind, MEMORY.c.seen_at > _oldest(self._context)
        rows = select(WORDS.c.name, WORDS.c.state, fits).join(MEMORY, same).where(*which)
        return await database.read(rows, {"query": query})

    def _settle(self, writing: asyncio.Future[int]) -> None:
        self._late.discard(writing)
        if not writing.cancelled() and writing.exception():
            logger.warning("What was to be remembered of an account could not be written")

    async def _rows(self, kind: str, names: Collection[str] | None, since: datetime | None) -> list[AnyRow]:
        accounts, rows, oldest = self._accounts(), list[AnyRow](), _oldest(self._context)
        which = (
            MEMORY.c.account.in_(accounts),
            MEMORY.c.kind == kind,
            MEMORY.c.seen_at > max(since or oldest, oldest),
        )
        if names is None:
            return [*await self._context.database.read(select(MEMORY).where(*which))]
        digests = [_digest(account, kind, name) for account in accounts for name in names]
        for place in range(0, len(digests), _AT_ONCE):
            wanted = MEMORY.c.name.in_(digests[place : place + _AT_ONCE])
            rows += await self._context.database.read(select(MEMORY).where(*which, wanted))
        return rows

    async def _write(self, rows: list[dict[str, Any]], words: list[dict[str, Any]]) -> int:
        async with self._context.database.transaction() as connection:
            if not await self._is_alive(connection):
                return 0
            await connection.execute(self._put(MEMORY, "record", "size", "seen_at", "grant_id"), rows)
            if words:
                await connection.execute(self._put(WORDS, "state", "terms"), words)
            return await self._make_room(connection)

    def _put(self, table: Table, *values: str) -> Executable:
        """Return the statement that puts rows in place of those that are there."""
        insert = self._context.database.insert(table)
        replaced = {name: insert.excluded[name] for name in values}
        return insert.on_conflict_do_update(index_elements=list(_PLACE), set_=replaced)

    async def _is_alive(self, connection: AsyncConnection) -> bool:
        """Whether the grant is still there; it stays so until the transaction is over."""
        if self._grant_id is None:
            return True
        grant = select(GRANTS.c.status).where(GRANTS.c.grant_id == self._grant_id)
        status = (await connection.execute(grant.with_for_update(read=True))).scalar_one_or_none()
        return status == "active"

    async def _make_room(self, connection: AsyncConnection) -> int:
        """Forget what was seen longest ago, as far as the account has more than its share."""
        own = MEMORY.c.account.in_(self._accounts())
        size = (await connection.execute(select(func.sum(MEMORY.c.size)).where(own))).scalar_one_or_none()
        over = (size or 0) - MOST_BYTES
        if over <= 0:
            return 0
        oldest = select(MEMORY.c.name, MEMORY.c.size).where(own).order_by(MEMORY.c.seen_at, MEMORY.c.name)
        gone: list[str] = []
        for row in (await connection.execute(oldest)).all():
            gone.append(row.name)
            over -= row.size
            if over <= 0:
                break
        for place in range(0, len(gone), _AT_ONCE):
            names = gone[place : place + _AT_ONCE]
            await connection.execute(delete(MEMORY).where(own, MEMORY.c.name.in_(names)))
        return len(gone)

    def _row(self, kind: str, name: str, thing: Remembered) -> dict[str, Any]:
        account = self._accounts()[0]
        digest = _digest(account, kind, name)
        head = json.dumps([name, thing.state]).encode()
        plain = zlib.compress(head + b"\n" + thing.record, _QUICK)
        record = self._context.keys.seal(PURPOSE, plain, bound_to(account, kind, digest))
        return {
            "account": account,
            "kind": kind,
            "name": digest,
            "grant_id": self._grant_id,
            "size": len(record),
            "seen_at": thing.seen_at,
            "record": record,
        }

    def _opened(self, row: AnyRow) -> dict[str, Remembered] | None:
        try:
            plain = self._context.keys.open(PURPOSE, row.record, bound_to(row.account, row.kind, row.name))
        except Unsealable:
            return None
        head, _, record = zlib.decompress(plain).partition(b"\n")
        name, state = json.loads(head)
        return {name: Remembered(record, row.seen_at, state)}

    def _accounts(self) -> list[str]:
        """Return the digests that name the account, the present one first."""
        return self._context.keys.digests(PURPOSE, self._account)

    def _digests(self) -> list[TermDigests]:
        """Return what makes digests of terms, under each key. Its own keys are nowhere in the database."""
        return [TermDigests(key) for key in self._context.keys.digests(WORDS_PURPOSE, self._account)]


def _word_row(
    row: dict[str, Any], digests: TermDigests, name: str, state: str, terms: frozenset[str]
) -> dict[str, Any]:
    """Return the terms of a thing that is kept as `row`, whose size they count to."""
    own = {place: row[place] for place in _PLACE}
    own |= {"state": digests.state(name, state), "terms": digests.terms(terms)}
    row["size"] += len(own["terms"])
    return own


def bound_to(account: str, kind: str, name: str) -> str:
    """Return what a record is bound to, so that it opens in its own place only."""
    return f"{account} {kind} {name}"


def _digest(account: str, kind: str, name: str) -> str:
    # The account's digest is keyed, so that nobody else can work this one out.
    return sha256(f"{account} {kind} {name}".encode("utf-8", "surrogatepass")).hexdigest()


def _oldest(context: StoreContext) -> datetime:
    return context.now() - KEPT_FOR


@asynccontextmanager
async def _in_time() -> AsyncGenerator[None]:
    """Wait no longer than an answer can be held up for something that it can do without."""
    try:
        with anyio.fail_after(_PATIENCE_SECONDS):
            yield
    except (SQLAlchemyError, OSError) as error:
        raise StoreTrouble(f"{_SILENT} ({_reason(error)}).") from None


def _reason(error: SQLAlchemyError | OSError) -> str:
    """Return what is wrong, without statements and their values."""
    original = getattr(error, "orig", None) or error
    return (str(original).splitlines() or ["no answer"])[0][:120] or "no answer in time"
