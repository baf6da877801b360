"""What a tool returns, before the server gives it its final shape, size and cursor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, NotRequired, TypedDict, TypeVar

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel

from hostex_mcp.tools.arguments import Integer

RowT = TypeVar("RowT")
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


PAGE_PARAMETERS: Mapping[str, Any] = {"limit": Limit, "cursor": CursorText, "detail": Detail}


@dataclass(slots=True)
class Rows(Generic[RowT]):
    """One page of a list. `steps` holds, for each item, the offsets from which the list would go on
    behind it, so that the server can cut anywhere; `more` says whether anything follows the last."""

    items: Sequence[Any]
    steps: Sequence[Sequence[int]]
    more: bool
    total: int | None = None
    notes: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class Record(Generic[RowT]):
    """One object. `long` names the member list that may be cut to fit; `keep` says which end stays."""

    data: Shown
    long: str | None = None
    keep: Literal["first", "last"] = "first"


class ErrorView(TypedDict):
    """The `error` object of a failed call, as in the documentation of errors."""

    kind: str
    code: NotRequired[int]
    message: str
    hint: str
    retryable: bool
    retry_after_seconds: NotRequired[float]
    request_id: NotRequired[str]
    operation: NotRequired[str]


def everything(model: BaseModel) -> dict[str, Any]:
    """All documented fields that have a value, as JSON values."""
    return model.model_dump(mode="json", exclude_none=True)


def lean(row: Shown) -> Shown:
    """A row without the members that say nothing: None, empty text and empty lists."""
    return {name: value for name, value in row.items() if value not in (None, "", [])}


def sliced(rows: Sequence[Shown], page: Page, notes: list[str] | None = None) -> Rows[Any]:
    """One page of a list that is already whole in memory."""
    start, end = page.offset, page.offset + page.limit
    shown = rows[start:end]
    steps = [[start + count + 1] for count in range(len(shown))]
    return Rows(shown, steps, more=end < len(rows), total=len(rows), notes=notes or [])
