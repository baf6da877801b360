"""OAuth clients: registered ones, and the cached documents of those that publish their own."""

from hostex_mcp.http.store.records import Client


class Clients:
    """Clients by their id. Secrets are encrypted at rest."""

    async def get(self, client_id: str) -> Client | None:
        """The client, expired or not; None if it is not known (any more)."""
        raise NotImplementedError

    async def put(self, client: Client) -> None:
        """Keeps a client, in place of what was kept under its id. Whether it has been used is not forgotten.
        `created_at` is set on the first put if it is None, and kept by later ones."""
        raise NotImplementedError

    async def register(self, client: Client, fingerprint: str) -> Client:
        """Keeps a public client unless one with the same fingerprint (a digest of its metadata) is there: then
        gives that one back, its `expires_at` moved to the new client's. The database decides between two."""
        raise NotImplementedError

    async def same_registration(self, fingerprint: str) -> Client | None:
        """The client that was registered with this fingerprint."""
        raise NotImplementedError

    async def used(self, client_id: str) -> None:
        """An authorization was completed: the client stays as long as it has grants, ended ones that are still
        shown included."""
        raise NotImplementedError

    async def count_unused(self) -> int:
        """How many clients, neither used nor expired, are kept: the bound of a registration flood."""
        raise NotImplementedError
