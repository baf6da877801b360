"""Prices of a property on all its listings at once, through the pricing ratios."""

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict

from annotated_types import Gt, MaxLen, MinLen

from hostex_mcp.api import calendar as api
from hostex_mcp.tools.arguments import Integer, InvalidArguments, Problem, PropertyId
from hostex_mcp.tools.availability_days import properties_of
from hostex_mcp.tools.bulk import Part, in_turn
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.listing_days import QUEUED, DayRange, Writing, change_days, listing_days, written
from hostex_mcp.tools.results import Change, Preview, lean
from hostex_mcp.tools.tool import Effect, tool

_PRICES = Writing("update_listing_prices", api.UPDATE_LISTING_PRICES, "prices")


class BasePriceRange(DayRange):
    """A base price for a range of days."""

    price: Annotated[Integer, Gt(0), "base price per night, whole major units"]


class PropertyPrices(TypedDict, total=False):
    """What became of each listing: done, unchanged, failed or outcome_unknown."""

    property_id: int
    queued: bool
    listings: list[dict[str, Any]]
    notes: list[str]


@tool(
    "calendar",
    "Set nightly prices of a property everywhere",
    effect=Effect.CONSEQUENTIAL,
    open_world=True,
    destructive=True,
    idempotent=True,
    words="reprice all channels listings base price ratio season portfolio",
)
async def update_property_prices(
    context: Context,
    property_id: PropertyId,
    prices: Annotated[list[BasePriceRange], MinLen(1), MaxLen(100)],
) -> Change[PropertyPrices]:
    """Set a base price per night on every listing of a property, each times its pricing ratio, rounded to
    whole units; listings priced by their channel are left out. Ranges include both ends. The result says of
    each listing what became of it, with the call that undoes it; a repeat sends only what is not yet so."""
    ratios = await context.client.call(api.GET_PRICING_RATIOS, query={"property_id": property_id})
    steered = [one for one in ratios.channels if not one.readonly and one.ratio > 0]
    if not steered:
        raise InvalidArguments(Problem("property_id", "has no listing whose price can be set"))
    parts = [await _part(context, one, prices) for one in steered]

    async def send() -> PropertyPrices:
        listings = [dict(one) for one in await in_turn(parts)]
        return PropertyPrices(property_id=property_id, queued=True, listings=listings, notes=[QUEUED])

    (place,) = await properties_of(context, [property_id])
    return Change(send, preview=_preview(place.title, parts, len(ratios.channels) - len(steered)))


async def _part(context: Context, one: api.PricingRatio, prices: Sequence[BasePriceRange]) -> Part:
    """The write to one listing, nothing where its prices are as wanted already."""
    listing = await listing_days(context, one.channel_type, one.listing_id, _PRICES, prices)
    ranges = [written(each, {"price": max(1, round(each.price * one.ratio / 100))}) for each in prices]
    change = change_days(context, listing, _PRICES, ranges)
    wanted = change.preview.changes if change.preview else ()
    differs = any(row.get("before") != row.get("after") for row in wanted)
    key = {**listing.key, "currency": listing.currency, "ratio": one.ratio}
    return Part(lean(key), change if differs else None)


def _preview(title: str, parts: Sequence[Part], left_out: int) -> Preview:
    rows = [
        {**row, "what": f"{part.key['channel_type']} {part.key['listing_id']}, {row['what']}"}
        for part in parts
        if part.change and part.change.preview
        for row in part.change.preview.changes
    ]
    warnings = [f"{left_out} listings are priced by their channel and stay as they are."] if left_out else []
    currencies = dict.fromkeys(str(part.key.get("currency", "unknown")) for part in parts)
    target = {"property": title, "currency": ", ".join(currencies)}
    return Preview(f"Set the prices of {title} on {len(parts)} listings", target, rows, warnings)
