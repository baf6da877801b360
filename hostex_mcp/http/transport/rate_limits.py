"""How often one address and one account may call, in this process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from hostex_mcp.events import Throttled, emit
from hostex_mcp.http.config import HOOKS_PATH
from hostex_mcp.http.transport.host_and_origin import PROBES
from hostex_mcp.http.transport.refusals import MCP_PATHS, too_many

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a minute in the long run, and `burst` of them at once."""

    a_minute: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The rates of a server; None is no limit. Hosted clients call for many people from few addresses, so at
    `/mcp` it is the account that counts, and the address only for callers whose token does not hold, or who
    bring a Hostex token of their own, which only Hostex knows to be one."""

    account: Rate | None = Rate(600, 120)
    strangers: Rate | None = Rate(600, 120)
    bringers: Rate | None = Rate(600, 120)
    registrations: Rate | None = Rate(60, 30)
    neighbours: Rate | None = Rate(240, 60)
    pages: Rate | None = Rate(240, 60)
    others: Rate | None = Rate(1_200, 240)


class Throttle:
    """Decides who has to wait; `limit` names it in metrics. It keeps one moment for each who called: when a
    caller that never exceeds the rate would have got this far. The longest silent are forgotten first."""

    def __init__(
        self, limit: str, rate: Rate | None, clock: Clock = time.monotonic, most: int = 50_000
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._most = most
        self._spacing = 60 / rate.a_minute if rate else 0.0
        self._ahead = self._spacing * (rate.burst - 1) if rate else 0.0
        self._moments: OrderedDict[str, float] = OrderedDict()

    def wait(self, who: str) -> float:
        """Count a request: 0 when it may pass, else the seconds until one may."""
        seconds = self._moments.get(who, 0.0) - self._ahead - self._clock()
        if seconds > 0:
            emit(Throttled(self._limit))
            return seconds
        if self._spacing:
            self._moments[who] = max(self._clock(), self._moments.get(who, 0.0)) + self._spacing
            self._moments.move_to_end(who)
            if len(self._moments) > self._most:
                self._moments.popitem(last=False)
        return 0.0


def caller_address(scope: Scope) -> str:
    """Return the address that counts as one caller: of IPv6 the network that a household has."""
    return _network(scope, 64)


def neighbours_of(scope: Scope) -> str:
    """Return the address, or of IPv6 the network that one customer may have, in which many callers are
    one."""
    return _network(scope, 48)


def _network(scope: Scope, bits: int) -> str:
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        left_out = address.max_prefixlen - bits
        return str(IPv6Address(int(address) >> left_out << left_out))
    return str(getattr(address, "ipv4_mapped", None) or address)


def _counts_for_itself(path: str) -> bool:
    return path in (*MCP_PATHS, *PROBES) or path.startswith(f"{HOOKS_PATH}/")


class AddressLimit:
    """Makes an address wait that calls the routes of authorization or the pages too often. `/mcp` and
    `/hooks` count for themselves; probes are not counted."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._registrations = Throttle("registrations", limits.registrations)
        self._neighbours = Throttle("registrations", limits.neighbours)
        self._pages = Throttle("pages", limits.pages)
        self._others = Throttle("others", limits.others)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request, and hand it on or answer it."""
        counted = scope["type"] == "http" and not _counts_for_itself(scope["path"])
        seconds = self._wait(scope) if counted else 0.0
        if seconds:
            await too_many(seconds).answer(scope["path"])(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _wait(self, scope: Scope) -> float:
        path, address = scope["path"], caller_address(scope)
        if path == "/register":
            return self._registrations.wait(address) or self._neighbours.wait(neighbours_of(scope))
        pages = path.startswith(("/authorize", "/connect", "/changes"))
        return (self._pages if pages else self._others).wait(address)
