"""What Hostex sent and nobody could read, for whoever makes an answer of the rest."""

from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from pydantic_core import to_json

from hostex_mcp.api.errors import FieldProblem

_MOST_FIELDS = 5
_OVERHEARD: ContextVar["Unread | None"] = ContextVar("unread", default=None)


@dataclass(slots=True)
class Unread:
    """Rows that were left out, and rows that lack some of their fields, by the list they are of. A row
    that is read twice counts once. What is collected `around` hears of it, too."""

    left_out: Mapping[str, set[int]] = field(default_factory=lambda: defaultdict[str, set[int]](set))
    blank: Mapping[str, set[int]] = field(default_factory=lambda: defaultdict[str, set[int]](set))
    fields: Mapping[tuple[str, bool], set[str]] = field(
        default_factory=lambda: defaultdict[tuple[str, bool], set[str]](set)
    )

    around: "Unread | None" = None

    def __bool__(self) -> bool:
        return bool(self.left_out or self.blank)

    def add(self, what: str, row: object, problems: Sequence[FieldProblem], *, left_out: bool) -> None:
        """Note a row of a list that could not be read, or not wholly."""
        if self.around is not None:
            self.around.add(what, row, problems, left_out=left_out)
        (self.left_out if left_out else self.blank)[what].add(_fingerprint(row))
        self.fields[what, left_out].update(problem.field or "the row itself" for problem in problems)

    def lacks(self, field: str) -> bool:
        """Whether a row lacks this field, or a part of it."""
        names = (name for (_, left_out), fields in self.fields.items() if not left_out for name in fields)
        return any(name.partition(".")[0] == field for name in names)

    def notes(self) -> list[str]:
        """Return a sentence for each list, with numbers and fields."""
        return [
            *(self._left_out(what, len(rows)) for what, rows in self.left_out.items()),
            *(self._blank(what, len(rows)) for what, rows in self.blank.items()),
        ]

    def _left_out(self, what: str, rows: int) -> str:
        verb = "is" if rows == 1 else "are"
        named = _named(self.fields[what, True])
        return f"{rows} of the {what} could not be read and {verb} left out, for what Hostex sent as {named}."

    def _blank(self, what: str, rows: int) -> str:
        named = _named(self.fields[what, False])
        return f"In {rows} of the {what}, what Hostex sent as {named} could not be read and is left out."


@contextmanager
def unread() -> Generator[Unread]:
    """Collect what cannot be read inside the block."""
    collected = Unread(around=_OVERHEARD.get())
    token = _OVERHEARD.set(collected)
    try:
        yield collected
    finally:
        _OVERHEARD.reset(token)


def overlooked(what: str, row: object, problems: Sequence[FieldProblem], *, left_out: bool) -> None:
    """Note that a row could not be read, or not wholly."""
    collected = _OVERHEARD.get()
    if collected is not None:
        collected.add(what, row, problems, left_out=left_out)


def _named(fields: Iterable[str]) -> str:
    names = sorted(fields)
    more = len(names) - _MOST_FIELDS
    return f"{', '.join(names[:_MOST_FIELDS])}{f' and {more} more fields' if more > 0 else ''}"


def _fingerprint(row: object) -> int:
    # Of its content: a row that is read twice is another object.
    return hash(to_json(row, serialize_unknown=True))
