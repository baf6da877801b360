"""What is kept of one account while this process lives, packed and in bounded room."""

import zlib
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from pydantic import BaseModel

from hostex_mcp.toolkit.results import ModelT

MOST_BYTES = 4_000_000
_QUICK = 1


@dataclass(frozen=True, slots=True)
class _Kept:
    state: Hashable
    packed: bytes


class Memory:
    """A store of one account, of at most so many bytes. A thing is kept in one state only, such as a thread
    up to its last message, and is true as long as that is its state. It is kept packed: models take twenty
    times as much, and a server has many accounts. What was not used for longest goes first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return self._bytes

    def recall(self, model: type[ModelT], thing: Hashable, state: Hashable) -> ModelT | None:
        """Return what is kept of a thing in this state, None if nothing is."""
        kept = self._kept.get(thing)
        if kept is None or kept.state != state:
            return None
        self._kept.move_to_end(thing)
        return model.model_validate_json(zlib.decompress(kept.packed))

    def keep(self, thing: Hashable, state: Hashable, value: BaseModel) -> None:
        """Keep a thing in a state, in place of what was kept of it."""
        packed = zlib.compress(value.model_dump_json().encode(), _QUICK)
        self.drop(thing)
        self._bytes += len(packed)
        self._kept[thing] = _Kept(state, packed)
        while self._bytes > self._most:
            self._bytes -= len(self._kept.popitem(last=False)[1].packed)

    def drop(self, thing: Hashable) -> None:
        """Keep a thing no longer."""
        if before := self._kept.pop(thing, None):
            self._bytes -= len(before.packed)
