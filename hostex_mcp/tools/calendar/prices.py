"""Changing the prices of single days, and the default prices and rules of Airbnb and Vrbo listings."""

from collections.abc import Sequence
from typing import Annotated, Any, Unpack, get_args

from annotated_types import Gt, Le, MaxLen, MinLen

from hostex_mcp.api import FieldProblem
from hostex_mcp.api.endpoints import calendar as api
from hostex_mcp.api.endpoints import price_and_rules as rules_api
from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.domain.calendar_changes import State
from hostex_mcp.domain.days import Run, days_of
from hostex_mcp.domain.pricing import repriced_runs
from hostex_mcp.toolkit.arguments import Channel, Code, Integer, InvalidArguments, Number
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.calendar._listing_days import (
    DayRange,
    DayWrite,
    ListingChange,
    ListingDays,
    change_days,
    listing_days,
    listing_of,
    run_of,
)
from hostex_mcp.tools.calendar._listing_settings import (
    AirbnbClearable,
    AirbnbSettings,
    ChannelSettings,
    SettingsChange,
    VrboClearable,
    VrboSettings,
    change_settings,
    requested_settings,
)
from hostex_mcp.tools.calendar._read_back import Verify

_PRICES = DayWrite(
    "update_listing_prices",
    api.UPDATE_LISTING_PRICES,
    "prices",
    writable=lambda _, price: isinstance(price, int) and price > 0,
)
_ROUNDED = "Percentages of the present prices are rounded to whole units."
_CTRIP_PERCENT = (
    "cannot be used on ctrip: there Hostex reads the floor price and writes the selling price; give a price"
)
_CTRIP_BEFORE = "On ctrip Hostex reports only floor prices, so the present selling prices are unknown."

_DISCOUNTS = ("long_term_discount", "early_bird_discount", "last_minute_discount")
_AIRBNB = ChannelSettings(
    "update_airbnb_price_and_rules",
    "Airbnb",
    rules_api.UPDATE_AIRBNB_PRICE_AND_RULES,
    texts=("check_in_start_time", "check_in_end_time"),
    clearable=get_args(AirbnbClearable),
    lists=_DISCOUNTS,
    emptied=_DISCOUNTS,
    note="Airbnb accepted the change.",
)
_VRBO = ChannelSettings(
    "update_vrbo_price_and_rules",
    "Vrbo",
    rules_api.UPDATE_VRBO_PRICE_AND_RULES,
    texts=("check_in_start_time", "check_out_before"),
    clearable=get_args(VrboClearable),
    zeroed=("cleaning_fee", "extra_guest_fee", "security_deposit"),
    emptied=get_args(VrboClearable),
    exclusive=("base_price", "nightly_rate"),
    note="Hostex accepted the change; `get_vrbo_price_and_rules` reads its stored copy, which may lag.",
)


class PriceRange(DayRange):
    """A new price for days: an amount, or a change of the present one in percent."""

    price: Annotated[Integer, Gt(0), "per night, whole major units"] | None = None
    percent: Annotated[Number, Gt(-100), Le(1000), "e.g. -10"] | None = None


@tool(
    "Set nightly prices of a listing",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="update_listing_prices",
    core=True,
    open_world=True,
    destructive=True,
    keywords="raise lower discount rate night weekend season reprice percent",
)
async def update_listing_prices(
    context: Context,
    channel_type: Channel,
    listing_id: Code,
    prices: Annotated[list[PriceRange], MinLen(1), MaxLen(400)],
    verify: Verify | None = None,
) -> PlannedWrite[ListingChange]:
    """Set nightly prices of one channel listing for ranges of days, both ends included: `price`, in the
    listing's currency, or `percent`, a change of each day's present price, rounded to whole units. At most
    400 days, no overlaps. The property's other listings, named by `get_pricing_ratios`, keep theirs. Hostex
    queues the write."""
    _require_one_of_each(channel_type, prices)
    listing = await listing_days(context, channel_type, listing_id, _PRICES, prices)
    await _require_steerable(context, listing)
    planned = [
        run for place, price_range in enumerate(prices) for run in _planned(listing, price_range, place)
    ]
    notes = [_ROUNDED] if any(price_range.percent is not None for price_range in prices) else []
    if channel_type == "ctrip":
        # What reads as the price is the floor: neither a before nor an undo can be taken from it.
        listing = ListingDays(channel_type, listing_id, listing.sold, {})
        notes.append(_CTRIP_BEFORE)
    return change_days(context, listing, _PRICES, planned, notes, verify=verify)


def _require_one_of_each(channel_type: str, prices: Sequence[PriceRange]) -> None:
    for place, price_range in enumerate(prices):
        # Models fill in 0 for the one of the two that they do not mean.
        if price_range.price is not None and price_range.percent == 0:
            price_range.percent = None
        if (price_range.price is None) == (price_range.percent is None):
            raise InvalidArguments(FieldProblem(f"prices.{place}", "needs exactly one of price and percent"))
        if price_range.percent is not None and channel_type == "ctrip":
            raise InvalidArguments(FieldProblem(f"prices.{place}.percent", _CTRIP_PERCENT))


async def _require_steerable(context: Context, listing: ListingDays) -> None:
    """Refuse a listing that its channel prices. Inferred: Hostex would take the write and drop it."""
    if listing.sold is None:
        return
    link = "property_id" if isinstance(listing.sold, Property) else "room_type_id"
    ratios = await context.client.call(api.GET_PRICING_RATIOS, query={link: listing.sold.id})
    key = (listing.channel_type, listing.listing_id)
    if any(ratio.readonly and (ratio.channel_type, ratio.listing_id) == key for ratio in ratios.channels):
        raise InvalidArguments(FieldProblem("listing_id", "is priced by its channel and cannot be repriced"))


def _planned(listing: ListingDays, price_range: PriceRange, place: int) -> list[Run[State]]:
    """Return the ranges to write for one that was asked: itself, or one for each resulting price."""
    if price_range.percent is None:
        return [run_of(price_range, {"price": price_range.price})]
    days = days_of(price_range.start_date, price_range.end_date)
    present = {day: values["price"] for day in days if (values := listing.before.get(day))}
    if unpriced := [day for day in days if day not in present]:
        raise InvalidArguments(
            FieldProblem(f"prices.{place}.percent", f"has no present price on {unpriced[0]}")
        )
    priced_runs = repriced_runs(present, days, price_range.percent)
    for run in priced_runs:
        if run.state <= 0:
            problem = f"would make the price of {run.start_date} {run.state}"
            raise InvalidArguments(FieldProblem(f"prices.{place}.percent", problem))
    return [Run(run.start_date, run.end_date, (("price", run.state),)) for run in priced_runs]


@tool(
    "Set Airbnb prices and rules",
    effect=Effect.CONSEQUENTIAL,
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="base weekend price cleaning pet fee discount minimum stay cancellation policy instant book",
)
async def update_airbnb_price_and_rules(
    context: Context,
    listing_id: Code,
    clear: list[AirbnbClearable] | None = None,
    **settings: Unpack[AirbnbSettings],
) -> PlannedWrite[SettingsChange]:
    """Change default prices, fees, discounts and booking rules of one Airbnb listing, at once. Only
    what differs is sent. Amounts: the listing's currency, major units.
    `get_airbnb_price_and_rules` shows what is set."""
    values = requested_settings(_AIRBNB, settings, clear)
    present = await context.client.call(
        rules_api.GET_AIRBNB_PRICE_AND_RULES, query={"listing_id": listing_id}
    )
    listing = await listing_of(context, "airbnb", listing_id)
    _require_eligible(present, values)
    # Hostex has an hour as a number and FLEXIBLE as text; as text no hour would ever be unchanged.
    for name in _AIRBNB.texts:
        if str(values.get(name)).isdigit():
            values[name] = int(values[name])
    return change_settings(context, _AIRBNB, listing, present, values)


def _require_eligible(present: rules_api.AirbnbPriceAndRules, values: dict[str, Any]) -> None:
    """Refuse what Airbnb would not take from this listing."""
    policy, eligible = values.get("cancellation_policy"), present.eligible_cancellation_policies
    if policy and eligible and policy not in eligible:
        raise InvalidArguments(FieldProblem("cancellation_policy", f"must be one of {', '.join(eligible)}"))
    if "pet_fee" in values and present.pet_fee_obj:
        problem = "cannot replace the listing's pet fee, which is charged by its own period (pet_fee_obj)"
        raise InvalidArguments(FieldProblem("pet_fee", problem))


@tool(
    "Set Vrbo prices and rules",
    effect=Effect.CONSEQUENTIAL,
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="base price nightly rate weekly monthly discount cleaning fee deposit minimum stay",
)
async def update_vrbo_price_and_rules(
    context: Context,
    listing_id: Code,
    clear: list[VrboClearable] | None = None,
    **settings: Unpack[VrboSettings],
) -> PlannedWrite[SettingsChange]:
    """Change default prices, fees, discounts and booking rules of one Vrbo listing, at once. Only what is
    given and differs from Hostex's stored copy is sent. Amounts are in the listing's currency, major units.
    `get_vrbo_price_and_rules` shows the present ones."""
    values = requested_settings(_VRBO, settings, clear)
    present = await context.client.call(rules_api.GET_VRBO_PRICE_AND_RULES, query={"listing_id": listing_id})
    listing = await listing_of(context, "vrbo", listing_id)
    for name in _VRBO.texts:
        if str(values.get(name)).isdigit() and not isinstance(getattr(present, name), str):
            values[name] = int(values[name])
    return change_settings(context, _VRBO, listing, present, values)
