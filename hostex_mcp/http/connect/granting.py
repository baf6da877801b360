"""From an answered consent page to a grant, and back to the client. Each question has one answer."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

import anyio
from pydantic import TypeAdapter
from starlette.responses import RedirectResponse, Response

from hostex_mcp.events import GrantChanged, emit
from hostex_mcp.http.connect.consent_request import ConsentRequest, seal_step
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.invited import no_invitation
from hostex_mcp.http.connect.problems import already_answered, out_of_date
from hostex_mcp.http.oauth.flow import FlowError
from hostex_mcp.http.store import CODE_PREFIX
from hostex_mcp.http.store.records import Choices, Credential, Grant, Invitation, Kind
from hostex_mcp.pages.render import HEADERS, page

CANCELLED = "You cancelled it before it was connected."
REPEAT = timedelta(seconds=5)
WAIT_SECONDS = 0.1
_WAITS = 30


@dataclass(frozen=True, slots=True)
class ConsentOutcome:
    """An answer: where it led, and the grant that it made, if any."""

    url: str
    grant_id: str
    at: datetime


_ANSWER = TypeAdapter(ConsentOutcome)


class Once:
    """Answers of one kind, each claimed by whoever comes first."""

    def __init__(self, deps: PageDeps, kind: str) -> None:
        self._spent = deps.store.spent
        self._now = deps.now
        self._kind = kind

    async def claim(self, key: str, until: datetime) -> bool:
        """Whether this is the first to answer."""
        return await self._spent.claim(self._kind, key, until)

    async def settle(self, key: str, url: str, grant_id: str = "") -> None:
        """Keep the answer for a click that follows."""
        answer = ConsentOutcome(url, grant_id, self._now())
        await self._spent.settle(self._kind, key, _ANSWER.dump_python(answer, mode="json"))

    async def answer(self, key: str) -> ConsentOutcome:
        """Return the answer of a moment ago, or the one that is being worked on.

        Raises:
            PageError: it is older than that.
        """
        for _ in range(_WAITS):
            spent = await self._spent.outcome(self._kind, key)
            if spent is not None and spent.outcome is not None:
                answer = _ANSWER.validate_python(spent.outcome)
                # People click twice, and a browser shows only what the last click led to.
                if self._now() - answer.at <= REPEAT:
                    return answer
                break
            await anyio.sleep(WAIT_SECONDS)
        raise already_answered()


class Granting:
    """The answers to consent pages."""

    def __init__(self, deps: PageDeps) -> None:
        self._deps = deps
        self._once = Once(deps, "consent")

    async def grant(
        self,
        consent: ConsentRequest,
        choices: Choices,
        credential: Credential,
        *,
        pick: bool,
        chained: bool = False,
    ) -> Response:
        """Store the grant, which counts for nothing yet, and go on to the last page, on which properties can
        be chosen if `pick`. For `chained` see `way_back`."""
        nonce = consent.authorization.nonce
        if not await self._claim(consent):
            await self._deps.credentials.forget(credential)
            answer = await self._once.answer(nonce)
            return way_back(self._deps, answer.url, consent, chained=chained)
        grant = self._pending(consent, choices, credential.kind)
        await self._deps.store.grants.add(grant, credential)
        return await self._onward(consent, grant, pick=pick, chained=chained)

    async def _onward(
        self, consent: ConsentRequest, grant: Grant, *, pick: bool, chained: bool = False
    ) -> Response:
        sealed = seal_step(self._deps, consent, grant.grant_id, pick)
        url = f"/connect/account?{urlencode({'request': sealed})}"
        await self._once.settle(consent.authorization.nonce, url, grant.grant_id)
        return way_back(self._deps, url, consent, chained=chained)

    async def grant_invited(
        self, consent: ConsentRequest, choices: Choices, invitation: Invitation, *, pick: bool
    ) -> Response:
        """Store the grant of somebody who was invited, which has no credential, and go on as `grant`."""
        nonce = consent.authorization.nonce
        if not await self._claim(consent):
            return way_back(self._deps, (await self._once.answer(nonce)).url, consent)
        grant = replace(
            self._pending(consent, choices, "invited"),
            owner_id=invitation.grant_id,
            invitation_id=invitation.invitation_id,
            person=invitation.person,
        )
        await self._deps.store.grants.add(grant)
        return await self._onward(consent, grant, pick=pick)

    async def activate(
        self, consent: ConsentRequest, grant_id: str, property_ids: tuple[int, ...] | None
    ) -> str:
        """Make the grant count, for these properties or all, and return the address to go to with a code."""
        if await self._deps.store.grants.activate(grant_id, property_ids) is None:
            grant = await self._deps.store.grants.get(grant_id)
            raise no_invitation() if grant and grant.invitation_id else already_answered()
        emit(GrantChanged("granted"))
        try:
            return await self._deps.flow.complete(consent.authorization, grant_id)
        except FlowError:
            await self._deps.credentials.end(grant_id, "The connection was not completed.")
            raise out_of_date() from None

    async def cancel(self, consent: ConsentRequest) -> Response:
        """Return to the client without a grant."""
        url, nonce = self.refusal(consent), consent.authorization.nonce
        if await self._claim(consent):
            await self._once.settle(nonce, url)
        elif grant_id := (await self._once.answer(nonce)).grant_id:
            # A click on Connect just before is taken back.
            await self._deps.credentials.end(grant_id, CANCELLED)
        return way_back(self._deps, url, consent)

    def refusal(self, consent: ConsentRequest) -> str:
        """Return the address that tells the client that the person said no."""
        return self._deps.flow.refuse(consent.authorization, "access_denied", "The person did not allow it.")

    async def _claim(self, consent: ConsentRequest) -> bool:
        return await self._once.claim(consent.authorization.nonce, consent.authorization.expires_at)

    def _pending(self, consent: ConsentRequest, choices: Choices, kind: Kind) -> Grant:
        authorization = consent.authorization
        return Grant(
            grant_id=secrets.token_hex(16),
            client_id=authorization.client_id,
            client_name=consent.asker.name,
            returns_to=consent.asker.destination.label,
            choices=replace(choices, scopes=choices.scopes.intersection(authorization.scopes)),
            resource=authorization.resource,
            browser=consent.browser.digest,
            kind=kind,
            status="pending",
            created_at=self._deps.now(),
        )


def way_back(deps: PageDeps, url: str, consent: ConsentRequest, *, chained: bool = False) -> Response:
    """Return a redirect to a web address or a page of ours, or a page with a link to an app. `chained` says
    that the request follows from a form of another site."""
    parts = urlsplit(url)
    # Browsers open apps only when asked; and a site's policy may forbid that its forms lead beyond us.
    if not parts.scheme or (parts.scheme in ("http", "https") and not chained):
        return RedirectResponse(url, 303, HEADERS)
    done = f"code={CODE_PREFIX}" in parts.query
    app = consent.asker.name
    title = f"{app} is connected" if done else "Nothing was connected"
    return page("away.html", title=title, url=url, app=app, done=done, notice=deps.notice)
