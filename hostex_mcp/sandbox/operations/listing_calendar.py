"""Price, inventory and restrictions of channel listings, day by day."""

from collections.abc import Callable
from datetime import date

from hostex_mcp.sandbox.calendar import inventories
from hostex_mcp.sandbox.fields import array, day, flag, integer, record, text
from hostex_mcp.sandbox.lookups import days_between, find_rates, require_order, require_within_three_years
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.operations.availability import require_readable
from hostex_mcp.sandbox.params import Field
from hostex_mcp.sandbox.state import ListingRates, Row, SandboxAccount
from hostex_mcp.sandbox.vocabulary import CALENDAR_CHANNELS

WEEKEND = (4, 5)
# Inferred: the commission that separates the selling price of a ctrip listing from its floor price.
CTRIP_FLOOR = 0.85
_COMMON = ("closed_on_arrival", "closed_on_departure", "min_stay_on_arrival", "max_stay_on_arrival")
_ADVANCE = ("min_advance_reservation", "max_advance_reservation")
RESTRICTIONS: dict[str, tuple[str, ...]] = {
    "airbnb": _COMMON,
    "expedia": _COMMON,
    "booking_site": _COMMON,
    "agoda": (*_COMMON, "min_stay_through"),
    "trip.com": (*_COMMON, "min_stay_through", "max_stay_through", *_ADVANCE),
    "booking.com": (*_COMMON, "min_stay_through", "max_stay_through", *_ADVANCE, "exact_stay_on_arrival"),
}
_LISTING = (
    text("channel_type", required=True, enum=CALENDAR_CHANNELS),
    text("listing_id", required=True),
)


@operation(
    "POST /listings/calendar",
    # Inferred: a read-only token may call this read, although it is a POST.
    reads=True,
    body=(
        day("start_date", required=True),
        day("end_date", required=True),
        array("listings", record("listing", *_LISTING), required=True),
    ),
)
def query_listing_calendars(call: SandboxCall) -> Row:
    """Return the calendars of several listings."""
    start, end = call.body["start_date"], call.body["end_date"]
    require_readable(start, end, call.today)
    days = days_between(start, end)
    return {
        "listings": [listing | {"calendar": _days(call, listing, days)} for listing in call.body["listings"]]
    }


def _ranges(name: str, *fields: Field) -> Field:
    bounds = (day("start_date", required=True), day("end_date", required=True))
    return array(name, record("range", *bounds, *fields), required=True)


@operation(
    "POST /listings/inventories",
    body=(*_LISTING, _ranges("inventories", integer("inventory", required=True, minimum=0))),
)
def update_listing_inventories(call: SandboxCall) -> None:
    """Queue the units for sale; the master calendar stays as it is."""

    def write(rates: ListingRates, night: date, change: Row) -> None:
        rates.inventories[night] = change["inventory"]

    _queue_ranges(call, "inventories", write)


@operation(
    "POST /listings/prices",
    body=(*_LISTING, _ranges("prices", integer("price", required=True, minimum=0))),
)
def update_listing_prices(call: SandboxCall) -> None:
    """Queue nightly prices. Inferred: a listing whose price the channel steers keeps its own in silence."""

    def write(rates: ListingRates, night: date, change: Row) -> None:
        if not rates.readonly:
            rates.prices[night] = change["price"]

    _queue_ranges(call, "prices", write)


_ADVANCE_PATTERN = r"(\d+D)?(\d+H)?"


@operation(
    "POST /listings/restrictions",
    body=(
        *_LISTING,
        _ranges(
            "restrictions",
            *(flag(name) for name in ("closed_on_arrival", "closed_on_departure")),
            *(integer(name, minimum=0) for name in ("min_stay_on_arrival", "max_stay_on_arrival")),
            *(integer(name, minimum=0) for name in ("min_stay_through", "max_stay_through")),
            *(text(name, pattern=_ADVANCE_PATTERN) for name in _ADVANCE),
            integer("exact_stay_on_arrival", minimum=0),
        ),
    ),
)
def update_listing_restrictions(call: SandboxCall) -> None:
    """Queue stay rules. Inferred: keys that the channel does not know are dropped in silence."""
    keys = RESTRICTIONS.get(call.body["channel_type"], ())

    def write(rates: ListingRates, night: date, change: Row) -> None:
        rules = {key: value for key, value in change.items() if key in keys}
        rates.restrictions[night] = rates.restrictions.get(night, {}) | rules

    _queue_ranges(call, "restrictions", write)


def _queue_ranges(call: SandboxCall, name: str, write: Callable[[ListingRates, date, Row], None]) -> None:
    """Queue a write per day; where ranges overlap the last one wins."""
    rates = find_rates(call.account, call.body["channel_type"], call.body["listing_id"])
    ranges: list[Row] = call.body[name]
    for change in ranges:
        require_order(change["start_date"], change["end_date"])
        require_within_three_years(change["end_date"], call.today)

    def apply() -> None:
        for change in ranges:
            for night in days_between(change["start_date"], change["end_date"]):
                write(rates, night, change)

    call.queue(apply)


def _days(call: SandboxCall, listing: Row, days: list[date]) -> list[Row]:
    account: SandboxAccount = call.account
    channel_type, listing_id = listing["channel_type"], listing["listing_id"]
    rates = find_rates(account, channel_type, listing_id)
    units = inventories(account, (channel_type, listing_id), days)
    return [
        {
            "date": str(night),
            "price": _price(rates, night, channel_type),
            "inventory": units[night],
            "restrictions": _restrictions(rates, night, channel_type),
        }
        for night in days
    ]


def _price(rates: ListingRates, night: date, channel_type: str) -> float:
    usual = rates.weekend if night.weekday() in WEEKEND else rates.base
    price = rates.prices.get(night, usual)
    # Of ctrip Hostex reads the floor price and writes the selling price (documented).
    return round(price * CTRIP_FLOOR) if channel_type == "ctrip" else price


def _restrictions(rates: ListingRates, night: date, channel_type: str) -> Row:
    usual: Row = {
        "closed_on_arrival": False,
        "closed_on_departure": False,
        "min_stay_on_arrival": rates.min_stay,
        "max_stay_on_arrival": rates.max_stay,
        "min_stay_through": rates.min_stay,
        "max_stay_through": rates.max_stay,
        "min_advance_reservation": "1D",
        "max_advance_reservation": "365D",
        "exact_stay_on_arrival": 0,
    }
    names = RESTRICTIONS.get(channel_type, ())
    return {key: usual[key] for key in names} | rates.restrictions.get(night, {})
