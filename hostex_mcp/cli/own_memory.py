"""What is remembered of the user's own accounts over stdio, in a file of the user's."""

import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from platformdirs import user_state_path
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from hostex_mcp.http.keys.key_file import KeyFile
from hostex_mcp.http.store import Store, open_store
from hostex_mcp.settings import SettingsError
from hostex_mcp.toolkit.account_store import AccountStore, BrokenStore

_BESIDE = ("", "-wal", "-shm", ".keys", ".lock")
_UNUSABLE = (
    "What is remembered of this account cannot be used ({}); `hostex-mcp memory --clear` deletes it, for a "
    "new beginning."
)


def memory_file() -> Path:
    """Return the file that the user's own accounts are remembered in; its keys are beside it."""
    return user_state_path("hostex-mcp", appauthor=False) / "memory.db"


@asynccontextmanager
async def opened(file: Path) -> AsyncGenerator[Store]:
    """Return the store in a file.

    Raises:
        SettingsError: it cannot be opened.
    """
    keys = KeyFile(file).ring()
    async with open_store(SecretStr(f"sqlite:///{file}"), keys) as store:
        yield store


@asynccontextmanager
async def remembered(account: Sequence[Any]) -> AsyncGenerator[AccountStore]:
    """Return what is remembered of an account. A file that cannot be opened keeps nothing from working."""
    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(opened(memory_file()))
            await store.account_memory.purge()
            memory: AccountStore = store.account_memory.of(account)
        except (SettingsError, SQLAlchemyError, sqlite3.Error, OSError) as error:
            memory = BrokenStore(_UNUSABLE.format((str(error).splitlines() or ["no reason given"])[0]))
        yield memory


def remove() -> None:
    """Delete the file with everything beside it.

    Raises:
        OSError: a file cannot be deleted.
    """
    file = memory_file()
    for ending in _BESIDE:
        file.with_name(file.name + ending).unlink(missing_ok=True)
