"""Reservations and their stays, custom fields and tags, and the sources of direct bookings.

A reservation (order) has one `reservation_code`; each of its stays has a `stay_code` of its own and is
one row. Codes and ids may be equal and never mean the same.
"""

from operator import attrgetter
from typing import Annotated

from pydantic import Field

from hostex_mcp.api.endpoints.marks import Contact, GuestText, Secret
from hostex_mcp.api.endpoints.models import (
    Day,
    Id,
    IdName,
    Many,
    Maybe,
    MaybeMoment,
    Model,
    Money,
    Number,
    Text,
    ZeroIfNull,
)
from hostex_mcp.api.operation import ListEndpoint, Operation


class RateDetail(Model):
    """A line of a stay's money. The commission line has a positive amount (observed)."""

    type: str | None = None
    description: str | None = None
    currency: str | None = None
    amount: Number | None = None


class ReservationRates(Model):
    """Prices and commissions. The two totals belong to the whole order and repeat on each of its stays;
    `rate` and `commission` are the stay's own; rates include the commission."""

    total_rate: Maybe[Money] = None
    total_commission: Maybe[Money] = None
    rate: Maybe[Money] = None
    commission: Maybe[Money] = None
    tax: Maybe[Money] = None
    details: Many[RateDetail] = ()


class ReservationPayment(Model):
    """What is expected and received for the whole order: the same on all its stays, so never to be
    added over them."""

    currency: str | None = None
    total_amount: Number | None = None
    received_amount: Number | None = None
    balance_amount: Number | None = None
    status: str | None = None


class HourMinute(Model):
    """A time of day, local to the property."""

    # Airbnb counts hours on after midnight, as 25 and 26 (documented for its check-in hours).
    hour: Annotated[Id, Field(ge=0, le=47)] | None = None
    minute: Annotated[Id, Field(ge=0, le=59)] | None = None


class CheckInDetails(Model):
    """Arrival and departure times, door code, deposit and identity check of a stay. The door code is only
    text for the guest's check-in guide, whose page at `check_in_guide_url` shows it."""

    arrival_at: Maybe[HourMinute] = None
    departure_at: Maybe[HourMinute] = None
    lock_code: Annotated[str | None, Secret("lock_code")] = None
    lock_code_visible_after: str | None = None
    deposit: Number | None = None
    id_required: str | None = None
    check_in_guide_url: Annotated[str | None, Secret("lock_code")] = None


class IdImage(Model):
    """A picture of an identity document."""

    id: Id | None = None
    url: str | None = None


class ReservationGuest(Model):
    """A person on a stay."""

    id: Id | None = None
    name: Annotated[str | None, GuestText()] = None
    phone: Annotated[str | None, Contact("phone")] = None
    email: Annotated[str | None, Contact("email")] = None
    id_type: Annotated[str | None, Secret("id_document")] = None
    id_number: Annotated[str | None, Secret("id_document")] = None
    gender: str | None = None
    country: str | None = None
    is_booker: bool | None = None
    id_images: Annotated[Many[IdImage], Secret("id_document")] = ()


class CheckinGuideImage(Model):
    """A picture that a guest uploaded on the check-in guide; `client_id` is the guest's id, if linked."""

    id: Id | None = None
    client_id: Id | None = None
    url: str | None = None


class AdditionalFee(Model):
    """A fee that Hostex found in the channel's remarks."""

    name: Annotated[str | None, GuestText()] = None
    currency: str | None = None
    amount: Number | None = None


class AirbnbDetails(Model):
    """What only Airbnb tells of a reservation."""

    cancellation_policy_category: str | None = None


class ChannelDetails(Model):
    """What only one channel tells of a reservation; so far Airbnb."""

    airbnb: Maybe[AirbnbDetails] = None


class Reservation(Model):
    """One stay. `property_id` is 0 while it is not allocated; `channel_id` is the channel's own number of
    the reservation, or the caller's reference. `stay_status` is observed, not documented."""

    reservation_code: str
    stay_code: str
    channel_id: Text
    property_id: ZeroIfNull
    channel_type: Text
    listing_id: Text
    check_in_date: Day
    check_out_date: Day
    number_of_guests: Id | None
    number_of_adults: Id | None = None
    number_of_children: Id | None = None
    number_of_infants: Id | None = None
    number_of_pets: Id | None = None
    status: str
    stay_status: str | None = None
    guest_name: Annotated[str | None, GuestText()] = None
    guest_phone: Annotated[str | None, Contact("phone")] = None
    guest_email: Annotated[str | None, Contact("email")] = None
    cancelled_at: MaybeMoment = None
    booked_at: MaybeMoment
    created_at: MaybeMoment
    creator: str | None = None
    rates: Maybe[ReservationRates] = None
    payment: Maybe[ReservationPayment] = None
    check_in_details: Maybe[CheckInDetails] = None
    remarks: Annotated[str | None, GuestText()] = None
    channel_remarks: Annotated[str | None, GuestText()] = None
    conversation_id: str | None = None
    tags: Many[str] = ()
    custom_channel: Maybe[IdName] = None
    guests: Many[ReservationGuest] = ()
    custom_fields: Annotated[Maybe[dict[str, Text]], GuestText()] = None
    in_reservation_box: bool | None = None
    additional_fees: Many[AdditionalFee] = ()
    checkin_guide_images: Annotated[Many[CheckinGuideImage], Secret("id_document")] = ()
    channel_details: Maybe[ChannelDetails] = None

    @property
    def key(self) -> str:
        """What tells it from other stays: its code or, without one, what else is known of it."""
        # Asked for far more often than there is none.
        if self.stay_code:
            return self.stay_code
        dates = f"{self.check_in_date} {self.check_out_date} {self.booked_at}"
        place = f"{self.property_id} {self.channel_type} {self.listing_id}"
        return f"{self.reservation_code} {self.channel_id} {dates} {place} {self.guest_name}"

    @property
    def order_key(self) -> str:
        """What its order's stays have in common: the code or, without one, nothing with any other stay."""
        return self.reservation_code or self.key


class CreatedReservation(Model):
    """A direct booking just made. When its `channel_id` was used before, this is the earlier booking with
    its present status, which may be `cancelled`."""

    reservation_code: str
    status: str


class ReservationTag(Model):
    """A tag that stays can carry; default ones belong to Hostex."""

    id: Id
    tag_name: Text
    color: Text
    is_default: bool | None


LIST_RESERVATIONS = ListEndpoint("/reservations", "reservations", Reservation, attrgetter("key"))
CREATE_RESERVATION = Operation("POST", "/reservations", CreatedReservation, "reservation")
CANCEL_RESERVATION = Operation[None]("DELETE", "/reservations/{reservation_code}")
UPDATE_RESERVATION_BASIC = Operation[None]("PATCH", "/reservations/{stay_code}")
UPDATE_RESERVATION_CHECKIN_DETAILS = Operation[None]("PATCH", "/reservations/{stay_code}/check_in_details")
APPROVE_RESERVATION = Operation[None]("POST", "/reservations/{reservation_code}/approve")
DECLINE_RESERVATION = Operation[None]("POST", "/reservations/{reservation_code}/decline")
MOVE_RESERVATION_TO_BOX = Operation[None]("POST", "/reservations/{stay_code}/move_to_box")
ALLOCATE_RESERVATION = Operation[None]("POST", "/reservations/{stay_code}/allocate")
UPDATE_RESERVATION_STAY_STATUS = Operation[None]("PUT", "/reservations/{stay_code}/stay_status")

ADD_RESERVATION_TAG = Operation[None]("POST", "/reservations/{stay_code}/tags")
REMOVE_RESERVATION_TAG = Operation[None]("DELETE", "/reservations/{stay_code}/tags")
LIST_RESERVATION_TAGS = ListEndpoint(
    "/reservation_tags", "reservation_tags", ReservationTag, attrgetter("id")
)
CREATE_RESERVATION_TAG = Operation("POST", "/reservation_tags", ReservationTag, "reservation_tag")
DELETE_RESERVATION_TAG = Operation[None]("DELETE", "/reservation_tags/{id}")

GET_RESERVATION_CUSTOM_FIELDS = Operation(
    "GET", "/reservations/{stay_code}/custom_fields", Maybe[dict[str, Text]], "custom_fields"
)
UPDATE_RESERVATION_CUSTOM_FIELDS = Operation(
    "PATCH", "/reservations/{stay_code}/custom_fields", Maybe[dict[str, Text]], "custom_fields"
)

LIST_CUSTOM_CHANNELS = ListEndpoint(
    "/custom_channels", "custom_channels", IdName, attrgetter("id"), paged=False
)
