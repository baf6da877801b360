"""How a write happens: worked out, shown to a person, and sent once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hostex_mcp.server.answer import done
from hostex_mcp.server.asking import Inquiry, Question, Verdict
from hostex_mcp.server.confirmation import EXPLAINED, Binding, Confirmations, Finding, digest
from hostex_mcp.server.preview import preview_of, question
from hostex_mcp.tools.results import TOKEN, Change
from hostex_mcp.tools.tool import Tool

Plan = Callable[[], Awaitable[Change[Any]]]

_DECLINED: Mapping[Verdict, str] = {
    "decline": "The person declined. Nothing was changed.",
    "cancel": "The person closed the question without an answer. Nothing was changed.",
    "timeout": "Nobody answered within ten minutes. Nothing was changed.",
}
_HOW = "Show the preview to the user; when they agree, repeat the call with the same arguments and the token."


@dataclass(frozen=True, slots=True)
class Wanted:
    """The arguments of a write: as they were given, and a digest of what they mean."""

    given: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A write as it stands now: what would be sent, its preview, and what a confirmation is bound to."""

    change: Change[Any]
    preview: Mapping[str, Any]
    binding: Binding


class Writes:
    """Runs the writes of one account, weighty ones only after a person could see them. `confirm` is `auto`
    (ask where the client can), `preview` (always by token) or `off`."""

    def __init__(self, account: str, confirm: str, now: Callable[[], datetime]) -> None:
        self._account = account
        self._confirm = confirm
        self._now = now
        self._confirmations = Confirmations(now)
        self._one_at_a_time = asyncio.Lock()

    async def run(
        self, tool: Tool, given: Mapping[str, Any], bound: Mapping[str, Any], plan: Plan, inquiry: Inquiry
    ) -> dict[str, Any] | Question:
        """Do the write that `plan` works out, ask about it, or say how it can be confirmed.

        Raises:
            HostexError: when working it out or sending it failed.
        """
        if not tool.confirmable or self._confirm == "off":
            return await self._send(tool, await plan())
        wanted = Wanted({name: value for name, value in given.items() if name != TOKEN}, digest(bound))
        asked = inquiry if self._confirm == "auto" else Inquiry()
        token = asked.state or given.get(TOKEN)
        if token:
            return await self._with_token(tool, wanted, plan, asked, str(token))
        draft = await self._draft(tool, wanted, plan)
        if asked.live:
            return await self._ask(tool, wanted, plan, asked, draft)
        return self._offer(tool, draft, asked)

    async def _with_token(
        self, tool: Tool, wanted: Wanted, plan: Plan, asked: Inquiry, token: str
    ) -> dict[str, Any] | Question:
        """Send a write whose token holds for exactly what would happen now; else say what differs."""
        async with self._one_at_a_time:
            draft = await self._draft(tool, wanted, plan)
            finding = self._confirmations.check(token, draft.binding)
            if finding is Finding.VALID:
                if asked.state and asked.verdict != "accept":
                    return _declined(asked.verdict or "cancel")
                return await self._send(tool, draft.change, token)
        outcome = self._confirmations.outcome(token) if finding is Finding.USED else None
        return self._offer(tool, draft, asked, finding, outcome)

    async def _ask(
        self, tool: Tool, wanted: Wanted, plan: Plan, asked: Inquiry, draft: Draft
    ) -> dict[str, Any]:
        """Ask while the call waits. What changed meanwhile is asked about again, once."""
        for _ in range(2):
            verdict = await asked.ask(question(tool, draft.preview))
            if verdict != "accept":
                return _declined(verdict)
            async with self._one_at_a_time:
                fresh = await self._draft(tool, wanted, plan)
                if fresh.binding == draft.binding:
                    return await self._send(tool, fresh.change)
            draft = fresh
        return self._token_offer(draft, Finding.STATE_CHANGED)

    def _offer(
        self,
        tool: Tool,
        draft: Draft,
        asked: Inquiry,
        finding: Finding | None = None,
        outcome: Mapping[str, Any] | None = None,
    ) -> dict[str, Any] | Question:
        """Ask by a returned question where the client takes one, else offer a token."""
        if asked.returned and finding is not Finding.USED:
            token, _ = self._confirmations.issue(draft.binding)
            reason = f"{EXPLAINED[finding]}\n" if finding else ""
            return Question(reason + question(tool, draft.preview), token)
        return self._token_offer(draft, finding, outcome)

    def _token_offer(
        self, draft: Draft, finding: Finding | None = None, outcome: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        token, expires = self._confirmations.issue(draft.binding)
        offer: dict[str, Any] = {"status": "confirmation_required", "preview": draft.preview}
        if finding:
            offer["reason"] = finding.value
            offer["notes"] = [EXPLAINED[finding]]
        if outcome:
            offer["earlier_outcome"] = outcome
        return {**offer, TOKEN: token, "expires_at": expires.isoformat(), "next_step": _HOW}

    async def _draft(self, tool: Tool, wanted: Wanted, plan: Plan) -> Draft:
        change = await plan()
        preview = preview_of(tool, wanted.given, change)
        state = [preview, change.undo.arguments if change.undo else None]
        return Draft(change, preview, Binding(self._account, tool.name, wanted.digest, digest(state)))

    async def _send(self, tool: Tool, change: Change[Any], token: str | None = None) -> dict[str, Any]:
        if token:
            self._confirmations.claim(token)
        result = await change.send()
        receipt = {"tool": tool.name, "at": self._now().isoformat(timespec="seconds")}
        if token:
            self._confirmations.settle(token, {"status": "done", "receipt": receipt})
        return done(result, change.undo, receipt)


def _declined(verdict: Verdict) -> dict[str, Any]:
    return {"status": "declined", "reason": verdict, "notes": [_DECLINED[verdict]]}
