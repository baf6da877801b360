"""One valid call of each operation, with every documented parameter that can go together."""

from collections.abc import Callable
from typing import Any

from tests.contract.hostex import Given
from tests.contract.known import Known, day, first

PAGE = {"offset": 0, "limit": 100}


def query(*needed: str, **values: Any) -> Given:
    return Given(query=values, needed=frozenset(needed))


def body(*needed: str, **values: Any) -> Given:
    return Given(body=values, needed=frozenset(needed))


def body_at(path: dict[str, str | int], *needed: str, **values: Any) -> Given:
    return Given(path, body=values, needed=frozenset(needed))


def at(**path: str | int) -> Given:
    return Given(path=path)


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


def _properties(known: Known) -> Given:
    row = first(known.properties, lambda row: row["groups"] and row["tags"])
    return query(**PAGE, id=row["id"], group_id=row["groups"][0]["id"], tag_id=row["tags"][0]["id"])


def _room_types(known: Known) -> Given:
    row = first(known.room_types, lambda row: row["tags"])
    return query(**PAGE, id=row["id"], tag_id=row["tags"][0]["id"])


def _listings(known: Known) -> Given:
    row = known.listing("airbnb")
    named = ("channel_account_id", "listing_id", "channel_type")
    return query(**PAGE, **{name: row[name] for name in named})


def _new_tag(known: Known) -> Given:
    return body(
        name="Sea view",
        color="#F3D432",
        property_ids=ids(known.properties[:2]),
        room_type_ids=ids(known.room_types[:1]),
    )


def _tag(known: Known) -> Given:
    given = _new_tag(known)
    return Given({"id": known.tags[0]["id"]}, body=given.body, needed=frozenset({"name"}))


PROPERTIES: dict[str, Callable[[Known], Given]] = {
    "GET /properties": _properties,
    "POST /properties": lambda _: body(title="Lighthouse"),
    "GET /groups": lambda known: query(**PAGE, id=known.groups[0]["id"]),
    "POST /groups": lambda known: body(name="North shore", property_ids=ids(known.properties[:2])),
    "PATCH /groups/{id}": lambda known: body_at(
        {"id": known.groups[0]["id"]}, "name", name="South shore", property_ids=ids(known.properties[1:3])
    ),
    "DELETE /groups/{id}": lambda known: at(id=known.groups[0]["id"]),
    "GET /tags": lambda known: query(**PAGE, id=known.tags[0]["id"]),
    "POST /tags": _new_tag,
    "PATCH /tags/{id}": _tag,
    "DELETE /tags/{id}": lambda known: at(id=known.tags[0]["id"]),
    "GET /room_types": _room_types,
    "POST /room_types": lambda known: body(title="Twin", property_ids=ids(known.loose_properties()[:1])),
    "GET /channel_accounts": lambda known: query(
        **PAGE,
        id=known.channel_accounts[0]["id"],
        channel_type=known.channel_accounts[0]["channel_type"],
    ),
    "GET /listings": _listings,
}


def _listing(known: Known, channel_type: str, name: str, **changes: Any) -> Given:
    listing_id = known.listing(channel_type)["listing_id"]
    days = {"start_date": day(40), "end_date": day(42)}
    return body(channel_type=channel_type, listing_id=listing_id, **{name: [days | changes]})


def _calendar(known: Known) -> Given:
    listings = [known.listing(channel) for channel in ("airbnb", "booking.com", "vrbo")]
    named = ("channel_type", "listing_id")
    wanted = [{name: row[name] for name in named} for row in listings]
    return body(start_date=day(0), end_date=day(30), listings=wanted)


def _restrictions(known: Known) -> Given:
    flags = {"closed_on_arrival": True, "closed_on_departure": False}
    stays = {"min_stay_on_arrival": 2, "max_stay_on_arrival": 9, "exact_stay_on_arrival": 3}
    through = {"min_stay_through": 2, "max_stay_through": 9}
    ahead = {"min_advance_reservation": "4D", "max_advance_reservation": "90D4H"}
    return _listing(known, "booking.com", "restrictions", **flags, **stays, **through, **ahead)


def _airbnb_settings(known: Known) -> Given:
    settings = {
        "base_price": 120,
        "weekend_price": 140.5,
        "cleaning_fee": 60,
        "early_bird_discount": [{"discount": 10, "days": 30}],
        "check_in_start_time": 15,
        "check_out_before": 11,
        "instant_booking": True,
        "minimum_stay": 2,
        "days_of_week_check_in": [0, 5, 6],
        "non_refundable_price_factor": 10,
        "mobile_only_discount": True,
        "mobile_only_discount_blackout_dates": [day(100)],
    }
    return body(listing_id=known.listing("airbnb")["listing_id"], settings=settings)


def _vrbo_settings(known: Known) -> Given:
    days = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
    settings = {"nightly_rate": dict.fromkeys(days, 150), "weekly_discount": 7, "cleaning_fee": 80}
    return body(listing_id=known.listing("vrbo")["listing_id"], settings=settings | {"max_guests": 4})


CALENDAR: dict[str, Callable[[Known], Given]] = {
    "GET /availabilities": lambda known: query(
        property_ids=",".join(map(str, ids(known.properties))), start_date=day(-30), end_date=day(60)
    ),
    "POST /availabilities": lambda known: body(
        "start_date",
        "end_date",
        property_ids=ids(known.properties[:2]),
        available=False,
        start_date=day(200),
        end_date=day(203),
        dates=[day(210)],
    ),
    "POST /listings/calendar": _calendar,
    "POST /listings/inventories": lambda known: _listing(known, "airbnb", "inventories", inventory=0),
    "POST /listings/prices": lambda known: _listing(known, "airbnb", "prices", price=210),
    "POST /listings/restrictions": _restrictions,
    "GET /listings/airbnb/price_and_rules": lambda known: query(
        listing_id=known.listing("airbnb")["listing_id"]
    ),
    "POST /listings/airbnb/price_and_rules": _airbnb_settings,
    "GET /listings/vrbo/price_and_rules": lambda known: query(listing_id=known.listing("vrbo")["listing_id"]),
    "POST /listings/vrbo/price_and_rules": _vrbo_settings,
    "GET /pricing_ratios": lambda known: query(
        "property_id", property_id=first(known.properties, lambda row: row["channels"])["id"]
    ),
    "GET /calendar_share_links": lambda known: query(**PAGE, id=known.share_links[0]["id"]),
    "POST /calendar_share_links": lambda known: body(
        "property_ids", scope="partial", property_ids=ids(known.properties[:2])
    ),
    "DELETE /calendar_share_links/{id}": lambda known: at(id=known.share_links[0]["id"]),
}


def _thread(known: Known) -> dict[str, str | int]:
    return {"conversation_id": known.thread_of("airbnb")["id"]}


def _offer(known: Known) -> Given:
    thread = known.thread_of("airbnb")
    listing_id = first(thread["activities"], lambda row: row.get("listing_id"))["listing_id"]
    return body_at(
        {"conversation_id": thread["id"]},
        listing_id=listing_id,
        check_in_date=day(200),
        check_out_date=day(204),
        price=520.5,
        number_of_adults=2,
        number_of_children=1,
        number_of_infants=0,
        number_of_pets=0,
        rate_plan_id="1",
        currency="EUR",
    )


def _withdrawal(known: Known) -> Given:
    offer = first(known.offers, lambda row: row["status"] == "active")
    return at(conversation_id=offer["thread"], special_offer_id=offer["id"])


def _reviews(known: Known) -> Given:
    row = first(known.reviews, lambda row: row["status"] == "reviewed")
    return query(
        **PAGE,
        reservation_code=row["reservation_code"],
        property_id=row["property_id"],
        review_status=row["status"],
        start_check_out_date=day(-178),
        end_check_out_date=day(0),
    )


def _new_review(known: Known) -> Given:
    due = first(
        known.reviews, lambda row: row["status"] == "pending_host_review" and row["channel_type"] == "airbnb"
    )
    scores = {"overall_rating": 5, "cleanliness": 5, "communication": 4, "respect_of_house_rules": 5}
    return body_at(
        {"reservation_code": due["reservation_code"]},
        "host_review_score",
        "host_review_content",
        host_review_score=5,
        host_review_content="Kind guests.",
        host_reply_content="Thank you.",
        category_ratings=scores | {"recommend": 1},
    )


MESSAGING: dict[str, Callable[[Known], Given]] = {
    "GET /conversations": lambda _: query(**PAGE),
    "GET /conversations/{conversation_id}": lambda known: Given(_thread(known)),
    "POST /conversations/{conversation_id}": lambda known: body_at(
        _thread(known),
        "message",
        message="See you soon.",
        jpeg_base64="/9j/4AAQSkZJRgABAQAAAQABAAD/2Q==",
    ),
    "PATCH /conversations/{conversation_id}/note": lambda known: body_at(_thread(known), note="Wants a cot."),
    "GET /conversations/{conversation_id}/special_offers": lambda known: at(
        conversation_id=known.offers[0]["thread"]
    ),
    "POST /conversations/{conversation_id}/special_offers": _offer,
    "DELETE /conversations/{conversation_id}/special_offers/{special_offer_id}": _withdrawal,
    "POST /conversations/{conversation_id}/preapprovals": lambda known: Given(_thread(known)),
    "GET /reviews": _reviews,
    "POST /reviews/{reservation_code}": _new_review,
}
