"""The page that an invitation's link opens. Opening it accepts nothing: an app has to ask first."""

from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.http.connect.bounds import bounds_text
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.landing import guides
from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.oauth.browser import Browser, browser_of, cookie_of, remember
from hostex_mcp.http.store.records import Invitation
from hostex_mcp.http.store.token_text import INVITATION_PREFIX
from hostex_mcp.pages.render import PageError, page

_PURPOSE = "invitation-link"
_KEPT_SECONDS = 24 * 3600
_LENGTH = len(INVITATION_PREFIX) + 43


def no_invitation() -> PageError:
    """Return the error for every link that does not invite: unknown, used, taken back or over."""
    return PageError(
        "This invitation cannot be used",
        "It was used, was taken back, is older than seven days, or a part of the link is missing.",
        "Ask whoever sent it for another one.",
        404,
    )


def secret_in(text: str) -> str:
    """Return the secret of a pasted link, or of the secret alone; empty if there is none."""
    start = text.find(INVITATION_PREFIX)
    return text[start : start + _LENGTH] if start >= 0 else ""


async def invitation_of(deps: PageDeps, text: str) -> Invitation | None:
    """Return the open invitation that a pasted link is for, while the owner's link lives."""
    secret = secret_in(text)
    invitation = await deps.store.invitations.find(secret) if len(secret) == _LENGTH else None
    if invitation is None:
        return None
    owner = await deps.store.grants.get(invitation.grant_id)
    usable = owner and owner.status == "active" and owner.resource == deps.address.resource
    return invitation if usable else None


class Invited:
    """`GET /connect/invited`."""

    def __init__(self, deps: PageDeps) -> None:
        self._deps = deps

    async def show(self, request: Request) -> Response:
        """Say who invites whom to what, and how to go on."""
        given = request.query_params.getlist("invitation")
        invitation = await invitation_of(self._deps, given[0]) if len(given) == 1 else None
        if invitation is None:
            raise no_invitation()
        browser = browser_of(request, self._deps.address)
        resource = self._deps.address.resource
        answer = page(
            "invited.html",
            notice=self._deps.notice,
            invitation=invitation,
            bounds=bounds_text(invitation.choices),
            resource=resource,
            guides=guides(resource),
        )
        _keep(self._deps, answer, browser, secret_in(given[0]))
        return remember(answer, browser, self._deps.address)


def _cookie(deps: PageDeps) -> str:
    return "__Host-hostex-invitation" if deps.address.secure else "hostex-invitation"


def _keep(deps: PageDeps, answer: Response, browser: Browser, secret: str) -> None:
    """Have the consent page of this browser find the link filled in, so that nobody has to paste it."""
    answer.set_cookie(
        _cookie(deps),
        deps.keys.seal(_PURPOSE, secret.encode(), browser.digest),
        max_age=_KEPT_SECONDS,
        path="/",
        secure=deps.address.secure,
        httponly=True,
        samesite="lax",
    )


async def opened_here(deps: PageDeps, request: Request) -> str:
    """Return the secret of the open invitation whose link this browser has opened; empty without one."""
    browser = browser_of(request, deps.address)
    try:
        sealed = cookie_of(request, _cookie(deps))
        secret = deps.keys.open(_PURPOSE, sealed, browser.digest).decode()
    except Unsealable:
        return ""
    return secret if await invitation_of(deps, secret) else ""
