"""What one account's calls remember between each other: things that cannot change under their key."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

_MOST = 2_000


class Memory:
    """A bounded store of one account; what was not used for longest goes first. A key names a state, such as
    a thread up to its last message, so that what is kept under it stays true."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def recall(self, key: Hashable) -> Any:
        """What is kept under a key, None if nothing is."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: Hashable, value: Any) -> None:
        """Keep something under a key."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
