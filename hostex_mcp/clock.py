"""The clock of the machine."""

from datetime import UTC, datetime

import anyio


def utc_now() -> datetime:
    """Return the present time."""
    return datetime.now(UTC)


class Stopwatch:
    """A watch for how long something takes, and an end for what takes too long, by the event loop's time."""

    def time(self) -> float:
        """Return the seconds since some fixed moment."""
        return anyio.current_time()

    def limit(self, seconds: float) -> anyio.CancelScope:
        """Open a block that ends quietly after so many seconds."""
        return anyio.move_on_after(seconds)


STOPWATCH = Stopwatch()
