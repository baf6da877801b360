"""The pages of changes that wait or were decided, for whichever server shows them to a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from hostex_mcp.pages.paging import PageOf
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import page
from hostex_mcp.server.changes.view import ChangeView


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What surrounds changes on a page. `base` is where the list is, and each change below it by its id;
    `ticket` makes what a form about a change brings back, which binds it to a browser, to that change and to
    what was seen of it. `query` and `proof` carry what else lets a browser see them; with `find`, the token
    of its form, others can be looked for, and the list is `by_token` of what was found. `home` is where the
    account can be looked at."""

    base: str
    ticket: Callable[[ChangeView], str]
    notice: object | None = None
    query: str = ""
    proof: str = ""
    find: str = ""
    by_token: bool = False
    connections: str = ""
    home: str = ""


def change_page(
    change: ChangeView,
    frame: Frame,
    problem: FormProblem | None = None,
    typed: str | None = None,
    *,
    decides: bool = True,
    others: int = 0,
) -> Response:
    """Return the page of one change. `typed` is what a person made of a draft, shown again with a problem.
    Who only sees it, because somebody else `decides`, has no buttons. So many `others` wait for them too."""
    return page(
        "change.html",
        problem.status if problem else 200,
        change=change,
        frame=frame,
        notice=frame.notice,
        problem=problem,
        typed=typed,
        decides=decides,
        others=others,
    )


def list_page(
    waiting: Sequence[ChangeView],
    recent: Sequence[ChangeView],
    frame: Frame,
    problem: FormProblem | None = None,
    *,
    done: str = "",
    more_waiting: int = 0,
    with_owner: Sequence[ChangeView] = (),
    more_with_owner: int = 0,
    part: PageOf | None = None,
) -> Response:
    """Return the page of what waits and what was decided. `done` says what came of a form just now, and
    `with_owner` is what waits for somebody else. `more_waiting` and `more_with_owner` are not shown; what was
    decided is this `part` of all of it, all of it if that is None."""
    return page(
        "changes.html",
        problem.status if problem else 200,
        waiting=waiting,
        recent=recent,
        more_waiting=more_waiting,
        with_owner=with_owner,
        more_with_owner=more_with_owner,
        part=part or PageOf(1, len(recent), len(recent)),
        frame=frame,
        notice=frame.notice,
        problem=problem,
        done=done,
    )
