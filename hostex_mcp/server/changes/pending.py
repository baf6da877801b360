"""The pending changes of one account, and what its model is told of them."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import anyio

from hostex_mcp.api import Blocked, FieldProblem, run_apart
from hostex_mcp.events import Confirmed, emit
from hostex_mcp.server import asking
from hostex_mcp.server.answer import require_shown
from hostex_mcp.server.asking import Elicitation, InputRequired
from hostex_mcp.server.changes.asker import app_name
from hostex_mcp.server.changes.owner import Oversight
from hostex_mcp.server.changes.record import (
    AS_DRAFT,
    FOR_OWNER,
    IN_CONVERSATION,
    LIVE,
    MOST_OPEN,
    ChangeStore,
    DecisionPage,
    Extent,
    MemoryChanges,
    NoPage,
    PendingChange,
    State,
    TooManyOpen,
)
from hostex_mcp.server.confirmation import digest
from hostex_mcp.server.failures import failure
from hostex_mcp.server.sending import PreviewedWrite, WriteCall
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.progress import tell
from hostex_mcp.toolkit.results import CHANGE, TOKEN
from hostex_mcp.toolkit.tool import Tool
from hostex_mcp.toolkit.turns import leave_turn
from hostex_mcp.tools.catalogue import CATALOGUE

_RETURNED = "change:"
_POLL_SECONDS = 0.5
_ON_CARD_SECONDS = 15.0
_NO_SUCH = (
    "names no change that this very call began: repeat the call with the arguments it had then, or leave "
    "change_id out to have the user asked anew"
)
_TOO_MANY = f"{MOST_OPEN} changes wait for the user already. Nothing was changed."
_DECIDE_FIRST = "The user decides on those first, or they expire."
_BEGUN = "An equal change was asked for at the same moment. Nothing was changed."
_REPEAT_LATER = "Repeat the call: it joins the change that waits."
_HIDDEN = (
    "It was asked for when more properties or details were served here than now: no more than this is shown."
)
_TRIES = 3
_OPEN_PAGE = "Open the page to see this change and to decide on it."
_REPEAT = (
    "Then repeat this call with the same arguments and change_id: it waits up to 50 seconds for the decision "
    "and gives the outcome. Only the user can decide."
)
_ON_CARD = (
    "The user decides on the card that this app shows with this answer. If they see none, the repeated call "
    "says where else they decide."
)
_BY_DOOR = " A client that knows no such argument of this tool passes it to call_write_tool."
_MOVED = "What this would change has changed since the user was asked, and they are shown how it is now."
_SENDING = "The user approved it and it is being made. Repeat this call with change_id for the outcome."
_DECLINED = "The user declined this change. Nothing was changed."
_EXPIRED = "Nobody decided in time. Nothing was changed."
_ASK_AGAIN = "Leave it, or repeat the call without change_id if the user still wants it."
_DECIDERS: Mapping[str, str] = {
    "person": "the user, in the app",
    "token": "whoever confirmed the token",
    "operator": "the operator's setting",
}
_LOST = "The user approved this change, and the server ended before it knew what came of it."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ChangeDesk:
    """Where the changes of an account wait and a person decides on them. `grant` is whose browser may, and
    `asked_by` the app that the account is served to, None where each call says so itself. `extent` is how
    much of the account is served, and `oversight` what an owner decides on who invited the person."""

    store: ChangeStore = field(default_factory=MemoryChanges)
    page: DecisionPage = field(default_factory=NoPage)
    grant: str | None = None
    asked_by: str | None = None
    extent: Extent = field(default_factory=Extent)
    oversight: Oversight | None = None


class PendingChanges:
    """The pending changes of one account."""

    def __init__(
        self,
        account: str,
        now: Callable[[], datetime],
        desk: ChangeDesk | None = None,
        pause: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._account = account
        self._now = now
        self._pause = pause
        self.desk = desk or ChangeDesk()

    async def begin(self, call: WriteCall, draft: PreviewedWrite) -> PendingChange:
        """Have a write wait for a person. One that waits already, or is being sent, is not begun again.

        Raises:
            Blocked: too many wait.
            PreviewTooLong: what would wait cannot be shown whole.
        """
        await run_apart(draft.preview, require_shown, draft.preview, _BESIDE)
        fresh = self._new(call, draft, self._now())
        # An equal call that is in the way is found, unless it has ended meanwhile.
        for _ in range(_TRIES):
            live = [change for change in await self.all(set(LIVE)) if change.state in LIVE]
            same = next((change for change in live if change.call == fresh.call), None)
            if same:
                emit(Confirmed("waiting"))
                # A person may have edited it meanwhile: then this call says less than they do.
                moved = same.open and same.text == fresh.text and same.state_digest != fresh.state_digest
                return await self.show_anew(same, draft) if moved else same
            if await self._begun(fresh):
                emit(Confirmed("waiting"))
                return fresh
        raise Blocked(_BEGUN, operation=call.tool.name, hint=_REPEAT_LATER)

    async def _begun(self, fresh: PendingChange) -> bool:
        try:
            return await self.desk.store.begin(fresh)
        except TooManyOpen:
            raise Blocked(_TOO_MANY, operation=fresh.tool, hint=_DECIDE_FIRST) from None

    async def keep(self, call: WriteCall, outcome: Mapping[str, Any]) -> None:
        """Keep a change that was made without waiting here, if the store takes it: it stands without."""
        now = self._now()
        weighty = call.confirmed != "not needed"
        made = replace(
            self._record(call, call.shown or {}, call.preview or "", now, now),
            state=State.DONE,
            decided_at=now if weighty else None,
            decided_by=_DECIDERS.get(call.confirmed or ""),
            way=call.confirmed,
            outcome=outcome,
            undo_call=undo_call(outcome),
        )
        try:
            await self.desk.store.add(made)
        except Exception:
            _log.exception("A change that was made is not in the list of changes")

    async def show_anew(
        self, change: PendingChange, draft: PreviewedWrite, arguments: Mapping[str, Any] | None = None
    ) -> PendingChange:
        """Put what a person is shown of an open change up to date; they have as long as for a new one."""
        emit(Confirmed("state_changed"))
        now = self._now()
        arguments = arguments or change.arguments
        owner = self.owner_of(draft)
        life = FOR_OWNER if owner else change.expires - change.asked_at
        after = replace(
            change,
            state=State.STALE,
            arguments=arguments,
            # What needs the owner once is theirs, whatever becomes of it.
            owner=change.owner or owner,
            preview=draft.preview,
            undoable=not draft.change.final,
            state_digest=draft.binding.state,
            asked_at=now,
            expires=now + life,
        )
        return await self.move(change, after) or await self.now(change)

    def owner_of(self, draft: PreviewedWrite) -> str | None:
        """Return the owner who decides on a write, None if whoever asked may."""
        oversight = self.desk.oversight
        if oversight is None or not oversight.rule.needs(draft.tool, draft.meant, draft.change):
            return None
        return oversight.owner

    async def move(self, before: PendingChange, after: PendingChange) -> PendingChange | None:
        """Return a change after a move, None if somebody else was first."""
        moved = await self.desk.store.replace(before, after)
        return replace(after, revision=before.revision + 1) if moved else None

    async def now(self, change: PendingChange) -> PendingChange:
        """Return a change as it stands now."""
        return await self.find(change.id) or change

    async def find(self, change_id: str) -> PendingChange | None:
        """Return a change of this account as it stands now; None for another's and for one that never was."""
        change = await self.desk.store.find(change_id)
        return change.at(self._now()) if change and change.account == self._account else None

    async def all(self, states: set[State] | None = None) -> Sequence[PendingChange]:
        """Return the changes of this account that are kept in these states, as they stand now."""
        changes = await self.desk.store.of_account(self._account, states)
        return [change.at(self._now()) for change in changes]

    async def follow(self, tool: Tool, given: Mapping[str, Any], change_id: str) -> dict[str, Any]:
        """Wait for a person's decision on the change that a repeated call names, and return what the model is
        told. This decides nothing.

        Raises:
            InvalidArguments: it names none of this call and account.
        """
        change = await self.find(change_id)
        if change is None or (change.tool, change.digest) != (tool.name, same_call(tool, given)):
            raise InvalidArguments(FieldProblem(CHANGE, _NO_SUCH))
        patience = asking.PATIENCE_SECONDS
        change = await self.decided(change, min(_ON_CARD_SECONDS, patience))
        if change.open:
            # Some apps say that they show cards and do not.
            await self.desk.page.invite(change)
            change = await self.decided(change, patience - _ON_CARD_SECONDS)
        return await self.told(tool, change)

    async def decided(self, change: PendingChange, seconds: float) -> PendingChange:
        """Return a change once a person has decided and it is made, or as it is after so many seconds."""
        waited = 0.0
        if change.state in LIVE:
            leave_turn()
        while change.state in LIVE and waited < seconds:
            if waited % 5 == 0:
                await tell("Waiting for the user's decision")
            await self._pause(_POLL_SECONDS)
            waited += _POLL_SECONDS
            change = await self.find(change.id) or change
        return change

    async def told(self, tool: Tool, change: PendingChange, *, card: bool = False) -> dict[str, Any]:
        """Return what a model is answered about a change, which its client shows on a `card`, or does not."""
        if hidden := self._told_apart(change):
            return hidden
        match change.state:
            case State.WAITING | State.STALE:
                return await self._waiting(tool, change, card=card and change.owner is None)
            case State.APPROVED:
                return {"status": "approved", CHANGE: change.id, "next_step": _SENDING}
            case State.DECLINED:
                return {"status": "declined", "reason": "person", "notes": [_DECLINED]}
            case State.EXPIRED:
                return {"status": "expired", "notes": [_EXPIRED], "next_step": _ASK_AGAIN}
            case _:
                return dict(change.answer or _lost(tool))

    def _told_apart(self, change: PendingChange) -> dict[str, Any] | None:
        """Return what a model is answered about a change for which more of the account was served than now;
        None for any other."""
        if self.desk.extent.covers(change.extent):
            return None
        return {"status": status_of(change), "notes": [_HIDDEN]}

    async def _waiting(self, tool: Tool, change: PendingChange, *, card: bool) -> dict[str, Any]:
        invitation = _ON_CARD if card else await self.desk.page.invite(change)
        notes = {"notes": [_MOVED]} if change.state is State.STALE else {}
        return {
            "status": "waiting_for_person",
            "preview": change.preview,
            **notes,
            CHANGE: change.id,
            "expires_at": change.expires.isoformat(timespec="seconds"),
            "next_step": f"{invitation} {_REPEAT}{'' if tool.confirmable else _BY_DOOR}",
        }

    def page_words(self, change: PendingChange) -> str:
        """Return what a client says to its user about the page."""
        return f"{change.preview.get('summary', change.title)}\n{_OPEN_PAGE}"

    def page_question(self, change: PendingChange, address: str) -> InputRequired:
        """Return the question that brings a person to the page, and the model's call back to `follow`."""
        return InputRequired(self.page_words(change), _RETURNED + change.id, "page", address)

    def _new(self, call: WriteCall, draft: PreviewedWrite, now: datetime) -> PendingChange:
        owner = self.owner_of(draft)
        life = FOR_OWNER if owner else AS_DRAFT if _drafted(call) else IN_CONVERSATION
        record = self._record(call, draft.preview, draft.binding.state, now, now + life)
        return replace(record, owner=owner, undoable=not draft.change.final)

    def _record(
        self,
        call: WriteCall,
        preview: Mapping[str, Any],
        state_digest: str,
        now: datetime,
        expires: datetime,
    ) -> PendingChange:
        return PendingChange(
            account=self._account,
            grant=self.desk.grant,
            asked_by=self.asker(call.elicitation),
            person_asked=_by_person(call.elicitation),
            tool=call.tool.name,
            title=call.tool.title,
            arguments=call.given,
            digest=same_call(call.tool, call.given),
            state_digest=state_digest,
            preview=preview,
            asked_at=now,
            expires=expires,
            draft_argument=_drafted(call),
            extent=self.desk.extent,
        )

    def asker(self, elicitation: Elicitation) -> str:
        """Return the name of the app that asks, or of the person who does so at a page."""
        if _by_person(elicitation):
            return elicitation.app
        return self.desk.asked_by or app_name(elicitation.app)


# About as long as all that an answer says beside the preview of a change that waits.
_BESIDE = {"next_step": 2 * (_REPEAT + _BY_DOOR), "notes": [_MOVED]}


def _drafted(call: WriteCall) -> str:
    """Return the name of the argument that is the text of a draft; empty without one."""
    return call.tool.draft if isinstance(call.given.get(call.tool.draft), str) else ""


def _by_person(elicitation: Elicitation) -> bool:
    return elicitation.here and bool(elicitation.app)


def undo_call(outcome: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the tool and the digest of the call that takes back what came to this outcome; None without
    one."""
    undo = outcome.get("undo")
    if not undo or undo["tool"] not in CATALOGUE:
        return None
    tool = CATALOGUE[undo["tool"]]
    return tool.name, same_call(tool, tool.interpret(undo["arguments"]))


def status_of(change: PendingChange) -> str:
    """Return the status of a change in the words of the answers to its call."""
    names = {
        State.WAITING: "waiting_for_person",
        State.STALE: "waiting_for_person",
        State.UNKNOWN: "outcome_unknown",
    }
    return str((change.outcome or {}).get("status") or names.get(change.state, change.state.value))


def change_named(given: Mapping[str, Any], elicitation: Elicitation) -> str | None:
    """Return the id of the change that a repeated call, or one that comes back from the page, is about."""
    if CHANGE in given:
        return str(given[CHANGE])
    return change_in(elicitation.state) if elicitation.opens else None


def change_in(state: str | None) -> str | None:
    """Return the id of the change that a question with this state brings a person to."""
    return state.removeprefix(_RETURNED) if state and state.startswith(_RETURNED) else None


def same_call(tool: Tool, given: Mapping[str, Any]) -> str:
    """Return a digest that repeats of one call have in common."""
    arguments = {name: value for name, value in given.items() if name not in (TOKEN, CHANGE)}
    try:
        return digest([tool.name, tool.bind(arguments)])
    except InvalidArguments:
        # Sealed texts are longer than what they stand for, and codes of channels may be newer than this.
        return digest([tool.name, arguments])


def _lost(tool: Tool) -> dict[str, Any]:
    return {"status": "outcome_unknown"} | failure("outcome_unknown", _LOST, operation=tool.name)
