"""`hostex-mcp sandbox`: the simulated Hostex for development and tests."""

import click

from hostex_mcp.sandbox import TOKENS, Sandbox, post_locally, serve


@click.command("sandbox")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
def command(host: str, port: int) -> None:
    """Serve the simulated Hostex: REST API under /v3, portal pages, and a demo account. Webhooks at addresses
    of this machine are called."""
    click.echo(f"Simulated Hostex at http://{host}:{port}/v3", err=True)
    click.echo(f"HOSTEX_API_BASE_URL=http://{host}:{port}/v3", err=True)
    for name, meaning in TOKENS.items():
        click.echo(f"  {name:<20} {meaning}", err=True)
    serve(Sandbox(calls=post_locally), host, port)
