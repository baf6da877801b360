"""Prices of a property on all its listings at once, through the pricing ratios."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal, TypedDict, cast

from annotated_types import Gt, MaxLen, MinLen

from hostex_mcp.api.endpoints import calendar as api
from hostex_mcp.domain.calendar_changes import State
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.days import Run, days_of, runs
from hostex_mcp.domain.pricing import shifted, steered_price, unknown_days
from hostex_mcp.domain.wording import quoted
from hostex_mcp.toolkit.arguments import Currency, FieldProblem, Integer, InvalidArguments, PropertyId
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ALREADY, PlannedWrite, Preview, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.calendar._availability_days import properties_of
from hostex_mcp.tools.calendar._fan_out import Part, in_turn
from hostex_mcp.tools.calendar._listing_days import (
    QUEUED,
    DayRange,
    DayWrite,
    ListingDays,
    change_days,
    listing_days,
    written,
)
from hostex_mcp.tools.writing.edits import counted

OtherCurrencies = Literal["leave", "same_percentage"]

_PRICES = DayWrite("update_listing_prices", api.UPDATE_LISTING_PRICES, "prices")
_FLOORS = "ctrip"
_UNKNOWN = "an unknown currency"


class BasePriceRange(DayRange):
    """A base price for a range of days."""

    price: Annotated[Integer, Gt(0), "base price per night, whole major units"]


class PropertyPrices(TypedDict, total=False):
    """What became of each listing: done, unchanged, left_alone, failed or outcome_unknown."""

    property_id: int
    queued: bool
    listings: list[dict[str, Any]]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class _Steered:
    """A listing whose price can be set, its ratio in percent, and its days."""

    ratio: float
    days: ListingDays

    @property
    def key(self) -> dict[str, Any]:
        """How results name the listing."""
        return dict(lean({**self.days.key, "currency": self.days.currency, "ratio": self.ratio}))

    @property
    def name(self) -> str:
        """How sentences name the listing."""
        return f"{self.days.channel_type} {self.days.listing_id}"

    @property
    def present(self) -> dict[date, float]:
        """The prices that it has, as far as Hostex tells them."""
        return {day: cast("float", values["price"]) for day, values in self.days.before.items()}


@tool(
    "Set nightly prices of a property everywhere",
    effect=Effect.CONSEQUENTIAL,
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="reprice all channels listings base price ratio season portfolio",
)
async def update_property_prices(
    context: Context,
    property_id: PropertyId,
    prices: Annotated[list[BasePriceRange], MinLen(1), MaxLen(100)],
    currency: Annotated[Currency, "of price; required if the listings have several"] | None = None,
    other_currencies: Annotated[OtherCurrencies, "leave unless told"] | None = None,
) -> PlannedWrite[PropertyPrices]:
    """Set a base price per night on every listing of a property in one currency, each times its pricing
    ratio, rounded to whole units. Listings in another currency are left alone, or changed by the same
    percentage; those priced by their channel are left out. Ranges include both ends. The result says of each
    listing what became of it, with the call that undoes it; a repeat sends only what is not yet so."""
    (place,) = await properties_of(context, [property_id])
    ratios = await context.client.call(api.GET_PRICING_RATIOS, query={"property_id": property_id})
    steerable = [one for one in ratios.channels if not one.readonly and one.ratio > 0]
    if not steerable:
        raise InvalidArguments(FieldProblem("property_id", "has no listing whose price can be set"))
    steered = [await _steered(context, one, prices) for one in steerable]
    of_price = _currency_of(steered, currency)
    inside = [one for one in steered if one.days.currency == of_price]
    others = [one for one in steered if one not in inside]
    moved = [one for one in others if other_currencies == "same_percentage" and not _by_floor(one)]
    parts = [_part(context, one, _amounts(one, prices)) for one in inside]
    parts += [_part(context, one, _shares(one, _reference(inside), prices)) for one in moved]
    left = [one for one in others if one not in moved]

    async def send() -> PropertyPrices:
        listings = [dict(one) for one in await in_turn(parts)]
        alone = [{**one.key, "status": "left_alone"} for one in left]
        return PropertyPrices(
            property_id=property_id, queued=True, listings=[*listings, *alone], notes=[QUEUED, *_said(left)]
        )

    warnings = [*_said(left), *_left_out(len(ratios.channels) - len(steerable))]
    already = "" if any(part.change for part in parts) else " ".join([ALREADY, *warnings])
    return PlannedWrite(send, preview=_preview(place.title, parts, warnings), already=already)


async def _steered(context: Context, one: api.PricingRatio, prices: Sequence[BasePriceRange]) -> _Steered:
    return _Steered(one.ratio, await listing_days(context, one.channel_type, one.listing_id, _PRICES, prices))


def _currency_of(steered: Sequence[_Steered], currency: str | None) -> str | None:
    """The currency of the base price, None where Hostex tells none of any listing.

    Raises:
        InvalidArguments: when the listings have several and none is named, or none has the named one.
    """
    known: dict[str | None, list[str]] = {}
    for one in steered:
        known.setdefault(one.days.currency, []).append(one.name)
    if currency in known if currency else len(known) == 1:
        return currency or next(iter(known))
    listed = "; ".join(f"{name or _UNKNOWN}: {', '.join(names)}" for name, names in known.items())
    problem = "is that of no listing" if currency else "is required, an amount fits one currency only"
    raise InvalidArguments(FieldProblem("currency", f"{problem}. The listings by currency are {listed}"))


def _by_floor(one: _Steered) -> bool:
    """Whether Hostex tells only floor prices of a listing, from which no percentage can be worked out."""
    return one.days.channel_type == _FLOORS


def _reference(inside: Sequence[_Steered]) -> _Steered:
    """The listing whose percentage the other currencies follow: the one nearest to the base price."""
    candidates = [one for one in inside if not _by_floor(one)]
    if not candidates:
        problem = "cannot be same_percentage: Hostex tells only floor prices of ctrip listings"
        raise InvalidArguments(FieldProblem("other_currencies", problem))
    return min(candidates, key=lambda one: abs(one.ratio - 100))


def _amounts(one: _Steered, prices: Sequence[BasePriceRange]) -> list[Run[State]]:
    return [written(each, {"price": steered_price(each.price, one.ratio)}) for each in prices]


def _shares(one: _Steered, reference: _Steered, prices: Sequence[BasePriceRange]) -> list[Run[State]]:
    """The ranges of a listing that follows the percentage of another."""
    wanted = {
        day: steered_price(each.price, reference.ratio)
        for each in prices
        for day in days_of(each.start_date, each.end_date)
    }
    for follower in (reference, one):
        if missing := unknown_days(wanted, follower.present):
            problem = f"cannot be same_percentage: {follower.name} has no present price on {missing[0]}"
            raise InvalidArguments(FieldProblem("other_currencies", problem))
    new = shifted(one.present, reference.present, wanted)
    return runs(new, lambda day: day, lambda day: (("price", new[day]),))


def _part(context: Context, one: _Steered, ranges: Sequence[Run[State]]) -> Part:
    """The write to one listing, nothing where its prices are as wanted already."""
    # A floor price is not what was written before, so nothing follows from it.
    days = replace(one.days, before={}) if _by_floor(one) else one.days
    change = change_days(context, days, _PRICES, ranges)
    return Part(one.key, None if change.already else change)


def _said(left: Sequence[_Steered]) -> list[str]:
    return [f"{one.name} is in {one.days.currency or _UNKNOWN} and is left alone." for one in left]


def _left_out(number: int) -> list[str]:
    if not number:
        return []
    return [f"{counted(number, 'listing is', 'listings are')} priced by the channel and left out."]


def _named(part: Part, parts: Sequence[Part]) -> str:
    """A listing by its channel, with its number where the channel has several."""
    channel = part.key["channel_type"]
    several = sum(other.key["channel_type"] == channel for other in parts) > 1
    return f"{channel_name(channel)} {part.key['listing_id']}" if several else channel_name(channel)


def _preview(title: str, parts: Sequence[Part], warnings: Sequence[str]) -> Preview:
    rows = [
        {**row, "what": f"{_named(part, parts)}, {row['what']}"}
        for part in parts
        if part.change and part.change.preview
        for row in part.change.preview.changes
    ]
    currencies = dict.fromkeys(str(part.key.get("currency", "unknown")) for part in parts)
    target = {"property": title, "currency": ", ".join(currencies)}
    summary = f"Set the prices of {quoted(title)} on {counted(len(parts), 'listing', 'listings')}"
    return Preview(summary, target, rows, warnings)
