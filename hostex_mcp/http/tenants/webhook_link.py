"""Having Hostex call this server about an account, and having it stop: registered, checked, taken back."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import anyio
from pydantic import SecretStr

from hostex_mcp.api import (
    ChannelFailed,
    Client,
    HostexError,
    OutcomeUnknown,
    ReadOnlyToken,
    UpstreamFailed,
)
from hostex_mcp.api.endpoints.webhooks import CREATE_WEBHOOK
from hostex_mcp.domain.hook_events import USED_EVENTS
from hostex_mcp.http.config import HOOKS_PATH, WRITE, Address
from hostex_mcp.http.store import Store
from hostex_mcp.http.store.hooks import Hook
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.tenants.hostex_link import HostexCredentials
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.http.tenants.webhooks_at_hostex import PATIENCE_SECONDS, registered, unregister
from hostex_mcp.loopback import is_loopback
from hostex_mcp.settings import Settings

STILL_THERE = "Hostex still has the webhook registered."
REMOVE_IT = (
    "This server does not answer its calls any more, but only you can remove it, in Hostex or with the tool "
    "delete_webhook."
)

_DOUBTFUL = (OutcomeUnknown, UpstreamFailed, ChannelFailed)
_ALREADY = "Hostex calls about this account already."
_ON = "Hostex has registered the webhook, and will call this server about this account."
_UNSURE = "Hostex did not say whether it registered the webhook."
_LOOK_AGAIN = "Look again in a minute. If it is not registered then, switch the calls off and on again."
_OFF = "Hostex no longer calls about this account, and what it called about is deleted."
_REFUSED = "Hostex did not register the webhook."
_READ_ONLY = "The access token is read-only. Connect again with a writable token, then switch the calls on."
_NOTHING = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class HookStep:
    """What came of switching calls on or off, and what to do now; not `done` if something is left to do."""

    text: str
    advice: str = ""
    done: bool = True


_LEFT = HookStep(STILL_THERE, REMOVE_IT, done=False)


@dataclass(frozen=True, slots=True)
class HookStatus:
    """How it stands with calls about an account. `registered` is None where Hostex could not be asked."""

    created_at: datetime
    pinned: bool
    heard_at: datetime | None
    refused_at: datetime | None
    registered: bool | None


class WebhookLink:
    """Switches the calls about an account on and off, for the owner of its connection."""

    def __init__(
        self,
        store: Store,
        credentials: HostexCredentials,
        upstream: Upstream,
        settings: Settings,
        address: Address,
    ) -> None:
        self._store = store
        self._credentials = credentials
        self._upstream = upstream
        self._settings = settings
        self._address = address

    def problem(self, grant: Grant) -> str | None:
        """Return why Hostex cannot be made to call about a connection; None if it can."""
        settings = self._settings
        hostex = urlsplit(settings.api_base_url).hostname or ""
        if settings.read_only or WRITE not in grant.choices.scopes:
            return "This connection only reads, and registering a webhook is a change in Hostex."
        if settings.sandbox or not (self._address.secure or is_loopback(hostex)):
            return "Hostex cannot reach this server: it has no https address of its own."
        return None

    def shown_address(self) -> str:
        """Return where Hostex will call, without the part that is secret."""
        return f"{self._address.origin}{HOOKS_PATH}/…"

    async def status(self, grant: Grant) -> HookStatus | None:
        """Return how it stands; None if the calls are off."""
        hook = await self._store.hooks.of_grant(grant.grant_id)
        if hook is None:
            return None
        there: bool | None = None
        with anyio.move_on_after(PATIENCE_SECONDS):
            try:
                async with self._upstream.client(await self._token(grant), grant.grant_id) as client:
                    webhooks = await registered(client, hook.address)
                    # One that an older version made lacks the events that came later.
                    there = any(set(USED_EVENTS) <= set(webhook.events) for webhook in webhooks)
            except HostexError:
                pass
        times = hook.heard_at, hook.refused_at
        return HookStatus(hook.created_at, hook.pinned is not None, *times, there)

    async def turn_on(self, grant: Grant) -> HookStep:
        """Register a webhook with a new address, for exactly the events that are used, and look whether
        Hostex has it."""
        if why_not := self.problem(grant):
            return HookStep(why_not, _NOTHING, done=False)
        # It has to be known before Hostex knows it, whose first call may come at once.
        hook = await self._store.hooks.add(grant.grant_id)
        if hook is None:
            return HookStep(_ALREADY)
        try:
            async with self._upstream.client(await self._token(grant), grant.grant_id) as client:
                return await self._register(client, grant, hook)
        except HostexError as error:
            await self._store.hooks.end(grant.grant_id)
            return _refusal(error)

    async def turn_off(self, grant: Grant) -> HookStep:
        """End the address at once, and have Hostex forget it."""
        hook = await self._store.hooks.of_grant(grant.grant_id)
        await self._store.hooks.end(grant.grant_id)
        if hook is None:
            return HookStep(_OFF)
        try:
            token = await self._token(grant)
        except HostexError:
            return _LEFT
        gone = await unregister(self._upstream, token, hook.address)
        return HookStep(_OFF) if gone else _LEFT

    async def pin_anew(self, grant: Grant) -> HookStep:
        """Trust the secret of the next call."""
        await self._store.hooks.pin_anew(grant.grant_id)
        return HookStep("The next call to the address says which secret Hostex sends.")

    async def _token(self, grant: Grant) -> SecretStr:
        return (await self._credentials.live(grant)).token

    async def _register(self, client: Client, grant: Grant, hook: Hook) -> HookStep:
        """Create the webhook once. Whatever is in doubt, Hostex's list decides; if that cannot be read
        either, the address is kept, as Hostex may call it."""
        url = f"{self._address.origin}{HOOKS_PATH}/{hook.address}"
        doubt: HostexError | None = None
        try:
            await client.call(CREATE_WEBHOOK, body={"url": url, "events": list(USED_EVENTS)})
        except _DOUBTFUL as error:
            doubt = error
        try:
            webhooks = await registered(client, hook.address)
        except HostexError:
            return HookStep(_UNSURE, _LOOK_AGAIN, done=False)
        if webhooks:
            return HookStep(_ON)
        await self._store.hooks.end(grant.grant_id)
        return _refusal(doubt)


def _refusal(error: HostexError | None) -> HookStep:
    if isinstance(error, ReadOnlyToken):
        return HookStep(_REFUSED, _READ_ONLY, done=False)
    return HookStep(_REFUSED, f"Hostex said: {error.message}" if error else _NOTHING, done=False)
