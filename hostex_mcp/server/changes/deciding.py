"""A person's decision on a pending change: worked out once more, compared with what they saw, sent once."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hostex_mcp.api import HostexError
from hostex_mcp.events import Confirmed, emit
from hostex_mcp.server.answer import unchanged_result
from hostex_mcp.server.audit import describe_change
from hostex_mcp.server.changes.pending import PendingChanges, undo_call
from hostex_mcp.server.changes.record import PendingChange, State
from hostex_mcp.server.failures import arguments_failure, failure, hostex_failure
from hostex_mcp.server.sending import PreviewedWrite, Sender, WriteCall, shielded
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.results import PlannedWrite
from hostex_mcp.toolkit.tool import Tool

Prepare = Callable[[str, Mapping[str, Any]], Awaitable[WriteCall]]
Failure = HostexError | InvalidArguments

_BUG = "{} failed because of a bug in this server, and may have taken effect. Its log has the details."

# Not retryable, they answered a write that Hostex may have made all the same.
_UNSURE = frozenset(("outcome_unknown", "upstream", "channel"))

_log = logging.getLogger(__name__)


class UnknownChange(LookupError):
    """No change has this id, or none of this account: which one is not told."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, in which way, and when; `owner` is the grant by which they are the owner of the account,
    None for somebody who decides on their own changes."""

    by: str
    way: str
    at: datetime
    owner: str | None = None

    def on(self, change: PendingChange) -> dict[str, str]:
        """Return what receipts and the audit trail say of it."""
        asked = {"asked_by": change.asked_by} if change.asked_by else {}
        return {"change_id": change.id, **asked, "decided_by": self.by}


class Decisions:
    """Decides on the pending changes of one account. `tool_of` finds a tool, and `prepare` makes the call of
    one ready to be worked out again."""

    def __init__(
        self, pending: PendingChanges, sender: Sender, tool_of: Callable[[str], Tool], prepare: Prepare
    ) -> None:
        self._pending = pending
        self._sender = sender
        self._tool_of = tool_of
        self._prepare = prepare

    async def decide(
        self, change_id: str, approve: bool, decision: Decision, seen: str, text: str | None
    ) -> PendingChange:
        """Return a change after a decision; see `Engine.decide`."""
        change = await self._pending.find(change_id)
        if change is None or change.owner not in (None, decision.owner):
            raise UnknownChange
        if not change.open:
            return change
        if not approve:
            return await self._end(change, decision, State.DECLINED)
        async with self._sender.alone:
            return await self._approve(change, decision, seen, text)

    async def _approve(
        self, change: PendingChange, decision: Decision, seen: str, text: str | None
    ) -> PendingChange:
        """Send a change if it is still what the person saw, else show how it is now."""
        try:
            call, draft = await self._work_out(change, change.arguments)
        except (HostexError, InvalidArguments) as error:
            if isinstance(error, HostexError) and error.retryable:
                raise
            return await self._end(change, decision, State.FAILED, _told(change.tool, error))
        if draft.change.already:
            return await self._end(change, decision, State.DONE, unchanged_result(draft.change.already))
        # What needs the owner now did not when somebody else was asked.
        needs = self._pending.owner_of(draft)
        if {seen, change.state_digest} != {draft.binding.state} or needs not in (None, decision.owner):
            return await self._pending.show_anew(change, draft)
        if text is None or text == change.text or not change.draft:
            return await self._send(change, decision, call, draft)
        return await self._approve_edited(change, decision, draft, text)

    async def _approve_edited(
        self, change: PendingChange, decision: Decision, seen: PreviewedWrite, text: str
    ) -> PendingChange:
        """Send a draft as the person edited it, unless that brings warnings that they have not seen."""
        edited = {**change.arguments, change.draft_argument: text}
        call, draft = await self._work_out(change, edited)
        needs = self._pending.owner_of(draft)
        if draft.preview.get("warnings") != seen.preview.get("warnings") or needs not in (
            None,
            decision.owner,
        ):
            return await self._pending.show_anew(change, draft, arguments=edited)
        now_shown = replace(
            change,
            arguments=edited,
            preview=draft.preview,
            undoable=not draft.change.final,
            state_digest=draft.binding.state,
        )
        return await self._send(now_shown, decision, call, draft)

    async def _send(
        self, change: PendingChange, decision: Decision, call: WriteCall, draft: PreviewedWrite
    ) -> PendingChange:
        """Send a change, unless somebody else was first."""
        with shielded():
            call.confirmed, call.decision = decision.way, decision.on(change)
            # First, so that what cannot be recorded is not taken for approved.
            self._sender.announce(call)
            approved = await self._claim(change, decision, call)
            if approved is None:
                self._sender.record(call, "used", ())
                return await self._pending.now(change)
            emit(Confirmed("accept"))
            state, outcome, ids = await self._sent(call, draft)
            self._sender.record(call, outcome.get("status", state), ids)
            return await self._settle(approved, state, outcome)

    async def _claim(
        self, change: PendingChange, decision: Decision, call: WriteCall
    ) -> PendingChange | None:
        """Have a change approved before it is sent; None if somebody else was first."""
        approved = replace(
            change,
            state=State.APPROVED,
            decided_by=decision.by,
            decided_at=decision.at,
            way=decision.way,
        )
        try:
            return await self._pending.move(change, approved)
        except Exception as error:
            # Announced already, and never sent: the audit trail has to say so.
            self._sender.record(call, error.kind if isinstance(error, HostexError) else "interrupted", ())
            raise

    async def _sent(
        self, call: WriteCall, draft: PreviewedWrite
    ) -> tuple[State, Mapping[str, Any], Sequence[str]]:
        """Send a claimed change, and return how it ended, what the model is told and Hostex's ids."""
        try:
            result = await self._sender.send(call, draft.change)
        except HostexError as error:
            unsure = error.kind in _UNSURE and not error.retryable
            told = _told(call.tool.name, error)
            return State.UNKNOWN if unsure else State.FAILED, told, [error.request_id or ""]
        except InvalidArguments as error:
            return State.FAILED, _told(call.tool.name, error), ()
        except Exception:
            _log.exception("%s failed unexpectedly after a person approved it", call.tool.name)
            return State.UNKNOWN, failure("internal", _BUG.format(call.tool.name)), ()
        return State.DONE, result, result["receipt"]["request_ids"]

    async def _settle(
        self, approved: PendingChange, state: State, outcome: Mapping[str, Any]
    ) -> PendingChange:
        """Keep the outcome of a change, if the store takes it: the outcome stands without."""
        settled = replace(approved, state=state, outcome=outcome, undo_call=undo_call(outcome))
        try:
            return await self._pending.move(approved, settled) or settled
        except Exception:
            _log.exception("The outcome of an approved change was not stored")
            return settled

    async def _end(
        self,
        change: PendingChange,
        decision: Decision,
        state: State,
        outcome: Mapping[str, Any] | None = None,
    ) -> PendingChange:
        """End a change of which nothing is sent."""
        ended = replace(
            change,
            state=state,
            outcome=outcome,
            decided_by=decision.by,
            decided_at=decision.at,
            way=decision.way,
        )
        moved = await self._pending.move(change, ended)
        if moved is None:
            return await self._pending.now(change)
        emit(Confirmed("decline" if state is State.DECLINED else state.value))
        self._sender.record(self._noted(change, decision), state.value, ())
        return moved

    def _noted(self, change: PendingChange, decision: Decision) -> WriteCall:
        """Return what the audit trail says of a change that was not worked out again."""
        tool = self._tool_of(change.tool)
        call = WriteCall(tool, change.arguments, {}, change.digest, _not_planned)
        call.preview, call.changed = change.state_digest, describe_change(change.preview)
        call.confirmed, call.decision = decision.way, decision.on(change)
        return call

    async def _work_out(
        self, change: PendingChange, arguments: Mapping[str, Any]
    ) -> tuple[WriteCall, PreviewedWrite]:
        call = await self._prepare(change.tool, arguments)
        return call, await self._sender.draft(call)


def _told(tool: str, error: Failure) -> Mapping[str, Any]:
    return hostex_failure(error) if isinstance(error, HostexError) else arguments_failure(tool, error)


async def _not_planned() -> PlannedWrite[Any]:
    raise NotImplementedError
