"""How a write happens: worked out, shown to a person, and sent once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import anyio

from hostex_mcp.api import HostexError, receipts
from hostex_mcp.events import Confirmed, emit
from hostex_mcp.server.answer import done, unchanged
from hostex_mcp.server.asking import Inquiry, Question, Verdict
from hostex_mcp.server.audit import AuditLog, Line
from hostex_mcp.server.confirmation import EXPLAINED, Binding, Confirmations, Finding, digest
from hostex_mcp.server.preview import preview_of, question
from hostex_mcp.tools.arguments import InvalidArguments
from hostex_mcp.tools.blocked import Blocked
from hostex_mcp.tools.results import TOKEN, Change
from hostex_mcp.tools.tool import Tool

Plan = Callable[[], Awaitable[Change[Any]]]

_DECLINED: Mapping[Verdict, str] = {
    "decline": "The person declined. Nothing was changed.",
    "cancel": "The person closed the question without an answer. Nothing was changed.",
    "timeout": "Nobody answered within ten minutes. Nothing was changed.",
}
_UNRECORDED = "Changes are recorded before they are made, and this one cannot be. Nothing was changed."
_MAKE_ROOM = "The operator of this server has to make HOSTEX_MCP_AUDIT_LOG writable: is its disk full?"
_NOT_AGAIN = "As things are now, this change cannot be made."
_HOW = "Show the preview to the user; when they agree, repeat the call with the same arguments and the token."

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Attempt:
    """A call of a writing tool: its arguments as they were given and a digest of what they mean, how to
    work out the change, and whom to ask. `preview`, `confirmed` and the `line` of the audit trail are filled
    in on the way."""

    tool: Tool
    given: Mapping[str, Any]
    arguments: str
    plan: Plan
    inquiry: Inquiry
    preview: str | None = None
    confirmed: str | None = None
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A write as it stands now: what would be sent, its preview, and what a confirmation is bound to."""

    change: Change[Any]
    preview: Mapping[str, Any]
    binding: Binding


class Writes:
    """Runs the writes of one account, weighty ones only after a person could see them. `confirm` is `auto`
    (ask where the client can), `preview` (always by token) or `off`."""

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
        self, tool: Tool, given: Mapping[str, Any], bound: Mapping[str, Any], plan: Plan, inquiry: Inquiry
    ) -> dict[str, Any] | Question:
        """Do the write that `plan` works out, ask about it, or say how it can be confirmed.

        Raises:
            HostexError: when working it out or sending it failed.
        """
        asked = inquiry if self._confirm == "auto" else Inquiry()
        shown = {name: value for name, value in given.items() if name != TOKEN}
        attempt = Attempt(tool, shown, digest(bound), plan, asked)
        outcome: str = "interrupted"
        ids: Sequence[str] = ()
        try:
            result = await self._decide(attempt, asked.state or given.get(TOKEN))
            outcome = "asked" if isinstance(result, Question) else result["status"]
            ids = () if isinstance(result, Question) else result.get("receipt", {}).get("request_ids", ())
            return result
        except HostexError as error:
            outcome, ids = error.kind, (error.request_id or "",)
            raise
        finally:
            self._record(attempt, outcome, ids)

    async def _decide(self, attempt: Attempt, token: object) -> dict[str, Any] | Question:
        if not attempt.tool.confirmable or self._confirm == "off":
            attempt.confirmed = "operator" if attempt.tool.confirmable else "not needed"
            return await self._send(attempt, await attempt.plan())
        if token:
            return await self._with_token(attempt, str(token))
        draft = await self._draft(attempt)
        if draft.change.already:
            return unchanged(draft.change.already)
        if attempt.inquiry.live:
            return await self._ask(attempt, draft)
        return self._offer(attempt, draft)

    async def _with_token(self, attempt: Attempt, token: str) -> dict[str, Any] | Question:
        """Send a write whose token holds for exactly what would happen now; else say what differs."""
        asked = attempt.inquiry
        async with self._one_at_a_time:
            try:
                draft = await self._draft(attempt)
            except (HostexError, InvalidArguments):
                if used := await self._used(attempt, token):
                    return used
                raise
            finding = await self._confirmations.check(token, draft.binding)
            if finding is Finding.VALID and not draft.change.already:
                if asked.state and asked.verdict != "accept":
                    emit(Confirmed(asked.verdict or "cancel"))
                    return _declined(asked.verdict or "cancel")
                with _seen_to_its_end():
                    if outcome := await self._redeem(attempt, draft.change, token):
                        return outcome
                finding = Finding.USED
        earlier = await self._confirmations.outcome(token) if finding is Finding.USED else None
        if draft.change.already:
            return _unchanged(draft.change.already, finding, earlier)
        return self._offer(attempt, draft, finding, earlier)

    async def _used(self, attempt: Attempt, token: str) -> dict[str, Any] | None:
        """What came of a confirmation that was used, where the change cannot be made again; else None."""
        binding = Binding(self._account, attempt.tool.name, attempt.arguments, "")
        if await self._confirmations.check(token, binding) is not Finding.USED:
            return None
        return _unchanged(_NOT_AGAIN, Finding.USED, await self._confirmations.outcome(token))

    async def _redeem(self, attempt: Attempt, change: Change[Any], token: str) -> dict[str, Any] | None:
        """Use a token up, send the write, and keep what came of it; None when it was used up before."""
        by_person = attempt.inquiry.state
        attempt.confirmed = "person" if by_person else "token"
        self._announce(attempt)
        if not await self._confirmations.claim(token):
            attempt.confirmed = None
            return None
        emit(Confirmed("accept" if by_person else "token"))
        outcome = await self._send(attempt, change)
        await self._confirmations.settle(token, outcome)
        return outcome

    async def _ask(self, attempt: Attempt, draft: Draft) -> dict[str, Any]:
        """Ask while the call waits. What changed meanwhile is asked about again, once."""
        for _ in range(2):
            verdict = await attempt.inquiry.ask(question(attempt.tool, draft.preview))
            if verdict != "accept":
                return _declined(verdict)
            async with self._one_at_a_time:
                fresh = await self._draft(attempt)
                if fresh.change.already:
                    return unchanged(fresh.change.already)
                if fresh.binding == draft.binding:
                    attempt.confirmed = "person"
                    return await self._send(attempt, fresh.change)
            draft = fresh
        return self._token_offer(draft, Finding.STATE_CHANGED)

    def _offer(
        self,
        attempt: Attempt,
        draft: Draft,
        finding: Finding | None = None,
        outcome: Mapping[str, Any] | None = None,
    ) -> dict[str, Any] | Question:
        """Ask by a returned question where the client takes one, else offer a token."""
        if finding:
            emit(Confirmed(finding.value))
        if attempt.inquiry.returned and finding is not Finding.USED:
            token, _ = self._confirmations.issue(draft.binding)
            emit(Confirmed("asked"))
            reason = f"{EXPLAINED[finding]}\n" if finding else ""
            return Question(reason + question(attempt.tool, draft.preview), token)
        return self._token_offer(draft, finding, outcome)

    def _token_offer(
        self, draft: Draft, finding: Finding | None = None, outcome: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        token, expires = self._confirmations.issue(draft.binding)
        emit(Confirmed("offered"))
        offer: dict[str, Any] = {"status": "confirmation_required", "preview": draft.preview}
        if finding:
            offer["reason"] = finding.value
            offer["notes"] = [EXPLAINED[finding]]
        if outcome:
            offer["earlier_outcome"] = outcome
        return {**offer, TOKEN: token, "expires_at": expires.isoformat(), "next_step": _HOW}

    async def _draft(self, attempt: Attempt) -> Draft:
        change = await attempt.plan()
        preview = preview_of(attempt.tool, attempt.given, change)
        attempt.preview = digest([preview, change.undo.arguments if change.undo else None])
        binding = Binding(self._account, attempt.tool.name, attempt.arguments, attempt.preview)
        return Draft(change, preview, binding)

    async def _send(self, attempt: Attempt, change: Change[Any]) -> dict[str, Any]:
        if change.already:
            return unchanged(change.already)
        self._announce(attempt)
        with receipts() as ids, _seen_to_its_end():
            result = await change.send()
        receipt = {
            "tool": attempt.tool.name,
            "at": self._now().isoformat(timespec="seconds"),
            "request_ids": ids,
        }
        return done(result, change.undo, receipt)

    def _announce(self, attempt: Attempt) -> None:
        """Have it in the audit trail that a write is about to be sent.

        Raises:
            Blocked: that cannot be, so nothing is sent.
        """
        try:
            attempt.line = attempt.line or self._audit.reserve(**self._entry(attempt, "sending"))
        except OSError as error:
            _log.error("The audit trail cannot be written: %s", error.strerror or error)
            raise Blocked(_UNRECORDED, operation=attempt.tool.name, hint=_MAKE_ROOM) from None

    def _record(self, attempt: Attempt, outcome: str, request_ids: Sequence[str]) -> None:
        try:
            self._audit.record(attempt.line, **self._entry(attempt, outcome), request_ids=request_ids)
        except OSError as error:
            _log.error("An outcome, %s, is not in the audit trail: %s", outcome, error.strerror or error)

    def _entry(self, attempt: Attempt, outcome: str) -> dict[str, Any]:
        return {
            "time": self._now().isoformat(timespec="milliseconds"),
            "account": self._account,
            "tool": attempt.tool.name,
            "arguments": attempt.arguments,
            "preview": attempt.preview,
            "confirmed": attempt.confirmed,
            "outcome": outcome,
        }


@contextmanager
def _seen_to_its_end() -> Generator[None]:
    """A write that was sent is waited for though its caller may be gone: what came of it has to be known and
    kept."""
    with anyio.CancelScope(shield=True):
        yield


def _unchanged(already: str, finding: Finding, outcome: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is said where nothing would change, with what became of a confirmation that was used before."""
    said = unchanged(already)
    if finding is not Finding.USED:
        return said
    notes = [*said["notes"], EXPLAINED[finding]]
    return {**said, "reason": finding.value, "notes": notes, "earlier_outcome": outcome or {}}


def _declined(verdict: Verdict) -> dict[str, Any]:
    return {"status": "declined", "reason": verdict, "notes": [_DECLINED[verdict]]}
