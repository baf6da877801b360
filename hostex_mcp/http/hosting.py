"""The whole server for many hosts: authorization, pages, tenants and transport over one store."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from hostex_mcp.clock import utc_now
from hostex_mcp.http.app import assemble, turns_of
from hostex_mcp.http.changes.deps import ChangeDeps, WebPage
from hostex_mcp.http.changes.routes import routes as change_routes
from hostex_mcp.http.config import Address
from hostex_mcp.http.connect.deps import PageDeps as PageParts
from hostex_mcp.http.connect.routes import routes as page_routes
from hostex_mcp.http.home.pages import routes as home_routes
from hostex_mcp.http.notice import Tokens
from hostex_mcp.http.oauth.bearer import Bearer, insufficient_scope
from hostex_mcp.http.oauth.deps import OAuthDeps as OAuthParts
from hostex_mcp.http.oauth.flow import Flow
from hostex_mcp.http.oauth.routes import routes as oauth_routes
from hostex_mcp.http.store import Store, store_of
from hostex_mcp.http.tenants.confirmations import shared_confirmations
from hostex_mcp.http.tenants.hostex_link import HostexCredentials
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.http.tenants.maintenance import Upkeep
from hostex_mcp.http.tenants.notice_tries import StoredTries
from hostex_mcp.http.tenants.owner_notices import OwnerNotices
from hostex_mcp.http.tenants.tenants import Tenants
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.hook_receiver import HookReceiver, hook_routes
from hostex_mcp.http.transport.outage import OUTAGES
from hostex_mcp.http.transport.ports import Ports
from hostex_mcp.public_fetch import fetch_public
from hostex_mcp.server.changes.told import ToldChanges
from hostex_mcp.server.notices import Notices, can_notify
from hostex_mcp.settings import Settings
from hostex_mcp.tools.selection import select

# What waits longer is found on the page.
_MOST_TOLD = 1_000

_log = logging.getLogger(__name__)


@asynccontextmanager
async def hosted(
    settings: Settings,
    address: Address,
    upstream: Upstream,
    *,
    demo_tokens: Tokens = (),
    notices: Notices | None = None,
) -> AsyncGenerator[Starlette]:
    """Return the application over the store that the settings name. `demo_tokens` are offered on the pages of
    a server that serves demo accounts; `notices` tell its operator of changes that wait.

    Raises:
        SettingsError: the database or its keys cannot be used.
    """
    async with store_of(settings, utc_now) as store:
        yield _app(settings, address, store, upstream, demo_tokens, notices)


def _app(
    settings: Settings,
    address: Address,
    store: Store,
    upstream: Upstream,
    demo_tokens: Tokens,
    notices: Notices | None,
) -> Starlette:
    """Return the application over an open store."""
    linking = HostexCredentials(store, upstream, utc_now)
    owners = _owner_notices(settings, address, store)
    layers = _told(store, owners, notices)
    tenants = Tenants(
        settings,
        linking,
        upstream,
        shared_confirmations(store.spent, store.keys, utc_now),
        changes=layers[-1] if layers else store.changes,
        page=WebPage(address),
        memory=store.account_memory if settings.memory == "on" else None,
        made_since=store.changes.made_since,
    )
    pages = PageParts(
        settings=settings,
        address=address,
        store=store,
        keys=store.keys,
        flow=Flow(address, store, utc_now),
        credentials=linking,
        upstream=upstream,
        demo_tokens=demo_tokens,
        now=utc_now,
    )
    calls = turns_of(settings)
    people = ChangeDeps(pages=pages, engine=partial(tenants.engine, narrowing={}), calls=calls)
    upkeep = Upkeep(store, linking, utc_now, let_idle_go=tenants.let_idle_go)

    @asynccontextmanager
    async def running() -> AsyncGenerator[None]:
        try:
            async with upkeep.running():
                await _tell_again(store, layers)
                yield
        finally:
            await owners.aclose()
            await tenants.aclose()

    inside = Ports(
        identifies=Bearer(address, store, store.keys, allow_token_header=settings.allow_token_header),
        engines=tenants,
        challenge=insufficient_scope(address),
        writing=_writing(settings),
        routes=[*_routes(pages, people), *hook_routes(HookReceiver(store.hooks))],
        ready=store.ping,
        heard=partial(_heard, store),
        running=running,
    )
    return assemble(settings, address, inside, calls=calls)


async def _heard(store: Store, caller: Caller) -> datetime | None:
    """Return when Hostex last called about the account of a connection."""
    hook = await store.hooks.of_grant(caller.grant.linked_id) if caller.grant else None
    return hook.heard_at if hook else None


def _owner_notices(settings: Settings, address: Address, store: Store) -> OwnerNotices:
    return OwnerNotices(
        store.notice_addresses,
        f"Open {address.origin}/changes to decide.",
        utc_now,
        settings.quiet_hours,
        settings.time_zone,
        StoredTries(store.spent, "an owner", utc_now),
    )


def _routes(pages: PageParts, people: ChangeDeps) -> Sequence[BaseRoute]:
    home = home_routes(people) if pages.settings.views != "off" else ()
    return [*oauth_routes(_authorization(pages)), *page_routes(pages), *change_routes(people), *home]


def _told(store: Store, owners: OwnerNotices, notices: Notices | None) -> Sequence[ToldChanges]:
    """Return the changes of which owners are told and those of which the operator is told too, as far as
    that is possible; the last of them has all."""
    layers = [ToldChanges(store.changes, owners, utc_now)] if can_notify() else []
    if notices:
        notices.tries = StoredTries(store.spent, "the operator", utc_now)
        layers.append(ToldChanges(layers[0] if layers else store.changes, notices, utc_now))
    return layers


async def _tell_again(store: Store, layers: Sequence[ToldChanges]) -> None:
    """Tell of what waited already when this server started, where its last one did not come to it."""
    try:
        for change in await store.changes.undecided(_MOST_TOLD) if layers else ():
            for layer in layers:
                layer.tell(change)
    except OUTAGES:
        _log.exception("What waits could not be read, so that nobody is told of it again")


def _authorization(pages: PageParts) -> OAuthParts:
    settings = pages.settings
    return OAuthParts(
        address=pages.address,
        store=pages.store,
        keys=pages.keys,
        end_grant=pages.credentials.end,
        fetch=fetch_public if settings.client_documents else None,
        contact=settings.contact,
        notice=pages.notice,
        now=pages.now,
    )


def _writing(settings: Settings) -> frozenset[str]:
    """Return the tools that this server serves to those who may write, and to nobody else."""
    chosen = (settings.toolsets, settings.tools, settings.exclude_tools)
    every, reading = select(*chosen, read_only=settings.read_only), select(*chosen, read_only=True)
    return frozenset(every.reachable) - frozenset(reading.reachable)
