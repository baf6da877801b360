"""Prices of a property on all its listings at once, through the pricing ratios."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal, TypedDict, cast

from annotated_types import Gt, MaxLen, MinLen

from hostex_mcp.api import BadRequest, FieldProblem, HostexError
from hostex_mcp.api.endpoints import calendar as api
from hostex_mcp.domain.calendar_changes import State
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.days import Run, days_of, runs
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.pricing import shifted_prices, steered_price, unknown_days
from hostex_mcp.domain.wording import quoted
from hostex_mcp.reads.lists import each
from hostex_mcp.toolkit.arguments import Currency, Integer, InvalidArguments, PropertyId
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ALREADY, JsonObject, PlannedWrite, Preview, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.calendar._availability_days import properties_of
from hostex_mcp.tools.calendar._listing_days import (
    QUEUED,
    DayRange,
    DayWrite,
    ListingDays,
    change_days,
    listing_days,
    run_of,
)
from hostex_mcp.tools.writing.edits import counted
from hostex_mcp.tools.writing.titles import title_of

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
class _SteerableListing:
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


@dataclass(frozen=True, slots=True)
class _ListingChange:
    """One write of several: what tells it apart, and the change, None where everything is as wanted."""

    key: JsonObject
    change: PlannedWrite[Any] | None


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
    other_currencies: Annotated[OtherCurrencies, "default leave"] | None = None,
) -> PlannedWrite[PropertyPrices]:
    """Set a base price per night on every listing of a property in one currency, each times its pricing
    ratio, rounded to whole units. Listings in another currency are left alone, or changed by the same
    percentage; those priced by their channel are left out. Ranges include both ends. The result says
    what became of each listing, with the call that undoes it; a repeat sends only what is not yet done."""
    await properties_of(context, [property_id])
    ratios = await context.client.call(api.GET_PRICING_RATIOS, query={"property_id": property_id})
    settable = [ratio for ratio in ratios.channels if not ratio.readonly and ratio.ratio > 0]
    if not settable:
        raise InvalidArguments(FieldProblem("property_id", "has no listing whose price can be set"))
    listings, refused = await _steerable_listings(context, settable, prices)
    of_price = _currency_of(listings, currency)
    direct = [listing for listing in listings if listing.days.currency == of_price]
    foreign = [listing for listing in listings if listing.days.currency != of_price]
    follow = other_currencies == "same_percentage"
    followers = [listing for listing in foreign if follow and not _has_only_floor_prices(listing)]
    parts = [_part(context, listing, _amounts(listing, prices)) for listing in direct]
    parts += [
        _part(context, listing, _same_percentage(listing, _reference(direct), prices))
        for listing in followers
    ]
    unchanged = [listing for listing in foreign if not follow or _has_only_floor_prices(listing)]

    async def send() -> PropertyPrices:
        outcomes = [dict(row) for row in await _send_in_turn(parts)]
        alone = [{**listing.key, "status": "left_alone"} for listing in unchanged]
        return PropertyPrices(
            property_id=property_id,
            queued=True,
            listings=[*outcomes, *alone],
            notes=[QUEUED, *refused, *_other_currency_notes(unchanged)],
        )

    warnings = [
        *refused,
        *_other_currency_notes(unchanged),
        *_channel_priced_notes(len(ratios.channels) - len(settable)),
    ]
    already = "" if any(part.change for part in parts) else " ".join([ALREADY, *warnings])
    title = await title_of(context, property_id)
    moves = [move for part in parts if part.change for move in part.change.prices]
    return PlannedWrite(send, preview=_preview(title, parts, warnings), already=already, prices=moves)


async def _steerable_listings(
    context: Context, ratios: Sequence[api.PricingRatio], prices: Sequence[BasePriceRange]
) -> tuple[list[_SteerableListing], list[str]]:
    """Return the listings with the days that are to change, and what Hostex says of those whose days it does
    not give, such as those of a channel that it has only begun to serve.

    Raises:
        HostexError: if one cannot be read for another reason, or none can.
    """

    async def read(ratio: api.PricingRatio) -> _SteerableListing:
        days = await listing_days(context, ratio.channel_type, ratio.listing_id, _PRICES, prices)
        return _SteerableListing(ratio.ratio, days)

    answers = await each(ratios, read)
    for _, error in answers.failed:
        if not isinstance(error, BadRequest):
            raise error
    refused = [
        f"{one_line(ratio.channel_type)} {one_line(ratio.listing_id)} is left out. Hostex says: "
        f"{one_line(error.message)}"
        for ratio, error in answers.failed
    ]
    return answers.items, refused


def _currency_of(listings: Sequence[_SteerableListing], currency: str | None) -> str | None:
    """Return the currency of the base price, None where Hostex tells none of any listing.

    Raises:
        InvalidArguments: when the listings have several and none is named, or none has the named one.
    """
    by_currency: dict[str | None, list[str]] = {}
    for listing in listings:
        by_currency.setdefault(listing.days.currency, []).append(listing.name)
    if currency in by_currency if currency else len(by_currency) == 1:
        return currency or next(iter(by_currency))
    overview = "; ".join(f"{name or _UNKNOWN}: {', '.join(names)}" for name, names in by_currency.items())
    problem = (
        "is not the currency of any listing" if currency else "is required, as an amount is in one currency"
    )
    raise InvalidArguments(FieldProblem("currency", f"{problem}. The listings by currency are {overview}"))


def _has_only_floor_prices(listing: _SteerableListing) -> bool:
    """Whether Hostex tells only floor prices of a listing, from which no percentage can be worked out."""
    return listing.days.channel_type == _FLOORS


def _reference(listings: Sequence[_SteerableListing]) -> _SteerableListing:
    """Return the listing whose percentage the other currencies follow: the one nearest to the base price."""
    candidates = [listing for listing in listings if not _has_only_floor_prices(listing)]
    if not candidates:
        problem = "cannot be same_percentage: Hostex reports only floor prices of ctrip listings"
        raise InvalidArguments(FieldProblem("other_currencies", problem))
    return min(candidates, key=lambda listing: abs(listing.ratio - 100))


def _amounts(listing: _SteerableListing, prices: Sequence[BasePriceRange]) -> list[Run[State]]:
    return [
        run_of(price_range, {"price": steered_price(price_range.price, listing.ratio)})
        for price_range in prices
    ]


def _same_percentage(
    listing: _SteerableListing, reference: _SteerableListing, prices: Sequence[BasePriceRange]
) -> list[Run[State]]:
    """Return the ranges of a listing that follows the percentage of another."""
    amounts = {
        day: steered_price(price_range.price, reference.ratio)
        for price_range in prices
        for day in days_of(price_range.start_date, price_range.end_date)
    }
    for follower in (reference, listing):
        if unpriced := unknown_days(amounts, follower.present):
            problem = f"cannot be same_percentage: {follower.name} has no present price on {unpriced[0]}"
            raise InvalidArguments(FieldProblem("other_currencies", problem))
    new = shifted_prices(listing.present, reference.present, amounts)
    return runs(new, lambda day: day, lambda day: (("price", new[day]),))


def _part(context: Context, listing: _SteerableListing, ranges: Sequence[Run[State]]) -> _ListingChange:
    """Return the write to one listing, nothing where its prices are as wanted already."""
    # A floor price is not what was written before, so nothing follows from it.
    days = replace(listing.days, before={}) if _has_only_floor_prices(listing) else listing.days
    change = change_days(context, days, _PRICES, ranges)
    return _ListingChange(listing.key, None if change.already else change)


def _other_currency_notes(listings: Sequence[_SteerableListing]) -> list[str]:
    return [
        f"{listing.name} is in {listing.days.currency or _UNKNOWN} and is left alone." for listing in listings
    ]


def _channel_priced_notes(number: int) -> list[str]:
    if not number:
        return []
    return [f"{counted(number, 'listing is', 'listings are')} priced by the channel and left out."]


def _part_name(part: _ListingChange, counts: Mapping[str, int]) -> str:
    """Return a listing by its channel, with its number where the channel has several."""
    channel = part.key["channel_type"]
    several = counts[channel] > 1
    return f"{channel_name(channel)} {part.key['listing_id']}" if several else channel_name(channel)


def _preview(title: str, parts: Sequence[_ListingChange], warnings: Sequence[str]) -> Preview:
    counts = Counter(part.key["channel_type"] for part in parts)
    rows = [
        {**row, "what": f"{_part_name(part, counts)}, {row['what']}"}
        for part in parts
        if part.change and part.change.preview
        for row in part.change.preview.changes
    ]
    currencies = dict.fromkeys(str(part.key.get("currency", "unknown")) for part in parts)
    target = {"property": title, "currency": ", ".join(currencies)}
    summary = f"Set the prices of {quoted(title)} on {counted(len(parts), 'listing', 'listings')}"
    return Preview(summary, target, rows, warnings)


async def _send_in_turn(parts: Sequence[_ListingChange]) -> list[JsonObject]:
    """Send the parts one after the other and report each: `done` (with its prices and the undo), `unchanged`,
    `failed` or `outcome_unknown`. A part that fails does not keep the rest from being sent."""
    return [{**part.key, **(await _outcome(part.change))} for part in parts]


async def _outcome(change: PlannedWrite[Any] | None) -> JsonObject:
    if change is None:
        return {"status": "unchanged"}
    try:
        sent = await change.send()
    except HostexError as error:
        is_unknown = error.kind == "outcome_unknown"
        status = "outcome_unknown" if is_unknown else "failed"
        return lean({"status": status, "error": error.kind, "message": error.message, "code": error.code})
    undo = {"tool": change.undo.tool, "arguments": change.undo.arguments} if change.undo else None
    prices = [
        {"start_date": row["start_date"], "end_date": row["end_date"], **row["after"]}
        for row in sent["changes"]
    ]
    return lean({"status": "done", "prices": prices, "undo": undo})
