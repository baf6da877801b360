"""Lists that Hostex only takes whole, changed member by member."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

MemberT = TypeVar("MemberT")
KeyT = TypeVar("KeyT", bound=Hashable)


def merged(present: Iterable[KeyT], add: Iterable[KeyT] = (), remove: Iterable[KeyT] = ()) -> list[KeyT]:
    """`present` without `remove`, followed by what `add` brings that is new: order kept, each once."""
    dropped = set(remove)
    return list(dict.fromkeys([*(member for member in present if member not in dropped), *add]))


def upserted(
    present: Sequence[MemberT],
    add: Sequence[MemberT],
    remove: Iterable[KeyT],
    key: Callable[[MemberT], KeyT],
) -> list[MemberT]:
    """`present` without those whose key is in `remove`; each of `add` takes the place of the first with its
    key (others of that key stay), or comes last."""
    dropped = set(remove)
    members = [member for member in present if key(member) not in dropped]
    for new in add:
        place = next((number for number, member in enumerate(members) if key(member) == key(new)), None)
        if place is None:
            members.append(new)
        else:
            members[place] = new
    return members


RowT = TypeVar("RowT")


def first(rows: Iterable[RowT], most: int) -> tuple[list[RowT], int]:
    """The first rows, and how many more there are."""
    every = list(rows)
    return every[:most], max(len(every) - most, 0)
