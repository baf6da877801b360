"""OAuth operations: the only ones that need no access token."""

from hostex_mcp.sandbox.envelope import bad_request
from hostex_mcp.sandbox.fields import text
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row
from hostex_mcp.sandbox.vocabulary import GRANT_TYPES

_CLIENT = (text("client_id", required=True), text("client_secret", required=True))


@operation(
    "POST /oauth/authorizations",
    body=(*_CLIENT, text("grant_type", required=True, enum=GRANT_TYPES), text("code"), text("refresh_token")),
)
def obtain_token(call: SandboxCall) -> Row:
    """Trade a code or a refresh token for a token pair."""
    _authenticate(call)
    if call.body["grant_type"] == "authorization_code":
        return call.oauth.redeem(_needed(call, "code"), call.now)
    return call.oauth.refresh(_needed(call, "refresh_token"), call.now)


@operation("POST /oauth/revoke", body=(*_CLIENT, text("token", required=True)))
def revoke_token(call: SandboxCall) -> None:
    """End one access or refresh token."""
    _authenticate(call)
    call.oauth.revoke(call.body["token"])


def _authenticate(call: SandboxCall) -> None:
    call.oauth.authenticate(call.body["client_id"], call.body["client_secret"], call.now)


def _needed(call: SandboxCall, name: str) -> str:
    if not call.body.get(name):
        label, grant = name.replace("_", " "), call.body["grant_type"]
        raise bad_request(f"The {label} field is required when grant type is {grant}.")
    return call.body[name]
