"""A change that waits for a person, and where such records live."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Protocol, cast

from pydantic import BeforeValidator, PlainSerializer

from hostex_mcp.server.quoting import Quoted
from hostex_mcp.settings import PrivacyLevel

IN_CONVERSATION = timedelta(minutes=10)
AS_DRAFT = timedelta(hours=24)
FOR_OWNER = timedelta(days=7)
KEPT = timedelta(days=7)
"""How long a record is kept once nobody can decide on it any more."""

STRICTEST: tuple[PrivacyLevel, ...] = ("strict", "standard", "full")

# Longer than any write takes: by then the process that sent it is gone, and its outcome with it.
_SENDING = timedelta(minutes=15)


MOST_SETTLED = 500
"""How many changes of an account are kept on which nobody decides any more; the oldest go first."""

MOST_OPEN = 100
"""How many changes of an account may wait at a time."""


class State(StrEnum):
    """How far a change has come. `stale` waits too: what it would change has moved since a person saw it, and
    its preview is a newer one. `approved` is being sent, and `unknown` may have been."""

    WAITING = "waiting"
    STALE = "stale"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


OPEN = frozenset((State.WAITING, State.STALE))
LIVE = OPEN | {State.APPROVED}
"""The states in which an equal call begins nothing new."""


def _pack(value: Any) -> Any:
    """Return a preview as JSON that tells quoted text from text that only looks like it."""
    match value:
        case Quoted():
            return ["quoted", str(value), value.inner]
        case Mapping():
            members = cast("Mapping[str, Any]", value)
            return {name: _pack(member) for name, member in members.items()}
        case list() | tuple():
            return ["list", *map(_pack, cast("Sequence[Any]", value))]
        case _:
            return value


def _unpack(value: Any) -> Any:
    match value:
        case {**members}:
            return {name: _unpack(member) for name, member in cast("dict[str, Any]", members).items()}
        case ["quoted", str(marked), str(inner)]:
            return Quoted(marked, inner)
        case ["list", *members]:
            return [*map(_unpack, members)]
        case _:
            return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much of an account was served when a change was asked for: None means all properties."""

    property_ids: frozenset[int] | None = None
    privacy: PrivacyLevel = "full"

    def covers(self, other: "Extent") -> bool:
        """Whether what was shown within the other extent may be shown within this one."""
        if self.property_ids is not None and not (other.property_ids or {0}) <= self.property_ids:
            return False
        return STRICTEST.index(self.privacy) >= STRICTEST.index(other.privacy)


PackedPreview = Annotated[Mapping[str, Any], PlainSerializer(_pack), BeforeValidator(_unpack)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingChange:
    """A change that a person has to let through. `arguments` are those of the call, with its sealed texts
    still sealed, and `digest` tells them apart; `state_digest` stands for all that `preview` shows. `grant`
    says whose browser may decide, None where only this machine's user can; `owner` that of the grant by
    which the owner decides instead, because somebody who was invited asked. Of a draft a person may edit the
    argument that `draft_argument` names. `undoable` says whether it can be taken back once it is made, None
    where that was not kept. `asked_by` names an app, or a person if `person_asked`. `outcome` is what the
    model is answered, `undo_call` the tool and the digest of the call that takes the change back, and
    `undone_by` the change that did. Each `revision` replaces the one before it, so that of two people who
    decide at once one is first."""

    id: str = field(default_factory=lambda: secrets.token_hex(16))
    account: str
    tool: str
    title: str
    arguments: Mapping[str, Any] = field(repr=False)
    digest: str
    state_digest: str
    preview: PackedPreview = field(repr=False)
    asked_at: datetime
    expires: datetime
    grant: str | None = None
    owner: str | None = None
    asked_by: str = ""
    person_asked: bool = False
    draft_argument: str = ""
    extent: Extent = field(default_factory=Extent)
    undoable: bool | None = None
    state: State = State.WAITING
    revision: int = 0
    decided_by: str | None = None
    decided_at: datetime | None = None
    way: str | None = None
    outcome: Mapping[str, Any] | None = field(default=None, repr=False)
    undo_call: tuple[str, str] | None = None
    undone_by: str = ""

    @property
    def answer(self) -> Mapping[str, Any]:
        """The outcome as it holds now: what was undone cannot be undone again."""
        outcome = self.outcome or {}
        return {**outcome, "undo": None} if self.undone_by and "undo" in outcome else outcome

    def takes_back(self, other: "PendingChange") -> bool:
        """Whether this change, which was made, is what takes another one back."""
        calls = (other.account, other.undo_call), (self.account, (self.tool, self.digest))
        return self.state is State.DONE and calls[0] == calls[1] and other.id != self.id

    @property
    def call(self) -> tuple[str, str, str, Extent]:
        """What equal calls have in common; one for which more was served is another."""
        return self.account, self.tool, self.digest, self.extent

    @property
    def draft(self) -> bool:
        """Whether it is a message to a guest, whose text a person may edit."""
        return bool(self.draft_argument)

    @property
    def text(self) -> str | None:
        """The text of a draft."""
        return str(self.arguments[self.draft_argument]) if self.draft else None

    @property
    def open(self) -> bool:
        """Whether a person can still decide, if it is not too late."""
        return self.state in OPEN

    @property
    def settled(self) -> bool:
        """Whether nobody decides on it any more, and it is not being sent."""
        return not self.open and self.state is not State.APPROVED

    @property
    def kept_until(self) -> datetime:
        """When the record may be forgotten."""
        return max(self.expires, self.decided_at or self.expires) + KEPT

    def at(self, now: datetime) -> "PendingChange":
        """Return the record as it stands at this time: one that nobody decided on in time has expired, and of
        one whose process ended while it was sent nobody knows what came."""
        if self.open and now >= self.expires:
            return replace(self, state=State.EXPIRED)
        if self.state is State.APPROVED and now >= (self.decided_at or self.expires) + _SENDING:
            return replace(self, state=State.UNKNOWN)
        return self


class TooManyOpen(Exception):
    """So many changes of an account wait already that no other one may."""


class ChangeStore(Protocol):
    """Where changes live. One for several processes decides there which of two replacements is the first.
    With a change that was made it keeps, of those that this takes back, that they were undone."""

    async def add(self, change: PendingChange) -> None:
        """Keep a change that was made already, and of those of its account that are settled the newest
        `MOST_SETTLED`."""
        ...

    async def begin(self, change: PendingChange) -> bool:
        """Keep a change that waits; False, and nothing kept, if an equal call waits or is being sent. Of
        equal calls that come at once, in whichever processes, only one is kept, and of different ones no more
        than `MOST_OPEN`.

        Raises:
            TooManyOpen: so many of its account wait already.
        """
        ...

    async def find(self, change_id: str) -> PendingChange | None:
        """Return a change, None if there is none."""
        ...

    async def of_account(
        self, account: str, states: Collection[State] | None = None
    ) -> Sequence[PendingChange]:
        """Return the changes of an account in these states, the newest first. The states are those kept, not
        those at some time."""
        ...

    async def replace(self, before: PendingChange, after: PendingChange) -> bool:
        """Put `after` with the next revision in the place of `before`; False if that was replaced already.
        This is the only way in which a change moves."""
        ...

    async def purge(self, now: datetime) -> None:
        """Forget what is kept no longer."""
        ...


class MemoryChanges:
    """The changes of a process that shares its account with no other."""

    def __init__(self) -> None:
        self._changes: dict[str, PendingChange] = {}

    async def add(self, change: PendingChange) -> None:
        """Keep a change, and forget those that are kept no longer."""
        await self.purge(change.asked_at)
        self._changes[change.id] = change
        self._note_undone(change)
        settled = [
            other.id
            for other in reversed(self._changes.values())
            if other.account == change.account and other.at(change.asked_at).settled
        ]
        for name in settled[MOST_SETTLED:]:
            del self._changes[name]

    async def begin(self, change: PendingChange) -> bool:
        """Keep a change that waits, unless an equal call waits or is being sent.

        Raises:
            TooManyOpen: so many of its account wait already.
        """
        now = [kept.at(change.asked_at) for kept in self._changes.values()]
        if any(kept.call == change.call and kept.state in LIVE for kept in now):
            return False
        if sum(kept.open and kept.account == change.account for kept in now) >= MOST_OPEN:
            raise TooManyOpen
        await self.add(change)
        return True

    def _note_undone(self, change: PendingChange) -> None:
        for other in self._changes.values():
            if change.takes_back(other) and not other.undone_by:
                noted = replace(other, undone_by=change.id, revision=other.revision + 1)
                self._changes[other.id] = noted

    async def find(self, change_id: str) -> PendingChange | None:
        """Return a change, None if there is none."""
        return self._changes.get(change_id)

    async def of_account(
        self, account: str, states: Collection[State] | None = None
    ) -> Sequence[PendingChange]:
        """Return the changes of an account in these states, the newest first."""
        changes = reversed(self._changes.values())
        return [
            change
            for change in changes
            if change.account == account and (states is None or change.state in states)
        ]

    async def replace(self, before: PendingChange, after: PendingChange) -> bool:
        """Put `after` with the next revision in the place of `before`; False if that was replaced already."""
        current = self._changes.get(before.id)
        if current is None or current.revision != before.revision:
            return False
        self._changes[before.id] = replace(after, revision=before.revision + 1)
        self._note_undone(after)
        return True

    async def purge(self, now: datetime) -> None:
        """Forget what is kept no longer."""
        self._changes = {name: change for name, change in self._changes.items() if change.kept_until > now}


class DecisionPage(Protocol):
    """The page on which a person decides; not `present` where there is none."""

    present: bool

    def address(self, change: PendingChange) -> str | None:
        """Return where the person reaches it, for the eyes of the person only; None without a page."""
        ...

    async def invite(self, change: PendingChange) -> str:
        """Bring the person there as far as that is possible, once for each change, and return a sentence for
        the model that says where the user decides."""
        ...


class NoPage:
    """A server without a page: whoever embeds the engine decides by `Engine.decide`."""

    present = False

    def address(self, change: PendingChange) -> str | None:
        """Return None."""
        return None

    async def invite(self, change: PendingChange) -> str:
        """Say that the program around this server decides."""
        return "The user decides in the program that runs this server."
