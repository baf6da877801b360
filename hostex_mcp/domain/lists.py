"""Lists that Hostex accepts only as a whole, changed member by member."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

MemberT = TypeVar("MemberT")
KeyT = TypeVar("KeyT", bound=Hashable)
RowT = TypeVar("RowT")


def merged(present: Iterable[KeyT], add: Iterable[KeyT] = (), remove: Iterable[KeyT] = ()) -> list[KeyT]:
    """Return `present` without `remove`, then what is new in `add`: in order, each once."""
    removals = set(remove)
    return list(dict.fromkeys([*(member for member in present if member not in removals), *add]))


def upserted(
    present: Sequence[MemberT],
    add: Sequence[MemberT],
    remove: Iterable[KeyT],
    key: Callable[[MemberT], KeyT],
) -> list[MemberT]:
    """Return `present` without the keys in `remove`; each of `add` replaces the first member with its key
    (others of that key stay), or comes last."""
    removals = set(remove)
    members = [member for member in present if key(member) not in removals]
    for new in add:
        place = next((number for number, member in enumerate(members) if key(member) == key(new)), None)
        if place is None:
            members.append(new)
        else:
            members[place] = new
    return members


def first(rows: Iterable[RowT], most: int) -> tuple[list[RowT], int]:
    """Return the first rows, and how many more there are."""
    every = list(rows)
    return every[:most], max(len(every) - most, 0)
