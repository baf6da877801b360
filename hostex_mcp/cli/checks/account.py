"""Checks of the access token, and of the properties that are to be served."""

from collections.abc import Mapping, Sequence

from pydantic import SecretStr

from hostex_mcp.api import Access, HostexClient, HostexError, check_token, read_all
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.cli.checks.finding import CheckStatus, Finding
from hostex_mcp.placeholders import placeholder_of

_PORTAL = "the Hostex portal under Settings, OpenAPI"
_FINDINGS: Mapping[str, tuple[CheckStatus, str, str | None]] = {
    "read_write": ("ok", "The token works and may read and write.", None),
    "read_only": (
        "warning",
        "The token works but may only read, which was fixed when it was created.",
        f"For changes, create a writable token in {_PORTAL}; to keep it so, start with --read-only.",
    ),
    "dead": (
        "problem",
        "Hostex does not know the token: it was deleted or mistyped.",
        f"Create a new one in {_PORTAL} and put it into HOSTEX_ACCESS_TOKEN, whole and without quotes.",
    ),
    "lapsed": ("problem", "The Hostex subscription has ended.", "Renew it in the Hostex portal."),
    "plan": (
        "problem",
        "The account's Hostex plan does not include this part of the API.",
        "Change the plan in the Hostex portal.",
    ),
    "account": (
        "problem",
        "Hostex refuses the account: its plan (like Basic) has no API access, or it is suspended.",
        "Look in the Hostex portal under Settings, Subscription.",
    ),
    "unreachable": ("problem", "Hostex did not answer properly.", "Try again in a minute."),
}


def missing_token(token: SecretStr | None) -> Finding | None:
    """Return what is wrong with a token without asking Hostex: it is missing, or a placeholder."""
    if token is None:
        return Finding.problem(
            "token",
            "No access token is set.",
            f"Create one in {_PORTAL} and set it as HOSTEX_ACCESS_TOKEN; or try --sandbox.",
        )
    if placeholder := placeholder_of(token.get_secret_value()):
        return Finding.problem(
            "token",
            f"HOSTEX_ACCESS_TOKEN is the placeholder {placeholder}, which was not filled in.",
            f"Put the token itself in its place; {_PORTAL} shows it once, when it is created.",
        )
    return None


async def account(client: HostexClient, token: SecretStr | None) -> Finding:
    """Check what the token may do; whether it may write is tried by a write that can change nothing."""
    if missing := missing_token(token):
        return missing
    access: Access = await check_token(client, writes=True)
    verdict, says, fix = _FINDINGS[access.verdict]
    trace = f" (request {access.request_id})" if verdict == "problem" and access.request_id else ""
    return Finding("token", verdict, says + trace, fix)


async def properties(client: HostexClient, property_ids: Sequence[int]) -> list[Finding]:
    """Check that the properties which the scope names exist."""
    if not property_ids:
        return []
    try:
        every = (await read_all(client, LIST_PROPERTIES)).items
    except HostexError as error:
        return [
            Finding.problem(
                "properties",
                f"The properties could not be read ({error.kind}).",
                error.hint or "Try again in a minute.",
            )
        ]
    unknown = sorted(set(property_ids) - {home.id for home in every})
    if not unknown:
        return [
            Finding.ok("properties", f"Only {len(set(property_ids))} of {len(every)} properties are served.")
        ]
    ids = ", ".join(map(str, unknown))
    return [
        Finding.problem(
            "properties",
            f"HOSTEX_MCP_PROPERTY_IDS names {ids}, which this account does not have.",
            "Correct it; `hostex-mcp call list_properties`, run without that setting, shows every id.",
        )
    ]
