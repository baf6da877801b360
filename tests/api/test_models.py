import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import hostex_mcp.api.endpoints
from hostex_mcp.api import ListEndpoint, Operation
from hostex_mcp.api.endpoints import (
    automation,
    calendar,
    finance,
    knowledge_base,
    messaging,
    oauth,
    price_and_rules,
    properties,
    reservations,
    reviews,
    tasks,
    webhooks,
)
from hostex_mcp.api.endpoints.marks import Contact, GuestText, Secret
from hostex_mcp.api.endpoints.models import IdName, Model, Money
from tests.api import samples
from tests.api.samples import Sample
from tests.support.hostex import envelope, script

ROWS: list[tuple[ListEndpoint[Any], Sample]] = [
    (properties.LIST_PROPERTIES, samples.PROPERTY),
    (properties.LIST_PROPERTY_GROUPS, samples.GROUP),
    (properties.LIST_TAGS, samples.PROPERTY_TAG),
    (properties.LIST_ROOM_TYPES, samples.ROOM_TYPE),
    (properties.LIST_CHANNEL_ACCOUNTS, samples.CHANNEL_ACCOUNT),
    (properties.LIST_LISTINGS, samples.LISTING),
    (calendar.LIST_CALENDAR_SHARE_LINKS, samples.SHARE_LINK),
    (reservations.LIST_RESERVATIONS, samples.RESERVATION),
    (reservations.LIST_RESERVATION_TAGS, samples.RESERVATION_TAG),
    (reservations.LIST_CUSTOM_CHANNELS, {"id": 29, "name": "Own site"}),
    (messaging.LIST_CONVERSATIONS, samples.CONVERSATION_SUMMARY),
    (reviews.LIST_REVIEWS, samples.REVIEW),
    (tasks.LIST_TASKS, samples.TASK),
    (tasks.LIST_STAFFS, samples.STAFF),
    (finance.LIST_TRANSACTIONS, samples.TRANSACTION),
    (finance.LIST_INCOME_ITEMS, {"id": 1, "name": "Rent"}),
    (finance.LIST_EXPENSE_ITEMS, {"id": 0, "name": "Cleaning"}),
    (finance.LIST_INCOME_METHODS, {"id": 34, "name": "Card"}),
    (finance.LIST_EXPENSE_METHODS, {"id": 23, "name": "Cash"}),
    (knowledge_base.LIST_KNOWLEDGE_BASES, samples.KNOWLEDGE_SUMMARY),
    (automation.LIST_AUTOMATION_ACTIONS, samples.ACTION),
    (webhooks.LIST_WEBHOOKS, samples.WEBHOOK),
]
ANSWERS: list[tuple[Operation[Any], Any, Any]] = [
    (properties.CREATE_PROPERTY, {"property_id": 5}, 5),
    (properties.CREATE_ROOM_TYPE, {"room_type_id": 5}, 5),
    (tasks.CREATE_TASK, {"task_id": 5}, 5),
    (tasks.CREATE_STAFF, {"staff_id": 5}, 5),
    (finance.CREATE_TRANSACTION, {"transaction_id": 5}, 5),
    (reservations.GET_RESERVATION_CUSTOM_FIELDS, {"custom_fields": {"a": "b"}}, {"a": "b"}),
    (reservations.GET_RESERVATION_CUSTOM_FIELDS, {"custom_fields": None}, None),
    (reservations.UPDATE_RESERVATION_CUSTOM_FIELDS, {"custom_fields": []}, None),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("listing", "row"), ROWS, ids=[listing.path for listing, _ in ROWS])
async def test_every_list_reads_its_rows_and_knows_one_again(listing: ListEndpoint[Any], row: Sample) -> None:
    hostex = script(envelope({listing.key: [row, {**row, "field_of_tomorrow": 1}]}))
    page = await hostex.client().page(listing, path={"conversation_id": "x"})
    assert [type(item) for item in page.items] == [listing.row] * 2
    assert len({listing.identity(item) for item in page.items}) == 1
    dumped = page.items[1].model_dump(mode="json")
    assert "field_of_tomorrow" not in dumped
    assert {name for name, value in row.items() if value} <= {name for name, value in dumped.items() if value}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("listing", "rows"),
    [
        (properties.LIST_CHANNEL_ACCOUNTS, [{"id": None, "username": "a"}, {"id": None, "username": "b"}]),
        (
            properties.LIST_LISTINGS,
            [{"channel_type": "airbnb", "title": "a"}, {"channel_type": "airbnb", "title": "b"}],
        ),
    ],
    ids=["channel accounts", "listings"],
)
async def test_rows_without_an_id_are_different_ones_unless_they_say_the_same(
    listing: ListEndpoint[Any], rows: list[Sample]
) -> None:
    hostex = script(envelope({listing.key: [*rows, rows[0]]}))
    page = await hostex.client().page(listing)
    first, second, again = map(listing.identity, page.items)
    assert first == again != second


@pytest.mark.anyio
@pytest.mark.parametrize(("operation", "data", "answer"), ANSWERS)
async def test_answers_are_taken_out_of_their_envelope(
    operation: Operation[Any], data: Any, answer: Any
) -> None:
    read = await script(envelope(data)).client().call(operation, path={"stay_code": "x"}, body={})
    assert read == answer


def test_a_stay_keeps_its_money_dates_and_zeros_as_sent() -> None:
    stay = reservations.Reservation.model_validate(samples.RESERVATION)
    assert stay.property_id == 0
    assert (stay.check_in_date, stay.check_out_date) == (date(2026, 7, 10), date(2026, 7, 13))
    assert stay.booked_at == datetime(2026, 5, 1, 8, 11, 12, tzinfo=UTC)
    assert stay.guest_email == ""
    assert stay.rates is not None
    assert stay.rates.total_rate == Money(currency="CHF", amount=812.35)
    assert stay.rates.tax is None
    assert stay.rates.commission is not None
    assert isinstance(stay.rates.commission.amount, int)
    assert stay.check_in_details is not None
    assert stay.check_in_details.arrival_at == reservations.HourMinute(hour=17, minute=0)
    assert stay.guests[0].id_images[0].url == "https://pictures.test/id.jpg"
    assert stay.custom_fields == {"parking": "P4"}
    assert stay.channel_details is not None
    assert stay.channel_details.airbnb is not None
    assert stay.channel_details.airbnb.cancellation_policy_category == "flexible"


@pytest.mark.parametrize("blank", [None, "", []])
@pytest.mark.parametrize(
    "name", ["rates", "payment", "check_in_details", "custom_channel", "custom_fields", "channel_details"]
)
def test_a_blank_optional_part_of_a_stay_is_none(name: str, blank: Any) -> None:
    stay = reservations.Reservation.model_validate({**samples.RESERVATION, name: blank})
    assert getattr(stay, name) is None


@pytest.mark.parametrize("blank", [None, ""])
def test_a_blank_moment_is_none(blank: Any) -> None:
    row = {**samples.RESERVATION, "cancelled_at": blank}
    assert reservations.Reservation.model_validate(row).cancelled_at is None


def test_a_stay_with_only_the_documented_minimum_is_read() -> None:
    fields = reservations.Reservation.model_fields
    least = {name: samples.RESERVATION[name] for name, field in fields.items() if field.is_required()}
    assert len(least) == 12
    stay = reservations.Reservation.model_validate({**least, "tags": None, "guests": None})
    assert (stay.tags, stay.guests, stay.guest_name) == ((), (), None)


def test_an_unknown_status_is_kept_as_it_is() -> None:
    row = {**samples.RESERVATION, "status": "on_hold", "channel_type": "newcomer"}
    stay = reservations.Reservation.model_validate(row)
    assert (stay.status, stay.channel_type) == ("on_hold", "newcomer")


@pytest.mark.parametrize(("sent", "read"), [("8.41", "8.41"), (8.41, 8.41), (8, 8), (None, None)])
def test_coordinates_are_text_or_numbers(sent: Any, read: Any) -> None:
    row = {**samples.PROPERTY, "longitude": sent}
    coordinate = properties.Property.model_validate(row).longitude
    assert (coordinate, type(coordinate)) == (read, type(read))


def test_ids_may_be_large_or_zero_or_numeric_text_and_never_booleans() -> None:
    assert IdName.model_validate({"id": 2**62 + 1, "name": "x"}).id == 2**62 + 1
    assert IdName.model_validate({"id": "0", "name": "x"}).id == 0
    with pytest.raises(ValidationError):
        IdName.model_validate({"id": True, "name": "x"})


def test_amounts_are_never_booleans() -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"currency": "EUR", "amount": False})


def test_codes_sent_as_numbers_are_text() -> None:
    row = {**samples.RESERVATION, "listing_id": 31000417}
    assert reservations.Reservation.model_validate(row).listing_id == "31000417"


def test_times_without_an_offset_are_read_as_utc() -> None:
    row = {**samples.WEBHOOK, "created_at": "2026-03-03 04:00:00"}
    assert webhooks.Webhook.model_validate(row).created_at == datetime(2026, 3, 3, 4, tzinfo=UTC)


def test_local_times_of_tasks_and_automations_stay_text() -> None:
    task = tasks.Task.model_validate(samples.TASK)
    assert (task.expected_date, task.expected) == (date(2026, 7, 13), "2026-07-13 00:00:00")
    assert automation.AutomationAction.model_validate(samples.ACTION).scheduled_at == "2026-07-09 18:00:00"


def test_a_thread_reads_attachments_and_sources() -> None:
    thread = messaging.Conversation.model_validate(samples.CONVERSATION)
    newest, oldest = thread.messages
    assert newest.attachment is not None
    assert newest.attachment.fullback_url == "https://pictures.test/2.jpg"
    assert (newest.content, newest.sources) == ("", ())
    assert oldest.attachment is None
    assert oldest.sources[0].docs[0].fragment == ("a",)
    activity = thread.activities[0]
    assert activity.check_out_date is None
    assert activity.property is not None
    assert activity.property.room_type is not None
    assert activity.property.room_type.title == "Bunk rooms"


def test_an_attachment_may_be_a_bare_address() -> None:
    message = messaging.Message.model_validate({"id": "m", "attachment": "https://pictures.test/9.jpg"})
    assert message.attachment is not None
    assert message.attachment.fullback_url == "https://pictures.test/9.jpg"


def test_a_cleared_note_is_none() -> None:
    note = messaging.ConversationNote.model_validate({"id": "t", "note": None, "updated_at": ""})
    assert (note.note, note.updated_at) == (None, None)


def test_an_offer_is_read() -> None:
    offer = messaging.SpecialOffer.model_validate(samples.SPECIAL_OFFER)
    assert (offer.check_in_date, offer.price, offer.expire_time) == (date(2026, 7, 10), 600, "tomorrow")


def test_calendars_are_read() -> None:
    days = calendar.ListingCalendar.model_validate(samples.LISTING_CALENDAR).calendar
    assert [day.price for day in days] == [189.5, 190]
    assert days[0].restrictions is not None
    assert days[0].restrictions.min_advance_reservation == "2D4H"
    assert days[0].restrictions.max_stay_on_arrival is None
    assert days[1].restrictions is None
    closed = calendar.PropertyAvailability.model_validate(samples.AVAILABILITY).availabilities[0]
    assert (closed.date, closed.available, closed.remarks) == (date(2026, 7, 1), False, "Roof")
    assert calendar.PricingRatios.model_validate(samples.PRICING_RATIOS).channels[0].ratio == -1


def test_price_and_rules_are_read() -> None:
    airbnb = price_and_rules.AirbnbPriceAndRules.model_validate(samples.AIRBNB_RULES)
    assert (airbnb.check_in_start_time, airbnb.check_in_end_time) == (15, "FLEXIBLE")
    assert airbnb.early_bird_discount[0].days == 60
    assert airbnb.high_rated_guest_discount_blackout_dates == (date(2026, 12, 31),)
    assert airbnb.mobile_only_discount_blackout_dates_quota is None
    vrbo = price_and_rules.VrboPriceAndRules.model_validate(samples.VRBO_RULES)
    assert vrbo.nightly_rate is not None
    assert (vrbo.nightly_rate.saturday, vrbo.nightly_rate.monday) == (130.5, None)


def test_reviews_and_knowledge_are_read() -> None:
    review = reviews.Review.model_validate(samples.REVIEW)
    assert review.guest_review is not None
    assert review.guest_review.sub_score[0].review_category_tags == ()
    assert reviews.LIST_REVIEWS.identity(review) == ("0-HMTEST417-q1w2", 31000417)
    entry = knowledge_base.KnowledgeBase.model_validate(samples.KNOWLEDGE)
    assert entry.scope_property.ids == (-1,)
    assert entry.contents[0].text == "One hour ahead."


def test_tokens_are_in_no_repr() -> None:
    pair = oauth.TokenPair(access_token="acc-1", refresh_token="ref-1", expires_in=604800)
    assert (pair.access_token, pair.refresh_token) == ("acc-1", "ref-1")
    assert repr(pair) == "TokenPair(expires_in=604800)"


def _models() -> Iterator[type[BaseModel]]:
    for module in pkgutil.iter_modules(hostex_mcp.api.endpoints.__path__):
        for value in vars(import_module(f"hostex_mcp.api.endpoints.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Model):
                yield value


def _marked(kind: object) -> set[str]:
    return {
        f"{model.__name__}.{name}"
        for model in _models()
        for name, field in model.model_fields.items()
        if kind in field.metadata
    }


def test_what_is_secret_is_marked() -> None:
    assert _marked(Secret("wifi")) == {"Property.wifi_password", "Property.wifi_remarks"}
    assert _marked(Secret("lock_code")) == {"CheckInDetails.lock_code", "CheckInDetails.check_in_guide_url"}
    assert _marked(Secret("id_document")) == {
        "ReservationGuest.id_type",
        "ReservationGuest.id_number",
        "ReservationGuest.id_images",
        "Reservation.checkin_guide_images",
    }


def test_what_reaches_a_person_is_marked() -> None:
    assert _marked(Contact("phone")) == {
        "Reservation.guest_phone",
        "ReservationGuest.phone",
        "ContactCard.phone",
        "Staff.mobile",
    }
    assert _marked(Contact("email")) == {
        "Reservation.guest_email",
        "ReservationGuest.email",
        "ContactCard.email",
        "Staff.email",
    }


def test_what_others_wrote_is_marked() -> None:
    assert _marked(GuestText()) == {
        "Reservation.guest_name",
        "Reservation.remarks",
        "Reservation.channel_remarks",
        "Reservation.custom_fields",
        "ReservationGuest.name",
        "AdditionalFee.name",
        "ContactCard.name",
        "Message.content",
        "GuestReview.content",
        "GuestReview.private_feedback",
        "Listing.title",
        "Listing.metadata",
        "AutomationAction.send_to",
        "KbContent.text",
    }


def test_importing_the_models_builds_none_of_them() -> None:
    program = """
import json, pkgutil, importlib, hostex_mcp.api.endpoints as api
from hostex_mcp.api.endpoints.models import Model
for module in pkgutil.iter_modules(api.__path__):
    importlib.import_module(f"hostex_mcp.api.endpoints.{module.name}")
print(json.dumps([model.__name__ for model in Model.__subclasses__() if model.__pydantic_complete__]))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == []
