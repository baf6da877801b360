"""`hostex-mcp sandbox`: the simulated Hostex for development and tests."""

from datetime import UTC, datetime

import click
from starlette.types import Receive, Scope, Send

from hostex_mcp.sandbox import TOKENS, Sandbox, post_locally, serve
from hostex_mcp.sandbox.scenario import Scenario

_DAY_SECONDS = 86_400


class _Eventful(Sandbox):
    """A sandbox whose days take so many seconds each, and bring what the scenario has for them."""

    def __init__(self, day_seconds: int) -> None:
        started = datetime.now(UTC)
        speed = _DAY_SECONDS / day_seconds
        super().__init__(now=lambda: started + (datetime.now(UTC) - started) * speed)
        self._scenario = Scenario(self.accounts.main, started)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the account as it is by now."""
        for happening in self._scenario.advance(self.clock()):
            click.echo(f"{happening.at:%d %b %H:%M}  {happening.kind}  {happening.subject}", err=True)
        await super().app(scope, receive, send)


@click.command("sandbox")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option(
    "--scenario",
    type=click.IntRange(1, _DAY_SECONDS),
    metavar="SECONDS",
    help="Have ten days of bookings, edits, messages and more happen, each in so many seconds.",
)
def command(host: str, port: int, scenario: int | None) -> None:
    """Serve the simulated Hostex: REST API under /v3, portal pages, and a demo account. Webhooks at addresses
    of this machine are called."""
    click.echo(f"Simulated Hostex at http://{host}:{port}/v3", err=True)
    click.echo(f"HOSTEX_API_BASE_URL=http://{host}:{port}/v3", err=True)
    for name, meaning in TOKENS.items():
        click.echo(f"  {name:<20} {meaning}", err=True)
    serve(_Eventful(scenario) if scenario else Sandbox(calls=post_locally), host, port)
