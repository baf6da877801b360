"""Whether the demo account shows everything that the description promises, and rows that conform to it."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from tests.contract.conformity import missing_or_wrong
from tests.contract.description import OPERATIONS, Shape, described
from tests.contract.hostex import Given, Hostex
from tests.contract.known import Known

TYPES = described().types
NOT_SHOWN = {
    # Nobody knows what these look like.
    "Property.google_place_payload",
    "AirbnbPriceAndRules.day_of_week_min_nights",
    "AirbnbPriceAndRules.seasonal_min_stay",
}


def price_and_rules(hostex: Hostex, known: Known, channel: str) -> list[dict[str, Any]]:
    path = f"/listings/{channel}/price_and_rules"
    listings = [row["listing_id"] for row in known.listings if row["channel_type"] == channel]
    return [hostex.get(path, Given(query={"listing_id": listing_id})) for listing_id in listings]


@pytest.fixture(scope="session")
def rows(untouched: Hostex, known: Known) -> dict[str, list[dict[str, Any]]]:
    """Every row of the demo account, by its type."""
    knowledge = "/knowledge_bases/{id}"
    return {
        "Property": known.properties,
        "PropertyGroup": known.groups,
        "PropertyTag": known.tags,
        "RoomType": known.room_types,
        "ChannelAccount": known.channel_accounts,
        "Listing": known.listings,
        "CalendarShareLink": known.share_links,
        "AirbnbPriceAndRules": price_and_rules(untouched, known, "airbnb"),
        "VrboPriceAndRules": price_and_rules(untouched, known, "vrbo"),
        "Reservation": known.stays,
        "ReservationTag": known.reservation_tags,
        "ConversationSummary": known.conversations,
        "Conversation": known.threads,
        "SpecialOffer": [
            {name: value for name, value in row.items() if name != "thread"} for row in known.offers
        ],
        "Review": [{name: value for name, value in row.items() if name != "status"} for row in known.reviews],
        "Task": known.tasks,
        "Staff": known.staff,
        "Transaction": known.transactions,
        "AutomationAction": known.plans,
        "KnowledgeBaseSummary": known.knowledge_bases,
        "KnowledgeBase": [
            untouched.get(knowledge, Given({"id": row["id"]})) for row in known.knowledge_bases
        ],
        "Webhook": known.webhooks,
        "IdName": known.dictionary("custom_channels"),
    }


def shown(type_name: str, row: Mapping[str, Any]) -> Iterator[str]:
    """Yield the documented fields that hold something in a row, as `Type.field`."""
    for name, shape in TYPES[type_name].items():
        value = row.get(name)
        if value not in (None, "", [], {}):
            yield f"{type_name}.{name}"
            yield from _shown_within(shape, value)


def _shown_within(shape: Shape, value: Any) -> Iterator[str]:
    inner = shape.items or shape.type
    if inner in TYPES:
        for member in cast("list[Any]", value) if isinstance(value, list) else [value]:
            yield from shown(inner, member)


def promised(type_name: str) -> Iterator[str]:
    for name, shape in TYPES[type_name].items():
        yield f"{type_name}.{name}"
        inner = shape.items or shape.type
        if inner in TYPES:
            yield from promised(inner)


def test_every_row_conforms(rows: dict[str, list[dict[str, Any]]]) -> None:
    problems = {
        problem
        for type_name, many in rows.items()
        for row in many
        for problem in missing_or_wrong(TYPES[type_name], row, type_name)
    }
    assert problems == set()


def test_every_documented_field_but_the_known_few_holds_something_somewhere(
    rows: dict[str, list[dict[str, Any]]],
) -> None:
    found = {field for type_name, many in rows.items() for row in many for field in shown(type_name, row)}
    wanted = {field for type_name in rows for field in promised(type_name)}
    assert wanted - found == NOT_SHOWN


@pytest.mark.parametrize("channel", ["airbnb", "vrbo"])
def test_price_and_rules_may_be_written_back_as_they_were_read(
    channel: str, known: Known, hostex: Hostex
) -> None:
    path = f"/listings/{channel}/price_and_rules"
    listing_id = known.listing(channel)["listing_id"]
    before = hostex.get(path, Given(query={"listing_id": listing_id}))
    given = Given(body={"listing_id": listing_id, "settings": before})
    assert hostex.call(OPERATIONS[f"POST {path}"], given).code == 200
    assert hostex.get(path, Given(query={"listing_id": listing_id})) == before
