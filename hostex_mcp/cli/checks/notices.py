"""A check of where notices go."""

from hostex_mcp.cli.checks.finding import Finding
from hostex_mcp.server.notices import Addresses, NotInstalled
from hostex_mcp.settings import Settings

_CHECK = "notices"


def notices(settings: Settings) -> Finding:
    """Check that the addresses of HOSTEX_MCP_NOTIFY can be read. Nothing is sent."""
    if not settings.notify:
        return Finding.skipped(
            _CHECK, "No address is set (HOSTEX_MCP_NOTIFY); nobody is told outside the chat."
        )
    try:
        addresses = Addresses([address.get_secret_value() for address in settings.notify])
    except NotInstalled:
        return Finding.problem(
            _CHECK,
            "HOSTEX_MCP_NOTIFY is set, and the package that sends notices is missing.",
            "pip install 'hostex-mcp[notify]'",
        )
    count = len(settings.notify)
    if addresses.unreadable:
        # By its place, as an address may hold a password.
        places = ", ".join(map(str, addresses.unreadable))
        return Finding.problem(
            _CHECK,
            f"Of the {count} addresses of HOSTEX_MCP_NOTIFY, these cannot be read: {places}."
            if count > 1
            else "The address of HOSTEX_MCP_NOTIFY cannot be read.",
            "Write it as apprise takes it, such as ntfy://my-topic, then try `hostex-mcp notify --test`.",
        )
    says = "The address can be read." if count == 1 else f"All {count} addresses can be read."
    return Finding.ok(_CHECK, f"{says} `hostex-mcp notify --test` sends a notice.")
