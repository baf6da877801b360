"""Notices to a person outside the chat: a change waits for them. They go out through apprise, an optional
package, which speaks to mail servers, messengers and a hundred other services.

A notice holds no guest data and no link that decides anything: it says where to look.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, cast

from anyio import to_thread

from hostex_mcp.domain.guest_text import visible
from hostex_mcp.settings import QuietHours

_PAUSE = timedelta(minutes=1)
"""The time between two notices: changes asked for in a row are told together."""

MOST_TRIES = 3
"""How often a notice is sent that no service took."""

_NAMED = 5
_NAME = 60
# Messengers make links of what looks like an address, some also with the full stops of other scripts. Markup
# pings a whole channel, and where it is not whole the messenger refuses the notice.
_NOT_A_NAME = re.compile(r"[:/@.\u2024\u3002\ufe52\uff0e\uff61]\S|[<>&|*`\[\]]")

_log = logging.getLogger(__name__)


class NotInstalled(Exception):
    """The optional package that sends notices is missing."""


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """A change that waits for a person: what it would do, which app asked for it, and the grant of whoever
    decides, None where that is not known by a grant."""

    title: str
    asked_by: str
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whether a notice reached a service, whose address is shown without its secrets."""

    service: str
    arrived: bool


Deliver = Callable[[str, str], Awaitable[Sequence[Delivery]]]
"""Sends a title and a text to all addresses."""

Waits = Callable[[], Awaitable[bool]]
"""Whether a change waits still."""


_Told = Mapping[str, tuple["WaitingChange", Waits]]


def can_notify() -> bool:
    """Whether the optional package that sends notices is there."""
    return find_spec("apprise") is not None


class Teller(Protocol):
    """Whoever tells of changes that wait."""

    def tell(self, change_id: str, waiting: WaitingChange, waits: Waits) -> None:
        """Tell of a change that waits, if it `waits` still when its notice goes out; returns at once."""
        ...

    def forget(self, change_id: str) -> None:
        """Tell no more of a change that was decided before its notice went out."""
        ...


class NoticeTries(Protocol):
    """The tries to tell of changes. One kept for several processes decides there which of them tells."""

    async def claim(self, change_id: str) -> int | None:
        """Return which try is this process's now. None where the notice went out, or may have, or another
        process sends it, or it was tried `MOST_TRIES` times."""
        ...

    async def settle(self, change_id: str, attempt: int, arrived: bool) -> None:
        """Keep what came of a try: one that did not arrive may be followed by another."""
        ...


class MemoryTries:
    """The tries of a process that shares its changes with no other, and ends with them."""

    def __init__(self) -> None:
        self._tries = Counter[str]()

    async def claim(self, change_id: str) -> int | None:
        """Return the number of the try, None after too many."""
        attempt = self._tries[change_id]
        self._tries[change_id] += 1
        return attempt if attempt < MOST_TRIES else None

    async def settle(self, change_id: str, attempt: int, arrived: bool) -> None:
        """Forget a change of which its person was told."""
        if arrived:
            del self._tries[change_id]


class _Service(Protocol):
    service_name: Any


class _Group(Protocol):
    def notify(self, *, title: str, body: str, body_format: str) -> object: ...


class Addresses:
    """The addresses that notices go to.

    Raises:
        NotInstalled: apprise is missing.
    """

    def __init__(self, addresses: Collection[str]) -> None:
        try:
            apprise = import_module("apprise")
        except ImportError:
            raise NotInstalled from None
        # Its own lines hold addresses, and those hold passwords.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        services = (apprise.Apprise.instantiate(address) for address in addresses)
        self._services = cast("list[_Service | None]", list(services))
        self._group = cast("Callable[[_Service], _Group]", apprise.Apprise)

    @property
    def unreadable(self) -> list[int]:
        """Return the places, from 1, of the addresses that no service takes."""
        return [place for place, service in enumerate(self._services, 1) if service is None]

    async def deliver(self, title: str, text: str) -> Sequence[Delivery]:
        """Send a notice to every address, each in a thread of its own."""
        return await asyncio.gather(*(self._send(service, title, text) for service in self._services))

    async def _send(self, service: _Service | None, title: str, text: str) -> Delivery:
        if service is None:
            return Delivery("unknown service", False)
        name = str(service.service_name)
        try:
            # Not in the threads that look up addresses for everybody.
            notify = self._group(service).notify
            # A service that takes HTML or Markdown gets the text as text: only a group translates it.
            send = partial(notify, title=title, body=text, body_format="text")
            arrived = bool(await to_thread.run_sync(send, abandon_on_cancel=True))
        except Exception:  # A hundred services have errors of their own.
            arrived = False
        if not arrived:
            _log.warning("A notice did not reach %s.", name)
        return Delivery(name, arrived)


class Notices:
    """Notices of changes that wait. Those of a minute go out together, and those of quiet hours when these
    are over. Each change is told once; what no service took is tried again, as `tries` allow. `where` says in
    words where to decide."""

    def __init__(
        self,
        deliver: Deliver,
        where: str,
        now: Callable[[], datetime],
        quiet: QuietHours | None = None,
        zone: tzinfo | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        tries: NoticeTries | None = None,
    ) -> None:
        self.tries = tries or MemoryTries()
        self._deliver = deliver
        self._where = where
        self._now = now
        self._quiet = quiet
        self._zone = zone
        self._sleep = sleep
        self._waiting: dict[str, tuple[WaitingChange, Waits]] = {}
        self._last: datetime | None = None
        self._sending: asyncio.Task[None] | None = None

    def tell(self, change_id: str, waiting: WaitingChange, waits: Waits) -> None:
        """Tell of a change that waits, if it `waits` still when its notice goes out; returns at once."""
        self._waiting[change_id] = waiting, waits
        if self.idle:
            self._sending = asyncio.create_task(self._send_all())

    def forget(self, change_id: str) -> None:
        """Tell no more of a change that was decided before its notice went out."""
        self._waiting.pop(change_id, None)

    async def aclose(self) -> None:
        """End; what has not gone out yet does so at the next start if the changes are kept until then."""
        if self._sending:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)

    @property
    def idle(self) -> bool:
        """Whether nothing waits to go out."""
        return self._sending is None or self._sending.done()

    def due(self) -> datetime:
        """Return when the next notice goes out."""
        now = self._now()
        moment = max(now, self._last + _PAUSE) if self._last else now
        return quiet_until(self._quiet, moment, self._zone) if self._quiet else moment

    async def _send_all(self) -> None:
        while self._waiting:
            while (wait := (self.due() - self._now()).total_seconds()) > 0:
                await self._sleep(wait)
            told, self._waiting = self._waiting, {}
            # A night is long enough for most to expire, and another process may have decided.
            open_ones = {name: told[name] for name in told if await _still(told[name][1])}
            if claimed := await self._claimed(open_ones):
                self._last = self._now()
                await self._send({name: open_ones[name] for name in claimed}, claimed)

    async def _claimed(self, told: _Told) -> Mapping[str, int]:
        """Return the tries that are this process's, by their changes."""
        claimed: dict[str, int] = {}
        for name, entry in told.items():
            try:
                attempt = await self.tries.claim(name)
            except Exception:
                _log.exception("Whether a notice went out could not be looked up; that is tried again")
                self._last = self._now()
                self._waiting.setdefault(name, entry)
            else:
                claimed |= {} if attempt is None else {name: attempt}
        return claimed

    async def _send(self, told: _Told, claimed: Mapping[str, int]) -> None:
        deliveries = await self._deliver(*notice([waiting for waiting, _ in told.values()], self._where))
        arrived = not deliveries or any(delivery.arrived for delivery in deliveries)
        for name, attempt in claimed.items():
            try:
                await self.tries.settle(name, attempt, arrived)
            except Exception:
                _log.exception("What came of a notice was not stored; it is not sent again")
            else:
                if not arrived:
                    self._waiting.setdefault(name, told[name])


async def _still(waits: Waits) -> bool:
    try:
        return await waits()
    except Exception:
        _log.exception("Whether a change still waits could not be looked up; its notice goes out")
        return True


def quiet_until(quiet: QuietHours, moment: datetime, zone: tzinfo | None) -> datetime:
    """Return the moment itself, or the end of the quiet hours that it lies in, on the clock of a zone (the
    machine's when None)."""
    local = moment.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    if quiet.start <= quiet.end:
        inside = quiet.start <= clock < quiet.end
    else:
        inside = clock >= quiet.start or clock < quiet.end
    if not inside:
        return moment
    day = local.date() if clock < quiet.end else local.date() + timedelta(days=1)
    # Twice converted, as hours of the day count, not hours passed: a night may have 23 or 25.
    naive = datetime.combine(day, quiet.end)
    return (naive.replace(tzinfo=local.tzinfo) if zone else naive.astimezone()).astimezone(moment.tzinfo)


def notice(changes: Sequence[WaitingChange], where: str) -> tuple[str, str]:
    """Return title and text of a notice."""
    count = len(changes)
    title = "Hostex: a change waits for you" if count == 1 else f"Hostex: {count} changes wait for you"
    lines = [f"{_short(change.asked_by)} asks: {change.title}" for change in changes[:_NAMED]]
    if count > _NAMED:
        lines.append(f"and {count - _NAMED} more")
    return title, "\n".join((*lines, f"Nothing happens until you decide. {where}"))


def _short(name: str) -> str:
    shown = " ".join(visible(name).split())
    # An app calls itself what it likes.
    if not shown or _NOT_A_NAME.search(shown):
        return "An app"
    return shown if len(shown) <= _NAME else f"{shown[:_NAME]}…"
