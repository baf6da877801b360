"""The path of a write: worked out, shown to a person, and sent once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import anyio

from hostex_mcp.api import Blocked, HostexError, receipts
from hostex_mcp.domain.guest_text import fence_labels
from hostex_mcp.events import Confirmed, emit
from hostex_mcp.server.answer import done_result, unchanged_result
from hostex_mcp.server.asking import ElicitAction, Elicitation, InputRequired, unconfirmed_result
from hostex_mcp.server.audit import AuditLog, Line, describe_change
from hostex_mcp.server.confirmation import EXPLAINED, Binding, Channel, Confirmations, TokenCheck, digest
from hostex_mcp.server.preview import preview_of, question
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.results import TOKEN, PlannedWrite
from hostex_mcp.toolkit.tool import Tool

Plan = Callable[[], Awaitable[PlannedWrite[Any]]]

_KEPT_MOVING = (
    "What this would change has changed again while the user was asked a second time. Nothing was changed. "
    "Repeat the call to be asked again."
)
_UNRECORDED = "Every change is recorded before it is made, and this one could not be. Nothing was changed."
_MAKE_ROOM = "The operator of this server has to make HOSTEX_MCP_AUDIT_LOG writable: is its disk full?"
_NOT_AGAIN = "As things are now, this change cannot be made."
_BY_DOOR = " A client that knows no such argument of this tool passes it to call_write_tool."
_HOW = "Show the preview to the user; when they agree, repeat the call with the same arguments and the token."

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class WriteCall:
    """A call of a writing tool: its arguments as they were given and a digest of what they mean, how to
    work out the change, and whom to ask. `preview`, what is `changed`, `confirmed` and the `line` of the
    audit trail are filled in on the way."""

    tool: Tool
    arguments: Mapping[str, Any]
    arguments_digest: str
    plan: Plan
    elicitation: Elicitation
    preview: str | None = None
    changed: str | None = None
    confirmed: str | None = None
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class PreviewedWrite:
    """A write as it stands now: what would be sent, its preview, and what a confirmation is bound to."""

    change: PlannedWrite[Any]
    preview: Mapping[str, Any]
    binding: Binding


class Writes:
    """The writes of one account: consequential ones are sent only after a person could see them. `confirm` is
    `auto` (ask where the client can), `token` (always by token) or `off`. What has no way back is
    consequential, whatever its tool is."""

    def __init__(
        self,
        account: str,
        confirm: str,
        now: Callable[[], datetime],
        audit: AuditLog | None = None,
        confirmations: Confirmations | None = None,
    ) -> None:
        self._account = account
        self._confirm = confirm
        self._now = now
        self._audit = audit or AuditLog()
        self._confirmations = confirmations or Confirmations(now)
        # Between the check of a confirmation and its use nothing else may change what it was given for.
        self._one_at_a_time = asyncio.Lock()

    async def run(
        self,
        tool: Tool,
        given: Mapping[str, Any],
        bound: Mapping[str, Any],
        plan: Plan,
        elicitation: Elicitation,
    ) -> dict[str, Any] | InputRequired:
        """Do the write that `plan` works out, ask about it, or say how it can be confirmed.

        Raises:
            HostexError: when working it out or sending it failed.
        """
        elicitation = elicitation if self._confirm == "auto" else Elicitation()
        visible = {name: value for name, value in given.items() if name != TOKEN}
        call = WriteCall(tool, visible, digest(bound), plan, elicitation)
        outcome: str = "interrupted"
        ids: Sequence[str] = ()
        try:
            result = await self._decide(call, given.get(TOKEN))
            outcome = "asked" if isinstance(result, InputRequired) else result["status"]
            ids = (
                () if isinstance(result, InputRequired) else result.get("receipt", {}).get("request_ids", ())
            )
            return result
        except HostexError as error:
            outcome, ids = error.kind, (error.request_id or "",)
            raise
        finally:
            # Also of a call that failed or was cancelled.
            self._record(call, outcome, ids)

    async def _decide(self, call: WriteCall, token: object) -> dict[str, Any] | InputRequired:
        """Send at once what needs no confirmation; else take the answer or token in the only way that is open
        to this client, or ask."""
        elicitation = call.elicitation
        if self._confirm == "off" or not call.tool.confirmable:
            change = await call.plan()
            weighty = call.tool.confirmable or change.final
            if self._confirm == "off" or not weighty:
                call.confirmed = "operator" if weighty else "not needed"
                return await self._send(call, change)
        if elicitation.returned and elicitation.state:
            return await self._with_answer(call, elicitation.state)
        # Where the person can be asked, a model's token is worth nothing.
        if token and not elicitation.possible:
            return await self._with_token(call, str(token))
        draft = await self._draft(call)
        if draft.change.already:
            return unchanged_result(draft.change.already)
        if elicitation.live:
            return await self._ask(call, draft)
        return self._question(call, draft) if elicitation.returned else self._offer(call.tool, draft)

    async def _with_answer(self, call: WriteCall, state: str) -> dict[str, Any] | InputRequired:
        """Send a write that a person agreed to when they were asked by a returned question. A no ends it; a
        yes to something that has changed since is asked again."""
        place = self._confirmations.place(state)
        action = call.elicitation.answers.get(place) if place else None
        async with self._one_at_a_time:
            draft = await self._draft_again(call, state, Channel.ANSWER)
            if isinstance(draft, dict):
                return draft
            check = await self._confirmations.check(state, draft.binding, Channel.ANSWER)
            if action == "accept" and check is TokenCheck.VALID and not draft.change.already:
                if outcome := await self._redeem(call, draft.change, state, "person"):
                    return outcome
                check = TokenCheck.USED
        if check is TokenCheck.USED:
            emit(Confirmed(check.value))
            return _declined(check.value, EXPLAINED[check], await self._confirmations.outcome(state))
        if action != "accept" and (action or check is TokenCheck.VALID):
            return await self._refuse(call, state, action or "cancel")
        if draft.change.already:
            return unchanged_result(draft.change.already)
        return self._question(call, draft, check)

    async def _refuse(self, call: WriteCall, state: str, action: ElicitAction) -> dict[str, Any]:
        """Return the result of a write that a person did not agree to. Their answer is the last to this
        question."""
        emit(Confirmed(action))
        outcome = unconfirmed_result(call.tool.name, action)
        # A no is final: nobody can turn it into a yes by presenting the question again.
        if await self._confirmations.claim(state):
            await self._confirmations.settle(state, outcome)
        return outcome

    async def _with_token(self, call: WriteCall, token: str) -> dict[str, Any]:
        """Send a write whose token holds for exactly what would happen now; else say what differs."""
        async with self._one_at_a_time:
            draft = await self._draft_again(call, token, Channel.OFFER)
            if isinstance(draft, dict):
                return draft
            check = await self._confirmations.check(token, draft.binding, Channel.OFFER)
            if check is TokenCheck.VALID and not draft.change.already:
                if outcome := await self._redeem(call, draft.change, token, "token"):
                    return outcome
                check = TokenCheck.USED
        earlier = await self._confirmations.outcome(token) if check is TokenCheck.USED else None
        if draft.change.already:
            return _unchanged_again(draft.change.already, check, earlier)
        return self._offer(call.tool, draft, check, earlier)

    async def _draft_again(
        self, call: WriteCall, issued: str, channel: Channel
    ) -> PreviewedWrite | dict[str, Any]:
        """Return the write as it stands now; where it cannot be made any more, the outcome of a confirmation
        that was used for it.

        Raises:
            HostexError: it cannot be made, and was not.
            InvalidArguments: likewise.
        """
        try:
            return await self._draft(call)
        except (HostexError, InvalidArguments):
            binding = Binding(self._account, call.tool.name, call.arguments_digest, "")
            if await self._confirmations.check(issued, binding, channel) is not TokenCheck.USED:
                raise
        return _unchanged_again(_NOT_AGAIN, TokenCheck.USED, await self._confirmations.outcome(issued))

    async def _redeem(
        self, call: WriteCall, change: PlannedWrite[Any], issued: str, by: Literal["person", "token"]
    ) -> dict[str, Any] | None:
        """Use a confirmation up, send the write and keep its outcome; None if it was used up before."""
        with _shielded():
            call.confirmed = by
            # First, so that what cannot be recorded does not use the confirmation up.
            self._announce(call)
            if not await self._confirmations.claim(issued):
                call.confirmed = None
                return None
            emit(Confirmed("accept" if by == "person" else "token"))
            outcome = await self._send(call, change)
            await self._confirmations.settle(issued, outcome)
            return outcome

    async def _ask(self, call: WriteCall, draft: PreviewedWrite) -> dict[str, Any]:
        """Ask while the call waits. If something changed meanwhile, say so and ask again, once."""
        reason = ""
        for _ in range(2):
            action = await call.elicitation.ask(reason + question(draft.preview))
            if action != "accept":
                return unconfirmed_result(call.tool.name, action)
            async with self._one_at_a_time:
                fresh = await self._draft(call)
                if fresh.change.already:
                    return unchanged_result(fresh.change.already)
                if fresh.binding == draft.binding:
                    call.confirmed = "person"
                    return await self._send(call, fresh.change)
            emit(Confirmed(TokenCheck.STATE_CHANGED.value))
            draft, reason = fresh, f"{EXPLAINED[TokenCheck.STATE_CHANGED]}\n"
        return _declined(TokenCheck.STATE_CHANGED.value, _KEPT_MOVING)

    def _question(
        self, call: WriteCall, draft: PreviewedWrite, check: TokenCheck | None = None
    ) -> InputRequired:
        """Ask by a question that is returned; say first why an earlier answer does not count."""
        if check:
            emit(Confirmed(check.value))
        issued = self._confirmations.issue(draft.binding, Channel.ANSWER)
        emit(Confirmed("asked"))
        reason = f"{EXPLAINED[check]}\n" if check else ""
        return InputRequired(reason + question(draft.preview), issued.text, issued.place)

    def _offer(
        self,
        tool: Tool,
        draft: PreviewedWrite,
        check: TokenCheck | None = None,
        outcome: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Hand out a token, for a client that cannot ask; say why an earlier one does not count."""
        if check:
            emit(Confirmed(check.value))
        issued = self._confirmations.issue(draft.binding, Channel.OFFER)
        emit(Confirmed("offered"))
        offer: dict[str, Any] = {"status": "confirmation_required", "preview": draft.preview}
        if check:
            offer["reason"] = check.value
            offer["notes"] = [EXPLAINED[check]]
        if outcome:
            offer["earlier_outcome"] = outcome
        how = _HOW if tool.confirmable else _HOW + _BY_DOOR
        return {**offer, TOKEN: issued.text, "expires_at": issued.expires.isoformat(), "next_step": how}

    async def _draft(self, call: WriteCall) -> PreviewedWrite:
        with fence_labels() as labels:
            change = await call.plan()
            preview = preview_of(call.tool, call.arguments, change)
        call.changed = describe_change(preview)
        call.preview = digest([preview, change.undo.arguments if change.undo else None], labels)
        binding = Binding(self._account, call.tool.name, call.arguments_digest, call.preview)
        return PreviewedWrite(change, preview, binding)

    async def _send(self, call: WriteCall, change: PlannedWrite[Any]) -> dict[str, Any]:
        if change.already:
            return unchanged_result(change.already)
        call.changed = call.changed or describe_change(preview_of(call.tool, call.arguments, change))
        self._announce(call)
        with receipts() as ids, _shielded():
            result = await change.send()
        receipt = {
            "tool": call.tool.name,
            "at": self._now().isoformat(timespec="seconds"),
            "request_ids": ids,
        }
        return done_result(result, change.undo, receipt, change.notes)

    def _announce(self, call: WriteCall) -> None:
        """Put into the audit trail that a write is about to be sent.

        Raises:
            Blocked: that cannot be, so nothing is sent.
        """
        try:
            call.line = call.line or self._audit.reserve(**self._entry(call, "sending"))
        except OSError as error:
            _log.error("The audit trail cannot be written: %s", error.strerror or error)
            raise Blocked(_UNRECORDED, operation=call.tool.name, hint=_MAKE_ROOM) from None

    def _record(self, call: WriteCall, outcome: str, request_ids: Sequence[str]) -> None:
        try:
            self._audit.record(call.line, **self._entry(call, outcome), request_ids=request_ids)
        except OSError as error:
            _log.error("An outcome, %s, is not in the audit trail: %s", outcome, error.strerror or error)

    def _entry(self, call: WriteCall, outcome: str) -> dict[str, Any]:
        return {
            "time": self._now().isoformat(timespec="milliseconds"),
            "account": self._account,
            "tool": call.tool.name,
            "changed": call.changed,
            "arguments": self._confirmations.fingerprint(call.arguments_digest),
            "preview": call.preview and self._confirmations.fingerprint(call.preview),
            "confirmed": call.confirmed,
            "outcome": outcome,
        }


@contextmanager
def _shielded() -> Generator[None]:
    """Wait for a write that was sent though its caller may be gone."""
    # The outcome has to be known and kept: the same confirmation may be presented again.
    with anyio.CancelScope(shield=True):
        yield


def _unchanged_again(already: str, check: TokenCheck, outcome: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the result of a write that would change nothing, with the outcome of a confirmation that was
    used before."""
    result = unchanged_result(already)
    if check is not TokenCheck.USED:
        return result
    emit(Confirmed(check.value))
    notes = [*result["notes"], EXPLAINED[check]]
    return {**result, "reason": check.value, "notes": notes, "earlier_outcome": outcome or {}}


def _declined(reason: str, note: str, earlier: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the result of a write that was not made, and cannot be confirmed in another way."""
    ended = {"status": "declined", "reason": reason, "notes": [note]}
    return {**ended, "earlier_outcome": earlier} if earlier else ended
