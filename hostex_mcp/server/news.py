"""What happened in an account since it was last looked at, each thing once."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from hostex_mcp.domain.guest_text import inner
from hostex_mcp.server.engine import Engine

# Hostex may show something a little later than it says it happened.
_LATE = timedelta(minutes=10)
_MOST_PAGES = 50
_PAGE = 100
_COUNT = re.compile(r"^\d+ (?=messages$)|s$")

Row = Mapping[str, Any]


class UnreadNews(Exception):
    """What happened could not be read whole; the text says why."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far things were told, and digests of those just before."""

    until: datetime
    told: frozenset[str] = frozenset()


async def read_news(engine: Engine, since: Mark | str | None) -> tuple[list[Row], Mark]:
    """Return what happened after a mark or a time, by default in the last day, the oldest first, and the mark
    for the next look.

    Raises:
        UnreadNews: a part could not be read, or there is too much.
    """
    until = engine.context.now().astimezone(UTC).replace(microsecond=0)
    told = since.told if isinstance(since, Mark) else frozenset[str]()
    start = (since.until - _LATE).isoformat() if isinstance(since, Mark) else since
    rows = await _rows(engine, {"since": start} if start else {})
    fresh = [row for row in rows if _digest(row) not in told]
    return fresh, Mark(until, frozenset(map(_digest, rows)))


async def _rows(engine: Engine, given: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for _ in range(_MOST_PAGES):
        result: Any = await engine.call("get_activity", {**given, "limit": _PAGE})
        answer = result.structured_content
        if result.is_error:
            raise UnreadNews(f"{answer['error']['message']} {answer['error'].get('hint', '')}".strip())
        if answer.get("failed"):
            raise UnreadNews(f"not everything could be read: {json.dumps(answer['failed'])[:500]}")
        rows += answer["items"]
        if not answer.get("next_cursor"):
            return rows[::-1]
        given = {"cursor": answer["next_cursor"]}
    raise UnreadNews(f"more than {len(rows)} things happened; choose a later time")


def _digest(row: Row) -> str:
    """Return what tells a thing from others, however far back one looks: what is counted in a row is fewer
    things once the first of them are too long ago."""
    # The marks around what guests wrote differ from call to call.
    known = {name: inner(value) or value if isinstance(value, str) else value for name, value in row.items()}
    kind = _COUNT.sub("", row["what"])
    return sha256(json.dumps({**known, "what": kind}, sort_keys=True).encode()).hexdigest()[:16]
