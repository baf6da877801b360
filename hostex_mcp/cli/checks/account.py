"""What the access token may do at Hostex."""

from collections.abc import Mapping, Sequence

from pydantic import SecretStr

from hostex_mcp.api import Access, HostexClient, HostexError, check_token, read_all
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.cli.checks.finding import CheckStatus, Finding
from hostex_mcp.placeholders import placeholder_of

_PORTAL = "the Hostex portal under Settings, OpenAPI"
_SAID: Mapping[str, tuple[CheckStatus, str, str | None]] = {
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
        "Hostex refuses the account: the plan has no API access (as the Basic edition), or it is suspended.",
        "Look into the Hostex portal under Settings, Subscription.",
    ),
    "unreachable": ("problem", "Hostex did not answer properly.", "Try again in a minute."),
}


def missing_token(token: SecretStr | None) -> Finding | None:
    """What is wrong with a token that Hostex need not be asked about: there is none."""
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
    """What the token may do. Whether it may write is asked by a write that can change nothing."""
    if missing := missing_token(token):
        return missing
    access: Access = await check_token(client, writes=True)
    verdict, says, fix = _SAID[access.verdict]
    trace = f" (request {access.request_id})" if verdict == "problem" and access.request_id else ""
    return Finding("token", verdict, says + trace, fix)


async def properties(client: HostexClient, wanted: Sequence[int]) -> list[Finding]:
    """Whether the properties that alone are to be served are there."""
    if not wanted:
        return []
    try:
        every = (await read_all(client, LIST_PROPERTIES)).items
    except HostexError as error:
        return [
            Finding.problem(
                "properties",
                f"They could not be read ({error.kind}).",
                error.hint or "Try again in a minute.",
            )
        ]
    unknown = sorted(set(wanted) - {place.id for place in every})
    if not unknown:
        return [Finding.ok("properties", f"Only {len(set(wanted))} of {len(every)} properties are served.")]
    named = ", ".join(map(str, unknown))
    return [
        Finding.problem(
            "properties",
            f"HOSTEX_MCP_PROPERTY_IDS names {named}, which this account does not have.",
            "Correct it; `hostex-mcp call list_properties`, run without that setting, shows every id.",
        )
    ]
