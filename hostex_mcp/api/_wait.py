"""How long Hostex, or a proxy before it, asks to wait."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from hostex_mcp.api._transport import Answer
from hostex_mcp.clock import utc_now

_SECONDS = re.compile(r"\d{1,6}(\.\d{1,3})?", re.ASCII)
_TOLD = re.compile(
    r"\b(?:in|after|wait|for)[\s:]+(?:about\s+|another\s+|at\s+least\s+)?(\d{1,5})\s*"
    r"(s|secs?|seconds?|m|mins?|minutes?|h|hours?)\b",
    re.ASCII | re.IGNORECASE,
)
_UNITS = {"s": 1, "m": 60, "h": 3600}
_SEARCHED = 4_000


def wait_of(got: Answer) -> float | None:
    """Seconds from the `Retry-After` header, which may be a date, by the clock of who wrote it; None where it
    tells none."""
    header = got.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(header):
        return float(header)
    until = _date(header)
    if until is not None:
        return _ahead(until, _date(got.headers.get("date", "")) or utc_now())
    return None


def wait_in(text: str) -> float | None:
    """Seconds from words such as `try again in 30 seconds`."""
    found = _TOLD.search(text[:_SEARCHED])
    return float(found[1]) * _UNITS[found[2][0].lower()] if found else None


def _ahead(until: datetime, now: datetime) -> float | None:
    seconds = (until - now).total_seconds()
    return seconds if seconds > 0 else None


def _date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
