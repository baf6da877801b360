"""Grants and the Hostex credentials that belong to them."""

from datetime import datetime

from hostex_mcp.http.store.records import Credential, Grant


class Grants:
    """Grants by their id. Credentials are encrypted at rest, each bound to its grant."""

    async def add(self, grant: Grant, credential: Credential) -> None:
        """Keeps a new grant. A pending one is forgotten after 15 minutes."""
        raise NotImplementedError

    async def get(self, grant_id: str) -> Grant | None:
        """The grant, whatever its status."""
        raise NotImplementedError

    async def activate(self, grant_id: str, property_ids: tuple[int, ...] | None = None) -> Grant | None:
        """Makes a pending grant active, with these properties unless None. None if it is not pending."""
        raise NotImplementedError

    async def credential(self, grant_id: str) -> tuple[Credential, int] | None:
        """The credential and its link; None if the grant has ended or is not known."""
        raise NotImplementedError

    async def replace_credential(self, grant_id: str, credential: Credential, link: int) -> bool:
        """Puts a newer credential in the place of the one with this link, and counts the link up. False, and
        nothing changed, if the link is another by now or the grant has ended."""
        raise NotImplementedError

    async def lease(self, grant_id: str, seconds: float) -> bool:
        """Whether the caller is now the only one, in any process, to refresh this grant's credential, until it
        releases the lease or the time is up. False if another holds it or the grant has ended."""
        raise NotImplementedError

    async def release(self, grant_id: str) -> None:
        """Gives the lease back, if this store still holds it."""
        raise NotImplementedError

    async def end(self, grant_id: str, reason: str) -> Credential | None:
        """Ends the grant for a reason that is shown: in one transaction its credential is wiped and its codes and
        tokens deleted. Gives the credential, to be revoked upstream, to the one caller that ended it; None to
        any later one."""
        raise NotImplementedError

    async def in_browser(self, browser: str) -> list[Grant]:
        """The grants given in a browser, newest first: active ones, and ended ones while they are kept."""
        raise NotImplementedError

    async def of_token(self, token: str) -> list[Grant]:
        """The active grants that hold this Hostex access token, newest first."""
        raise NotImplementedError

    async def due(self, before: datetime) -> list[str]:
        """Active grants whose partner pair ends before this moment, soonest first."""
        raise NotImplementedError

    async def touch(self, grant_id: str) -> None:
        """Notes that the grant was used now; written at most once a minute."""
        raise NotImplementedError
