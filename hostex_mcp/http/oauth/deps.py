"""What the authorization server works with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hostex_mcp.clock import utc_now
from hostex_mcp.http.config import Address
from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store import Store
from hostex_mcp.public_fetch import Fetched, fetch_public


class Fetch(Protocol):
    """A way to fetch a document from an address that somebody else chose; see `fetch_public`."""

    async def __call__(self, url: str, *, most_bytes: int, seconds: float, accept: str) -> Fetched:
        """Return the document, or raise FetchFailed."""
        ...


@dataclass(frozen=True, kw_only=True)
class OAuthDeps:
    """Everything the endpoints need. `end_grant` ends a grant for a reason that is shown, and forgets its
    Hostex credential, upstream too; ending an ended one does nothing. Without `fetch` no document is fetched,
    so that clients have to register. `contact` is how users reach the operator, `notice` what pages say of
    them."""

    address: Address
    store: Store
    keys: KeyRing
    end_grant: Callable[[str, str], Awaitable[object]]
    fetch: Fetch | None = fetch_public
    contact: str | None = None
    notice: object = None
    now: Callable[[], datetime] = utc_now
