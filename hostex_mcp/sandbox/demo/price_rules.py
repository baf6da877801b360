"""The default prices and booking rules of Airbnb and Vrbo listings."""

from hostex_mcp.sandbox.demo.builder import Builder
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
