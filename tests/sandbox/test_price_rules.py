from typing import Any

import pytest

from hostex_mcp.sandbox.state import Row
from tests.sandbox.test_calendar import calendar
from tests.support.world import Api

AIRBNB = "/listings/airbnb/price_and_rules"
VRBO = "/listings/vrbo/price_and_rules"
WEEK = {"sunday": 110, "monday": 105, "tuesday": 105, "wednesday": 105, "thursday": 110, "friday": 135}


@pytest.fixture(autouse=True)
def with_rules(api: Api) -> None:
    api.account.rates["airbnb", "A1"].price_and_rules = {
        "listing_currency": "EUR",
        "base_price": 100,
        "weekend_price": 130,
        "pet_fee": None,
        "pet_fee_obj": None,
        "long_term_discount": [{"discount": 12, "days": 7}],
        "minimum_stay": 2,
        "high_rated_guest_discount": True,
        "high_rated_guest_discount_blackout_dates": [],
        "eligible_cancellation_policies": ["flexible"],
    }
    api.account.rates["vrbo", "V1"].price_and_rules = {
        "base_price": 90,
        "nightly_rate": None,
        "cleaning_fee": 60,
        "minimum_stay": 2,
    }


def airbnb(api: Api) -> Row:
    return api.data(f"GET {AIRBNB}", listing_id="A1")


def set_airbnb(api: Api, **settings: Any) -> None:
    api.data(f"POST {AIRBNB}", {"listing_id": "A1", "settings": settings})


def refused(api: Api, path: str, listing: str, **settings: Any) -> int:
    return api.refusal(f"POST {path}", {"listing_id": listing, "settings": settings})[0]


def test_the_rules_sit_directly_in_data(api: Api) -> None:
    assert airbnb(api)["base_price"] == 100
    assert api.data(f"GET {VRBO}", listing_id="V1")["cleaning_fee"] == 60


def test_only_what_is_sent_changes_and_the_calendar_follows_at_once(api: Api) -> None:
    set_airbnb(api, base_price=140, minimum_stay=4)
    assert (airbnb(api)["weekend_price"], airbnb(api)["minimum_stay"]) == (130, 4)
    monday = calendar(api, "2026-06-15", "2026-06-15")["2026-06-15"]
    assert (monday["price"], monday["restrictions"]["min_stay_on_arrival"]) == (140, 4)


def test_what_was_read_may_be_written_back(api: Api) -> None:
    before = airbnb(api)
    set_airbnb(api, **before)
    unchanged = {key: airbnb(api)[key] for key in before}
    assert unchanged == before


def test_one_discount_rule_may_come_without_a_list(api: Api) -> None:
    set_airbnb(api, last_minute_discount={"discount": 15, "days": 2})
    assert airbnb(api)["last_minute_discount"] == [{"discount": 15, "days": 2}]


def test_read_only_fields_are_ignored(api: Api) -> None:
    set_airbnb(api, eligible_cancellation_policies=["anything"], listing_currency="USD")
    assert airbnb(api)["eligible_cancellation_policies"] == ["flexible"]


def test_blackout_dates_are_counted_per_calendar_year(api: Api) -> None:
    december = [f"2026-12-{day:02}" for day in range(1, 31)]
    set_airbnb(api, high_rated_guest_discount_blackout_dates=[*december, "2027-01-01"])
    quota = airbnb(api)["high_rated_guest_discount_blackout_dates_quota"]
    assert quota["dates_used_count"] == 31
    dates = [*december, "2026-12-31"]
    assert refused(api, AIRBNB, "A1", high_rated_guest_discount_blackout_dates=dates) == 422


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"pet_fee": 20, "pet_fee_obj": {"amount": 20}}, 422),
    ({"check_out_before": 24}, 422),
    ({"long_term_discount": [{"discount": 101, "days": 7}]}, 422),
    ({"long_term_discount": "10%"}, 400),
    ({"base_price": "100"}, 400),
    ({"days_of_week_check_in": [7]}, 422),
]


@pytest.mark.parametrize(("settings", "code"), REFUSED)
def test_impossible_rules_are_refused(api: Api, settings: dict[str, Any], code: int) -> None:
    before = airbnb(api)
    assert refused(api, AIRBNB, "A1", **settings) == code
    assert airbnb(api) == before


def test_a_listing_without_rules_is_not_found(api: Api) -> None:
    assert api.refusal(f"GET {AIRBNB}", listing_id="B-1")[0] == 404
    assert api.refusal(f"GET {AIRBNB}") == (400, "The listing id field is required.")


def test_vrbo_takes_a_base_price_or_all_seven_nights(api: Api) -> None:
    assert refused(api, VRBO, "V1", nightly_rate=WEEK) == 400
    full = WEEK | {"saturday": 140}
    api.data(f"POST {VRBO}", {"listing_id": "V1", "settings": {"nightly_rate": full}})
    rules = api.data(f"GET {VRBO}", listing_id="V1")
    assert (rules["base_price"], rules["nightly_rate"]) == (None, full)
    assert calendar(api, "2026-06-15", "2026-06-15", "vrbo", "V1")["2026-06-15"]["price"] == 105
    both = {"base_price": 99, "nightly_rate": full}
    api.data(f"POST {VRBO}", {"listing_id": "V1", "settings": both})
    rules = api.data(f"GET {VRBO}", listing_id="V1")
    assert (rules["base_price"], rules["nightly_rate"]) == (99, None)


def test_a_vrbo_fee_of_zero_clears_it(api: Api) -> None:
    api.data(f"POST {VRBO}", {"listing_id": "V1", "settings": {"cleaning_fee": 0}})
    assert api.data(f"GET {VRBO}", listing_id="V1")["cleaning_fee"] is None
