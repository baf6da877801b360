"""What a form brings, and that it comes from a page of this server."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from hostex_mcp.http.config import Address
from hostex_mcp.http.connect.refusal import not_from_here, unusable

_MOST_FIELDS = 1100


class Form:
    """The fields of a form that was sent."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def one(self, name: str) -> str:
        """A field that is there at most once; empty when it is missing."""
        values = self.all(name)
        if len(values) > 1:
            raise unusable()
        return values[0] if values else ""

    def all(self, name: str) -> list[str]:
        """Every value of a field that may repeat."""
        return [value for key, value in self._fields if key == name]


async def posted(request: Request, address: Address) -> Form:
    """The form that a page of this server sent.

    Raises:
        Refused: it came from elsewhere, or cannot be read.
    """
    if not _from_here(request, address):
        raise not_from_here()
    try:
        text = (await request.body()).decode()
        return Form(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise unusable() from None


def _from_here(request: Request, address: Address) -> bool:
    """Browsers name a form's origin; one that names neither origin nor site is not taken at its word."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None and origin not in _origins(request, address):
        return False
    return site == "same-origin" if site is not None else origin is not None


def _origins(request: Request, address: Address) -> tuple[str, ...]:
    """This machine goes by several names, and the Host has been checked to be one of them."""
    if address.secure:
        return (address.origin,)
    return address.origin, f"http://{request.headers.get('host', '')}"
