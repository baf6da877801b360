"""What a tool returns, before the server gives it its final shape, size and cursor."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, TypeVar

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel

from hostex_mcp.tools.arguments import Integer

RowT = TypeVar("RowT")
AnswerT = TypeVar("AnswerT")
ModelT = TypeVar("ModelT", bound=BaseModel)
Shown = Mapping[str, Any]

Limit = Annotated[Integer, Ge(1), Le(100), "rows per answer, 20 unless told"]
CursorText = Annotated[str, MaxLen(4000), "next_cursor of the last answer; carries its filters"]
Detail = Literal["brief", "full"]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted, and how much of each row. A tool with a `page` parameter has
    the arguments `limit`, `cursor` and `detail`."""

    limit: int = 20
    offsets: Sequence[int] | None = None
    detail: Detail = "brief"

    @property
    def offset(self) -> int:
        """How many rows came before, in a list read from one place."""
        return self.offsets[0] if self.offsets else 0

    def show(self, model: ModelT, brief: Callable[[ModelT], Shown]) -> Shown:
        """One row: `brief` of it, or everything Hostex gave."""
        return everything(model) if self.detail == "full" else lean(brief(model))


MOST_FAILED = 10
"""How many of the things that could not be read an answer names; the rest is counted."""

TOKEN = "confirmation_token"  # noqa: S105
TOKEN_PARAMETER: Mapping[str, Any] = {TOKEN: Annotated[str, MaxLen(1000), "from the preview"]}
PAGE_PARAMETERS: Mapping[str, Any] = {"limit": Limit, "cursor": CursorText, "detail": Detail}


@dataclass(slots=True)
class Rows(Generic[RowT]):
    """One page of a list. `steps` holds, for each item, the offsets from which the list would go on
    behind it, so that the server can cut anywhere; `more` says whether anything follows the last. `failed`
    names all that could not be read."""

    items: Sequence[Any]
    steps: Sequence[Sequence[int]]
    more: bool
    total: int | None = None
    notes: list[str] = field(default_factory=list[str])
    failed: Sequence[Shown] = ()


@dataclass(slots=True)
class Record(Generic[RowT]):
    """One object with all rows of its lists; the server cuts and counts them. `most` bounds lists by name.
    `long` names the one that may be cut further to fit; `keep` says which end of it stays, and `counter`
    which member counts what it lacks. What other lists lack is counted in `more`."""

    data: Shown
    long: str | None = None
    keep: Literal["first", "last"] = "first"
    most: Mapping[str, int] = field(default_factory=dict[str, int])
    counter: str | None = None


@dataclass(frozen=True, slots=True)
class Forward(Generic[RowT]):
    """A call handed on to another tool; `writes` says which kind of tool it may be."""

    name: str
    arguments: Shown
    writes: bool


@dataclass(frozen=True, slots=True)
class Undo:
    """The call that restores what was."""

    tool: str
    arguments: Shown


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person sees before a write: one sentence with names instead of bare ids, whom or what it
    concerns, each change as `what`, `before` and `after`, and warnings."""

    summary: str
    target: Shown = field(default_factory=dict[str, Any])
    changes: Sequence[Shown] = ()
    warnings: Sequence[str] = ()


@dataclass(slots=True)
class Change(Generic[RowT]):
    """A write that is worked out from the live state and not sent yet. `send` sends it and gives what came
    of it. Without a `preview` the arguments themselves are shown, beside the old values of `undo`."""

    send: Callable[[], Awaitable[Shown]]
    undo: Undo | None = None
    preview: Preview | None = None


def everything(model: BaseModel) -> dict[str, Any]:
    """All documented fields that have a value, as JSON values."""
    return model.model_dump(mode="json", exclude_none=True, warnings=False)


def lean(row: Shown) -> Shown:
    """A row without the members that say nothing: None, empty text and empty lists."""
    return {name: value for name, value in row.items() if value not in (None, "", [])}


def sliced(rows: Sequence[Shown], page: Page, notes: list[str] | None = None) -> Rows[Any]:
    """One page of a list that is already whole in memory."""
    start, end = page.offset, page.offset + page.limit
    shown = rows[start:end]
    steps = [[start + count + 1] for count in range(len(shown))]
    return Rows(shown, steps, more=end < len(rows), total=len(rows), notes=notes or [])
