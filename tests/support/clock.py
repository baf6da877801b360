"""The one time that tests agree on, and a clock that they move."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOW.date()


def ahead(days: int) -> str:
    """Return the date so many days after today."""
    return (TODAY + timedelta(days=days)).isoformat()


class Clock:
    """A clock that stands until a test moves it, or moves on by `step` whenever somebody looks.

    With a step of a second, no throttle is ever met."""

    def __init__(self, now: datetime = NOW, step: timedelta = timedelta()) -> None:
        self.now, self._step = now, step

    def __call__(self) -> datetime:
        self.now += self._step
        return self.now

    def seconds(self) -> float:
        """Return what a clock that only counts seconds shows at this time."""
        return self.now.timestamp()

    def advance(self, **span: float) -> None:
        """Move on by the arguments of `timedelta`, back by negative ones."""
        self.now += timedelta(**span)
