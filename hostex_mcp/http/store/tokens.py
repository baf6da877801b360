"""Access and refresh tokens."""

from hostex_mcp.http.store.records import Issued, Pair


class Tokens:
    """Tokens by their text, of which only a digest is kept. Those of a grant that is not active are never found."""

    async def redeem(self, code: str) -> Pair | None:
        """Claims an authorization code and issues its first pair, in one transaction. None if somebody else was
        first, it has expired, or its grant is not active. What the code is bound to is for the caller to check
        before."""
        raise NotImplementedError

    async def access(self, text: str) -> Issued | None:
        """What an access token that is alive was issued for."""
        raise NotImplementedError

    async def refreshable(self, text: str) -> Issued | None:
        """What a refresh token was issued for, if it is alive or was rotated within the grace."""
        raise NotImplementedError

    async def reused(self, text: str) -> str | None:
        """The grant of a refresh token that was rotated longer ago than the grace: the grant must end."""
        raise NotImplementedError

    async def rotate(self, text: str, scopes: tuple[str, ...]) -> Pair | None:
        """The successors of a refresh token. The access token gets these scopes, the refresh token keeps all of
        the old one's. Whoever comes first makes them; a repeat within the grace gets the very same pair,
        whatever scopes it asks for. None if the token is not refreshable."""
        raise NotImplementedError
