"""The path of a write: worked out, shown to a person, and sent once."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from hostex_mcp.api import HostexError
from hostex_mcp.events import Confirmed, emit
from hostex_mcp.server.answer import unchanged_result
from hostex_mcp.server.asking import ElicitAction, InputRequired, unconfirmed_result
from hostex_mcp.server.audit import AuditLog
from hostex_mcp.server.changes.pending import PendingChanges
from hostex_mcp.server.confirmation import (
    EXPLAINED,
    Binding,
    Channel,
    Confirmations,
    IssuedConfirmation,
    TokenCheck,
)
from hostex_mcp.server.preview import question
from hostex_mcp.server.sending import PreviewedWrite, Sender, WriteCall, shielded
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.results import TOKEN, PlannedWrite
from hostex_mcp.toolkit.tool import Tool

_KEPT_MOVING = (
    "What this would change has changed again while the user was asked a second time. Nothing was changed. "
    "Repeat the call to be asked again."
)
_NOT_AGAIN = "As things are now, this change cannot be made."
_BY_DOOR = " A client that knows no such argument of this tool passes it to call_write_tool."
_HOW = "Show the preview to the user; when they agree, repeat the call with the same arguments and the token."

# No person reads a question and answers it in less.
_FASTEST_SECONDS = 0.2


class Writes:
    """The writes of one account: consequential ones are sent only after a person could see them. `confirm` is
    `auto` (ask where the client can, else wait for a person's click), `token` (always by token) or `off`.
    What has no way back is consequential, whatever its tool is."""

    def __init__(
        self,
        account: str,
        confirm: str,
        now: Callable[[], datetime],
        audit: AuditLog | None = None,
        confirmations: Confirmations | None = None,
        pending: PendingChanges | None = None,
    ) -> None:
        self._account = account
        self._confirm = confirm
        self._confirmations = confirmations or Confirmations(now)
        self._pending = pending or PendingChanges(account, now)
        self.sender = Sender(account, now, audit or AuditLog(), self._confirmations)

    async def run(self, call: WriteCall) -> dict[str, Any] | InputRequired:
        """Do a write, ask about it, or say how it can be confirmed.

        Raises:
            HostexError: when working it out or sending it failed.
        """
        outcome: str = "interrupted"
        ids: Sequence[str] = ()
        try:
            result = await (self._propose(call) if call.waits else self._decide(call))
            if not isinstance(result, InputRequired) and result["status"] == "done":
                with shielded():
                    await self._pending.keep(call, result)
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
            self.sender.record(call, outcome, ids)

    async def _decide(self, call: WriteCall) -> dict[str, Any] | InputRequired:
        """Have what needs an owner wait for them, however the rest is confirmed."""
        oversight = self._pending.desk.oversight
        if oversight is None:
            return await self._confirm_here(call)
        oversight.admit(call.tool, call.meant)
        call.decision = {"asked_by": self._pending.asker(call.elicitation)}
        draft = await self.sender.draft(call)
        if draft.change.already or self._pending.owner_of(draft) is None:
            return await self._confirm_here(call, draft)
        return await self._wait_for_owner(call, draft)

    async def _wait_for_owner(self, call: WriteCall, draft: PreviewedWrite) -> dict[str, Any]:
        change = await self._pending.begin(call, draft)
        call.decision = {"change_id": change.id, "asked_by": change.asked_by}
        return await self._pending.told(call.tool, change, card=call.elicitation.card)

    async def _confirm_here(
        self, call: WriteCall, seen: PreviewedWrite | None = None
    ) -> dict[str, Any] | InputRequired:
        """Send at once what needs no confirmation, as it was `seen`; else take the answer or token in the
        only way that is open to this client, or ask."""
        if self._confirm == "off" or not call.tool.confirmable:
            change = seen.change if seen else await call.plan()
            weighty = call.tool.confirmable or change.final
            if self._confirm == "off" or not weighty:
                call.confirmed = "operator" if weighty else "not needed"
                return await self.sender.send(call, change)
        # At the page, a person and no program decides.
        if self._confirm == "token" and not call.elicitation.here:
            return await self._by_token(call)
        elicitation = call.elicitation
        if elicitation.returned and elicitation.state and not elicitation.opens:
            return await self._with_answer(call, elicitation.state)
        draft = await self.sender.draft(call)
        if draft.change.already:
            return unchanged_result(draft.change.already)
        if elicitation.live:
            return await self._ask(call, draft)
        if elicitation.returned and not elicitation.opens:
            return await self._question(call, draft)
        return await self._wait(call, draft)

    async def _propose(self, call: WriteCall) -> dict[str, Any] | InputRequired:
        """Have a write wait for a person, however it would be confirmed otherwise."""
        if oversight := self._pending.desk.oversight:
            oversight.admit(call.tool, call.meant)
        draft = await self.sender.draft(call)
        already = draft.change.already
        return unchanged_result(already) if already else await self._wait(call, draft)

    async def _wait(self, call: WriteCall, draft: PreviewedWrite) -> dict[str, Any] | InputRequired:
        """Have a write wait for a person's click. A client that can open addresses is given that of the page;
        any other learns where its user decides."""
        elicitation = call.elicitation
        change = await self._pending.begin(call, draft)
        asked = {"asked_by": change.asked_by} if change.asked_by else {}
        call.decision = {"change_id": change.id, **asked}
        # Asked for only where it is shown: whoever asks for an address shows it to the person.
        address = self._pending.desk.page.address(change) if elicitation.opens and change.open else None
        if address:
            if elicitation.returned:
                return self._pending.page_question(change, address)
            await elicitation.show(self._pending.page_words(change), address, change.id)
            change = await self._pending.decided(change, elicitation.seconds_left)
        return await self._pending.told(call.tool, change, card=call.elicitation.card)

    async def _by_token(self, call: WriteCall) -> dict[str, Any]:
        """Send a write that comes with its token, or hand one out."""
        if token := call.given.get(TOKEN):
            return await self._with_token(call, str(token))
        draft = await self.sender.draft(call)
        if draft.change.already:
            return unchanged_result(draft.change.already)
        return await self._offer(call.tool, draft)

    async def _with_answer(self, call: WriteCall, state: str) -> dict[str, Any] | InputRequired:
        """Send a write that a person agreed to when they were asked by a returned question. A no ends it; a
        yes to something that has changed since is asked again."""
        place = self._confirmations.place(state)
        action = call.elicitation.answers.get(place) if place else None
        async with self.sender.alone:
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
            return await self._refuse(call, draft, state, action or "cancel")
        if draft.change.already:
            return unchanged_result(draft.change.already)
        return await self._question(call, draft, check)

    async def _refuse(
        self, call: WriteCall, draft: PreviewedWrite, state: str, action: ElicitAction
    ) -> dict[str, Any]:
        """Return the result of a write that a person did not agree to. Their answer is the last to this
        question; one that was closed without a choice leaves the write to the page, if there is one."""
        emit(Confirmed(action))
        waits = action == "cancel" and self._pending.desk.page.present and not draft.change.already
        # A no is final: nobody can turn it into a yes by presenting the question again.
        first = await self._confirmations.claim(state)
        if waits and first:
            change = await self._pending.begin(call, draft)
            outcome = await self._pending.told(call.tool, change, card=call.elicitation.card)
        else:
            outcome = unconfirmed_result(call.tool.name, action)
        if first:
            await self._confirmations.settle(state, outcome)
        return outcome

    async def _with_token(self, call: WriteCall, token: str) -> dict[str, Any]:
        """Send a write whose token holds for exactly what would happen now; else say what differs."""
        async with self.sender.alone:
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
        return await self._offer(call.tool, draft, check, earlier)

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
            return await self.sender.draft(call)
        except (HostexError, InvalidArguments):
            binding = Binding(self._account, call.tool.name, call.arguments_digest, "")
            if await self._confirmations.check(issued, binding, channel) is not TokenCheck.USED:
                raise
        return _unchanged_again(_NOT_AGAIN, TokenCheck.USED, await self._confirmations.outcome(issued))

    async def _redeem(
        self, call: WriteCall, change: PlannedWrite[Any], issued: str, by: Literal["person", "token"]
    ) -> dict[str, Any] | None:
        """Use a confirmation up, send the write and keep its outcome; None if it was used up before."""
        with shielded():
            call.confirmed = by
            # First, so that what cannot be recorded does not use the confirmation up.
            self.sender.announce(call)
            if not await self._confirmations.claim_write(issued):
                call.confirmed = None
                return None
            emit(Confirmed("accept" if by == "person" else "token"))
            outcome = await self.sender.send(call, change)
            await self._confirmations.settle_write(issued, outcome)
            return outcome

    async def _ask(self, call: WriteCall, draft: PreviewedWrite) -> dict[str, Any]:
        """Ask while the call waits. If something changed meanwhile, say so and ask again, once."""
        reason = ""
        for _ in range(2):
            asked = time.monotonic()
            action = await call.elicitation.ask(reason + question(draft.preview))
            if action != "accept":
                return await self._unconfirmed(call, draft, action, time.monotonic() - asked)
            async with self.sender.alone:
                fresh = await self.sender.draft(call)
                if fresh.change.already:
                    return unchanged_result(fresh.change.already)
                if fresh.binding == draft.binding:
                    call.confirmed = "person"
                    return await self.sender.send(call, fresh.change)
            emit(Confirmed(TokenCheck.STATE_CHANGED.value))
            if self._pending.owner_of(fresh) is not None:
                # What needs the owner now did not when the user was asked.
                return await self._wait_for_owner(call, fresh)
            draft, reason = fresh, f"{EXPLAINED[TokenCheck.STATE_CHANGED]}\n"
        return _declined(TokenCheck.STATE_CHANGED.value, _KEPT_MOVING)

    async def _unconfirmed(
        self, call: WriteCall, draft: PreviewedWrite, action: ElicitAction, seconds: float
    ) -> dict[str, Any]:
        """Return the result of a write that nobody agreed to. Where nobody may have been asked, or the
        question was closed without a choice, it waits on the page, if there is one."""
        nobody = action in ("timeout", "failed", "cancel") or seconds < _FASTEST_SECONDS
        if not nobody or not self._pending.desk.page.present:
            return unconfirmed_result(call.tool.name, action)
        change = await self._pending.begin(call, draft)
        return await self._pending.told(call.tool, change, card=call.elicitation.card)

    async def _issue(self, draft: PreviewedWrite, channel: Channel) -> IssuedConfirmation:
        turn = await self._confirmations.turn(draft.binding)
        return self._confirmations.issue(draft.binding, channel, turn)

    async def _question(
        self, call: WriteCall, draft: PreviewedWrite, check: TokenCheck | None = None
    ) -> InputRequired:
        """Ask by a question that is returned; say first why an earlier answer does not count."""
        if check:
            emit(Confirmed(check.value))
        issued = await self._issue(draft, Channel.ANSWER)
        emit(Confirmed("asked"))
        reason = f"{EXPLAINED[check]}\n" if check else ""
        return InputRequired(reason + question(draft.preview), issued.text, issued.place)

    async def _offer(
        self,
        tool: Tool,
        draft: PreviewedWrite,
        check: TokenCheck | None = None,
        outcome: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Hand out a token, for a client that cannot ask; say why an earlier one does not count."""
        if check:
            emit(Confirmed(check.value))
        issued = await self._issue(draft, Channel.OFFER)
        emit(Confirmed("offered"))
        offer: dict[str, Any] = {"status": "confirmation_required", "preview": draft.preview}
        if check:
            offer["reason"] = check.value
            offer["notes"] = [EXPLAINED[check]]
        if outcome:
            offer["earlier_outcome"] = outcome
        how = _HOW if tool.confirmable else _HOW + _BY_DOOR
        return {**offer, TOKEN: issued.text, "expires_at": issued.expires.isoformat(), "next_step": how}


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
