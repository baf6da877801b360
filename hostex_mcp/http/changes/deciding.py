"""What a form about changes does: approve, decline, or take one back. Nothing is decided but here."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from mcp.types import CallToolResult

from hostex_mcp.api import HostexError
from hostex_mcp.http.changes.access import BY, BY_TOKEN, Visitor, asker_in, not_here
from hostex_mcp.http.changes.deps import ChangeDeps
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.changes.deciding import UnknownChange
from hostex_mcp.server.changes.record import PendingChange
from hostex_mcp.server.changes.view import undo_of
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.results import CHANGE

EMPTY = FormProblem("Write a message, or decline", "An empty message cannot be sent.", "text")
NEEDS_OWNER = FormProblem(
    "The owner of the Hostex account decides on this",
    "They see it and were asked. Nothing was changed.",
    status=403,
)
ENDED = FormProblem("The connection that made this has ended", "Change it in Hostex.", status=410)
_UNCHANGED = "Nothing was changed."
_WAITS = "Nothing was changed, and it still waits for you. Wait a minute and try again."


class Undecided(Exception):
    """A decision could not be carried out; nothing was sent, and the change still waits."""

    def __init__(self, problem: FormProblem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class Deciding:
    """Decisions of the person in one browser."""

    def __init__(self, deps: ChangeDeps, visitor: Visitor) -> None:
        self._deps = deps
        self._visitor = visitor

    async def decide(
        self, change_id: str, seen: str, approve: bool, text: str | None = None
    ) -> PendingChange:
        """Approve a change as it was seen, and make it at once, or decline it.

        Raises:
            PageError: this browser may not see it, or there is none.
            Undecided: it could not be worked out just now, or an edited text does not fit.
        """
        change, caller = await self._visitor.find(change_id)
        if change.open and not await self._visitor.decides(change):
            raise Undecided(NEEDS_OWNER)
        engine = await self._deps.engine(caller)
        try:
            by = self._decider(change, caller)
            return await engine.decide(change.id, approve, by, seen=seen, text=text, owner=change.owner)
        except UnknownChange:
            raise not_here() from None
        except InvalidArguments as error:
            raise Undecided(FormProblem("It cannot be sent like this", _of(error), "text")) from None
        except HostexError as error:
            told = str(error).rstrip(".")
            raise Undecided(
                FormProblem(told, error.hint or _WAITS, status=503).of_call(error.request_id)
            ) from None

    def _decider(self, change: PendingChange, caller: Caller) -> str:
        """Return who decides here, in words."""
        if change.owner:
            return BY if self._visitor.view.grant_ids is None else BY_TOKEN
        return person_of(self._visitor, caller)

    async def undo(self, change_id: str) -> str:
        """Ask for what takes a change back, and return the id of the change that now waits; empty if it
        needed nobody's approval and was done.

        Raises:
            PageError: this browser may not see the change, or there is none.
            Undecided: it cannot be taken back.
        """
        change, caller = await self._visitor.find(change_id)
        if not await self._visitor.decides(change):
            raise Undecided(NEEDS_OWNER)
        undo = undo_of(change)
        if caller.grant and caller.grant.status != "active":
            raise Undecided(ENDED)
        if undo is None:
            raise Undecided(FormProblem("There is nothing to undo here", _UNCHANGED))
        by = self._decider(change, caller) if change.owner else asker_of(self._visitor, caller)
        outcome = await self._call(caller, by, *undo)
        match outcome:
            case {"status": "waiting_for_person"}:
                return await self._signed(str(outcome[CHANGE]), by, change)
            case {"status": "done" | "unchanged"}:
                return ""
            case _:
                raise Undecided(_failed(outcome))

    async def _call(
        self, caller: Caller, by: str, tool: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        engine = await self._deps.engine(caller)
        result = await engine.call(tool, arguments, Elicitation(here=True, app=by))
        return cast("CallToolResult", result).structured_content or {}

    async def _signed(self, change_id: str, by: str, undone: PendingChange) -> str:
        """Have a change say that it was the person who asked for it, though an app had before. What takes
        back a change that needed the owner needs them too."""
        store = self._deps.pages.store
        change = await store.changes.find(change_id)
        if change and change.open:
            owner = change.owner or undone.owner
            signed = replace(change, asked_by=by, person_asked=True, owner=owner)
            await store.changes.replace(change, signed)
        return change_id


def person_of(visitor: Visitor, caller: Caller) -> str:
    """Return who looks at the pages of a connection, in words."""
    if not visitor.owns(caller):
        return BY_TOKEN
    return (caller.grant and caller.grant.person) or BY


def asker_of(visitor: Visitor, caller: Caller) -> str:
    """Return who asks for something on the pages of a connection, in words that no app can have for its
    name."""
    return asker_in(caller.grant) if visitor.owns(caller) else BY_TOKEN


def _failed(outcome: Mapping[str, Any]) -> FormProblem:
    error: Mapping[str, Any] = outcome.get("error") or {}
    return FormProblem(
        str(error.get("message") or "It cannot be undone here"), str(error.get("hint") or _UNCHANGED)
    )


def _of(error: InvalidArguments) -> str:
    return f"The text {'; '.join(problem.problem for problem in error.problems)}."
