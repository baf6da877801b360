"""Notices to the owner of a connection, at addresses of their own, that a change waits for them.

The machine of a server reaches more than the internet does, so an address cannot name a machine: it is of
one of a few services, each at its own well-known place, and has nothing in it but what that service gave the
owner.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import partial

from hostex_mcp.http.store.notice_addresses import NoticeAddresses
from hostex_mcp.server.notices import Addresses, Delivery, Notices, NoticeTries, WaitingChange, Waits
from hostex_mcp.settings import QuietHours

SERVICES = {
    "ntfy": "ntfy://TOPIC",
    "Telegram": "tgram://BOT_TOKEN/CHAT_ID",
    "Slack": "slack://TOKEN_A/TOKEN_B/TOKEN_C",
    "Discord": "discord://WEBHOOK_ID/WEBHOOK_TOKEN",
    "Pushover": "pover://USER_KEY@TOKEN",
}
"""The services, and what an address of each looks like."""

MOST_ADDRESSES = 3

_ALLOWED = tuple(
    map(
        re.compile,
        (
            r"ntfy://[A-Za-z0-9_-]{1,64}",
            r"tgram://[0-9]{6,14}:[A-Za-z0-9_-]{30,60}/-?[0-9]{3,20}",
            r"slack://[A-Z0-9]{5,15}/[A-Z0-9]{5,15}/[A-Za-z0-9]{20,32}",
            r"discord://[0-9]{5,30}/[A-Za-z0-9_-]{20,200}",
            r"pover://[A-Za-z0-9]{30}@[A-Za-z0-9]{30}",
        ),
    )
)
_MOST_OWNERS, _AT_ONCE = 500, 4


def is_allowed(address: str) -> bool:
    """Whether an address is of one of the services, and of nothing else that a server can reach."""
    return any(pattern.fullmatch(address) for pattern in _ALLOWED)


async def deliver_to(addresses: Sequence[str], title: str, text: str) -> Sequence[Delivery]:
    """Send a notice to addresses of an owner.

    Raises:
        NotInstalled: apprise is missing.
    """
    # Kept ones are looked at again: what is allowed may be less than it was.
    return await Addresses([address for address in addresses if is_allowed(address)]).deliver(title, text)


class OwnerNotices:
    """The notices of all owners, each with a pause of its own between two; few go out at once. An owner
    without addresses is told nothing."""

    def __init__(
        self,
        addresses: NoticeAddresses,
        where: str,
        now: Callable[[], datetime],
        quiet: QuietHours | None = None,
        zone: tzinfo | None = None,
        tries: NoticeTries | None = None,
    ) -> None:
        self._addresses = addresses
        self._of_owner = partial(Notices, where=where, now=now, quiet=quiet, zone=zone, tries=tries)
        self._owners: OrderedDict[str, Notices] = OrderedDict()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def tell(self, change_id: str, waiting: WaitingChange, waits: Waits) -> None:
        """Tell whoever decides on a change, if they have addresses; returns at once."""
        owner = waiting.decided_by
        if owner is None:
            return
        if owner not in self._owners:
            self._owners[owner] = self._of_owner(partial(self._deliver, owner))
        self._owners.move_to_end(owner)
        self._owners[owner].tell(change_id, waiting, waits)
        self._let_quiet_ones_go()

    def forget(self, change_id: str) -> None:
        """Tell no more of a change that was decided before its notice went out."""
        for notices in self._owners.values():
            notices.forget(change_id)

    async def aclose(self) -> None:
        """End; what has not gone out yet does so at the next start."""
        for notices in self._owners.values():
            await notices.aclose()

    async def _deliver(self, owner: str, title: str, text: str) -> Sequence[Delivery]:
        addresses = await self._addresses.of_grant(owner)
        if not addresses:
            return []
        async with self._turns:
            return await deliver_to(addresses, title, text)

    def _let_quiet_ones_go(self) -> None:
        for owner, notices in list(self._owners.items())[: max(len(self._owners) - _MOST_OWNERS, 0)]:
            if notices.idle:
                del self._owners[owner]
