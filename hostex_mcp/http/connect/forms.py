"""What a form brings, that it comes from a page of this server, and how often a token may be tried."""

from datetime import datetime
from urllib.parse import parse_qsl

from starlette.requests import Request

from hostex_mcp.http.config import Address
from hostex_mcp.http.connect.problems import not_from_here, unreadable
from hostex_mcp.http.store import Store

# Up to 1,000 properties can be ticked.
_MOST_FIELDS = 1100
_MOST_TRIES = 10
_TRY = "attempt"


class Form:
    """The fields of a form that was sent."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def get(self, name: str) -> str:
        """Return a field that is there at most once; empty when it is missing."""
        values = self.all(name)
        if len(values) > 1:
            raise unreadable()
        return values[0] if values else ""

    def all(self, name: str) -> list[str]:
        """Return every value of a field that may repeat."""
        return [value for key, value in self._fields if key == name]


async def read_form(request: Request, address: Address) -> Form:
    """Return the form that a page of this server sent.

    Raises:
        PageError: it came from elsewhere, or cannot be read.
    """
    if not is_from_here(request, address):
        raise not_from_here()
    try:
        text = (await request.body()).decode()
        return Form(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise unreadable() from None


def is_from_here(request: Request, address: Address) -> bool:
    """Whether the browser names this server as the origin of a request; saying nothing is not enough."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None and origin not in _origins(request, address):
        return False
    return site == "same-origin" if site is not None else origin is not None


def _origins(request: Request, address: Address) -> tuple[str, ...]:
    if address.secure:
        return (address.origin,)
    # This machine goes by several names, and the Host has been checked to be one of them.
    return address.origin, f"http://{request.headers.get('host', '')}"


async def has_tries(store: Store, key: str, most: int = _MOST_TRIES) -> bool:
    """Whether one more try under this key would be counted."""
    return await store.spent.has_one(_TRY, key, most)


async def count_try(store: Store, key: str, until: datetime, most: int = _MOST_TRIES) -> bool:
    """Count one more try under this key; False when there were too many until then."""
    # In the database, so that every process counts the same ones.
    return await store.spent.claim_one(_TRY, key, most, until)
