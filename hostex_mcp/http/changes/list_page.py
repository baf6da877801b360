"""The page of what waits and of what was decided."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hostex_mcp.api import run_apart
from hostex_mcp.http.changes.access import Visitor
from hostex_mcp.http.changes.deciding import Deciding, Undecided
from hostex_mcp.http.changes.deps import BASE, HOME, ChangeDeps
from hostex_mcp.http.connect.forms import Form, count_try, read_form
from hostex_mcp.http.connect.problems import (
    NO_TOKEN,
    NO_TOKEN_TO_FIND,
    TOO_MANY,
    not_from_here,
    shape_problem,
    unreadable,
)
from hostex_mcp.http.oauth.browser import csrf, csrf_fits, remember
from hostex_mcp.pages.paging import PageOf, page_number
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import HEADERS
from hostex_mcp.server.changes.pages import Frame, list_page
from hostex_mcp.server.changes.record import State
from hostex_mcp.server.changes.view import Reader, change_views

MOST_LISTED = 25
_MOST_PAST = 20
_FIND = "changes"
_WINDOW = timedelta(minutes=10)
NONE_TICKED = FormProblem("Tick at least one change", "Nothing was decided.")
_COUNTED = {
    State.DONE: "done",
    State.DECLINED: "declined",
    State.FAILED: "could not be made",
    State.UNKNOWN: "may have been made: look in Hostex",
    State.STALE: "changed meanwhile: look again",
    State.APPROVED: "being made",
    State.EXPIRED: "expired",
}


def frame_of(deps: ChangeDeps, visitor: Visitor) -> Frame:
    """Return what surrounds changes on the pages of this browser."""
    view = replace(visitor.view, done="")
    sealed = visitor.sealed(view) if view.by_token else ""
    return Frame(
        base=BASE,
        ticket=lambda change: visitor.ticket(change.id, change.seen),
        notice=deps.pages.notice,
        query=f"?{urlencode({'view': sealed})}" if sealed else "",
        proof=sealed,
        find="" if sealed else csrf(deps.pages.keys, visitor.browser, _FIND),
        by_token=bool(sealed),
        connections="/connect",
        home=HOME if deps.pages.settings.views != "off" else "",
    )


class ChangesPage:
    """`GET` and `POST /changes`."""

    def __init__(self, deps: ChangeDeps) -> None:
        self._deps = deps

    async def show(self, request: Request) -> Response:
        """Show what waits for the person in this browser, and what was decided."""
        visitor = Visitor(self._deps.pages, request, request.query_params.get("view", ""))
        number = page_number(request.query_params.get("page", ""))
        shown = await self._page(visitor, number=number)
        return remember(shown, visitor.browser, self._deps.pages.address)

    async def act(self, request: Request) -> Response:
        """Decide on what is ticked, or find the changes of a token."""
        form = await read_form(request, self._deps.pages.address)
        visitor = Visitor(self._deps.pages, request, form.get("proof"))
        match form.get("decision"):
            case "approve" | "decline" as decision:
                return await self._decide(visitor, form, decision == "approve")
            case "find":
                return await self._find(visitor, form)
            case _:
                raise unreadable()

    async def _decide(self, visitor: Visitor, form: Form, approve: bool) -> Response:
        tickets = form.all("change")
        if len(tickets) > MOST_LISTED:
            raise unreadable()
        # All of them first: of a form that is not whole nothing is decided.
        decisions = dict(map(visitor.redeem, tickets))
        if not decisions:
            return await self._page(visitor, NONE_TICKED)
        ended, deciding = list[State](), Deciding(self._deps, visitor)
        for change_id, seen in decisions.items():
            try:
                ended.append((await deciding.decide(change_id, seen, approve)).state)
            except Undecided as error:
                said = FormProblem(error.problem.text, error.problem.advice, status=error.problem.status)
                return await self._page(visitor, said, _summary(ended))
        return self._redirect(visitor, _summary(ended))

    async def _find(self, visitor: Visitor, form: Form) -> Response:
        pages, token = self._deps.pages, form.get("token").strip()
        if not csrf_fits(pages.keys, visitor.browser, _FIND, form.get("csrf")):
            raise not_from_here()
        visitor.view = visitor.own_view()
        problem = shape_problem(token)
        if problem:
            return await self._page(visitor, NO_TOKEN_TO_FIND if problem is NO_TOKEN else problem)
        window, now = int(_WINDOW.total_seconds()), pages.now()
        key = f"{visitor.browser.digest}:{int(now.timestamp()) // window}"
        if not await count_try(pages.store, key, now + _WINDOW):
            return await self._page(visitor, TOO_MANY)
        visitor.view = await visitor.show(token)
        return self._redirect(visitor, visitor.view.done)

    def _redirect(self, visitor: Visitor, done: str) -> Response:
        # A page that can be loaded again without deciding anything again.
        view = visitor.sealed(replace(visitor.view, done=done))
        return RedirectResponse(f"{BASE}?{urlencode({'view': view})}", 303, HEADERS)

    async def _page(
        self, visitor: Visitor, problem: FormProblem | None = None, done: str = "", number: int = 1
    ) -> Response:
        changes, accounts, now = (
            self._deps.pages.store.changes,
            await visitor.accounts(),
            self._deps.pages.now(),
        )
        counts = await changes.counts(accounts)
        part = PageOf(number, _MOST_PAST, counts.settled)
        waiting = await changes.waiting(accounts, MOST_LISTED)
        settled = await changes.settled(accounts, _MOST_PAST, part.skipped)
        with_owner = await changes.with_owner(accounts, MOST_LISTED)
        # Beside who decided, who asked is named alike.
        reader = Reader(undoes=(await visitor.reader((*waiting, *settled, *with_owner))).undoes)

        def rendered() -> Response:
            return list_page(
                change_views(waiting, now, reader),
                change_views(settled, now, reader),
                frame_of(self._deps, visitor),
                problem,
                done=done or visitor.view.done,
                more_waiting=max(counts.waiting - len(waiting), 0),
                with_owner=change_views(with_owner, now, reader),
                more_with_owner=max(counts.with_owner - len(with_owner), 0),
                part=part,
            )

        return await run_apart([change.preview for change in (*waiting, *settled, *with_owner)], rendered)


def _summary(ended: Sequence[State]) -> str:
    """Say what came of several decisions, such as `2 done, 1 expired.`"""
    counts = Counter(ended)
    told = [f"{counts[state]} {words}" for state, words in _COUNTED.items() if counts[state]]
    return f"{', '.join(told)}." if told else ""
