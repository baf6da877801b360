"""From an answered consent page to a grant, and back to the client."""

import secrets
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from hostex_mcp.events import GrantChanged, emit
from hostex_mcp.http.connect.consent_request import ConsentRequest
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.once import Once
from hostex_mcp.http.connect.refusal import already_answered, out_of_date
from hostex_mcp.http.connect.step import seal_step
from hostex_mcp.http.oauth.flow import FlowError
from hostex_mcp.http.pages.about import ServerNotice
from hostex_mcp.http.pages.render import HEADERS, page
from hostex_mcp.http.store import CODE_PREFIX
from hostex_mcp.http.store.records import Choices, Credential, Grant

CANCELLED = "You cancelled it before it was connected."


class Granting:
    """Gives each question its one answer."""

    def __init__(self, parts: PageDeps) -> None:
        self._parts = parts
        self._once = Once(parts.store, parts.now, "consent")

    async def grant(
        self,
        asked: ConsentRequest,
        choices: Choices,
        credential: Credential,
        *,
        pick: bool,
        chained: bool = False,
    ) -> Response:
        """Store the grant, which counts for nothing yet, and go on to the last page, on which properties can
        be chosen if `pick`. For `chained` see `way_back`."""
        if not await self._claim(asked):
            await self._parts.linking.forget(credential)
            return self._way_back((await self._once.given(asked.transaction.nonce)).url, asked, chained)
        grant = self._pending(asked, choices, credential)
        await self._parts.store.grants.add(grant, credential)
        sealed = seal_step(self._parts, asked, grant.grant_id, pick)
        url = f"/connect/account?{urlencode({'request': sealed})}"
        await self._once.settle(asked.transaction.nonce, url, grant.grant_id)
        return self._way_back(url, asked, chained)

    async def activate(
        self, asked: ConsentRequest, grant_id: str, property_ids: tuple[int, ...] | None
    ) -> str:
        """Make the grant count, for these properties or all; the address to return to with a code."""
        if await self._parts.store.grants.activate(grant_id, property_ids) is None:
            raise already_answered()
        emit(GrantChanged("granted"))
        try:
            return await self._parts.flow.complete(asked.transaction, grant_id)
        except FlowError:
            await self._parts.linking.end(grant_id, "The connection was not completed.")
            raise out_of_date() from None

    async def cancel(self, asked: ConsentRequest) -> Response:
        """Return to the client without a grant. A click on Connect just before is taken back."""
        url = self.refusal(asked)
        if await self._claim(asked):
            await self._once.settle(asked.transaction.nonce, url)
        elif grant_id := (await self._once.given(asked.transaction.nonce)).grant_id:
            await self._parts.linking.end(grant_id, CANCELLED)
        return self._way_back(url, asked)

    def refusal(self, asked: ConsentRequest) -> str:
        """The address that tells the client that the person said no."""
        return self._parts.flow.refuse(asked.transaction, "access_denied", "The person did not allow it.")

    async def _claim(self, asked: ConsentRequest) -> bool:
        return await self._once.claim(asked.transaction.nonce, asked.transaction.expires_at)

    def _way_back(self, url: str, asked: ConsentRequest, chained: bool = False) -> Response:
        return way_back(url, asked, self._parts.about, chained=chained)

    def _pending(self, asked: ConsentRequest, choices: Choices, credential: Credential) -> Grant:
        return Grant(
            grant_id=secrets.token_hex(16),
            client_id=asked.transaction.client_id,
            client_name=asked.asker.name,
            returns_to=asked.asker.destination.shown,
            choices=replace(choices, scopes=choices.scopes.intersection(asked.transaction.scopes)),
            resource=asked.transaction.resource,
            browser=asked.browser.digest,
            kind=credential.kind,
            status="pending",
            created_at=self._parts.now(),
        )


def way_back(url: str, asked: ConsentRequest, about: ServerNotice, *, chained: bool = False) -> Response:
    """To a web address, or a page of ours, at once; to an app by a page with a link, because browsers open
    apps only when asked. By that page also when the request is `chained` to a form of another site: that
    site's policy may forbid that its forms lead anywhere but here."""
    parts = urlsplit(url)
    if not parts.scheme or (parts.scheme in ("http", "https") and not chained):
        return RedirectResponse(url, 303, HEADERS)
    done = f"code={CODE_PREFIX}" in parts.query
    title = f"{asked.asker.name} is connected" if done else "Nothing was connected"
    return page("away.html", title=title, url=url, app=asked.asker.name, done=done, about=about)
