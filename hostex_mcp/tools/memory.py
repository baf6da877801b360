"""What calls of one account remember between each other: what cannot change while its state does not."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

_MOST = 5_000


@dataclass(frozen=True, slots=True)
class _Kept:
    state: Hashable
    value: Any
    size: int


class Memory:
    """A bounded store of one account. A thing is kept in one state only, such as a thread up to its last
    message, and is true as long as that is its state. Sizes add up to `most` at the most, in whatever unit
    they are given (of threads: messages); what was not used for longest goes first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def recall(self, thing: Hashable, state: Hashable) -> Any:
        """What is kept of a thing in this state, None if nothing is."""
        kept = self._kept.get(thing)
        if kept is None or kept.state != state:
            return None
        self._kept.move_to_end(thing)
        return kept.value

    def keep(self, thing: Hashable, state: Hashable, value: Any, size: int = 1) -> None:
        """Keep a thing in a state, in place of what was kept of it; one that is larger than all the room is
        not kept."""
        before = self._kept.pop(thing, None)
        self._size -= before.size if before else 0
        if size > self._most:
            return
        self._kept[thing] = _Kept(state, value, size)
        self._size += size
        while self._size > self._most:
            self._size -= self._kept.popitem(last=False)[1].size
