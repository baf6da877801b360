"""The full-text index of what is remembered: FTS5 of SQLite, or a GIN index of PostgreSQL.

No word is in it. Terms are indexed as keyed digests, so short that now and then one stands for another term
too: what is found has to be opened and looked through. A row of it ends with what is remembered.
"""

import logging
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, column, func, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from hostex_mcp.domain.word_search import Terms
from hostex_mcp.http.store.database import Database
from hostex_mcp.http.store.schema import ACCOUNT_WORDS as WORDS

PURPOSE = "account-words"

_TERM_BYTES, _STATE_BYTES = 3, 16
_MODULE = "fts5"
_OLD = (
    "INSERT INTO account_words_index (account_words_index, rowid, terms) VALUES ('delete', old.id, old.terms)"
)
_NEW = "INSERT INTO account_words_index (rowid, terms) VALUES (new.id, new.terms)"
_TRIGGERS = {"INSERT": _NEW, "DELETE": _OLD, "UPDATE": f"{_OLD}; {_NEW}"}
# The terms stay in the table alone.
_FTS5 = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS account_words_index USING fts5 "
    "(terms, content='account_words', content_rowid='id', tokenize='ascii', detail=none, columnsize=0)",
    *(
        f"CREATE TRIGGER IF NOT EXISTS account_words_{event} AFTER {event} ON account_words BEGIN {does}; END"
        for event, does in _TRIGGERS.items()
    ),
    "INSERT INTO account_words_index (account_words_index) VALUES ('rebuild')",
)
_UNTIED = tuple(f"DROP TRIGGER IF EXISTS account_words_{event}" for event in _TRIGGERS)
_GIN = (
    "CREATE INDEX IF NOT EXISTS account_words_index ON account_words "
    "USING gin (array_to_tsvector(string_to_array(terms, ' ')))",
)
_MODULES = text("SELECT name FROM pragma_module_list WHERE name = :module")
_PARTS = text("SELECT type FROM sqlite_master WHERE name LIKE 'account_words_%' AND type = 'trigger'")
_INDEXES = text("SELECT indexname FROM pg_indexes WHERE indexname = 'account_words_index'")

logger = logging.getLogger(__name__)


async def prepare(database: Database) -> bool:
    """Make the index if it is missing, and return whether it is there."""
    try:
        return await (_prepare_file(database) if database.is_file else _prepare_server(database))
    # The index is not needed: whatever stands in its way keeps nothing from starting.
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        logger.warning("The full-text index could not be made: %s", type(cause).__name__)
        return False


async def _prepare_file(database: Database) -> bool:
    # Not every build of SQLite has the module, and one without cannot change a table that is tied to it.
    has_module = bool(await database.read(_MODULES, {"module": _MODULE}))
    tied = len(await database.read(_PARTS))
    if has_module and tied < len(_TRIGGERS):
        await _run(database, _FTS5)
    elif tied and not has_module:
        await _run(database, _UNTIED)
    return has_module


async def _prepare_server(database: Database) -> bool:
    if not await database.read(_INDEXES):
        await _run(database, _GIN)
    return True


async def _run(database: Database, statements: Iterable[str]) -> None:
    async with database.transaction() as connection:
        await database.take_turns(connection, "account_words_index")
        for statement in statements:
            await connection.exec_driver_sql(statement)


class TermDigests:
    """The digests of terms and states of one account under one key."""

    def __init__(self, key: str) -> None:
        self._key = bytes.fromhex(key)

    def state(self, name: str, state: str) -> str:
        """Return what stands for the state of a thing."""
        return self._digest(f"{name} {state}", _STATE_BYTES)

    def terms(self, terms: Iterable[str]) -> str:
        """Return what stands for terms, in no order of theirs."""
        return " ".join(sorted({self._term(term) for term in terms}))

    def query(self, terms: Terms, *, fts5: bool) -> str:
        """Return what asks for terms, of FTS5 or of PostgreSQL."""
        both, either, quote = ("AND", "OR", '"') if fts5 else ("&", "|", "'")

        def all_of(way: frozenset[str]) -> str:
            return f" {both} ".join(f"{quote}{self._term(term)}{quote}" for term in sorted(way))

        parts = (f" {either} ".join(f"({all_of(way)})" for way in ways) for ways in terms)
        return f" {both} ".join(f"({part})" for part in parts)

    def _term(self, term: str) -> str:
        return self._digest(term, _TERM_BYTES)

    def _digest(self, plain: str, size: int) -> str:
        return blake2b(plain.encode("utf-8", "surrogatepass"), key=self._key, digest_size=size).hexdigest()


def matching(database: Database) -> Select[Any]:
    """Return the query for the ids of the rows that have the terms of `query`."""
    if database.is_file:
        index = table("account_words_index", column("rowid"), column("account_words_index"))
        return select(index.c.rowid).where(
            index.c.account_words_index.op("MATCH")(bindparam("query", type_=Text))
        )
    vector = func.array_to_tsvector(func.string_to_array(WORDS.c.terms, text("' '")))
    return select(WORDS.c.id).where(vector.op("@@")(cast(bindparam("query", type_=Text), TSQUERY)))
