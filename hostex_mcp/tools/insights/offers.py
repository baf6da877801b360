"""What guests who come or leave soon could be offered, at which price, and the calls that would do it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, TypedDict

from annotated_types import Ge, Le

from hostex_mcp.api import Pace
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.money import code, exact, rounded
from hostex_mcp.domain.nights import nights
from hostex_mcp.domain.offers import KINDS, MOST_NIGHTS, Kind, Offer, OfferPlace, offers_to
from hostex_mcp.domain.readiness import DIRECT
from hostex_mcp.domain.stay_rules import ListingDays
from hostex_mcp.reads.calendars import Calendars, ListingKey, SoldListing, add_listings, read_nights
from hostex_mcp.reads.lists import failure_rows
from hostex_mcp.reads.portfolio import Portfolio, read_portfolio
from hostex_mcp.toolkit.arguments import Day, Id, Number, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import call, clock_text, days_to_come, stay_row

_USUAL, _LONGEST = timedelta(days=13), 31
_AROUND = timedelta(days=MOST_NIGHTS + 1)
_MOST_ROWS = 30
_DEFINITION = (
    "extension: free nights right after the stay or before it, at most 7; gap_night: such nights with "
    "another guest at their other end; early_check_in and late_check_out: an hour or more, leaving "
    "cleaning_hours beside the other guest, within the property's usual times; shared_with: that guest could "
    "have the same, only one can; total and nightly: what the `listing` asks for these nights, the guest's "
    "own, or for a booking without one another of the property; night_price: of the night beside these "
    "hours, as a measure, as Hostex has no price for hours; cleaning tasks are not looked at: "
    "check_stay_extension shows them"
)
_CALLS = (
    "message: the call that offers it, its text is yours; change: the same with a price that the guest can "
    "book (Airbnb); then: the call that enters it once the guest agreed; dates of other channels' bookings "
    "are changed by the guest or on the channel. Nothing was written"
)


_Selling = Sequence[tuple[SoldListing, ListingDays]]


class GuestOffers(TypedDict, total=False):
    """A stay with what its guest could be offered, and the message that would offer it."""

    property_id: int
    property: str
    guest_name: str
    stay_code: str
    check_in_date: str
    check_out_date: str
    channel_type: str
    offers: list[dict[str, Any]]
    message: dict[str, Any]


class Offers(TypedDict, total=False):
    """Guests by the day of what they could be offered first."""

    start_date: str
    end_date: str
    guests: list[GuestOffers]
    more: dict[str, int]
    notes: list[str]
    failed: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Guest:
    """A stay and its offers."""

    stay: Reservation
    offers: Sequence[Offer]

    @property
    def sort(self) -> tuple[date, int, str]:
        """Return the place among the rows."""
        return min(offer.day for offer in self.offers), self.stay.property_id, self.stay.stay_code


@tool(
    "Find offers",
    keywords="upsell early check-in late check-out extra revenue sell more",
)
async def find_offers(
    context: Context,
    start_date: Day | None = None,
    end_date: Day | None = None,
    kinds: list[Kind] | None = None,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
    cleaning_hours: Annotated[Number, Ge(0), Le(24), "default 3"] = 3,
) -> Item[Offers]:
    """Who of the guests that come or leave from start_date to end_date (default: 14 days from today) could be
    offered more: an extension, a gap night, an early check-in or a late check-out. Each offer has its nights
    or hours, what the guest's listing asks for these nights, with the currency, and ready write calls: the
    message, on Airbnb the special offer, and what to enter once the guest agreed. Nothing is written."""
    portfolio = await read_portfolio(context, property_ids, group_id)
    today = portfolio.first_today()
    start, end, notes = days_to_come(start_date, end_date, today, _USUAL, _LONGEST)
    first = max(today - DAY, start - _AROUND)
    calendars = await read_nights(context, portfolio, first, end + _AROUND)
    guests = await _guests(
        portfolio, calendars, (start, end), kinds or KINDS, timedelta(hours=cleaning_hours)
    )
    await _add_prices(context, portfolio, calendars, guests, (first, end + _AROUND))
    guests.sort(key=lambda guest: guest.sort)
    pace, rows, listed = Pace(), list[JsonObject](), {listing.key for listing in calendars.listings}
    for guest in guests:
        rows.append(_row(portfolio, guest, _selling(calendars, guest.stay, listed)))
        await pace.rest()
    answer = {
        "start_date": f"{start}",
        "end_date": f"{end}",
        "guests": rows,
        "notes": [_DEFINITION, _CALLS, *notes, *calendars.notes],
        **lean({"failed": failure_rows(calendars.failures)}),
    }
    return Item(answer, long="guests", most={"guests": _MOST_ROWS})


async def _guests(
    portfolio: Portfolio,
    calendars: Calendars,
    period: tuple[date, date],
    kinds: Sequence[Kind],
    cleaning: timedelta,
) -> list[_Guest]:
    stays: dict[int, list[Reservation]] = {}
    for stay in calendars.stays:
        stays.setdefault(stay.property_id, []).append(stay)
    pace, guests = Pace(), list[_Guest]()
    for place in portfolio.properties:
        if book := calendars.books.get(place.id):
            # Times of stays and properties are local ones without a zone.
            now = portfolio.now.astimezone(portfolio.zone(place.id)).replace(tzinfo=None)
            home = OfferPlace(place, book, stays.get(place.id, ()), now, cleaning)
            guests += _of_home(home, period, kinds)
        await pace.rest()
    return guests


def _of_home(home: OfferPlace, period: tuple[date, date], kinds: Sequence[Kind]) -> Iterator[_Guest]:
    start, end = period
    for stay in home.stays:
        offers = [
            offer for offer in offers_to(stay, home) if offer.kind in kinds and start <= offer.day <= end
        ]
        if offers:
            yield _Guest(stay, offers)


async def _add_prices(
    context: Context,
    portfolio: Portfolio,
    calendars: Calendars,
    guests: Sequence[_Guest],
    period: tuple[date, date],
) -> None:
    """Read the listings that were booked; where a booking came without one, those of its property."""
    listed = {
        (link.channel_type, link.listing_id) for place in portfolio.properties for link in place.channels
    }
    booked = {(guest.stay.channel_type, guest.stay.listing_id) for guest in guests}
    bare = {guest.stay.property_id for guest in guests if _own(guest.stay) not in listed}

    def is_wanted(listing: SoldListing) -> bool:
        return listing.key in booked or not bare.isdisjoint(listing.property_ids)

    if guests:
        await add_listings(context, portfolio, calendars, *period, is_wanted)


def _own(stay: Reservation) -> tuple[str, str]:
    return stay.channel_type, stay.listing_id


def _selling(calendars: Calendars, stay: Reservation, listed: Collection[ListingKey]) -> _Selling:
    """Return the listing that was booked, whatever others ask; of a booking without one, those of its
    property, the host's own site first."""
    selling = calendars.selling(stay.property_id)
    if _own(stay) in listed:
        return [sold for sold in selling if sold[0].key == _own(stay)]
    return sorted(selling, key=lambda sold: sold[0].channel_type != "booking_site")


def _row(portfolio: Portfolio, guest: _Guest, selling: _Selling) -> JsonObject:
    stay = guest.stay
    thread = {"conversation_id": stay.conversation_id}
    message = {**call("send_message", thread), "missing": ["message"]} if stay.conversation_id else None
    return lean(
        {
            **portfolio.named(stay.property_id),
            **stay_row(stay),
            "offers": [_offer_row(stay, offer, selling) for offer in guest.offers],
            "message": message,
        }
    )


def _offer_row(stay: Reservation, offer: Offer, selling: _Selling) -> JsonObject:
    shared = {"shared_with": one_line(offer.other.stay_code) if offer.other else None}
    if offer.clock:
        clock = clock_text(offer.clock)
        early = offer.kind == "early_check_in"
        entry = {"stay_code": one_line(stay.stay_code), "arrival_at" if early else "departure_at": clock}
        row = {
            "kind": offer.kind,
            "from" if early else "until": clock,
            "usual": clock_text(offer.usual),
            **shared,
            **_hour_price(offer, selling),
            "then": call("update_reservation_checkin_details", entry),
        }
        return lean(row)
    before = offer.check_out == stay.check_in_date
    dates = {"check_in_date": offer.first_night} if before else {"check_out_date": offer.check_out}
    new = {name: f"{day}" for name, day in dates.items()}
    price = _price(offer, selling)
    entry = {"stay_code": one_line(stay.stay_code), **new, **_longer_rate(stay, price)}
    then = call("update_reservation_basic", entry) if stay.channel_type in DIRECT else None
    row = {
        "kind": offer.kind,
        "nights": offer.nights,
        **new,
        **shared,
        **price,
        "change": _special_offer(stay, offer, price),
        "then": then,
    }
    return lean(row)


def _price(offer: Offer, selling: _Selling) -> dict[str, Any]:
    """Return what a listing asks for the nights, the first that has a price and a currency for them all."""
    asked = nights(offer.first_night, offer.check_out)
    for listing, days in selling:
        currency = code(listing.currency)
        prices = [days[night].price for night in asked if night in days]
        if currency and prices and len(prices) == len(asked) and all(prices):
            nightly = [rounded(exact(price), currency) for price in prices]
            total = rounded(sum(map(exact, prices), exact(0)), currency)
            shown = {"total": total, "currency": currency, "nightly": nightly}
            return {**shown, "listing": " ".join(listing.key)}
    return {}


def _longer_rate(stay: Reservation, price: JsonObject) -> dict[str, Any]:
    """Return what the whole stay costs with the nights, where that is known in one currency."""
    rate = stay.rates.rate if stay.rates else None
    if not price or rate is None or rate.amount is None or code(rate.currency) != price["currency"]:
        return {}
    total = rounded(exact(rate.amount) + exact(price["total"]), price["currency"])
    return {"rate_amount": total, "currency": price["currency"]}


def _hour_price(offer: Offer, selling: _Selling) -> dict[str, Any]:
    night = Offer(offer.kind, offer.day, offer.first_night, 1)
    price = _price(night, selling)
    return {"night_price": price["total"], "currency": price["currency"]} if price else {}


def _special_offer(stay: Reservation, offer: Offer, price: JsonObject) -> dict[str, Any] | None:
    """Return the call that offers the nights at their price, where the channel takes it and all is known."""
    adults = stay.number_of_adults or stay.number_of_guests
    own = price.get("listing") == " ".join(_own(stay))
    if stay.channel_type != "airbnb" or not (stay.conversation_id and adults and own):
        return None
    arguments = {
        "conversation_id": stay.conversation_id,
        "listing_id": stay.listing_id,
        "check_in_date": f"{offer.first_night}",
        "check_out_date": f"{offer.check_out}",
        "price": price["total"],
        "number_of_adults": adults,
    }
    return call("send_special_offer", arguments)
