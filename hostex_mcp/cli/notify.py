"""`hostex-mcp notify`: a trial of the notices that tell of waiting changes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import click

from hostex_mcp.cli.session import OneLine, load_settings, usual_log_level
from hostex_mcp.clock import utc_now
from hostex_mcp.server.notices import Addresses, Notices, NotInstalled, quiet_until
from hostex_mcp.settings import Settings


@click.command("notify")
@click.option("--test", "test", is_flag=True, required=True, help="Send a notice to every address now.")
def command(test: bool) -> None:
    """Send a test notice to the addresses of HOSTEX_MCP_NOTIFY, quiet hours or not, and say what arrived."""
    settings = load_settings(log_level=usual_log_level("error"))
    addresses = addresses_of(settings)
    text = "This is a test. Changes that wait for you will be told here."
    deliveries = asyncio.run(addresses.deliver("Hostex: a test notice", text))
    for place, delivery in enumerate(deliveries, 1):
        result = "sent" if delivery.arrived else "NOT sent: check the address, and whether the service is up"
        click.echo(f"{place}. {delivery.service}: {result}")
    if settings.quiet_hours:
        now = utc_now()
        over = quiet_until(settings.quiet_hours, now, settings.time_zone)
        if over != now:
            local = over.astimezone(settings.time_zone)
            click.echo(f"It is quiet now: other notices would wait until {local:%H:%M}.")
    if not all(delivery.arrived for delivery in deliveries):
        raise SystemExit(1)


def addresses_of(settings: Settings) -> Addresses:
    """Return the addresses that are set; none, or one that cannot be read, ends the command."""
    if not settings.notify:
        raise OneLine("HOSTEX_MCP_NOTIFY is not set; example: HOSTEX_MCP_NOTIFY=ntfy://my-topic")
    try:
        addresses = Addresses([address.get_secret_value() for address in settings.notify])
    except NotInstalled:
        raise OneLine("notices need one more package: pip install 'hostex-mcp[notify]'") from None
    if addresses.unreadable:
        places = ", ".join(map(str, addresses.unreadable))
        # By its place, as an address may hold a password.
        raise OneLine(f"HOSTEX_MCP_NOTIFY: apprise cannot read address {places}")
    return addresses


@asynccontextmanager
async def notices_of(settings: Settings, where: str) -> AsyncGenerator[Notices | None]:
    """Open the notices to the addresses that are set, None without any. An address that cannot be read ends
    the command."""
    if not settings.notify:
        yield None
        return
    deliver = addresses_of(settings).deliver
    notices = Notices(deliver, where, utc_now, settings.quiet_hours, settings.time_zone)
    try:
        yield notices
    finally:
        await notices.aclose()
