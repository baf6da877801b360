"""Declarations of Hostex's operations and lists, and requests of them."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

AnswerT = TypeVar("AnswerT")
RowT = TypeVar("RowT", bound=BaseModel)

Scalar = str | int | float | date | None
PathValues = Mapping[str, str | int]
Query = Mapping[str, Scalar | Sequence[Scalar]]
Body = Mapping[str, Any]

LARGEST_PAGE = 100


@dataclass(frozen=True)
class Operation(Generic[AnswerT]):
    """One operation of the API.

    `path` is a template with `{names}`. `answer` is the type of the answer's data, None where Hostex
    answers with the bare envelope; `key` names the member of data that holds it, None if data itself does.
    `safe` marks a read that is done with a method other than GET. Operations that are not `authenticated`
    are sent without the access token.
    """

    method: str
    path: str
    answer: type[AnswerT] | None = None
    key: str | None = None
    safe: bool = False
    authenticated: bool = True

    @property
    def name(self) -> str:
        """How errors and logs call the operation; ids are never part of it."""
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        """Whether the operation can change something, so that it must never be sent twice."""
        return self.method != "GET" and not self.safe


@dataclass(frozen=True)
class ListEndpoint(Generic[RowT]):
    """One list of the API, read with GET: its rows are in `key` of the answer's data.

    `identity` tells rows apart; a row that comes twice has the same one. A list that is not `paged` comes
    in one piece and takes no `offset` or `limit`.
    """

    path: str
    key: str
    row: type[RowT]
    identity: Callable[[RowT], Hashable]
    paged: bool = True

    method: ClassVar[str] = "GET"
    writes: ClassVar[bool] = False
    authenticated: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """How errors and logs call the list; ids are never part of it."""
        return f"GET {self.path}"


@dataclass(frozen=True, slots=True)
class ListAnswer(Generic[RowT]):
    """One page of a list. `more` says that another may follow, which starts at the offset `end`; a page of
    which no row could be read has no items, and others may follow it. `places` has the offset of each item:
    between them rows may be left out. `total` is what Hostex claims, where it does, and decides nothing."""

    items: list[RowT]
    total: int | None
    more: bool
    places: Sequence[int]
    end: int


@dataclass(frozen=True, slots=True)
class Request(Generic[AnswerT]):
    """One operation, or one page of a list, with its arguments, which appear in no repr. `offset` and `limit`
    are a list's."""

    target: Operation[AnswerT] | ListEndpoint[Any]
    path: PathValues = field(default_factory=dict[str, str | int], repr=False)
    query: Query = field(default_factory=dict[str, Scalar], repr=False)
    body: Body | None = field(default=None, repr=False)
    offset: int = 0
    limit: int = LARGEST_PAGE
