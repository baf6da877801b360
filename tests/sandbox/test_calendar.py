from datetime import date
from typing import Any

import pytest

from hostex_mcp.sandbox.state import Row
from tests.support.world import ATTIC, LOFT, STUDIO, TWIN_A, Api, add_stay

TODAY = "2026-06-15"


def days(api: Api, start: str, end: str, property_id: int = LOFT) -> dict[str, bool]:
    answer = api.data("GET /availabilities", property_ids=property_id, start_date=start, end_date=end)
    [row] = answer["properties"]
    return {day["date"]: day["available"] for day in row["availabilities"]}


def calendar(api: Api, start: str, end: str, channel: str = "airbnb", listing: str = "A1") -> dict[str, Row]:
    listings = [{"channel_type": channel, "listing_id": listing}]
    body = {"start_date": start, "end_date": end, "listings": listings}
    [row] = api.data("POST /listings/calendar", body)["listings"]
    assert (row["channel_type"], row["listing_id"]) == (channel, listing)
    return {day["date"]: day for day in row["calendar"]}


def close(api: Api, *, available: bool = False, **body: Any) -> None:
    api.data("POST /availabilities", {"property_ids": [LOFT], "available": available, **body})


def test_a_stay_closes_its_nights_but_not_the_day_of_check_out(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"))
    assert days(api, "2026-06-19", "2026-06-22") == {
        "2026-06-19": True,
        "2026-06-20": False,
        "2026-06-21": False,
        "2026-06-22": True,
    }


@pytest.mark.parametrize(
    "changes",
    [{"status": "cancelled"}, {"status": "denied"}, {"in_reservation_box": True}, {"property_id": 0}],
)
def test_stays_that_are_off_the_calendar_close_nothing(api: Api, changes: dict[str, Any]) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"), **changes)
    assert days(api, "2026-06-20", "2026-06-20") == {"2026-06-20": True}


@pytest.mark.parametrize("status", ["wait_accept", "wait_pay"])
def test_requests_hold_their_nights(api: Api, status: str) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"), status=status)
    assert days(api, "2026-06-20", "2026-06-20") == {"2026-06-20": False}


def test_remarks_of_blocks_are_shown(api: Api) -> None:
    api.account.blocks = {LOFT: {date(2026, 6, 20): "Painting"}}
    query = {"property_ids": f"{LOFT},{STUDIO},77", "start_date": "2026-06-20", "end_date": "2026-06-20"}
    rows = api.data("GET /availabilities", **query)["properties"]
    assert rows == [
        {"id": LOFT, "availabilities": [{"date": "2026-06-20", "available": False, "remarks": "Painting"}]},
        {"id": STUDIO, "availabilities": [{"date": "2026-06-20", "available": True, "remarks": ""}]},
    ]


def test_a_closing_takes_effect_after_the_delay(api: Api) -> None:
    close(api, start_date="2026-06-20", end_date="2026-06-21")
    api.clock.advance(seconds=1)
    assert days(api, "2026-06-20", "2026-06-20") == {"2026-06-20": True}
    api.clock.advance(seconds=1)
    assert days(api, "2026-06-19", "2026-06-22") == {
        "2026-06-19": True,
        "2026-06-20": False,
        "2026-06-21": False,
        "2026-06-22": True,
    }


def test_settling_makes_queued_writes_effective_at_once(api: Api) -> None:
    close(api, dates=["2026-06-20", "2026-06-25"])
    api.sandbox.settle()
    assert list(days(api, "2026-06-20", "2026-06-25").values()) == [False, True, True, True, True, False]


def test_opening_does_not_free_an_occupied_night(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-21"))
    api.account.blocks = {LOFT: {date(2026, 6, 20): "", date(2026, 6, 21): ""}}
    close(api, available=True, start_date="2026-06-20", end_date="2026-06-21")
    api.sandbox.settle()
    assert days(api, "2026-06-20", "2026-06-21") == {"2026-06-20": False, "2026-06-21": True}


def test_dates_are_ignored_when_both_bounds_are_given(api: Api) -> None:
    close(api, start_date="2026-06-20", end_date="2026-06-20", dates=["2026-06-25"])
    api.sandbox.settle()
    assert days(api, "2026-06-25", "2026-06-25") == {"2026-06-25": True}


REFUSED_WRITES: list[tuple[dict[str, Any], int]] = [
    ({"start_date": "2026-06-20"}, 400),
    ({}, 400),
    ({"dates": []}, 400),
    ({"dates": ["2026-06-14"]}, 422),
    ({"start_date": "2026-06-14", "end_date": "2026-06-20"}, 422),
    ({"start_date": "2026-06-20", "end_date": "2026-06-19"}, 422),
    ({"start_date": "2026-06-20", "end_date": "2029-06-20"}, 422),
    ({"dates": ["2026-06-31"]}, 400),
    ({"property_ids": [77], "dates": ["2026-06-20"]}, 404),
    ({"property_ids": [], "dates": ["2026-06-20"]}, 400),
    ({"available": "yes", "dates": ["2026-06-20"]}, 400),
]


@pytest.mark.parametrize(("body", "code"), REFUSED_WRITES)
def test_impossible_closings_are_refused(api: Api, body: dict[str, Any], code: int) -> None:
    arguments = {"property_ids": [LOFT], "available": False} | body
    assert api.refusal("POST /availabilities", arguments)[0] == code
    assert api.account.queued == []


REFUSED_READS: list[tuple[dict[str, str], int]] = [
    ({"property_ids": "one"}, 400),
    ({"property_ids": ""}, 400),
    ({"property_ids": ",".join(str(n) for n in range(101))}, 422),
    ({"start_date": "2025-06-01"}, 422),
    ({"end_date": "2029-07-01"}, 422),
    ({"end_date": "2026-06-14"}, 422),
    ({"start_date": "20260615"}, 400),
]


@pytest.mark.parametrize(("query", "code"), REFUSED_READS)
def test_impossible_ranges_are_refused(api: Api, query: dict[str, str], code: int) -> None:
    arguments = {"property_ids": "1", "start_date": TODAY, "end_date": TODAY} | query
    assert api.refusal("GET /availabilities", **arguments)[0] == code


def test_a_listing_shows_price_inventory_and_the_restrictions_of_its_channel(api: Api) -> None:
    friday = calendar(api, "2026-06-18", "2026-06-19")["2026-06-19"]
    assert friday == {
        "date": "2026-06-19",
        "price": 130,
        "inventory": 1,
        "restrictions": {
            "closed_on_arrival": False,
            "closed_on_departure": False,
            "min_stay_on_arrival": 2,
            "max_stay_on_arrival": 28,
        },
    }
    assert calendar(api, TODAY, TODAY)[TODAY]["price"] == 100
    booking = calendar(api, TODAY, TODAY, "booking.com", "B-1")[TODAY]["restrictions"]
    assert (booking["min_advance_reservation"], booking["exact_stay_on_arrival"]) == ("1D", 0)
    assert calendar(api, TODAY, TODAY, "vrbo", "V1")[TODAY]["restrictions"] == {}


def test_an_unknown_listing_is_not_found(api: Api) -> None:
    listing = {"channel_type": "airbnb", "listing_id": "A9"}
    body = {"start_date": TODAY, "end_date": TODAY, "listings": [listing]}
    assert api.refusal("POST /listings/calendar", body) == (404, "Listing not found.")


def test_a_room_type_listing_counts_its_free_properties(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-21"), property_id=TWIN_A)
    days = calendar(api, "2026-06-20", "2026-06-21", "expedia", "E-1")
    assert [day["inventory"] for day in days.values()] == [1, 2]


def write(api: Api, kind: str, *ranges: Row, channel: str = "airbnb", listing: str = "A1") -> None:
    api.data(f"POST /listings/{kind}", {"channel_type": channel, "listing_id": listing, kind: list(ranges)})


def test_prices_are_written_later_and_the_last_overlapping_range_wins(api: Api) -> None:
    wide = {"start_date": "2026-06-20", "end_date": "2026-06-22", "price": 200}
    narrow = {"start_date": "2026-06-21", "end_date": "2026-06-21", "price": 250}
    write(api, "prices", wide, narrow)
    assert calendar(api, "2026-06-21", "2026-06-21")["2026-06-21"]["price"] == 100
    api.clock.advance(seconds=2)
    prices = [day["price"] for day in calendar(api, "2026-06-20", "2026-06-23").values()]
    assert prices == [200, 250, 200, 100]


def test_a_price_steered_by_the_channel_stays(api: Api) -> None:
    write(
        api, "prices", {"start_date": TODAY, "end_date": TODAY, "price": 5}, channel="expedia", listing="E-1"
    )
    api.sandbox.settle()
    assert calendar(api, TODAY, TODAY, "expedia", "E-1")[TODAY]["price"] == 80


def test_a_listing_inventory_lasts_until_the_next_change_of_the_master_calendar(api: Api) -> None:
    write(api, "inventories", {"start_date": "2026-06-20", "end_date": "2026-06-21", "inventory": 0})
    api.sandbox.settle()
    assert [day["inventory"] for day in calendar(api, "2026-06-20", "2026-06-21").values()] == [0, 0]
    assert days(api, "2026-06-20", "2026-06-20") == {"2026-06-20": True}
    close(api, available=True, dates=["2026-06-20"])
    api.sandbox.settle()
    assert [day["inventory"] for day in calendar(api, "2026-06-20", "2026-06-21").values()] == [1, 0]


def test_restrictions_merge_and_drop_what_the_channel_does_not_know(api: Api) -> None:
    first = {"start_date": TODAY, "end_date": TODAY, "min_stay_on_arrival": 5, "min_stay_through": 4}
    write(api, "restrictions", first)
    write(api, "restrictions", {"start_date": TODAY, "end_date": TODAY, "closed_on_arrival": True})
    api.sandbox.settle()
    assert calendar(api, TODAY, TODAY)[TODAY]["restrictions"] == {
        "closed_on_arrival": True,
        "closed_on_departure": False,
        "min_stay_on_arrival": 5,
        "max_stay_on_arrival": 28,
    }


REFUSED_RANGES: list[tuple[dict[str, Any], int]] = [
    ({"price": 1.5}, 400),
    ({"price": "100"}, 400),
    ({"price": -1}, 422),
    ({"end_date": "2026-06-14"}, 422),
    ({"end_date": "2029-06-20"}, 422),
]


@pytest.mark.parametrize(("change", "code"), REFUSED_RANGES)
def test_impossible_prices_are_refused(api: Api, change: dict[str, Any], code: int) -> None:
    price = {"start_date": TODAY, "end_date": TODAY, "price": 100} | change
    body = {"channel_type": "airbnb", "listing_id": "A1", "prices": [price]}
    assert api.refusal("POST /listings/prices", body)[0] == code


def test_listing_writes_take_no_unknown_channel(api: Api) -> None:
    price = {"start_date": TODAY, "end_date": TODAY, "price": 100}
    body = {"channel_type": "hostex_direct", "listing_id": str(ATTIC), "prices": [price]}
    assert api.refusal("POST /listings/prices", body) == (422, "The selected channel type is invalid.")


def test_ctrip_reads_a_lower_price_than_was_written(api: Api) -> None:
    api.account.rates["ctrip", "C1"] = api.account.rates.pop(("vrbo", "V1"))
    write(
        api, "prices", {"start_date": TODAY, "end_date": TODAY, "price": 200}, channel="ctrip", listing="C1"
    )
    api.sandbox.settle()
    assert calendar(api, TODAY, TODAY, "ctrip", "C1")[TODAY]["price"] == 170
