"""Bodies that are on their way, of which one caller may have a few at once."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from hostex_mcp.http.transport.refusals import BUSY_SECONDS, CLOSE, HttpRefusal, too_many

MOST_ARRIVING = 32


class Arrivals:
    """Counts bodies that have not arrived whole. Through a proxy that hands on what it has, somebody who
    sends slowly holds connections that look like those of everybody else."""

    def __init__(self) -> None:
        self._numbers: Counter[str] = Counter()

    @contextmanager
    def of(self, who: str) -> Generator[None]:
        """Note that inside the block a body of this caller arrives.

        Raises:
            Refused: too many are on their way.
        """
        if self._numbers[who] >= MOST_ARRIVING:
            refused = too_many(BUSY_SECONDS)
            raise HttpRefusal(refused.status, refused.text, {**refused.headers, **CLOSE})
        self._numbers[who] += 1
        try:
            yield
        finally:
            self._numbers[who] -= 1
            if not self._numbers[who]:
                del self._numbers[who]
