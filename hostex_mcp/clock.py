"""The clock of the machine."""

from datetime import UTC, datetime

import anyio


def utc_now() -> datetime:
    """The present time."""
    return datetime.now(UTC)


class Stopwatch:
    """Measures how long something takes and ends what takes too long, by the time of the event loop."""

    def time(self) -> float:
        """Seconds that have gone by since some moment."""
        return anyio.current_time()

    def limit(self, seconds: float) -> anyio.CancelScope:
        """A block that ends quietly after so many seconds."""
        return anyio.move_on_after(seconds)


STOPWATCH = Stopwatch()
