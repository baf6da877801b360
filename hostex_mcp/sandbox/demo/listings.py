"""Channel accounts, the listings on them, and the listings' calendars."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Any

from hostex_mcp.sandbox.demo.builder import Builder
from hostex_mcp.sandbox.demo.places import cover_url
from hostex_mcp.sandbox.demo.price_rules import price_and_rules
from hostex_mcp.sandbox.lookups import iso
from hostex_mcp.sandbox.state import ListingRates, Row

RATIOS = {"airbnb": 100, "booking.com": 112, "vrbo": 105}
WEEKEND = (4, 5)
_MAX_STAY = 28


@dataclass(frozen=True)
class _Offer:
    """A place on a channel; `place` is the first property of a room type."""

    place: Row
    channel: str
    listing_id: str
    title: str
    units: int
    quirks: Row


def add_listings(builder: Builder) -> None:
    """Add the channel accounts of the plan, a listing per offer, and its calendar."""
    account, since = builder.account, iso(builder.past(-320, time(9, 20)))
    for channel_account in builder.plan["channel_accounts"]:
        account.channel_accounts[channel_account["id"]] = channel_account | {"created_at": since}
    for number, offer in enumerate(_offers(builder.plan), builder.plan["first_listing_id"]):
        account.listings[number] = _listing(builder, number, offer)
        account.rates[offer.channel, offer.listing_id] = _rates(builder, offer)
    for channel, listing_id, start, end in builder.plan["closed_listings"]:
        days = [builder.day(offset) for offset in range(start, end + 1)]
        account.rates[channel, listing_id].inventories = dict.fromkeys(days, 0)


def _offers(plan: Row) -> Iterator[_Offer]:
    places = {place["id"]: place for place in plan["properties"]}
    for place in plan["properties"]:
        yield from (_offer(place, 1, sold) for sold in place["sells"])
    for pool in plan["room_types"]:
        first = places[pool["property_ids"][0]]
        yield from (_offer(first, len(pool["property_ids"]), sold) for sold in pool["sells"])


def _offer(place: Row, units: int, sold: list[Any]) -> _Offer:
    channel, listing_id, title, *quirks = sold
    return _Offer(place, channel, listing_id, title, units, quirks[0] if quirks else {})


def _listing(builder: Builder, number: int, offer: _Offer) -> Row:
    accounts = builder.account.channel_accounts.values()
    owner = next(account for account in accounts if account["channel_type"] == offer.channel)
    place, host = offer.place, offer.channel.removesuffix(".com").replace("_", "-")
    return {
        "id": number,
        "listing_id": offer.listing_id,
        "channel_type": offer.channel,
        "channel_account_id": owner["id"],
        "origin_account_id": owner["origin_account_id"],
        "url": f"https://www.{host}.example.invalid/rooms/{offer.listing_id}",
        "title": offer.title,
        "cover": cover_url(place["id"]),
        "inventory": offer.units,
        "shelf_status": offer.quirks.get("shelf_status", "on"),
        "metadata": {
            "city": place["city"],
            "country_name": place["country"],
            "longitude": place["longitude"],
            "latitude": place["latitude"],
        },
        "created_at": iso(builder.past(-310, time(9, 21))),
        "updated_at": iso(builder.past(-4, time(2))),
    }


def _rates(builder: Builder, offer: _Offer) -> ListingRates:
    place, ratio = offer.place, RATIOS.get(offer.channel, 100)
    readonly = offer.quirks.get("readonly", False)
    weekend = place["base" if offer.quirks.get("one_price") else "weekend"]
    rates = ListingRates(
        base=round(place["base"] * ratio / 100),
        weekend=round(weekend * ratio / 100),
        currency=builder.currency_of(place["id"]),
        min_stay=place["min_stay"],
        max_stay=_MAX_STAY,
        ratio=-1 if readonly else ratio,
        readonly=readonly,
    )
    rates.price_and_rules = price_and_rules(builder, offer.channel, place, rates, offer.quirks)
    for start, end, factor in builder.plan["seasons"]:
        for day in (builder.day(offset) for offset in range(start, end + 1)):
            usual = rates.weekend if day.weekday() in WEEKEND else rates.base
            rates.prices[day] = round(usual * factor)
    if offer.channel in ("airbnb", "booking.com"):
        rates.restrictions[builder.day(53)] = {"closed_on_arrival": True}
    return rates
