"""What the owners of the tables share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store.database import Database


@dataclass(frozen=True, slots=True)
class StoreContext:
    """The database, the keys and the clock. `grace` is how long a rotated refresh token is answered.
    `has_index` says whether the database has the full-text index."""

    database: Database
    keys: KeyRing
    now: Callable[[], datetime]
    grace: timedelta
    has_index: bool = False
