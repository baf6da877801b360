"""What the pages work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from hostex_mcp.clock import utc_now
from hostex_mcp.http.config import Address
from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.notice import ServerNotice, Tokens, notice_of
from hostex_mcp.http.oauth.flow import Flow
from hostex_mcp.http.store import Store
from hostex_mcp.http.tenants.hostex_link import HostexCredentials
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.http.tenants.webhook_link import WebhookLink
from hostex_mcp.settings import Settings


@dataclass(frozen=True, kw_only=True)
class PageDeps:
    """Everything a page needs. `demo_tokens` are those of a simulated Hostex, with what each stands for."""

    settings: Settings
    address: Address
    store: Store
    keys: KeyRing
    flow: Flow
    credentials: HostexCredentials
    upstream: Upstream
    demo_tokens: Tokens = ()
    now: Callable[[], datetime] = utc_now

    @cached_property
    def webhooks(self) -> WebhookLink:
        """What has Hostex call about accounts."""
        return WebhookLink(self.store, self.credentials, self.upstream, self.settings, self.address)

    @property
    def notice(self) -> ServerNotice:
        """What the pages say of this server."""
        return notice_of(self.settings, self.address, self.demo_tokens)
