"""Calendars: availability of properties, prices and rules of channel listings, shared calendar links.

Writes are queued: a successful answer does not prove that the channel accepted them, so read back later.
"""

from operator import attrgetter

from hostex_mcp.api.endpoints.models import Day, Id, Many, Maybe, MaybeMoment, Model, Number, Text
from hostex_mcp.api.operation import ListEndpoint, Operation


class AvailabilityDay(Model):
    """A day of a property: open, or closed by a stay or a block."""

    date: Day
    available: bool
    remarks: Text


class PropertyAvailability(Model):
    """The days of one property; `id` is the property's."""

    id: Id
    availabilities: Many[AvailabilityDay]


class Restrictions(Model):
    """Stay rules of a day. Which keys there are depends on the channel; advance times read `4D4H`."""

    closed_on_arrival: bool | None = None
    closed_on_departure: bool | None = None
    min_stay_on_arrival: Id | None = None
    max_stay_on_arrival: Id | None = None
    min_stay_through: Id | None = None
    max_stay_through: Id | None = None
    min_advance_reservation: str | None = None
    max_advance_reservation: str | None = None
    exact_stay_on_arrival: Id | None = None


class CalendarDay(Model):
    """A day of a listing: price in the listing's currency, major units (on ctrip the floor price, not the
    selling price; None for whoever is served no money), and the number of units for sale."""

    date: Day
    price: Number | None
    inventory: Id
    restrictions: Maybe[Restrictions] = None


class ListingCalendar(Model):
    """The days of one channel listing."""

    channel_type: str
    listing_id: str
    calendar: Many[CalendarDay]


class PricingRatio(Model):
    """A listing's price as a percentage of the base price; -1 where its channel steers it (`readonly`)."""

    channel_type: str
    listing_id: str
    listing_title: str | None = None
    ratio: Id
    readonly: bool | None


class PricingRatios(Model):
    """The listings of one property or room type (`link_type`) and their price ratios."""

    link_type: Text
    link_id: Id | None
    channels: Many[PricingRatio]


class CalendarShareLink(Model):
    """A public calendar link: whoever has the address sees the calendar. `property_ids` is empty when its
    scope is the entire account."""

    id: Id
    scope: Text
    url: Text
    property_ids: Many[Id]
    created_at: MaybeMoment = None


LIST_AVAILABILITIES = Operation("GET", "/availabilities", list[PropertyAvailability], "properties")
UPDATE_AVAILABILITIES = Operation[None]("POST", "/availabilities")

# Hostex reads with a POST here, so it may be tried again and shared as other reads are.
LIST_LISTING_CALENDARS = Operation("POST", "/listings/calendar", list[ListingCalendar], "listings", safe=True)
UPDATE_LISTING_PRICES = Operation[None]("POST", "/listings/prices")
UPDATE_LISTING_INVENTORIES = Operation[None]("POST", "/listings/inventories")
UPDATE_LISTING_RESTRICTIONS = Operation[None]("POST", "/listings/restrictions")

GET_PRICING_RATIOS = Operation("GET", "/pricing_ratios", PricingRatios)

LIST_CALENDAR_SHARE_LINKS = ListEndpoint(
    "/calendar_share_links", "calendar_share_links", CalendarShareLink, attrgetter("id")
)
CREATE_CALENDAR_SHARE_LINK = Operation(
    "POST", "/calendar_share_links", CalendarShareLink, "calendar_share_link"
)
DELETE_CALENDAR_SHARE_LINK = Operation[None]("DELETE", "/calendar_share_links/{id}")
