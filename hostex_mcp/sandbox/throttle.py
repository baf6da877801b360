"""The three throttles: per token, per token and path, and per conversation thread.

Inferred: windows are fixed ones that open with the first call, as the framework behind the error texts counts
them, and a refused call is not counted.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from hostex_mcp.sandbox.envelope import ApiError

Windows = dict[str, int]

_UNITS = {"s": 1, "m": 60, "h": 3600}
USER: Windows = {"1m": 1200, "5m": 12000, "1h": 20000, "24h": 100000}
ENDPOINT: Windows = {"1m": 600, "5m": 6000, "1h": 10000, "24h": 50000}
CONVERSATION: Windows = {"5s": 5, "60s": 10, "30m": 30, "2h": 60, "24h": 120}
_TIGHTER: tuple[tuple[str, Windows], ...] = (
    (r"POST /availabilities", {"1m": 120}),
    (r"POST /listings/.*", {"1m": 120}),
    (r"GET /listings/airbnb/price_and_rules", {"1m": 120}),
    (r"POST /reservations", {"1m": 60}),
)


@dataclass
class _Count:
    since: datetime
    calls: int = 0


@dataclass
class Throttles:
    """Counts calls and refuses the one too many with 429."""

    counts: dict[tuple[str, str], _Count] = field(default_factory=dict[tuple[str, str], _Count])

    def request(self, token: str, endpoint: str, now: datetime) -> None:
        """Count one request of a token to an endpoint such as `GET /tasks`."""
        endpoint_windows = next((w for pattern, w in _TIGHTER if re.fullmatch(pattern, endpoint)), ENDPOINT)
        for scope, key, windows in (
            ("user", token, USER),
            ("endpoint", f"{token} {endpoint}", endpoint_windows),
        ):
            breach = self._count(key, windows, now)
            if breach:
                raise too_many(scope, breach[0], windows[breach[0]], breach[1])

    def message(self, conversation: str, now: datetime) -> None:
        """Count one message sent to a thread, whoever sends it."""
        breach = self._count(f"conversation {conversation}", CONVERSATION, now)
        if breach:
            text = f"Too many requests. Try again in {breach[1]} seconds."
            raise ApiError(429, text, {"Retry-After": str(breach[1])})

    def _count(self, key: str, windows: Windows, now: datetime) -> tuple[str, int] | None:
        """Count a call in every window, or return the first full window and the seconds until it opens."""
        counts = {name: self._current(key, name, now) for name in windows}
        for name, limit in windows.items():
            if counts[name].calls >= limit:
                opens = counts[name].since + timedelta(seconds=seconds(name))
                return name, max(1, ceil((opens - now).total_seconds()))
        for count in counts.values():
            count.calls += 1
        return None

    def _current(self, key: str, window: str, now: datetime) -> _Count:
        count = self.counts.get((key, window))
        if count is None or (now - count.since).total_seconds() >= seconds(window):
            count = self.counts[key, window] = _Count(now)
        return count


def seconds(window: str) -> int:
    """Return the length of a window such as `5m`."""
    return int(window[:-1]) * _UNITS[window[-1]]


def too_many(scope: str, window: str, limit: int, retry_after: int) -> ApiError:
    """Make the 429 of the user or endpoint throttle, with its four headers."""
    headers = {
        "Retry-After": str(retry_after),
        "X-RateLimit-Scope": scope,
        "X-RateLimit-Window": window,
        "X-RateLimit-Reason": f"{scope} rate limit exceeded: {limit} requests per {window}",
    }
    return ApiError(429, "Too Many Attempts.", headers)
