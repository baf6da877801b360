from datetime import date
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Le, MaxLen

from hostex_mcp.toolkit.arguments import (
    Arguments,
    Currency,
    Day,
    Id,
    Integer,
    InvalidArguments,
    Number,
    in_order,
    nearest,
    validate,
)
from hostex_mcp.tools.catalogue import CATALOGUE


class Pair(Arguments):
    channel_type: str
    listing_id: str


class Example(Arguments):
    property_id: Id
    email: str | None = None
    day: Day | None = None
    limit: Annotated[Integer, Ge(1), Le(100)] | None = None
    status: Literal["open", "closed"] | None = None
    listings: Annotated[list[Pair], MaxLen(2)] | None = None
    price: float | None = None
    fee: Number | None = None
    currency: Currency | None = None
    available: bool | None = None


def problems(**given: Any) -> dict[str, str]:
    with pytest.raises(InvalidArguments) as caught:
        validate(Example, given)
    return {problem.field: problem.problem for problem in caught.value.problems}


def test_only_the_given_arguments_come_back_and_null_means_not_given() -> None:
    assert validate(Example, {"property_id": 3, "email": None}) == {"property_id": 3}


def test_ids_may_be_numeric_text_and_stay_whole_at_any_size() -> None:
    assert validate(Example, {"property_id": "900000000000000101"}) == {"property_id": 900000000000000101}


def test_listing_ids_may_come_as_numbers() -> None:
    given = {"property_id": 1, "listings": [{"channel_type": "airbnb", "listing_id": 900000000000000101}]}
    assert validate(Example, given)["listings"][0].listing_id == "900000000000000101"


def test_days_become_dates() -> None:
    assert validate(Example, {"property_id": 1, "day": "2028-02-29"})["day"] == date(2028, 2, 29)


@pytest.mark.parametrize(
    "day", ["today", "2026-2-3", "20260203", "2026-02-03T00:00:00", 1770076800, "03/02/2026"]
)
def test_a_day_in_any_other_form_is_refused(day: Any) -> None:
    assert problems(property_id=1, day=day) == {"day": "must be a date written YYYY-MM-DD"}


def test_a_day_that_no_calendar_has_is_refused() -> None:
    assert problems(property_id=1, day="2026-02-30") == {"day": "is not a valid date"}


def test_a_misspelt_argument_is_refused_naming_the_right_one() -> None:
    assert problems(property_id=1, guest_email="a@example.com") == {
        "guest_email": "unknown argument; did you mean `email`?"
    }


def test_an_argument_like_none_that_exists_names_those_that_do() -> None:
    assert problems(property_id=1, zzzzzz=1)["zzzzzz"].startswith(
        "unknown argument; known: property_id, email"
    )


def test_an_unknown_key_inside_an_object_is_refused() -> None:
    listing = {"channel_type": "airbnb", "listing_id": "1", "lang": "en"}
    assert problems(property_id=1, listings=[listing]) == {"listings.0.lang": "is not a known key here"}


@pytest.mark.parametrize(
    ("given", "field", "problem"),
    [
        ({}, "property_id", "is required"),
        ({"property_id": True}, "property_id", "must be a whole number, not true or false"),
        ({"property_id": "Harbour"}, "property_id", "must be a whole number"),
        ({"property_id": 1.5}, "property_id", "must be a whole number"),
        ({"property_id": -1}, "property_id", "must be at least 1"),
        ({"property_id": 1, "limit": 101}, "limit", "must be at most 100"),
        ({"property_id": 1, "status": "shut"}, "status", "must be one of 'open' or 'closed'"),
        ({"property_id": 1, "email": ["a"]}, "email", "must be text"),
        ({"property_id": 1, "price": "cheap"}, "price", "must be a number"),
        ({"property_id": 1, "available": "maybe"}, "available", "must be true or false"),
        ({"property_id": 1, "listings": "airbnb"}, "listings", "must be a list"),
        ({"property_id": 1, "listings": [3]}, "listings.0", "must be an object"),
    ],
)
def test_each_problem_is_told_in_plain_words(given: dict[str, Any], field: str, problem: str) -> None:
    assert problems(**given) == {field: problem}


def test_all_problems_are_told_at_once() -> None:
    assert set(problems(limit=0, price="x")) == {"property_id", "limit", "price"}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("page_size", "limit"),
        ("offset", "cursor"),
        ("propertyid", "property_id"),
        ("checkin_date", "check_in_date"),
    ],
)
def test_habits_and_misspellings_lead_to_the_right_name(wrong: str, right: str) -> None:
    assert nearest(wrong, ["property_id", "limit", "cursor", "check_in_date", "status"]) == right


@pytest.mark.parametrize(
    ("tool", "wrong", "right"),
    [
        ("update_task", "task_id", "id"),
        ("delete_reservation_tag", "tag_id", "id"),
        ("delete_calendar_share_link", "link_id", "id"),
        ("delete_transaction", "transaction_id", "id"),
        ("update_knowledge_base", "knowledge_base_id", "id"),
        ("update_task", "staf_id", "staff_id"),
    ],
)
def test_an_id_named_after_what_a_tool_changes_leads_to_the_tool_s_own_id(
    tool: str, wrong: str, right: str
) -> None:
    with pytest.raises(InvalidArguments) as caught:
        CATALOGUE[tool].bind({wrong: 5})
    found = {problem.field: problem.problem for problem in caught.value.problems}
    assert found[wrong] == f"unknown argument; did you mean `{right}`?"


def test_a_period_needs_both_days_in_order() -> None:
    in_order(start_date=None, end_date=None)
    in_order(start_date=date(2026, 1, 1), end_date=date(2026, 1, 1))
    with pytest.raises(InvalidArguments, match="end_date: is required together with start_date"):
        in_order(start_date=date(2026, 1, 1), end_date=None)
    with pytest.raises(InvalidArguments, match="start_date: is required together with end_date"):
        in_order(start_date=None, end_date=date(2026, 1, 1))
    with pytest.raises(InvalidArguments, match="end_date: is before start_date"):
        in_order(start_date=date(2026, 1, 2), end_date=date(2026, 1, 1))


def test_a_currency_is_three_letters_and_comes_back_in_capitals() -> None:
    assert validate(Example, {"property_id": 1, "currency": " eur "})["currency"] == "EUR"
    assert "three letters" in problems(property_id=1, currency="euros")["currency"]
    assert "three letters" in problems(property_id=1, currency="€")["currency"]


@pytest.mark.parametrize("fee", [True, "nan", "inf", "12,50", ""])
def test_a_number_is_finite_and_no_truth_value(fee: object) -> None:
    assert "number" in problems(property_id=1, fee=fee)["fee"]


def test_a_number_may_come_as_text() -> None:
    assert validate(Example, {"property_id": 1, "fee": "12.50"}) == {"property_id": 1, "fee": 12.5}
