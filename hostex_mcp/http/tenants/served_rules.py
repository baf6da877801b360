"""The house rules of a connection: its owner's, written at `/connect`, or else those of the server's file."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from hostex_mcp.http.store.house_rules import HouseRules
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.transport.outage import OUTAGES
from hostex_mcp.server.house_rules import UNREAD, rules_in

_log = logging.getLogger(__name__)


def served_rules(
    written: HouseRules, grant: Grant | None, file: Path | None
) -> Callable[[], Awaitable[str | None]]:
    """Return what reads the rules as they are at that moment; whoever was invited keeps to the owner's."""
    in_file = rules_in(file)
    if grant is None:
        return in_file
    grant_id = grant.linked_id

    async def read() -> str | None:
        try:
            own = await written.of_grant(grant_id)
        except OUTAGES:
            _log.exception("House rules could not be read")
            return UNREAD.format("the server's database does not answer")
        return own or await in_file()

    return read
