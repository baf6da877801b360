"""How a write happens: worked out, shown to a person, and sent once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import anyio

from hostex_mcp.api import HostexError, receipts
from hostex_mcp.api.blocked import Blocked
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
    inquiry: Elicitation
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
    """Runs the writes of one account, consequential ones only after a person could see them. `confirm` is
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
        self._one_at_a_time = asyncio.Lock()

    async def run(
        self, tool: Tool, given: Mapping[str, Any], bound: Mapping[str, Any], plan: Plan, inquiry: Elicitation
    ) -> dict[str, Any] | InputRequired:
        """Do the write that `plan` works out, ask about it, or say how it can be confirmed.

        Raises:
            HostexError: when working it out or sending it failed.
        """
        inquiry = inquiry if self._confirm == "auto" else Elicitation()
        visible = {name: value for name, value in given.items() if name != TOKEN}
        attempt = WriteCall(tool, visible, digest(bound), plan, inquiry)
        outcome: str = "interrupted"
        ids: Sequence[str] = ()
        try:
            result = await self._decide(attempt, given.get(TOKEN))
            outcome = "asked" if isinstance(result, InputRequired) else result["status"]
            ids = (
                () if isinstance(result, InputRequired) else result.get("receipt", {}).get("request_ids", ())
            )
            return result
        except HostexError as error:
            outcome, ids = error.kind, (error.request_id or "",)
            raise
        finally:
            self._record(attempt, outcome, ids)

    async def _decide(self, attempt: WriteCall, token: object) -> dict[str, Any] | InputRequired:
        """Send at once what needs no confirmation; else take the answer or token in the only way that is open
        to this client, or ask."""
        inquiry = attempt.inquiry
        if self._confirm == "off" or not attempt.tool.confirmable:
            change = await attempt.plan()
            weighty = attempt.tool.confirmable or change.final
            if self._confirm == "off" or not weighty:
                attempt.confirmed = "operator" if weighty else "not needed"
                return await self._send(attempt, change)
        if inquiry.returned and inquiry.state:
            return await self._with_answer(attempt, inquiry.state)
        # Where the person can be asked, a model's token is worth nothing.
        if token and not inquiry.possible:
            return await self._with_token(attempt, str(token))
        draft = await self._draft(attempt)
        if draft.change.already:
            return unchanged_result(draft.change.already)
        if inquiry.live:
            return await self._ask(attempt, draft)
        return self._question(attempt, draft) if inquiry.returned else self._offer(attempt.tool, draft)

    async def _with_answer(self, attempt: WriteCall, state: str) -> dict[str, Any] | InputRequired:
        """Send a write that a person agreed to when they were asked by a returned question. A no ends it; a
        yes to something that has changed since is asked again."""
        place = self._confirmations.place(state)
        verdict = attempt.inquiry.answers.get(place) if place else None
        async with self._one_at_a_time:
            draft = await self._draft_again(attempt, state, Channel.ANSWER)
            if isinstance(draft, dict):
                return draft
            finding = await self._confirmations.check(state, draft.binding, Channel.ANSWER)
            if verdict == "accept" and finding is TokenCheck.VALID and not draft.change.already:
                if outcome := await self._redeem(attempt, draft.change, state, "person"):
                    return outcome
                finding = TokenCheck.USED
        if finding is TokenCheck.USED:
            emit(Confirmed(finding.value))
            return _declined(finding.value, EXPLAINED[finding], await self._confirmations.outcome(state))
        if verdict != "accept" and (verdict or finding is TokenCheck.VALID):
            return await self._refuse(attempt, state, verdict or "cancel")
        if draft.change.already:
            return unchanged_result(draft.change.already)
        return self._question(attempt, draft, finding)

    async def _refuse(self, attempt: WriteCall, state: str, verdict: ElicitAction) -> dict[str, Any]:
        """Return the result of a write that a person did not agree to. Their answer is the last to this
        question."""
        emit(Confirmed(verdict))
        outcome = unconfirmed_result(attempt.tool.name, verdict)
        if await self._confirmations.claim(state):
            await self._confirmations.settle(state, outcome)
        return outcome

    async def _with_token(self, attempt: WriteCall, token: str) -> dict[str, Any]:
        """Send a write whose token holds for exactly what would happen now; else say what differs."""
        async with self._one_at_a_time:
            draft = await self._draft_again(attempt, token, Channel.OFFER)
            if isinstance(draft, dict):
                return draft
            finding = await self._confirmations.check(token, draft.binding, Channel.OFFER)
            if finding is TokenCheck.VALID and not draft.change.already:
                if outcome := await self._redeem(attempt, draft.change, token, "token"):
                    return outcome
                finding = TokenCheck.USED
        earlier = await self._confirmations.outcome(token) if finding is TokenCheck.USED else None
        if draft.change.already:
            return _unchanged_again(draft.change.already, finding, earlier)
        return self._offer(attempt.tool, draft, finding, earlier)

    async def _draft_again(
        self, attempt: WriteCall, issued: str, channel: Channel
    ) -> PreviewedWrite | dict[str, Any]:
        """Return the write as it stands now; where it cannot be made any more, the outcome of a confirmation
        that was used for it.

        Raises:
            HostexError: it cannot be made, and was not.
            InvalidArguments: likewise.
        """
        try:
            return await self._draft(attempt)
        except (HostexError, InvalidArguments):
            binding = Binding(self._account, attempt.tool.name, attempt.arguments_digest, "")
            if await self._confirmations.check(issued, binding, channel) is not TokenCheck.USED:
                raise
        return _unchanged_again(_NOT_AGAIN, TokenCheck.USED, await self._confirmations.outcome(issued))

    async def _redeem(
        self, attempt: WriteCall, change: PlannedWrite[Any], issued: str, by: Literal["person", "token"]
    ) -> dict[str, Any] | None:
        """Use a confirmation up, send the write and keep its outcome; None if it was used up before."""
        with _shielded():
            attempt.confirmed = by
            self._announce(attempt)
            if not await self._confirmations.claim(issued):
                attempt.confirmed = None
                return None
            emit(Confirmed("accept" if by == "person" else "token"))
            outcome = await self._send(attempt, change)
            await self._confirmations.settle(issued, outcome)
            return outcome

    async def _ask(self, attempt: WriteCall, draft: PreviewedWrite) -> dict[str, Any]:
        """Ask while the call waits. If something changed meanwhile, say so and ask again, once."""
        reason = ""
        for _ in range(2):
            verdict = await attempt.inquiry.ask(reason + question(draft.preview))
            if verdict != "accept":
                return unconfirmed_result(attempt.tool.name, verdict)
            async with self._one_at_a_time:
                fresh = await self._draft(attempt)
                if fresh.change.already:
                    return unchanged_result(fresh.change.already)
                if fresh.binding == draft.binding:
                    attempt.confirmed = "person"
                    return await self._send(attempt, fresh.change)
            emit(Confirmed(TokenCheck.STATE_CHANGED.value))
            draft, reason = fresh, f"{EXPLAINED[TokenCheck.STATE_CHANGED]}\n"
        return _declined(TokenCheck.STATE_CHANGED.value, _KEPT_MOVING)

    def _question(
        self, attempt: WriteCall, draft: PreviewedWrite, finding: TokenCheck | None = None
    ) -> InputRequired:
        """Ask by a question that is returned; say first why an earlier answer does not count."""
        if finding:
            emit(Confirmed(finding.value))
        issued = self._confirmations.issue(draft.binding, Channel.ANSWER)
        emit(Confirmed("asked"))
        reason = f"{EXPLAINED[finding]}\n" if finding else ""
        return InputRequired(reason + question(draft.preview), issued.text, issued.place)

    def _offer(
        self,
        tool: Tool,
        draft: PreviewedWrite,
        finding: TokenCheck | None = None,
        outcome: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Hand out a token, for a client that cannot ask; say why an earlier one does not count."""
        if finding:
            emit(Confirmed(finding.value))
        issued = self._confirmations.issue(draft.binding, Channel.OFFER)
        emit(Confirmed("offered"))
        offer: dict[str, Any] = {"status": "confirmation_required", "preview": draft.preview}
        if finding:
            offer["reason"] = finding.value
            offer["notes"] = [EXPLAINED[finding]]
        if outcome:
            offer["earlier_outcome"] = outcome
        how = _HOW if tool.confirmable else _HOW + _BY_DOOR
        return {**offer, TOKEN: issued.text, "expires_at": issued.expires.isoformat(), "next_step": how}

    async def _draft(self, attempt: WriteCall) -> PreviewedWrite:
        with fence_labels() as labels:
            change = await attempt.plan()
            preview = preview_of(attempt.tool, attempt.arguments, change)
        attempt.changed = describe_change(preview)
        attempt.preview = digest([preview, change.undo.arguments if change.undo else None], labels)
        binding = Binding(self._account, attempt.tool.name, attempt.arguments_digest, attempt.preview)
        return PreviewedWrite(change, preview, binding)

    async def _send(self, attempt: WriteCall, change: PlannedWrite[Any]) -> dict[str, Any]:
        if change.already:
            return unchanged_result(change.already)
        attempt.changed = attempt.changed or describe_change(
            preview_of(attempt.tool, attempt.arguments, change)
        )
        self._announce(attempt)
        with receipts() as ids, _shielded():
            result = await change.send()
        receipt = {
            "tool": attempt.tool.name,
            "at": self._now().isoformat(timespec="seconds"),
            "request_ids": ids,
        }
        return done_result(result, change.undo, receipt, change.notes)

    def _announce(self, attempt: WriteCall) -> None:
        """Put into the audit trail that a write is about to be sent.

        Raises:
            Blocked: that cannot be, so nothing is sent.
        """
        try:
            attempt.line = attempt.line or self._audit.reserve(**self._entry(attempt, "sending"))
        except OSError as error:
            _log.error("The audit trail cannot be written: %s", error.strerror or error)
            raise Blocked(_UNRECORDED, operation=attempt.tool.name, hint=_MAKE_ROOM) from None

    def _record(self, attempt: WriteCall, outcome: str, request_ids: Sequence[str]) -> None:
        try:
            self._audit.record(attempt.line, **self._entry(attempt, outcome), request_ids=request_ids)
        except OSError as error:
            _log.error("An outcome, %s, is not in the audit trail: %s", outcome, error.strerror or error)

    def _entry(self, attempt: WriteCall, outcome: str) -> dict[str, Any]:
        return {
            "time": self._now().isoformat(timespec="milliseconds"),
            "account": self._account,
            "tool": attempt.tool.name,
            "changed": attempt.changed,
            "arguments": self._confirmations.fingerprint(attempt.arguments_digest),
            "preview": attempt.preview and self._confirmations.fingerprint(attempt.preview),
            "confirmed": attempt.confirmed,
            "outcome": outcome,
        }


@contextmanager
def _shielded() -> Generator[None]:
    """Wait for a write that was sent though its caller may be gone."""
    # The outcome has to be known and kept: the same confirmation may be presented again.
    with anyio.CancelScope(shield=True):
        yield


def _unchanged_again(already: str, finding: TokenCheck, outcome: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the result of a write that would change nothing, with the outcome of a confirmation that was
    used before."""
    result = unchanged_result(already)
    if finding is not TokenCheck.USED:
        return result
    emit(Confirmed(finding.value))
    notes = [*result["notes"], EXPLAINED[finding]]
    return {**result, "reason": finding.value, "notes": notes, "earlier_outcome": outcome or {}}


def _declined(reason: str, note: str, earlier: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the result of a write that was not made, and cannot be confirmed in another way."""
    ended = {"status": "declined", "reason": reason, "notes": [note]}
    return {**ended, "earlier_outcome": earlier} if earlier else ended
