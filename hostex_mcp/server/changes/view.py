"""A change in the words and pieces in which a page or a card shows it to a person.

The words, and the marks around what others wrote, are those of the question that a client asks: `presenting`
and `quoting` make both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from hostex_mcp.domain.guest_text import inner, one_line, without_unseen
from hostex_mcp.domain.wording import moment_text, span_text
from hostex_mcp.server.changes.record import PendingChange, State
from hostex_mcp.server.presenting import label, present
from hostex_mcp.server.quoting import Quoted, cell, fits, name_label, sentence, shown, value_parts, value_text
from hostex_mcp.tools.catalogue import CATALOGUE

NAMELESS = "An app without a name"
# Longer ones are folded, those that will be written open.
_MOST_LENGTH, _MOST_LINES = 600, 10
_MOST_ROWS = 12
_WIDTH = 200
_LOST = (
    "It was approved, and the server ended before it kept what came of it. It was sent once or not at all, "
    "and is not sent again by itself. Look in Hostex before you try again."
)

_UNDONE = "It was done, and undone since."

_HEADLINES: Mapping[State, str] = {
    State.WAITING: "waits for you",
    State.STALE: "waits for you",
    State.APPROVED: "being made",
    State.DECLINED: "declined",
    State.EXPIRED: "expired",
    State.DONE: "done",
    State.FAILED: "not made",
    State.UNKNOWN: "may have been made",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A short text, which stands on a line with others; it cannot be taken for more than one thing."""

    text: str
    kind: str = "words"


@dataclass(frozen=True, slots=True)
class Passage:
    """A longer text, which stands in a block of its own; `folded` says how long it is if it is folded."""

    text: str
    folded: str = ""
    kind: str = "passage"


@dataclass(frozen=True, slots=True)
class Several:
    """Several values."""

    parts: "tuple[Value, ...]"
    kind: str = "several"


@dataclass(frozen=True, slots=True)
class Table:
    """Values with their names."""

    rows: "tuple[Named, ...]"
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Named:
    """A value behind its name; `what` is a passage where the name is too long for one line."""

    name: Words | Passage
    value: "Value"


Value = Words | Passage | Several | Table


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that changes: from what to what where both are known, else all that is said about it."""

    name: Words | Passage
    before: Value | None
    after: Value | None
    others: tuple[Named, ...] = ()

    @property
    def short(self) -> bool:
        """Whether it fits on one line."""
        values = [value for value in (self.name, self.before, self.after) if value is not None]
        return not self.others and all(value.kind == "words" for value in values)


@dataclass(frozen=True, slots=True)
class UndoView:
    """The call that takes a change back: what it is called, and what it restores."""

    title: str
    restores: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """What came of a change."""

    sentence: str
    notes: tuple[str, ...] = ()
    result: tuple[Named, ...] = ()
    undo: UndoView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A change as a person reads it. `app` is who asked for it, an app or a person. `text` is that of a
    draft, which they may edit, without what nobody sees; `spelled` is the same with that spelled out, as it
    is sent unless they edit it. `undoable` says before the decision whether there will be an undo. `seen`
    stands for all that is shown and goes with their decision."""

    id: str
    app: str
    title: str
    summary: str
    rows: tuple[Row, ...]
    about: tuple[Named, ...]
    warnings: tuple[str, ...]
    state: State
    headline: str
    open: bool
    moved: bool
    asked: str
    expires: str
    left: str
    text: str | None
    spelled: str
    undoable: bool | None
    seen: str
    decided: str
    outcome: OutcomeView | None

    @property
    def first_rows(self) -> Sequence[Row]:
        """The rows that are not folded."""
        return self.rows[:_MOST_ROWS]

    @property
    def more_rows(self) -> Sequence[Row]:
        """The other ones."""
        return self.rows[_MOST_ROWS:]


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever reads about changes: which of those that a person asked for they `asked` for, and which they
    can have taken back, as far as there is a way."""

    asked: Callable[[PendingChange], bool] = lambda change: False
    undoes: Callable[[PendingChange], bool] = lambda change: True


def change_view(change: PendingChange, now: datetime, reader: Reader | None = None) -> ChangeView:
    """Return a change as it stands at this time, in words for whoever reads it."""
    reader = reader or Reader()
    change = change.at(now)
    words = present(change.preview)
    text = without_unseen(change.text) if change.open and change.text is not None else None
    # The text of a draft stands below, where it can be edited.
    drafted = None if text is None else label(change.draft_argument)
    rows = [_row(row) for row in words.get("changes", ()) if row.get("what") != drafted or drafted is None]
    return ChangeView(
        id=change.id,
        app=_asker(change, reader),
        title=change.title,
        summary=sentence(str(words.get("summary", change.title))),
        rows=tuple(rows),
        about=_table(words.get("target", {})),
        warnings=_sentences(words.get("warnings", ())),
        state=change.state,
        headline="undone" if change.undone_by else _HEADLINES[change.state],
        open=change.open,
        moved=change.state is State.STALE,
        asked=moment_text(change.asked_at, now),
        expires=moment_text(change.expires, now),
        left=span_text(change.expires - now),
        text=text,
        spelled=shown(change.text or ""),
        undoable=change.undoable if change.open else None,
        seen=change.state_digest,
        decided=_decided(change, now),
        outcome=_outcome(change, reader),
    )


def change_views(
    changes: Iterable[PendingChange], now: datetime, reader: Reader | None = None
) -> list[ChangeView]:
    """Return several changes in words."""
    return [change_view(change, now, reader) for change in changes]


def _asker(change: PendingChange, reader: Reader) -> str:
    if not change.person_asked:
        return one_line(change.asked_by) or NAMELESS
    return "You" if reader.asked(change) else one_line(change.asked_by)


def undo_of(change: PendingChange) -> tuple[str, Mapping[str, Any]] | None:
    """Return the call that takes a change back; None without one."""
    undo: Mapping[str, Any] | None = change.answer.get("undo") if change.state is State.DONE else None
    return (undo["tool"], undo["arguments"]) if undo else None


def _decided(change: PendingChange, now: datetime) -> str:
    """Return who decided and when; empty while that is open."""
    if change.decided_at is None:
        return ""
    verb = "Declined" if change.state is State.DECLINED else "Approved"
    return (
        f"{verb} by {one_line(change.decided_by or '') or 'somebody'}, {moment_text(change.decided_at, now)}"
    )


def _outcome(change: PendingChange, reader: Reader) -> OutcomeView | None:
    """Return what came of a change that has ended or is being made; None while it waits."""
    if change.open:
        return None
    outcome: Mapping[str, Any] = change.outcome or {}
    notes = _sentences(outcome.get("notes", ()))
    error: Mapping[str, Any] = outcome.get("error") or {}
    advice = _sentences(error[name] for name in ("message", "hint") if error.get(name))
    return OutcomeView(
        _UNDONE
        if change.undone_by
        else _sentence(change.state, str(outcome.get("status", "")), lost=not outcome),
        (*advice, *notes),
        _table(_readable(outcome.get("result") or {})),
        _undo(change) if reader.undoes(change) else None,
    )


def _sentences(texts: Iterable[Any]) -> tuple[str, ...]:
    return tuple(sentence(str(text)) for text in texts)


def _sentence(state: State, status: str, lost: bool) -> str:
    match state:
        case State.APPROVED:
            return "It is being made. Load this page again in a moment."
        case State.DECLINED:
            return "Nothing was changed."
        case State.EXPIRED:
            return "Nobody decided in time, so nothing was changed. The app can ask again."
        case State.FAILED:
            return "It could not be made. Nothing was changed."
        case State.UNKNOWN:
            return _LOST if lost else "It was sent, but no answer came. Look in Hostex before you try again."
        case _:
            return "Nothing needed to be changed." if status == "unchanged" else "It is done."


def _undo(change: PendingChange) -> UndoView | None:
    undo = undo_of(change)
    if undo is None or undo[0] not in CATALOGUE:
        return None
    restores: Mapping[str, Any] = (change.outcome or {})["undo"].get("restores", {})
    return UndoView(CATALOGUE[undo[0]].title, _table(_readable(restores)))


def _readable(value: Any) -> Any:
    """Return a result with the texts in it that are marked as somebody else's told from ours."""
    match value:
        case str():
            content = inner(value)
            return value if content is None else Quoted(value, content)
        case Mapping():
            members = cast("Mapping[str, Any]", value)
            return {label(name): _readable(member) for name, member in members.items()}
        case list() | tuple():
            return [_readable(member) for member in cast("list[Any]", value)]
        case _:
            return value


def _row(row: Mapping[str, Any]) -> Row:
    values = {name: _value(value) for name, value in row.items() if name != "what"}
    before, after = values.pop("before", None), values.pop("after", None)
    others = tuple(Named(_name(name), value) for name, value in values.items())
    return Row(_name(str(row.get("what", ""))), before, after, others)


def _table(values: Mapping[str, Any]) -> tuple[Named, ...]:
    return tuple(Named(_name(name), _value(value)) for name, value in values.items())


def _name(name: str) -> Words | Passage:
    return Words(name_label(name)) if fits(name, _WIDTH) else _passage(name)


def _value(value: object) -> Value:
    """Return a value: a short one on a line, a longer one as a passage, several each by itself."""
    parts, text = value_parts(value), value_text(value)
    if parts is not None and isinstance(value, Mapping):
        return Table(_table(parts))
    if isinstance(value, list | tuple) and (parts is not None or not fits(text, _WIDTH)):
        return Several(tuple(map(_value, cast("list[object]", value))))
    if isinstance(value, Quoted) or not fits(text, _WIDTH):
        return _passage(text)
    return Words(cell(text))


def _passage(text: str) -> Passage:
    spelled = shown(text)
    long = len(spelled) > _MOST_LENGTH or spelled.count("\n") >= _MOST_LINES
    return Passage(spelled, f"{len(spelled):,} characters" if long else "")
