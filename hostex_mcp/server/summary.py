"""The line of the log that sums a call up."""

import logging
import time
from collections.abc import Generator
from contextlib import contextmanager

from hostex_mcp.events import (
    Confirmed,
    Event,
    HostexAsked,
    ToolEnded,
    ToolForwarded,
    ToolStarted,
    emit,
    listen_here,
)

SLOW_SECONDS = 10.0

_USUAL = "%s %s %d ms, %d to Hostex"
_SLOW = f"slow: {_USUAL} in %d ms, %d of them again"
_call_log = logging.getLogger("hostex_mcp.calls")


class Summary:
    """What one call does, counted for its line in the log. `outcome` is set by whoever runs it; `request_ids`
    are Hostex's, of an error or of the writes that it accepted."""

    def __init__(self, tool: str) -> None:
        self.tool = tool
        self.outcome = "cancelled"
        self.request_ids: list[str] = []
        self._requests = 0
        self._again = 0
        self._hostex_seconds = 0.0
        self._person_seconds = 0.0

    def __call__(self, event: Event) -> None:
        """Count an event."""
        match event:
            case HostexAsked():
                self._requests += 1
                self._again += event.number > 1
                self._hostex_seconds += event.seconds
            case Confirmed():
                self._person_seconds += event.seconds
            case ToolForwarded():
                self.tool = event.tool
            case _:
                pass

    def tell(self, seconds: float, slow_seconds: float) -> None:
        """Log how the call ended; as a warning if it was slow, not counting the time its person took."""
        emit(ToolEnded(self.tool, self.outcome, seconds))
        without_person = seconds - self._person_seconds
        slow = without_person > slow_seconds
        facts = {
            "tool": self.tool,
            "outcome": self.outcome,
            "ms": round(1000 * without_person),
            "hostex_requests": self._requests,
            "hostex_ms": round(1000 * self._hostex_seconds),
            "tried_again": self._again,
            "hostex_request_ids": self.request_ids,
        }
        values = list(facts.values())
        if slow:
            _call_log.warning(_SLOW, *values[:6], extra={"facts": facts})
        else:
            _call_log.info(_USUAL, *values[:4], extra={"facts": facts})


@contextmanager
def summarise(tool: str, slow_seconds: float) -> Generator[Summary]:
    """Log and count the call of a tool that runs in the block."""
    summary = Summary(tool)
    started = time.perf_counter()
    emit(ToolStarted())
    try:
        with listen_here(summary):
            yield summary
    finally:
        summary.tell(time.perf_counter() - started, slow_seconds)
