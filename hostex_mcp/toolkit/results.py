"""What a tool returns, before the server gives it its final shape, size and cursor."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter
from typing import Annotated, Any, Generic, Literal, TypedDict, TypeVar, cast, get_type_hints

from annotated_types import Ge, Le
from pydantic import BaseModel, Field

from hostex_mcp.toolkit.arguments import Integer
from hostex_mcp.toolkit.meaning import Coded

RowT = TypeVar("RowT")
AnswerT = TypeVar("AnswerT")
ModelT = TypeVar("ModelT", bound=BaseModel)
JsonObject = Mapping[str, Any]

Limit = Annotated[Integer, Ge(1), Le(100), "default 20"]
CursorText = Annotated[str, Field(max_length=4000), Coded(), "next_cursor; keeps the filters"]
Detail = Literal["brief", "full"]
Key = list[int | float | str]

_Count = Annotated[int, Ge(0), Le(10_000_000)]


@dataclass(frozen=True, slots=True)
class ListPosition:
    """Where a list that is worked out goes on: behind the row with this key, the `shown`th of the part of the
    list that is read. The part holds what comes behind `since` and up to `until`; the parts before it had
    `before` rows, of `passed` things. `moment` is when the list was begun, in seconds of the epoch."""

    moment: Annotated[float, Ge(0), Le(10_000_000_000)]
    key: Key = field(default_factory=Key)
    shown: _Count = 0
    since: Key = field(default_factory=Key)
    until: Key = field(default_factory=Key)
    before: _Count = 0
    passed: _Count = 0

    def at(self, key: Key, shown: int, until: Key) -> "ListPosition":
        """Return the position behind another row of the same part."""
        return replace(self, key=key, shown=shown, until=until)

    def next_part(self, since: Key, rows: int, passed: int) -> "ListPosition":
        """Return the start of the next part; this one had so many rows."""
        return ListPosition(self.moment, since=since, before=self.before + rows, passed=passed)


Step = Sequence[int] | ListPosition


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is wanted, and how much of each row. A tool with a `page` parameter has
    the arguments `limit`, `cursor` and `detail`."""

    limit: int = 20
    offsets: Sequence[int] | None = None
    detail: Detail = "brief"
    mark: ListPosition | None = None

    @property
    def offset(self) -> int:
        """How many rows came before, in a list read from one place."""
        return self.offsets[0] if self.offsets else 0

    def show(self, model: ModelT, brief: Callable[[ModelT], JsonObject]) -> JsonObject:
        """Return one row: `brief` of it, or everything Hostex gave."""
        return everything(model) if self.detail == "full" else lean(brief(model))


ALREADY = "Everything is already as requested."
MOST_FAILED = 10
"""How many of the things that could not be read an answer names; the rest is counted."""

TOKEN = "confirmation_token"  # noqa: S105
CHANGE = "change_id"
TokenText = Annotated[str, Field(max_length=1000), "from the preview"]
ChangeId = Annotated[str, Field(max_length=100), "of a waiting change"]
CONFIRMING: Mapping[str, tuple[str, ...]] = {"auto": (CHANGE,), "token": (TOKEN,), "off": ()}
"""The arguments by which a call comes back to a write that was not made at once, for each way to confirm."""


def confirming(confirm: str, overseen: bool) -> tuple[str, ...]:
    """Return those arguments where changes are confirmed in this way; where an owner decides on some of them,
    these wait, whatever becomes of the others."""
    return tuple(dict.fromkeys((*CONFIRMING[confirm], *((CHANGE,) if overseen else ()))))


CONFIRMING_PARAMETERS: Mapping[str, Any] = {TOKEN: TokenText, CHANGE: ChangeId}
PAGE_PARAMETERS: Mapping[str, Any] = {"limit": Limit, "cursor": CursorText, "detail": Detail}


@dataclass(slots=True)
class ListPage(Generic[RowT]):
    """One page of a list. `steps` holds, for each item, from where the list would go on behind it, so that
    the server can cut anywhere, and `beyond` from where it does when the page has no items; `more` says
    whether anything follows the last. `failed` names all that could not be read. A `whole` page is for a
    program, and is not cut to what a model can read."""

    items: Sequence[Any]
    steps: Sequence[Step]
    more: bool
    total: int | None = None
    notes: list[str] = field(default_factory=list[str])
    failed: Sequence[JsonObject] = ()
    beyond: Step | None = None
    whole: bool = False


@dataclass(slots=True)
class Item(Generic[RowT]):
    """One object with all rows of its lists; the server cuts and counts them. `most` bounds lists by name.
    `long` names the one that may be cut further to fit; `keep` says which end of it stays, and `counter`
    which member counts what it lacks. What other lists lack is counted in `more`. A record that shall stay
    within `room` tokens in each half is cut in its `spare` lists, the first of them first. `elsewhere`
    names, for each list, the tool that tells what is left out of it."""

    data: JsonObject
    long: str | None = None
    keep: Literal["first", "last"] = "first"
    most: Mapping[str, int] = field(default_factory=dict[str, int])
    counter: str | None = None
    room: int | None = None
    spare: Sequence[str] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class CatalogueCall(Generic[RowT]):
    """A call handed on to another tool; `writes` says which kind of tool it may be."""

    name: str
    arguments: JsonObject
    writes: bool


@dataclass(frozen=True, slots=True)
class Undo:
    """The call that restores what was. The server hands it out with the texts in it sealed, `restores`
    showing them by their places; `missing` says why there is no call after all."""

    tool: str
    arguments: JsonObject
    restores: JsonObject = field(default_factory=dict[str, Any])
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person sees before a write: one sentence with names instead of bare ids, whom or what it
    concerns, each change as `what`, `before` and `after`, and warnings."""

    summary: str
    target: JsonObject = field(default_factory=dict[str, Any])
    changes: Sequence[JsonObject] = ()
    warnings: Sequence[str] = ()


@dataclass(slots=True)
class PlannedWrite(Generic[RowT]):
    """A write that is worked out from the live state and not sent yet. `send` sends it and gives what came
    of it. Without a `preview` the arguments themselves are shown, beside the old values of `undo`. Where
    nothing would change `already` says so: then nobody is asked and nothing is sent. `reversible` says so
    where the undo is known only afterwards, or where there is nothing to undo. `notes` stand beside the
    result. `prices` are the nightly prices that move, or are offered, None where the present one is not
    known; `gone` is what does not exist any more afterwards, whether or not there is an undo."""

    send: Callable[[], Awaitable[JsonObject]]
    undo: Undo | None = None
    preview: Preview | None = None
    already: str = ""
    reversible: bool = False
    notes: Sequence[str] = ()
    prices: Sequence[tuple[float | None, float]] = ()
    gone: JsonObject = field(default_factory=dict[str, Any])

    @property
    def final(self) -> bool:
        """Whether there is no way back, as far as can be told beforehand."""
        return not self.reversible and (self.undo is None or bool(self.undo.missing))


def everything(model: BaseModel) -> dict[str, Any]:
    """Return all documented fields that have a value, as JSON values."""
    return model.model_dump(mode="json", exclude_none=True, warnings=False)


def lean(row: JsonObject) -> JsonObject:
    """Return a row without the members that say nothing: None, empty text and empty lists."""
    return {name: value for name, value in row.items() if value not in (None, "", [])}


class NamedRow(TypedDict, total=False):
    """An entry of a dictionary."""

    id: int
    name: str


_SCALARS = frozenset((str, int, float, bool, type(None)))


def row_mapper(row: type[RowT], **readers: Callable[[Any], Any]) -> Callable[[BaseModel], RowT]:
    """Return a function that makes a `row` from a model. Each member is read by its reader, else it is the
    attribute of the same name; days and moments become ISO texts, tuples lists."""
    members = [(name, readers.get(name, attrgetter(name))) for name in get_type_hints(row)]

    def mapped(model: BaseModel) -> RowT:
        # Lists have up to thousands of rows, so most values pass without a call.
        return cast(
            "RowT",
            {
                name: value if type(value := read(model)) in _SCALARS else _plain(value)
                for name, read in members
            },
        )

    return mapped


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value
