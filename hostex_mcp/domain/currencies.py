"""Which currency an account works in, as far as its properties tell."""

from collections.abc import Iterable

from hostex_mcp.api.endpoints.properties import Property


def currencies(properties: Iterable[Property], property_id: int | None = None) -> list[str]:
    """The currencies of the property's channels, in alphabetical order; of all properties when there is no
    such property or none of its channels names one. Inferred: money spent on a property is in the currency
    it is sold in."""
    every = list(properties)
    own = _named(place for place in every if place.id == property_id)
    return own or _named(every)


def _named(properties: Iterable[Property]) -> list[str]:
    return sorted({link.currency for place in properties for link in place.channels if link.currency})
