"""The webhooks of this server in Hostex's own list: found by their address, which nobody else has, as Hostex
tells no id when it makes one."""

import logging

import anyio
from pydantic import SecretStr

from hostex_mcp.api import Client, HostexError
from hostex_mcp.api.endpoints.webhooks import DELETE_WEBHOOK, LIST_WEBHOOKS, Webhook
from hostex_mcp.http.config import HOOKS_PATH
from hostex_mcp.http.store.records import Credential
from hostex_mcp.http.tenants.hostex_partner import Upstream

PATIENCE_SECONDS = 8.0

_log = logging.getLogger(__name__)


async def unregister(upstream: Upstream, token: SecretStr, address: str) -> bool:
    """Have Hostex forget the webhook whose address ends so; whether it has. Takes a few seconds at most."""
    try:
        with anyio.fail_after(PATIENCE_SECONDS):
            async with upstream.client(token) as client:
                webhooks = await registered(client, address)
                for webhook in filter(lambda webhook: webhook.manageable, webhooks):
                    await client.call(DELETE_WEBHOOK, path={"id": webhook.id})
                return not webhooks or not await registered(client, address)
    except (HostexError, TimeoutError) as error:
        _log.warning("A webhook was not removed at Hostex: %s", getattr(error, "kind", "timeout"))
        return False


async def unregister_last(upstream: Upstream, credential: Credential | None, address: str) -> bool:
    """Do so with the last credential of a connection that has ended."""
    return bool(credential) and await unregister(upstream, credential.access_token, address)


async def registered(client: Client, address: str) -> list[Webhook]:
    """Return the webhooks whose address ends so: one, or none."""
    webhooks = (await client.page(LIST_WEBHOOKS)).items
    return [webhook for webhook in webhooks if webhook.url.endswith(f"{HOOKS_PATH}/{address}")]
