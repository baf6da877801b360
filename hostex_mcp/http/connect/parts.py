"""What the pages work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hostex_mcp.clock import utc_now
from hostex_mcp.http.config import Address
from hostex_mcp.http.keyring import KeyRing
from hostex_mcp.http.linking import Linking
from hostex_mcp.http.oauth.flow import Flow
from hostex_mcp.http.store import Store
from hostex_mcp.http.upstream import Upstream
from hostex_mcp.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything a page needs. The pages are the only part that a person sees."""

    settings: Settings
    address: Address
    store: Store
    keys: KeyRing
    flow: Flow
    linking: Linking
    upstream: Upstream
    now: Callable[[], datetime] = utc_now
