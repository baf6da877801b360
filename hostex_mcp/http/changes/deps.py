"""What the pages of changes work with, and where the server says they are."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from hostex_mcp.http.config import Address
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.fair_queue import FairQueue
from hostex_mcp.server.changes.record import PendingChange
from hostex_mcp.server.engine import Engine

BASE = "/changes"
HOME = "/home"


@dataclass(frozen=True, kw_only=True)
class ChangeDeps:
    """The pages' own, the engine of whoever a change is asked for, which makes it, and the places that calls
    of views take among all others."""

    pages: PageDeps
    engine: Callable[[Caller], Awaitable[Engine]]
    calls: FairQueue


class WebPage:
    """The page of a change at the server's own address. Its address opens nothing by itself: the browser that
    comes there has to be known."""

    present = True

    def __init__(self, address: Address) -> None:
        self._address = address

    def address(self, change: PendingChange) -> str:
        """Return where the person decides."""
        return f"{self._address.origin}{BASE}/{change.id}"

    async def invite(self, change: PendingChange) -> str:
        """Return a sentence for the model that says where the user decides."""
        if change.owner is not None:
            return (
                "The owner of the Hostex account decides on this, within seven days, on a page of their own. "
                f"The user can follow it at {self.address(change)} in the browser in which they connected "
                "this app."
            )
        if change.grant is None:
            return f"Ask the user to open {self.address(change)}, show the Hostex token there, and decide."
        return (
            f"Ask the user to open {self.address(change)} in the browser in which they connected this app, "
            "and to decide there."
        )
