"""Access tokens for partner applications. Both operations go out without an access token."""

from pydantic import Field

from hostex_mcp.api.endpoints.models import Id, Model
from hostex_mcp.api.operation import Operation


class TokenPair(Model):
    """An access token, the refresh token for the next one, and the seconds until the first expires."""

    access_token: str = Field(repr=False)
    refresh_token: str = Field(repr=False)
    expires_in: Id


OBTAIN_TOKEN = Operation("POST", "/oauth/authorizations", TokenPair, authenticated=False)
REVOKE_TOKEN = Operation[None]("POST", "/oauth/revoke", authenticated=False)
