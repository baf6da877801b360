"""Default prices and booking rules of Airbnb and Vrbo listings."""

from collections import Counter
from typing import cast

from hostex_mcp.sandbox.envelope import bad_request, broken_rule, not_found
from hostex_mcp.sandbox.fields import anything, array, day, flag, integer, mapping, number, record, text
from hostex_mcp.sandbox.lookups import find_rates
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.params import Field, check_value
from hostex_mcp.sandbox.state import ListingRates, Row

BLACKOUT_DAYS_PER_YEAR = 30
WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
DISCOUNTS = ("early_bird_discount", "last_minute_discount", "long_term_discount")
FLAG_DISCOUNTS = ("high_rated_guest_discount", "mobile_only_discount")
_LISTING_ID = text("listing_id", required=True)
_DISCOUNT_RULE = record("rule", integer("discount", minimum=0, maximum=100), integer("days"))


def _numbers(*names: str) -> tuple[Field, ...]:
    return tuple(number(name, nullable=True) for name in names)


def _integers(*names: str) -> tuple[Field, ...]:
    return tuple(integer(name, nullable=True) for name in names)


def _flags(*names: str) -> tuple[Field, ...]:
    return tuple(flag(name, nullable=True) for name in names)


# Everything may be null, since what was read may be written back unchanged.
_AIRBNB_SETTINGS = (
    *_numbers("base_price", "weekend_price", "security_deposit", "cleaning_fee", "short_term_cleaning_fee"),
    *_numbers("pet_fee", "extra_guest_fee"),
    record("pet_fee_obj", number("amount"), text("charge_type"), text("charge_period"), nullable=True),
    *(anything(name, nullable=True) for name in DISCOUNTS),
    *(anything(name, nullable=True) for name in ("check_in_start_time", "check_in_end_time")),
    integer("check_out_before", nullable=True, minimum=0, maximum=23),
    *_flags("instant_booking", "allow_rtb_above_max_nights", "new_listing_promotion", *FLAG_DISCOUNTS),
    *_integers("max_guests", "minimum_stay", "maximum_stay", "advance_notice", "availability_window"),
    *_integers("preparation_time"),
    *(
        array(name, integer("day", minimum=0, maximum=6), nullable=True)
        for name in ("days_of_week_check_in", "days_of_week_check_out")
    ),
    *(anything(name, nullable=True) for name in ("cancellation_policy", "long_term_cancellation_policy")),
    number("non_refundable_price_factor", nullable=True, minimum=0, maximum=100),
    *(
        array(name, mapping("rule", anything("value", nullable=True)), nullable=True)
        for name in ("day_of_week_min_nights", "seasonal_min_stay")
    ),
    *(array(f"{name}_blackout_dates", day("date"), nullable=True) for name in FLAG_DISCOUNTS),
)
_VRBO_SETTINGS = (
    number("base_price", nullable=True, minimum=0),
    record("nightly_rate", *(number(name, minimum=0) for name in WEEKDAYS), nullable=True),
    *(number(name, nullable=True, minimum=0, maximum=99) for name in ("weekly_discount", "monthly_discount")),
    *_numbers("cleaning_fee", "extra_guest_fee", "security_deposit"),
    *_integers("extra_guest_number", "max_guests", "minimum_stay", "advance_notice", "availability_window"),
    *(anything(name, nullable=True) for name in ("check_in_start_time", "check_out_before")),
    *_flags("instant_booking"),
)


@operation("GET /listings/airbnb/price_and_rules", query=(_LISTING_ID,))
def get_airbnb_price_and_rules(call: SandboxCall) -> Row:
    """Return an Airbnb listing's defaults."""
    return _rules(_rates(call, "airbnb", call.query["listing_id"]))


@operation(
    "POST /listings/airbnb/price_and_rules",
    body=(_LISTING_ID, record("settings", *_AIRBNB_SETTINGS, required=True)),
)
def update_airbnb_price_and_rules(call: SandboxCall) -> None:
    """Change an Airbnb listing's defaults at once; read-only fields are ignored."""
    rates = _rates(call, "airbnb", call.body["listing_id"])
    settings: Row = call.body["settings"]
    if settings.get("pet_fee") is not None and settings.get("pet_fee_obj") is not None:
        raise broken_rule("The pet fee obj field is prohibited when pet fee is present.")
    for name in DISCOUNTS:
        if settings.get(name) is not None:
            settings[name] = _discounts(name, settings[name])
    for name in FLAG_DISCOUNTS:
        _check_blackout(settings, f"{name}_blackout_dates")
    rules = _rules(rates)
    rules.update(settings)
    for name in FLAG_DISCOUNTS:
        rules[f"{name}_blackout_dates_quota"] = _quota(rules, name)
    _spread(rates)


@operation("GET /listings/vrbo/price_and_rules", query=(_LISTING_ID,))
def get_vrbo_price_and_rules(call: SandboxCall) -> Row:
    """Return a Vrbo listing's defaults."""
    return _rules(_rates(call, "vrbo", call.query["listing_id"]))


@operation(
    "POST /listings/vrbo/price_and_rules",
    body=(_LISTING_ID, record("settings", *_VRBO_SETTINGS, required=True)),
)
def update_vrbo_price_and_rules(call: SandboxCall) -> None:
    """Change a Vrbo listing's defaults; a base price wins over nightly rates."""
    rates = _rates(call, "vrbo", call.body["listing_id"])
    settings: Row = call.body["settings"]
    if settings.get("base_price") is not None:
        settings["nightly_rate"] = None
    elif settings.get("nightly_rate") is not None:
        if missing := [name for name in WEEKDAYS if name not in settings["nightly_rate"]]:
            raise bad_request(f"The settings.nightly rate.{missing[0]} field is required.")
        settings["base_price"] = None
    for name in ("cleaning_fee", "extra_guest_fee", "security_deposit"):
        if settings.get(name) == 0:
            settings[name] = None
    _rules(rates).update(settings)
    _spread(rates)


def _rates(call: SandboxCall, channel_type: str, listing_id: str) -> ListingRates:
    rates = find_rates(call.account, channel_type, listing_id)
    if rates.price_and_rules is None:
        raise not_found("Listing")
    return rates


def _rules(rates: ListingRates) -> Row:
    return rates.price_and_rules or {}


def _discounts(name: str, discounts: object) -> object:
    """Read one rule or a list of them."""
    if isinstance(discounts, dict):
        return [check_value(_DISCOUNT_RULE, cast("Row", discounts))]
    return check_value(array(name, _DISCOUNT_RULE), discounts)


def _check_blackout(settings: Row, name: str) -> None:
    if settings.get(name) is None:
        return
    per_year = Counter(blackout.year for blackout in settings[name])
    if any(count > BLACKOUT_DAYS_PER_YEAR for count in per_year.values()):
        raise broken_rule(f"The {name.replace('_', ' ')} may not have more than 30 items per year.")
    settings[name] = [str(blackout) for blackout in settings[name]]


def _quota(rules: Row, name: str) -> Row | None:
    """Count the blackout days. Inferred: there is no quota while the discount is off and no day is set."""
    used = len(rules.get(f"{name}_blackout_dates") or [])
    if not used and not rules.get(name):
        return None
    return {"dates_used_count": used, "dates_available_count": max(0, BLACKOUT_DAYS_PER_YEAR - used)}


def _spread(rates: ListingRates) -> None:
    """Let the defaults show in the listing's calendar."""
    rules = _rules(rates)
    if rules.get("nightly_rate") is not None:
        rates.base = round(rules["nightly_rate"]["monday"])
        rates.weekend = round(rules["nightly_rate"]["friday"])
    elif rules.get("base_price") is not None:
        rates.base = round(rules["base_price"])
        rates.weekend = round(rules.get("weekend_price") or rules["base_price"])
    rates.min_stay = rules.get("minimum_stay") or rates.min_stay
    rates.max_stay = rules.get("maximum_stay") or rates.max_stay
