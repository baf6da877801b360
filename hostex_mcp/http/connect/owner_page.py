"""Pages on which the owner of a connection sets something about it, in the browser in which it was made or
after showing the Hostex token again."""

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.http.connect.connections import own_grant, view_of
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import Form, read_form
from hostex_mcp.http.connect.problems import not_from_here
from hostex_mcp.http.oauth.browser import Browser, browser_of, csrf, csrf_fits
from hostex_mcp.http.store.records import Grant
from hostex_mcp.pages.render import PageError

OutcomeT = TypeVar("OutcomeT")


class OwnerPage(ABC, Generic[OutcomeT]):
    """A page with a form. Its `name` tells its forms from those of other pages, and `absent` is the title for
    whoever may not see it."""

    name: ClassVar[str]
    absent: ClassVar[str]

    def __init__(self, deps: PageDeps) -> None:
        self._deps = deps

    async def show(self, request: Request) -> Response:
        """Show how things stand, and the form."""
        query, browser = request.query_params, browser_of(request, self._deps.address)
        proof = query.get("view", "")
        return await self._page(await self._grant(query.get("grant", ""), browser, proof), browser, proof)

    async def act(self, request: Request) -> Response:
        """Do what the form asks for, and show what came of it."""
        form = await read_form(request, self._deps.address)
        browser, proof = browser_of(request, self._deps.address), form.get("proof")
        if not csrf_fits(self._deps.keys, browser, self._nonce(form.get("grant")), form.get("csrf")):
            raise not_from_here()
        grant = await self._grant(form.get("grant"), browser, proof)
        return await self._page(grant, browser, proof, await self._act(grant, browser, form))

    @abstractmethod
    async def _act(self, grant: Grant, browser: Browser, form: Form) -> OutcomeT: ...

    @abstractmethod
    async def _page(
        self, grant: Grant, browser: Browser, proof: str, outcome: OutcomeT | None = None
    ) -> Response: ...

    async def _grant(self, grant_id: str, browser: Browser, proof: str) -> Grant:
        """Return the grant whose owner this is.

        Raises:
            PageError: this browser may not manage it, or there is none: the same for both.
        """
        grant = await own_grant(self._deps, grant_id, browser, view_of(self._deps, browser, proof))
        if grant is None:
            raise PageError(
                self.absent,
                "The connection has ended, belongs to somebody else, or was made in another browser.",
                "Go to /connect on this site, in the browser in which you connected Hostex.",
                404,
            )
        return grant

    def _csrf(self, grant: Grant, browser: Browser) -> str:
        return csrf(self._deps.keys, browser, self._nonce(grant.grant_id))

    def _nonce(self, grant_id: str) -> str:
        return f"{self.name} {grant_id}"
