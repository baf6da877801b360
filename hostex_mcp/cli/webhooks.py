"""`hostex-mcp webhooks`: whether Hostex calls the HTTP server about an account, switched on and off."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import click

from hostex_mcp.cli.session import OneLine, load_settings
from hostex_mcp.clock import utc_now
from hostex_mcp.domain.hook_events import USED_EVENTS
from hostex_mcp.domain.wording import moment_text
from hostex_mcp.http.config import Address
from hostex_mcp.http.connect.asker import app_name
from hostex_mcp.http.store import store_of
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.tenants.hostex_link import HostexCredentials
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.http.tenants.webhook_link import HookStatus, HookStep, WebhookLink
from hostex_mcp.settings import Settings, SettingsError

_MOST = 25
_REGISTERED = {
    True: "registered in Hostex",
    False: "NOT registered in Hostex for all events (switch off and on again)",
    None: "Hostex does not answer",
}


@dataclass(frozen=True, slots=True)
class _Link:
    """The connections of an account on this server, and what switches their calls."""

    webhooks: WebhookLink
    grants: Sequence[Grant]


@click.command("webhooks")
@click.option("--on", "action", flag_value="on", help="Have Hostex call the server about the account.")
@click.option("--off", "action", flag_value="off", help="Have it stop.")
@click.option("--status", "action", flag_value="status", default=True, help="Show how it stands. [default]")
@click.option(
    "--server", metavar="URL", help="The https address of the server. [default: HOSTEX_MCP_PUBLIC_URL]"
)
@click.option("--yes", is_flag=True, help="Do not ask before a webhook is registered.")
def command(action: str, server: str | None, yes: bool) -> None:
    """Have Hostex call the HTTP server about what happens in the account of HOSTEX_ACCESS_TOKEN, or stop.
    Runs where the server runs, with its database and keys; an app has to be connected there with the same
    token."""
    settings = load_settings(public_url=server)
    if settings.public_url is None:
        raise OneLine("name the address of the server: --server https://…, or HOSTEX_MCP_PUBLIC_URL")
    address = Address(settings.public_url)
    if action == "on" and not yes:
        _ask(address)
    try:
        lines, done = asyncio.run(_run(settings, address, action))
    except SettingsError as error:
        raise OneLine(str(error)) from None
    for line in lines:
        click.echo(line)
    raise SystemExit(0 if done else 1)


def _ask(address: Address) -> None:
    click.echo(f"This registers a webhook in your Hostex account: Hostex will call {address.origin}/hooks/…")
    click.echo(f"about these events: {', '.join(USED_EVENTS)}.")
    click.confirm("Register it?", abort=True)


async def _run(settings: Settings, address: Address, action: str) -> tuple[list[str], bool]:
    async with _link(settings, address) as link:
        standing = [(grant, await link.webhooks.status(grant)) for grant in link.grants]
        called = [(grant, status) for grant, status in standing if status]
        match action:
            case "status":
                return [_line(grant, status) for grant, status in standing], True
            case "on" if called:
                return [_line(grant, status) for grant, status in called], True
            case "on":
                steps = [await _turn_on(link)]
            case _:
                steps = [await link.webhooks.turn_off(grant) for grant, _ in called]
    told = [f"{step.text} {step.advice}".strip() for step in steps]
    return told or ["Hostex does not call about this account."], all(step.done for step in steps)


async def _turn_on(link: _Link) -> HookStep:
    able = [grant for grant in link.grants if not link.webhooks.problem(grant)]
    # Of the newest, whose problem is told where none can.
    return await link.webhooks.turn_on((able or link.grants)[0])


@asynccontextmanager
async def _link(settings: Settings, address: Address) -> AsyncGenerator[_Link]:
    token = settings.access_token
    if token is None:
        raise SettingsError("HOSTEX_ACCESS_TOKEN: required, to know which account is meant")
    async with store_of(settings) as store:
        upstream = Upstream.of(settings)
        credentials = HostexCredentials(store, upstream)
        grants = await store.grants.of_token(token.get_secret_value(), _MOST)
        own = [grant for grant in grants if grant.owner_id is None]
        if not own:
            raise SettingsError(f"no app is connected with this token at {address.origin}; connect one first")
        yield _Link(WebhookLink(store, credentials, upstream, settings, address), own)


def _line(grant: Grant, status: HookStatus | None) -> str:
    name, now = app_name(grant.client_name), utc_now()
    if status is None:
        return f"{name}: off"
    heard = moment_text(status.heard_at, now) if status.heard_at else "not yet"
    since = moment_text(status.created_at, now)
    return f"{name}: on since {since}, {_REGISTERED[status.registered]}, last call {heard}"
