"""Default prices, fees, discounts and booking rules of Airbnb and Vrbo listings.

Amounts are major units of the listing's currency, discounts are percentages. A write against Airbnb is
synchronous: success means that Airbnb accepted it.
"""

from typing import Any

from hostex_mcp.api.endpoints.models import Day, Id, Many, Maybe, Model, Number
from hostex_mcp.api.operation import Operation


class DiscountRule(Model):
    """A percentage off; what `days` counts depends on the discount."""

    discount: Id | None = None
    days: Id | None = None


class PetFee(Model):
    """A fee for pets and how it is charged."""

    amount: Number | None = None
    charge_type: str | None = None
    charge_period: str | None = None


class BlackoutQuota(Model):
    """How many days of a year may be kept out of a discount. Read only."""

    dates_used_count: Id | None = None
    dates_available_count: Id | None = None


class AirbnbPriceAndRules(Model):
    """Settings of an Airbnb listing, read live. Check-in hours may be text (`FLEXIBLE`), 25 and 26 being
    1 and 2 o'clock of the next day; week days count from 0 (Sunday) and are the days allowed; notice is in
    hours. The quotas and `eligible_cancellation_policies` cannot be written."""

    listing_currency: str | None = None
    base_price: Number | None = None
    weekend_price: Number | None = None
    security_deposit: Number | None = None
    cleaning_fee: Number | None = None
    short_term_cleaning_fee: Number | None = None
    pet_fee: Number | None = None
    pet_fee_obj: Maybe[PetFee] = None
    extra_guest_fee: Number | None = None
    early_bird_discount: Many[DiscountRule] = ()
    last_minute_discount: Many[DiscountRule] = ()
    long_term_discount: Many[DiscountRule] = ()
    check_in_start_time: Any = None
    check_in_end_time: Any = None
    check_out_before: Id | None = None
    instant_booking: bool | None = None
    max_guests: Id | None = None
    minimum_stay: Id | None = None
    maximum_stay: Id | None = None
    advance_notice: Id | None = None
    availability_window: Id | None = None
    preparation_time: Id | None = None
    days_of_week_check_in: Many[Id] = ()
    days_of_week_check_out: Many[Id] = ()
    allow_rtb_above_max_nights: bool | None = None
    cancellation_policy: Any = None
    long_term_cancellation_policy: Any = None
    non_refundable_price_factor: Number | None = None
    day_of_week_min_nights: Many[dict[str, Any]] = ()
    seasonal_min_stay: Many[dict[str, Any]] = ()
    new_listing_promotion: bool | None = None
    high_rated_guest_discount: bool | None = None
    high_rated_guest_discount_blackout_dates: Many[Day] = ()
    high_rated_guest_discount_blackout_dates_quota: Maybe[BlackoutQuota] = None
    mobile_only_discount: bool | None = None
    mobile_only_discount_blackout_dates: Many[Day] = ()
    mobile_only_discount_blackout_dates_quota: Maybe[BlackoutQuota] = None
    eligible_cancellation_policies: Many[str] = ()


class WeekPrices(Model):
    """A nightly price for each day of the week."""

    sunday: Number | None = None
    monday: Number | None = None
    tuesday: Number | None = None
    wednesday: Number | None = None
    thursday: Number | None = None
    friday: Number | None = None
    saturday: Number | None = None


class VrboPriceAndRules(Model):
    """Settings of a Vrbo listing, from Hostex's stored copy. `base_price` is None when the days of the week
    differ, `nightly_rate` when they do not."""

    base_price: Number | None = None
    nightly_rate: Maybe[WeekPrices] = None
    weekly_discount: Number | None = None
    monthly_discount: Number | None = None
    cleaning_fee: Number | None = None
    extra_guest_fee: Number | None = None
    extra_guest_number: Id | None = None
    security_deposit: Number | None = None
    check_in_start_time: Any = None
    check_out_before: Any = None
    instant_booking: bool | None = None
    max_guests: Id | None = None
    minimum_stay: Id | None = None
    advance_notice: Id | None = None
    availability_window: Id | None = None


GET_AIRBNB_PRICE_AND_RULES = Operation("GET", "/listings/airbnb/price_and_rules", AirbnbPriceAndRules)
UPDATE_AIRBNB_PRICE_AND_RULES = Operation[None]("POST", "/listings/airbnb/price_and_rules")
GET_VRBO_PRICE_AND_RULES = Operation("GET", "/listings/vrbo/price_and_rules", VrboPriceAndRules)
UPDATE_VRBO_PRICE_AND_RULES = Operation[None]("POST", "/listings/vrbo/price_and_rules")
