"""The default prices and booking rules of Airbnb and Vrbo listings."""

from datetime import date

from hostex_mcp.sandbox.state import ListingRates, Row

_EVERY_DAY = list(range(7))
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday")
_WEEKEND = ("friday", "saturday")


def price_and_rules(channel: str, place: Row, rates: ListingRates, blackout: date) -> Row | None:
    """Return the answer of a listing's price and rules, None for channels without them."""
    if channel == "airbnb":
        return _airbnb_price(place, rates) | _airbnb_rules(place, rates) | _airbnb_promotions(blackout)
    return _vrbo(place, rates) if channel == "vrbo" else None


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


def _airbnb_promotions(blackout: date) -> Row:
    return {
        "new_listing_promotion": False,
        "high_rated_guest_discount": True,
        "high_rated_guest_discount_blackout_dates": [str(blackout)],
        "high_rated_guest_discount_blackout_dates_quota": {
            "dates_used_count": 1,
            "dates_available_count": 29,
        },
        "mobile_only_discount": False,
        "mobile_only_discount_blackout_dates": [],
        "mobile_only_discount_blackout_dates_quota": None,
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
