"""Pages of a list that is worked out from many reads. Every call reads anew, maybe in another process, so a
page begins behind the key of the last row shown and not at a number of rows; the moment of the first call
holds for all pages, and what moved in between is said."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hostex_mcp.api import FieldProblem
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.results import Key, ListPage, ListPosition, PageRequest

_GOOD_FOR = timedelta(days=1)
_BAD = FieldProblem("cursor", "is not a cursor of this list; start again without it")
_OLD = FieldProblem("cursor", "is from a list started more than a day ago; start again without it")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page is made from, when it is not the whole list: the part that ends with the thing that has
    the key `until`, `unread` things behind it, which later pages read, and `passed` ones before it."""

    until: Key
    unread: int
    passed: int


def moment_of(page: PageRequest, now: datetime) -> datetime:
    """Return the moment by which a list is worked out: that of its first page.

    Raises:
        InvalidArguments: for a cursor that is too old to go on with.
    """
    if page.mark is None:
        return now
    began = datetime.fromtimestamp(page.mark.moment, UTC)
    if now - began > _GOOD_FOR:
        raise InvalidArguments(_OLD)
    return began


def sliced(
    rows: Sequence[Any],
    page: PageRequest,
    notes: Sequence[str] = (),
    *,
    keys: Sequence[Key] | None = None,
    moment: datetime | None = None,
    reading: Reading | None = None,
) -> ListPage[Any]:
    """Return one page of a list, or of the part of one that was read. The rows are in the order of their
    keys; without keys their places serve.

    Raises:
        InvalidArguments: for a cursor of another kind of list.
    """
    if page.offsets is not None:
        raise InvalidArguments(_BAD)
    mark = page.mark or ListPosition(moment=moment.timestamp() if moment else 0.0)
    places = keys or [[place] for place in range(len(rows))]
    start = _place_after(places, mark.key)
    end = min(start + page.limit, len(rows))
    until = reading.until if reading else []
    marks = [mark.at(places[place], place + 1, until) for place in range(start, end)]
    unread, beyond = reading.unread if reading else 0, None
    if unread and end == len(rows):
        beyond = mark.next_part(until, len(rows), reading.passed if reading else 0)
        marks[-1:] = [beyond] if marks else []
    return ListPage(
        rows[start:end],
        marks,
        more=end < len(rows) or unread > 0,
        total=None if unread else mark.before + len(rows),
        notes=[*notes, *_shift_notes(start - mark.shown)],
        beyond=beyond,
    )


def follows(key: Key, mark: Key) -> bool:
    """Whether a thing comes behind the place that a cursor tells.

    Raises:
        InvalidArguments: for a cursor of another kind of list.
    """
    try:
        return key > mark
    except TypeError:
        raise InvalidArguments(_BAD) from None


def _place_after(keys: Sequence[Key], key: Key) -> int:
    try:
        return bisect_right(keys, key)
    except TypeError:
        raise InvalidArguments(_BAD) from None


def _shift_notes(more: int) -> list[str]:
    """Return what changed before the page since the one before it."""
    if more > 0:
        new = f"Rows added before this page since the last one: {more}"
        return [f"{new}; start again without the cursor to see them."]
    return [f"Rows removed before this page since the last one: {-more}."] if more else []
