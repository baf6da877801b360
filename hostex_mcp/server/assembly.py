"""An engine put together from the settings, over whichever client, the same for every transport."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hostex_mcp.api import Client
from hostex_mcp.clock import utc_now
from hostex_mcp.domain.guard_rails import GuardRails
from hostex_mcp.domain.hook_events import HookLog
from hostex_mcp.scope import REMEDY, MoneylessClient, ScopedClient
from hostex_mcp.server.audit import AuditLog
from hostex_mcp.server.changes.pending import ChangeDesk
from hostex_mcp.server.changes.record import Extent
from hostex_mcp.server.confirmation import Confirmations
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.house_rules import rules_in
from hostex_mcp.settings import Confirm, PrivacyLevel, Settings
from hostex_mcp.toolkit.account_store import AccountStore, NoStore
from hostex_mcp.toolkit.context import Clock, Context, no_events
from hostex_mcp.toolkit.patience import PatientClient
from hostex_mcp.toolkit.progress import TellingClient
from hostex_mcp.toolkit.readings import Changed, Readings, SettlingClient, Shelf, no_change
from hostex_mcp.tools.selection import Selection


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far one account is served. `property_ids` is None for all properties, and `remedy` says who can
    change which they are; without `money` no amounts are. Changes are confirmed as `confirm` says, None where
    that is the operator's choice."""

    account: str
    privacy: PrivacyLevel
    property_ids: Collection[int] | None = None
    remedy: str = REMEDY
    confirm: Confirm | None = None
    money: bool = True

    def named(self, account: str) -> Sequence[Any]:
        """Return what tells this much of an account from others, and from more or less of the same."""
        ids = None if self.property_ids is None else sorted(self.property_ids)
        return account, ids, self.money

    @property
    def extent(self) -> Extent:
        """How much of the account is served."""
        ids = None if self.property_ids is None else frozenset(self.property_ids)
        return Extent(property_ids=ids, privacy=self.privacy)


def reach_of(settings: Settings, account: str) -> Reach:
    """Return the reach that the settings allow."""
    return Reach(account=account, privacy=settings.privacy, property_ids=settings.property_ids or None)


def scope_client(client: Client, reach: Reach) -> Client:
    """Return the client, or one that lets only what is within reach through."""
    client = client if reach.money else MoneylessClient(client)
    if reach.property_ids is None:
        return client
    return ScopedClient(client, reach.property_ids, reach.remedy)


def assemble(
    settings: Settings,
    selection: Selection,
    client: Client,
    reach: Reach,
    *,
    own_machine: bool = False,
    now: Clock = utc_now,
    audit: AuditLog | None = None,
    confirmations: Confirmations | None = None,
    desk: ChangeDesk | None = None,
    store: AccountStore | None = None,
    shelf: Shelf | None = None,
    changed: Changed = no_change,
    events: Callable[[datetime, datetime], Awaitable[HookLog]] = no_events,
    house_rules: Callable[[], Awaitable[str | None]] | None = None,
) -> Engine:
    """Return an engine over a client that is `scoped` to its reach. Only on the user's `own_machine` are
    pictures read from folders. Changes wait at the `desk`; `events` are what Hostex called about, and the
    `store` remembers the account. Without `house_rules` those of the settings' file hold. What was read
    within the last minute is on the `shelf`, which all engines of one connection share; `changed` says
    whether somebody else changed the account meanwhile."""
    shelf = shelf or Shelf(now=now)
    context = Context(
        SettlingClient(PatientClient(TellingClient(client)), shelf),
        selection.reachable,
        listed=frozenset(selection.listed),
        now=now,
        privacy=reach.privacy,
        image_folders=settings.image_folders if own_machine else (),
        picture_hosts=settings.picture_hosts,
        guard_rails=_guard_rails(settings),
        house_rules=house_rules or rules_in(settings.house_rules),
        memory=shelf.memory,
        readings=Readings(shelf, changed),
        store=store or NoStore(),
        events=events,
    )
    trail = audit or AuditLog(settings.audit_log)
    return Engine(
        selection,
        context,
        reach.confirm or settings.confirm,
        reach.account,
        trail,
        confirmations,
        settings.slow_seconds,
        replace(desk or ChangeDesk(), extent=reach.extent),
        settings.views,
    )


def _guard_rails(settings: Settings) -> GuardRails:
    return GuardRails(
        settings.price_floor, settings.price_ceiling, settings.price_factor, settings.horizon_days
    )
