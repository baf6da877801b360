"""Whose changes a browser may see and decide on: those of the connections that were made in it, and for ten
minutes those of a Hostex token that was shown in it."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from pydantic import SecretStr, TypeAdapter
from starlette.requests import Request

from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.problems import not_from_here, unreadable
from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.oauth.browser import Browser, browser_of, csrf, csrf_fits
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.transport.caller import Caller, account_of_token
from hostex_mcp.pages.render import PageError
from hostex_mcp.server.changes.record import PendingChange
from hostex_mcp.server.changes.view import Reader

BY, BY_TOKEN = "the owner", "someone with the Hostex token"
WINDOW = timedelta(minutes=10)
# Those of a token travel in the address of the page.
MOST_GRANTS, MOST_OF_TOKEN = 1_000, 25
_PURPOSE = _SHOWN = "changes"
_MORE = (
    f"This token has more than {MOST_OF_TOKEN} connections: what follows is of the newest {MOST_OF_TOKEN}."
)


def asker_in(grant: Grant | None) -> str:
    """Return whose connection it is, in words that no app can have for its name."""
    return f"{grant.person}, in a browser" if grant and grant.person else BY


def not_here() -> PageError:
    """Return the error for every change that a browser may not see, whether or not there is one."""
    return PageError(
        "No such change can be seen here",
        "It does not exist, is no longer kept, or belongs to a connection that was made in another browser.",
        "Open it in the browser in which you connected the app. Or go to /changes on this site and show the "
        "Hostex access token there.",
        404,
    )


@dataclass(frozen=True, slots=True)
class VisitorView:
    """What a browser is shown, until `until`: its own connections if `grant_ids` is None, else those of a
    token that it showed, whose `account` is served without a connection too; `key` is where that token is
    kept meanwhile. `done` says what came of a form just now."""

    until: datetime
    grant_ids: tuple[str, ...] | None = None
    account: str = ""
    key: str = ""
    done: str = ""

    @property
    def by_token(self) -> bool:
        """Whether a token was shown."""
        return self.grant_ids is not None


_VIEW = TypeAdapter(VisitorView)


class Visitor:
    """A browser, and what it has proved."""

    def __init__(self, deps: PageDeps, request: Request, sealed: str) -> None:
        self._deps = deps
        self.browser: Browser = browser_of(request, deps.address)
        self.view = self._opened(sealed)

    def own_view(self) -> VisitorView:
        """Return the view of this browser's own connections."""
        return VisitorView(self._deps.now() + WINDOW)

    def sealed(self, view: VisitorView) -> str:
        """Return a view as text that only this browser can bring back."""
        return self._deps.keys.seal(_PURPOSE, _VIEW.dump_json(view), self.browser.digest)

    def _opened(self, sealed: str) -> VisitorView:
        try:
            view = _VIEW.validate_json(self._deps.keys.open(_PURPOSE, sealed, self.browser.digest))
        except Unsealable:
            return self.own_view()
        return view if self._deps.now() < view.until else self.own_view()

    async def accounts(self) -> list[str]:
        """Return the accounts whose changes this browser sees."""
        grants = [grant.grant_id for grant in await self._grants() if grant.status == "active"]
        return [*grants, self.view.account] if self.view.account else grants

    async def callers(self) -> list[Caller]:
        """Return for whom this browser may look at an account, the newest connection first."""
        resource = self._deps.address.resource
        callers = [
            Caller(grant.grant_id, grant.choices.scopes, grant=grant)
            for grant in await self._grants()
            if grant.status == "active" and grant.resource == resource
        ]
        token = await self._token() if self.view.account else None
        return [*callers, Caller(self.view.account, token=token)] if token else callers

    async def _grants(self) -> list[Grant]:
        grants = self._deps.store.grants
        if self.view.grant_ids is not None:
            return await grants.some(self.view.grant_ids)
        if self.browser.new:
            return []
        return await grants.in_browser(self.browser.digest, "active", MOST_GRANTS)

    async def owned(self) -> frozenset[str]:
        """Return the grants of this browser, as whose owner it decides."""
        return frozenset(await self.accounts())

    async def decides(self, change: PendingChange) -> bool:
        """Whether this browser may decide on a change that it sees: what needs an owner, only as them."""
        return change.owner is None or change.owner in await self.owned()

    async def find(self, change_id: str) -> tuple[PendingChange, Caller]:
        """Return a change that this browser may see, and for whom it was asked.

        Raises:
            PageError: it may not, or there is none: the same for both.
        """
        change = await self._deps.store.changes.find(change_id)
        caller = await self._caller(change) if change else None
        if change is None or caller is None:
            raise not_here()
        return change, caller

    async def _caller(self, change: PendingChange) -> Caller | None:
        if change.grant is None:
            token = await self._token() if change.account == self.view.account else None
            return Caller(change.account, token=token) if token else None
        grant = await self._deps.store.grants.get(change.grant)
        if grant is None or grant.resource != self._deps.address.resource:
            return None
        caller = Caller(grant.grant_id, grant.choices.scopes, grant=grant)
        # Its owner sees what needs them, whichever browser asked.
        as_owner = change.owner is not None and change.owner in await self.owned()
        if grant.status != "active":
            # What the owner decided on stays theirs to read when the connection of the person has ended.
            return caller if as_owner and change.settled else None
        shown = grant.grant_id in (self.view.grant_ids or ()) or self.owns(caller)
        return caller if shown or as_owner else None

    async def reader(self, changes: Iterable[PendingChange]) -> Reader:
        """Return who reads about these changes: nothing can be taken back for a connection that has ended."""
        own = {} if self.view.by_token else {grant.grant_id: grant for grant in await self._grants()}
        grants = await self._deps.store.grants.some({change.grant or "" for change in changes})
        active = {None, *(grant.grant_id for grant in grants if grant.status == "active")}

        def asked(change: PendingChange) -> bool:
            as_owner = change.owner in own and change.asked_by == BY
            return as_owner or (change.grant in own and change.asked_by == asker_in(own[change.grant]))

        return Reader(asked, lambda change: change.grant in active)

    def owns(self, caller: Caller) -> bool:
        """Return whether the connection of this caller was made in this browser."""
        grant = caller.grant
        return grant is not None and not self.browser.new and grant.browser == self.browser.digest

    async def show(self, token: str) -> VisitorView:
        """Return the view of a token that was shown, newest connections first."""
        deps, until = self._deps, self._deps.now() + WINDOW
        grants = await deps.store.grants.of_token(token, MOST_OF_TOKEN + 1)
        grant_ids = tuple(grant.grant_id for grant in grants[:MOST_OF_TOKEN])
        view = VisitorView(until, grant_ids, done=_MORE if len(grants) > MOST_OF_TOKEN else "")
        if not deps.settings.allow_token_header:
            return view
        # It is needed to make a change, and must not travel, not even sealed.
        key = secrets.token_urlsafe(32)
        await deps.store.spent.claim(_SHOWN, self._place(key), until)
        await deps.store.spent.settle(_SHOWN, self._place(key), {"token": token})
        return replace(view, account=account_of_token(deps.keys, token), key=key)

    async def _token(self) -> SecretStr | None:
        kept = await self._deps.store.spent.outcome(_SHOWN, self._place(self.view.key))
        if kept is None or kept.outcome is None or kept.expires_at <= self._deps.now():
            return None
        return SecretStr(kept.outcome["token"])

    def _place(self, key: str) -> str:
        return f"{self.browser.digest} {key}"

    def ticket(self, change_id: str, seen: str) -> str:
        """Return what a form about a change brings back: for this browser, that change, and what was seen of
        it."""
        return f"{change_id} {seen} {csrf(self._deps.keys, self.browser, _nonce(change_id, seen))}"

    def redeem(self, ticket: str) -> tuple[str, str]:
        """Return the change of a ticket and what was seen of it.

        Raises:
            PageError: it was not made for this browser, or is none.
        """
        match ticket.split(" "):
            case [change_id, seen, token]:
                if csrf_fits(self._deps.keys, self.browser, _nonce(change_id, seen), token):
                    return change_id, seen
                raise not_from_here()
            case _:
                raise unreadable()


def _nonce(change_id: str, seen: str) -> str:
    return f"change {sha256(f'{change_id} {seen}'.encode()).hexdigest()}"
