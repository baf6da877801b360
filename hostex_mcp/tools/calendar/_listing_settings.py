"""Default prices and rules of Airbnb and Vrbo listings as arguments, and the change of some of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from pydantic import Field
from pydantic_core import to_jsonable_python

from hostex_mcp.api import FieldProblem, Operation, guarded
from hostex_mcp.api.endpoints.models import Model
from hostex_mcp.domain.settings import SettingChange, nightly_prices, plain, setting_changes, undo_settings
from hostex_mcp.toolkit.arguments import Arguments, Integer, InvalidArguments, Number, Positive
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ALREADY, JsonObject, PlannedWrite, Preview, Undo, lean
from hostex_mcp.tools.calendar._listing_days import ListingDays
from hostex_mcp.tools.writing.edits import require_unset

# Bounds that go without saying are checked without being in the schema, which every session pays for.
Price = Annotated[Number, Field(gt=0)]
Fee = Annotated[Number, Field(ge=0)]
Hours = Annotated[Integer, Field(ge=0), "hours"]
Days = Annotated[Integer, Field(ge=0), "days"]
Hour = Annotated[str, Field(pattern=r"^(FLEXIBLE|[89]|1\d|2[0-6])$"), "8 to 26 (next day), or FLEXIBLE"]
Percent = Annotated[Number, Gt(0), Le(99), "%"]
SomeFee = Annotated[Number, Field(gt=0)]
Clock = Annotated[str, MinLen(1), MaxLen(20), "written as the present value is"]

# Inferred: these are the settings that Hostex takes null for.
AirbnbClearable = Literal[
    "weekend_price",
    "pet_fee",
    "extra_guest_fee",
    "advance_notice",
    "long_term_discount",
    "early_bird_discount",
    "last_minute_discount",
]
VrboClearable = Literal[
    "weekly_discount",
    "monthly_discount",
    "cleaning_fee",
    "extra_guest_fee",
    "extra_guest_number",
    "security_deposit",
]


class DiscountArgument(Arguments):
    """A percentage off."""

    discount: Annotated[Integer, Field(ge=0, le=100)]
    days: Annotated[Integer, Field(ge=0)]


class WeekPricesArgument(Arguments):
    """A price for each day of the week."""

    sunday: Price
    monday: Price
    tuesday: Price
    wednesday: Price
    thursday: Price
    friday: Price
    saturday: Price


class AirbnbSettings(TypedDict, total=False):
    """What can be set on an Airbnb listing: amounts per night, or per stay for fees."""

    base_price: Price
    weekend_price: Annotated[Price, "Friday, Saturday"]
    cleaning_fee: Fee
    pet_fee: Fee
    extra_guest_fee: Fee
    security_deposit: Fee
    minimum_stay: Positive
    maximum_stay: Positive
    max_guests: Annotated[Positive, "in the base price"]
    advance_notice: Hours
    preparation_time: Days
    availability_window: Days
    check_in_start_time: Hour
    check_in_end_time: Hour
    check_out_before: Annotated[Integer, Ge(0), Le(23), "hour"]
    instant_booking: bool
    cancellation_policy: Annotated[str, MaxLen(100)]
    long_term_discount: Annotated[list[DiscountArgument], "% from nights on"]
    early_bird_discount: Annotated[list[DiscountArgument], "% for days ahead"]
    last_minute_discount: Annotated[list[DiscountArgument], "% in the last days"]
    high_rated_guest_discount: bool
    mobile_only_discount: bool


class VrboSettings(TypedDict, total=False):
    """What can be set on a Vrbo listing; a base price and nightly rates exclude each other."""

    base_price: Price
    nightly_rate: Annotated[WeekPricesArgument, "instead of base_price"]
    weekly_discount: Percent
    monthly_discount: Percent
    cleaning_fee: SomeFee
    extra_guest_fee: SomeFee
    extra_guest_number: Positive
    security_deposit: SomeFee
    minimum_stay: Positive
    max_guests: Positive
    advance_notice: Annotated[Integer, Field(ge=0)]
    availability_window: Annotated[Integer, Field(ge=0)]
    check_in_start_time: Clock
    check_out_before: Clock
    instant_booking: bool


class ChangedSetting(TypedDict, total=False):
    """A setting as it was and as it was sent; absent is not set."""

    setting: str
    before: Any
    after: Any


class SettingsChange(TypedDict, total=False):
    """The settings of a listing that changed."""

    listing_id: str
    listing_currency: str
    changes: list[ChangedSetting]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """How the settings of one channel are written. `texts` are arguments that are always text, `clearable`
    those that can be unset, `zeroed` the ones of them that 0 unsets instead of null, `lists` those that an
    empty list unsets, `emptied` those of which 0 or an empty list is no value, and of the `exclusive` ones
    only one is ever set."""

    tool: str
    channel: str
    operation: Operation[None]
    texts: Collection[str]
    clearable: Collection[str]
    zeroed: Collection[str] = ()
    lists: Collection[str] = ()
    emptied: Collection[str] = ()
    exclusive: Collection[str] = ()
    note: str = ""


def requested_settings(
    rules: ChannelSettings, settings: Mapping[str, Any], clear: Collection[str] | None
) -> dict[str, Any]:
    """Return the settings that were given, None for those to unset.

    Raises:
        InvalidArguments: when none was, or they contradict each other.
    """
    if not settings and not clear:
        raise InvalidArguments(FieldProblem("listing_id", "give at least one setting as well"))
    require_unset(clear, settings)
    if len(exclusives := [name for name in rules.exclusive if name in settings]) > 1:
        raise InvalidArguments(FieldProblem(exclusives[1], f"excludes {exclusives[0]}"))
    values = {name: _value(value) for name, value in settings.items()}
    values |= {name: None for name in rules.exclusive if exclusives and name not in exclusives}
    return {**values, **{name: [] if name in rules.lists else None for name in clear or ()}}


def change_settings(
    context: Context, rules: ChannelSettings, listing: ListingDays, present: Model, values: Mapping[str, Any]
) -> PlannedWrite[SettingsChange]:
    """Return the write of those of the wanted values that differ from the present ones.

    Raises:
        Blocked: when a guard rail of the operator forbids a nightly price.
    """
    before = present.model_dump(mode="json")
    changes = setting_changes(before, values)
    for name, old, new in nightly_prices(changes):
        guarded(rules.tool, context.guard_rails.price_problem(old, new), f"{name}: ")
    listing_id, title = listing.listing_id, listing.title(context)
    currency = before.get("listing_currency") or listing.currency or ""
    key = {"listing_id": listing_id, "listing_currency": currency}

    async def send() -> JsonObject:
        settings = {change.setting: _sent(rules, change) for change in changes}
        await context.client.call(rules.operation, body={"listing_id": listing_id, "settings": settings})
        rows = [
            lean({"setting": change.setting, "before": change.before, "after": change.after})
            for change in changes
        ]
        return lean({**key, "changes": rows, "notes": [rules.note]})

    lines = [
        {"what": change.setting, "before": _in_words(change.before), "after": _in_words(change.after)}
        for change in changes
    ]
    where = listing.named(context) if title else f"{rules.channel} listing {listing_id}"
    preview = Preview(f"Set prices and rules of {where}", lean({"title": title, **key}), lines)
    gone = {change.setting: change.before for change in changes}
    undo = _undo(rules, listing_id, changes)
    return PlannedWrite(send, undo, preview, "" if changes else ALREADY, gone=gone)


def _value(value: Any) -> Any:
    """Return an argument in the form that Hostex uses."""
    return plain(to_jsonable_python(value))


def _in_words(value: Any) -> Any:
    return "not set" if value in (None, []) else value


def _sent(rules: ChannelSettings, change: SettingChange) -> Any:
    return 0 if change.after is None and change.setting in rules.zeroed else change.after


def _undo(rules: ChannelSettings, listing_id: str, changes: Collection[SettingChange]) -> Undo | None:
    old = undo_settings(list(changes), rules.clearable, rules.exclusive, rules.emptied)
    if old is None:
        return None
    texts = {name: str(old[name]) for name in rules.texts if name in old}
    return Undo(rules.tool, {"listing_id": listing_id, **old, **texts})
