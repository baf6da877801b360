"""What has been seen lately, in this process."""

from datetime import datetime, timedelta

_MOST = 10_000


class Recent:
    """Names seen within a span of time. Forgets everything when it is full, so it never grows."""

    def __init__(self, span: timedelta) -> None:
        self._span = span
        self._seen: dict[str, datetime] = {}

    def is_news(self, name: str, now: datetime) -> bool:
        """Whether a name was not seen within the span before now; it is from now on."""
        last = self._seen.get(name)
        if last is not None and last <= now < last + self._span:
            return False
        if len(self._seen) >= _MOST:
            self._seen.clear()
        self._seen[name] = now
        return True
