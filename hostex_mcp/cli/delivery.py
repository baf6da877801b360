"""What commands send to a person: to addresses that they name, as notices of waiting changes go out."""

import re
from collections.abc import Sequence

import click

from hostex_mcp.cli.session import OneLine
from hostex_mcp.server.notices import Addresses, NotInstalled
from hostex_mcp.settings import Settings

KEPT = "notify"

# Messengers make links of what looks like an address, and names and words of guests may look like one. An `@`
# calls people or a whole channel, and what is written as a code may be an address once more where it is read.
_LIKE_MARKUP = re.compile(
    r"(?<=\w)[./\u2024\u3002\ufe52\uff0e\uff61](?=[^\W\d])|:(?=//)|[@\uff20](?=\S)|\](?=[(\[])|&(?=#?\w+;)"
)
# Tags, and what calls a channel without an `@`, need angle brackets.
_NO_TAGS = {"<": "\u2039", ">": "\u203a"}

to_option = click.option(
    "--to",
    "to",
    multiple=True,
    metavar="ADDRESS",
    help=f"Send it there, as apprise takes addresses (ntfy://topic); `{KEPT}`: those of HOSTEX_MCP_NOTIFY.",
)


def addresses_for(to: Sequence[str], settings: Settings) -> Addresses | None:
    """Return the addresses that are named, None without any. One that cannot be read ends the command."""
    if not to:
        return None
    kept = [address.get_secret_value() for address in settings.notify]
    if KEPT in to and not kept:
        raise OneLine(f"--to {KEPT}: HOSTEX_MCP_NOTIFY is not set")
    named = [address for word in to for address in (kept if word == KEPT else [word])]
    try:
        addresses = Addresses(named)
    except NotInstalled:
        raise OneLine("sending needs one more package: pip install 'hostex-mcp[notify]'") from None
    if addresses.unreadable:
        # By its place, as an address may hold a password.
        raise OneLine(f"--to: apprise cannot read address {', '.join(map(str, addresses.unreadable))}")
    return addresses


async def send(addresses: Addresses, title: str, text: str) -> bool:
    """Send a text, and say where it did not arrive; whether it arrived everywhere."""
    deliveries = await addresses.deliver(title, _plain(text))
    for place, delivery in enumerate(deliveries, 1):
        if not delivery.arrived:
            click.echo(f"hostex-mcp: NOT sent to {place}. {delivery.service}", err=True)
    return all(delivery.arrived for delivery in deliveries)


def _plain(text: str) -> str:
    """Return a text in which no messenger finds a link, a picture, a mention or a tag."""
    return _LIKE_MARKUP.sub(lambda match: f"{match[0]} ", text.translate(str.maketrans(_NO_TAGS)))
