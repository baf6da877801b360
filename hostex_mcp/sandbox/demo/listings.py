"""Channel accounts, the listings on them, and the listings' calendars."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Any

from hostex_mcp.sandbox.demo.builder import Builder
from hostex_mcp.sandbox.demo.places import cover_url
from hostex_mcp.sandbox.lookups import iso
from hostex_mcp.sandbox.state import ListingRates, Row

_EVERY_DAY = list(range(7))
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday")
_WEEKEND = ("friday", "saturday")
_BLACKOUT_DAYS_PER_YEAR = 30
_HIGH_RATED_BLACKOUT = [100]


def price_and_rules(
    builder: Builder, channel: str, place: Row, rates: ListingRates, quirks: Row
) -> Row | None:
    """Return the answer of a listing's price and rules, None for channels without them.

    Of the plan's quirks, `rules` replaces fields and `mobile_blackout` lists days counted from today.
    Inferred: how the plan spells the charge of a pet fee and the policy of long stays.
    """
    own = quirks.get("rules", {})
    if channel == "airbnb":
        promotions = _airbnb_promotions(builder, quirks.get("mobile_blackout", []))
        return _airbnb_price(place, rates) | _airbnb_rules(place, rates) | promotions | own
    return _vrbo(place, rates) | own if channel == "vrbo" else None


def _airbnb_price(place: Row, rates: ListingRates) -> Row:
    return {
        "listing_currency": rates.currency,
        "base_price": rates.base,
        "weekend_price": rates.weekend,
        "security_deposit": 0,
        "cleaning_fee": place["cleaning"],
        "short_term_cleaning_fee": None,
        "pet_fee": None,
        "pet_fee_obj": None,
        "extra_guest_fee": 15,
        "early_bird_discount": [{"discount": 5, "days": 90}],
        "last_minute_discount": [{"discount": 10, "days": 3}],
        "long_term_discount": [{"discount": 12, "days": 7}, {"discount": 25, "days": 28}],
    }


def _airbnb_rules(place: Row, rates: ListingRates) -> Row:
    check_in, check_out = (int(clock[:2]) for clock in place["times"])
    return {
        "check_in_start_time": check_in,
        "check_in_end_time": "FLEXIBLE",
        "check_out_before": check_out,
        "instant_booking": True,
        "max_guests": place["sleeps"],
        "minimum_stay": rates.min_stay,
        "maximum_stay": rates.max_stay,
        "advance_notice": 24,
        "availability_window": 365,
        "preparation_time": 0,
        "days_of_week_check_in": list(_EVERY_DAY),
        "days_of_week_check_out": list(_EVERY_DAY),
        "allow_rtb_above_max_nights": False,
        "cancellation_policy": "flexible",
        "long_term_cancellation_policy": None,
        "non_refundable_price_factor": 10,
        "day_of_week_min_nights": [],
        "seasonal_min_stay": [],
        "eligible_cancellation_policies": ["flexible", "moderate", "firm"],
    }


def _airbnb_promotions(builder: Builder, mobile_blackout: list[int]) -> Row:
    return {
        "new_listing_promotion": False,
        **_discount(builder, "high_rated_guest_discount", _HIGH_RATED_BLACKOUT),
        **_discount(builder, "mobile_only_discount", mobile_blackout),
    }


def _discount(builder: Builder, name: str, blackout: list[int]) -> Row:
    """Return a discount that is on where it has blackout days, else off and without a quota (Inferred)."""
    used = len(blackout)
    quota = {"dates_used_count": used, "dates_available_count": _BLACKOUT_DAYS_PER_YEAR - used}
    return {
        name: bool(blackout),
        f"{name}_blackout_dates": [str(builder.day(offset)) for offset in blackout],
        f"{name}_blackout_dates_quota": quota if blackout else None,
    }


def _vrbo(place: Row, rates: ListingRates) -> Row:
    nightly = dict.fromkeys(_WEEKDAYS, rates.base) | dict.fromkeys(_WEEKEND, rates.weekend)
    flat = rates.base == rates.weekend
    check_in, check_out = place["times"]
    return {
        "base_price": rates.base if flat else None,
        "nightly_rate": None if flat else nightly,
        "weekly_discount": 8,
        "monthly_discount": 15,
        "cleaning_fee": place["cleaning"],
        "extra_guest_fee": None,
        "extra_guest_number": None,
        "security_deposit": 200,
        "check_in_start_time": check_in,
        "check_out_before": check_out,
        "instant_booking": True,
        "max_guests": place["sleeps"],
        "minimum_stay": rates.min_stay,
        "advance_notice": 24,
        "availability_window": 365,
    }


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
