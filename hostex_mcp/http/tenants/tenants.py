"""The accounts that are served: each with a client, a scope and engines of its own, the least used let go."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from hostex_mcp.clock import utc_now
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.http.store.account_memory import AccountMemoryTable
from hostex_mcp.http.store.hooks import Hooks
from hostex_mcp.http.store.house_rules import HouseRules
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.tenants.account_client import AccountClient, OwnToken, Source
from hostex_mcp.http.tenants.hostex_link import HostexCredentials, UsableToken
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.http.tenants.narrowing import View, reach_for, selection_for, view_of
from hostex_mcp.http.tenants.served_changes import ServedChanges
from hostex_mcp.http.tenants.served_events import MadeSince, ServedEvents, ServedNews, unknown_news
from hostex_mcp.http.tenants.served_rules import served_rules
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.server.assembly import assemble, scope_client
from hostex_mcp.server.audit import AuditLog
from hostex_mcp.server.changes.asker import app_name
from hostex_mcp.server.changes.owner import Oversight
from hostex_mcp.server.changes.pending import ChangeDesk
from hostex_mcp.server.changes.record import ChangeStore, DecisionPage, MemoryChanges, NoPage
from hostex_mcp.server.confirmation import Confirmations
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import Settings
from hostex_mcp.toolkit.account_store import AccountStore, NoStore
from hostex_mcp.toolkit.context import no_events
from hostex_mcp.toolkit.readings import Changed, Shelf, no_change
from hostex_mcp.tools.selection import Selection, select

_IDLE_SECONDS = 60.0
_MOST_VIEWS = 16
_MOST_BYTES = 128_000_000
"""How much is kept of all accounts together."""


class Tenants:
    """Finds the engine of a caller. Callers of different accounts share nothing but the settings. No call to
    Hostex is made here: the engine makes them, and gives what goes wrong as the error of its call.

    Raises:
        UnknownName: the settings name a toolset or tool that does not exist.
    """

    def __init__(
        self,
        settings: Settings,
        linking: HostexCredentials,
        upstream: Upstream,
        confirmations: Confirmations,
        *,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
        most: int = 256,
        changes: ChangeStore | None = None,
        page: DecisionPage | None = None,
        memory: AccountMemoryTable | None = None,
        made_since: MadeSince | None = None,
    ) -> None:
        trail = AuditLog(settings.audit_log, log=True)
        desk = ChangeDesk(store=ServedChanges(changes or MemoryChanges()), page=page or NoPage())
        told = linking.hooks, linking.house_rules
        self._parts = TenantDeps(settings, confirmations, trail, now, desk, *told, memory, made_since)
        self._linking = linking
        self._upstream = upstream
        self._most = most
        self._clock = clock
        self._tenants: OrderedDict[str, _Tenant] = OrderedDict()
        linking.on_end(self.forget)

    async def engine(self, caller: Caller, narrowing: Mapping[str, str]) -> Engine:
        """Return the engine of this caller, narrowed by the parameters of the address.

        Raises:
            Refused: the parameters name something that does not exist.
        """
        view = view_of(narrowing)
        if caller.grant:
            self._linking.note_use(caller.grant)
        former = tenant = self._tenants.get(caller.account)
        if tenant is None or not tenant.fits(caller):
            tenant = self._tenants[caller.account] = self._admit(caller)
        self._tenants.move_to_end(caller.account)
        tenant.used = self._clock()
        if former and former is not tenant:
            await former.client.retire()
        await self._make_room()
        return tenant.engine(caller, view)

    async def forget(self, account: str) -> None:
        """Let an account go: nothing of it is kept, and its connections are closed once idle."""
        tenant = self._tenants.pop(account, None)
        if tenant:
            await tenant.client.retire()

    async def let_idle_go(self) -> None:
        """Let accounts go that have not called for a minute. Their connections would take up room as long as
        they are kept, though Hostex has closed them long ago."""
        for account, tenant in list(self._tenants.items()):
            if tenant.used <= self._clock() - _IDLE_SECONDS:
                await self.forget(account)

    async def aclose(self) -> None:
        """Let all accounts go."""
        for account in list(self._tenants):
            await self.forget(account)

    async def _make_room(self) -> None:
        while len(self._tenants) > self._most or self._is_full():
            await self.forget(next(iter(self._tenants)))

    def _is_full(self) -> bool:
        kept = sum(tenant.shelf.memory.size for tenant in self._tenants.values())
        return len(self._tenants) > 1 and kept > _MOST_BYTES

    def _admit(self, caller: Caller) -> "_Tenant":
        if caller.grant is None:
            return _Tenant(self._parts, self._upstream, OwnToken(caller.token), caller)
        source = _GrantToken(self._linking, caller.grant, self._parts.now)
        return _Tenant(self._parts, self._upstream, source, caller)


class TenantDeps:
    """What all tenants have in common."""

    def __init__(
        self,
        settings: Settings,
        confirmations: Confirmations,
        audit: AuditLog,
        now: Callable[[], datetime],
        desk: ChangeDesk,
        hooks: Hooks,
        house_rules: HouseRules,
        memory: AccountMemoryTable | None = None,
        made_since: MadeSince | None = None,
    ) -> None:
        self.settings, self.confirmations, self.audit, self.now = settings, confirmations, audit, now
        self.desk, self.hooks, self.house_rules = desk, hooks, house_rules
        self.memory, self.made_since = memory, made_since
        self.selection: Selection = select(
            settings.toolsets, settings.tools, settings.exclude_tools, read_only=settings.read_only
        )


class _GrantToken:
    """The token of a grant, as long as its link is the one that requests come with."""

    def __init__(self, linking: HostexCredentials, grant: Grant, now: Callable[[], datetime]) -> None:
        self._linking = linking
        self._now = now
        self._live: UsableToken | None = None
        self.grant = grant

    async def live(self, *, anew: bool) -> UsableToken:
        """Return the token to use now."""
        token = self._live
        if token is None or anew or self._is_over(token):
            token = self._live = await self._linking.live(self.grant)
        return token

    def _is_over(self, token: UsableToken) -> bool:
        ended = token.until is not None and token.until <= self._now()
        return ended or token.link < self.grant.link

    async def rejected(self, current: UsableToken) -> UsableToken | None:
        """Return what takes the place of a refused token."""
        replacement = await self._linking.rejected(self.grant, current)
        self._live = replacement or self._live
        return replacement


class _Tenant:
    """One account: its client, the scope over it, and an engine for each view of it."""

    def __init__(self, parts: TenantDeps, upstream: Upstream, source: Source, caller: Caller) -> None:
        self._parts = parts
        self._source = source
        self._choices = caller.grant.choices if caller.grant else None
        self.used = 0.0
        self._reach = reach_for(parts.settings, caller)
        self.client = AccountClient(upstream, source, caller.account)
        self._scoped = scope_client(self.client, self._reach)
        self.shelf = Shelf(now=parts.now)
        self._engines: OrderedDict[object, Engine] = OrderedDict()

    def fits(self, caller: Caller) -> bool:
        """Whether this is the tenant for a caller of its account: nothing of the grant but its link
        changed."""
        if isinstance(self._source, _GrantToken) and caller.grant:
            self._source.grant = caller.grant
        return self._choices == (caller.grant.choices if caller.grant else None)

    def engine(self, caller: Caller, view: View) -> Engine:
        """Return the engine of one view."""
        key = caller.scopes, view
        engine = self._engines.get(key)
        if engine is None:
            engine = self._engines[key] = self._assembled(caller, view)
            if len(self._engines) > _MOST_VIEWS:
                self._engines.popitem(last=False)
        self._engines.move_to_end(key)
        return engine

    def _assembled(self, caller: Caller, view: View) -> Engine:
        parts = self._parts
        return assemble(
            parts.settings,
            selection_for(parts.selection, caller, view),
            self._scoped,
            self._reach,
            now=parts.now,
            audit=parts.audit,
            confirmations=parts.confirmations,
            desk=self._desk(caller),
            store=self._store(caller),
            shelf=self.shelf,
            changed=self._news(caller),
            events=ServedEvents(parts.hooks, caller.grant, self._reach) if caller.grant else no_events,
            house_rules=served_rules(parts.house_rules, caller.grant, parts.settings.house_rules),
        )

    def _news(self, caller: Caller) -> Changed:
        """Return what tells of changes past this process. Without tokens there is one process only."""
        parts, grant = self._parts, caller.grant
        if grant is None or parts.made_since is None:
            return unknown_news if caller.token else no_change
        return ServedNews(parts.hooks, parts.made_since, grant, parts.now)

    def _store(self, caller: Caller) -> AccountStore:
        """Return what is remembered for a grant; nobody agreed to more than a call for a token that a request
        brings along."""
        if self._parts.memory is None or caller.grant is None:
            return NoStore()
        grant_id = caller.grant.grant_id
        return self._parts.memory.of(self._reach.named(grant_id), grant_id)

    def _desk(self, caller: Caller) -> ChangeDesk:
        grant = caller.grant
        if grant is None:
            return self._parts.desk
        app = one_line(grant.client_name)
        if grant.owner_id is None:
            return replace(self._parts.desk, grant=grant.grant_id, asked_by=app_name(app))
        return replace(
            self._parts.desk,
            grant=grant.grant_id,
            asked_by=f"{one_line(grant.person or '')}, in {app}",
            oversight=Oversight(grant.owner_id, grant.choices.rule, grant.choices.money),
        )
