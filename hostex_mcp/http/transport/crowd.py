"""Connections that are open at once: how many there may be, and of one address, and which goes first."""

from collections import Counter
from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network
from typing import Protocol

MOST_CONNECTIONS = 800
MOST_OF_AN_ADDRESS = 200


class Connection(Protocol):
    """An open connection; `caller` is the address that counts as one, see `caller_address`."""

    caller: str

    def leave(self) -> None:
        """Close it: it is idle, and its place is needed."""
        ...


class Crowd:
    """The connections of one process, at most `most`, and `each` of an address. For one too many the longest
    idle of the same address is closed, or, of all, the longest idle of the address that has most. Proxies
    come for many people, so their addresses may have any number, and are asked last."""

    def __init__(
        self,
        most: int = MOST_CONNECTIONS,
        each: int = MOST_OF_AN_ADDRESS,
        proxies: Sequence[str] = (),
    ) -> None:
        self._most, self._each = most, each
        self._proxies = [ip_network(network) for network in proxies]
        self._numbers: Counter[str] = Counter()
        self._idle: dict[str, dict[Connection, None]] = {}
        self._busy: set[Connection] = set()

    def enter(self, connection: Connection) -> None:
        """Count a new connection, and close another if it is one too many."""
        caller = connection.caller
        if self._is_crowded(caller):
            self._send_away([caller])
        elif self._numbers.total() >= self._most:
            self._send_away(self._idle)
        self._numbers[caller] += 1
        self._idle.setdefault(caller, {})[connection] = None

    def note(self, connection: Connection, *, busy: bool) -> None:
        """Note whether a connection is at work. What was at work longest ago is the longest idle."""
        if busy and self._is_idle(connection):
            self._forget_idle(connection)
            self._busy.add(connection)
        elif not busy and connection in self._busy:
            self._busy.remove(connection)
            self._idle.setdefault(connection.caller, {})[connection] = None

    def exit(self, connection: Connection) -> None:
        """Count a connection no longer; one that was sent away is not counted already."""
        if connection in self._busy:
            self._busy.remove(connection)
        elif self._is_idle(connection):
            self._forget_idle(connection)
        else:
            return
        self._numbers[connection.caller] -= 1
        if not self._numbers[connection.caller]:
            del self._numbers[connection.caller]

    def has_room(self, connection: Connection) -> bool:
        """Whether a connection may be served, which none may while there are too many at work."""
        return self._numbers.total() <= self._most and not self._is_crowded(connection.caller, 1)

    def _is_crowded(self, caller: str, more: int = 0) -> bool:
        return self._numbers[caller] >= self._each + more and not self._is_proxy(caller)

    def _send_away(self, callers: Iterable[str]) -> None:
        idle = [caller for caller in callers if self._idle.get(caller)]
        if not idle:
            return
        most = max(idle, key=lambda caller: (not self._is_proxy(caller), len(self._idle[caller])))
        longest = next(iter(self._idle[most]))
        self.exit(longest)
        longest.leave()

    def _is_idle(self, connection: Connection) -> bool:
        return connection in self._idle.get(connection.caller, ())

    def _forget_idle(self, connection: Connection) -> None:
        mates = self._idle[connection.caller]
        del mates[connection]
        if not mates:
            del self._idle[connection.caller]

    def _is_proxy(self, caller: str) -> bool:
        try:
            address = ip_address(caller)
        except ValueError:
            return not caller
        return any(address in network for network in self._proxies)
