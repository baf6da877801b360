"""A Hostex that holds lists of numbered rows, one for each window."""

from collections.abc import Mapping, Sequence

import httpx2

from hostex_mcp.api import HostexClient, ListEndpoint
from hostex_mcp.api.endpoints.models import Id, Model
from tests.support.hostex import TOKEN, envelope


class Row(Model):
    """A row: what it is, and what it is sorted by."""

    id: Id
    key: Id


ROWS = ListEndpoint("/rows", "rows", Row, lambda row: row.id)


class Lists:
    """Serves the window that the query names; `claim` is the total it claims for each."""

    def __init__(self, windows: Mapping[str, Sequence[tuple[int, int]]], *, claim: int | None = None) -> None:
        self.windows = windows
        self.claim = claim
        self.asked: list[tuple[str, int, int]] = []
        self.client = HostexClient(
            TOKEN, base_url="https://hostex.test", transport=httpx2.MockTransport(self._serve)
        )

    @property
    def queries(self) -> list[dict[str, str]]:
        """One query for each window."""
        return [{"window": name} for name in self.windows]

    def _serve(self, request: httpx2.Request) -> httpx2.Response:
        asked = request.url.params
        name, offset, limit = asked["window"], int(asked["offset"]), int(asked["limit"])
        self.asked.append((name, offset, limit))
        assert offset >= 0
        assert 1 <= limit <= 100
        return self.answer(name, offset, limit)

    def answer(self, name: str, offset: int, limit: int) -> httpx2.Response:
        """One page of one window."""
        rows = self.windows[name][offset : offset + limit]
        page = [{"id": identity, "key": key} for identity, key in rows]
        return envelope({"rows": page, "total": self.claim})


class Repeating(Lists):
    """Ignores offsets."""

    def answer(self, name: str, offset: int, limit: int) -> httpx2.Response:
        """The first page, always."""
        return super().answer(name, 0, limit)


class Failing(Lists):
    """Does not have the window `b`."""

    def answer(self, name: str, offset: int, limit: int) -> httpx2.Response:
        """A page, or 404."""
        if name == "b":
            return envelope(code=404, msg="No such window.")
        return super().answer(name, offset, limit)
