"""A grant as a row that people read."""

from dataclasses import dataclass
from datetime import datetime

from hostex_mcp.http.config import WRITE
from hostex_mcp.http.connect.asker import app_name
from hostex_mcp.http.connect.choices import topic
from hostex_mcp.http.store.records import Grant
from hostex_mcp.tools.selection import ALL, CORE

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One connection."""

    grant_id: str
    name: str
    account: str
    returns_to: str
    may: str
    writes: bool
    topics: str
    properties: str
    since: str
    used: str
    reason: str


def row(grant: Grant, now: datetime, account: str = "") -> Row:
    """The grant in words, with its account on one line if that is known."""
    choices = grant.choices
    writes = WRITE in choices.scopes
    return Row(
        grant_id=grant.grant_id,
        name=app_name(grant.client_name),
        account=account,
        returns_to=grant.returns_to,
        may="read and change" if writes else "read only",
        writes=writes,
        topics=_topics(choices.toolsets),
        properties=_count(len(choices.property_ids)),
        since=_moment(grant.created_at, now),
        used=_moment(grant.used_at, now) if grant.used_at else "not yet",
        reason=grant.reason or "It has ended.",
    )


def _topics(toolsets: tuple[str, ...]) -> str:
    if CORE in toolsets or ALL in toolsets:
        return "all"
    return ", ".join(topic(one) for one in toolsets)


def _count(properties: int) -> str:
    if not properties:
        return "all, also new ones"
    return "1 chosen" if properties == 1 else f"{properties} chosen"


def _moment(moment: datetime, now: datetime) -> str:
    """Day and time, in UTC as the server counts: an app that was connected twice a day has two rows."""
    time = f"{moment:%H:%M} UTC"
    if moment.date() == now.date():
        return f"today at {time}"
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year} at {time}"
