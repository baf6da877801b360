from typing import Any

import pytest

from hostex_mcp.sandbox.state import Row
from tests.support.world import LOFT, Api, add_stay

PAGE = {"offset": 0, "limit": 100}
GUEST_REVIEW = {"score": 4, "sub_score": None, "content": "Lovely.", "private_feedback": "The tap drips."}


def add_review(api: Api, code: str, check_out: str = "2026-06-10", **changes: Any) -> None:
    api.account.reviews[code] = {
        "reservation_code": code,
        "property_id": LOFT,
        "channel_type": "airbnb",
        "listing_id": "A1",
        "check_in_date": "2026-01-01",
        "check_out_date": check_out,
        "host_review": None,
        "guest_review": GUEST_REVIEW,
        "host_reply": None,
    } | changes


def codes(api: Api, **query: object) -> list[str]:
    return [row["reservation_code"] for row in api.data("GET /reviews", **PAGE, **query)["reviews"]]


def pending(api: Api, code: str = "0-1-a") -> Row:
    [row] = api.data("GET /reviews", **PAGE, reservation_code=code, review_status="reviewed")["reviews"]
    return row


def test_the_status_tells_whose_review_is_missing(api: Api) -> None:
    add_review(api, "0-1-a", guest_review=None)
    add_review(api, "0-2-a")
    add_review(api, "0-3-a", host_review={"score": 5, "content": "Tidy."})
    add_review(api, "0-4-a", _status="reviewed")
    assert codes(api, review_status="pending_guest_review") == ["0-1-a"]
    assert codes(api, review_status="pending_host_review") == ["0-2-a"]
    assert codes(api) == ["0-3-a", "0-4-a"]
    assert api.refusal("GET /reviews", **PAGE, review_status="all")[0] == 422


def test_the_default_window_is_the_last_180_days_of_check_outs(api: Api) -> None:
    for code, day in {"0-1-a": "2025-12-16", "0-2-a": "2025-12-17", "0-3-a": "2026-06-15"}.items():
        add_review(api, code, day, _status="reviewed")
    assert codes(api) == ["0-2-a", "0-3-a"]


def test_a_window_asked_for_must_stay_under_180_days(api: Api) -> None:
    add_review(api, "0-1-a", "2026-01-02", _status="reviewed")
    assert codes(api, start_check_out_date="2026-01-01", end_check_out_date="2026-06-29") == ["0-1-a"]
    too_long = {"start_check_out_date": "2026-01-01", "end_check_out_date": "2026-06-30"}
    assert api.refusal("GET /reviews", **PAGE, **too_long)[0] == 422


def test_reviews_are_filtered_by_property_and_reservation(api: Api) -> None:
    add_review(api, "0-1-a", _status="reviewed")
    add_review(api, "0-2-a", _status="reviewed", property_id=2)
    assert codes(api, property_id=2) == ["0-2-a"]
    assert codes(api, reservation_code="0-1-a") == ["0-1-a"]


def test_a_host_review_is_posted_once(api: Api) -> None:
    add_review(api, "0-1-a", _status="pending_host_review")
    ratings = {"overall_rating": 5, "cleanliness": 4, "recommend": 1}
    body = {"host_review_content": "Tidy guests.", "category_ratings": ratings}
    assert api.data("POST /reviews/0-1-a", body) is None
    assert pending(api)["host_review"] == {
        "score": 5,
        "sub_score": [{"category": "cleanliness", "rating": 4, "review_category_tags": None}],
        "content": "Tidy guests.",
        "created_at": "2026-06-15T12:00:00+00:00",
    }
    assert api.refusal("POST /reviews/0-1-a", body)[0] == 409


def test_a_reply_answers_the_guest_once(api: Api) -> None:
    add_review(api, "0-1-a", _status="reviewed")
    api.data("POST /reviews/0-1-a", {"host_reply_content": "Thank you."})
    expected = {"content": "Thank you.", "created_at": "2026-06-15T12:00:00+00:00"}
    assert pending(api)["host_reply"] == expected
    assert api.refusal("POST /reviews/0-1-a", {"host_reply_content": "Again."})[0] == 409


def test_review_and_reply_go_together_or_not_at_all(api: Api) -> None:
    add_review(api, "0-1-a", _status="reviewed", host_reply={"content": "Thank you."})
    body = {"host_review_content": "Tidy.", "host_review_score": 5, "host_reply_content": "Again."}
    assert api.refusal("POST /reviews/0-1-a", body)[0] == 409
    assert pending(api)["host_review"] is None


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({}, 400),
    ({"host_review_score": 5}, 400),
    ({"host_review_content": "Tidy."}, 400),
    ({"host_review_content": "Tidy.", "host_review_score": 6}, 422),
    ({"host_review_content": "Tidy.", "category_ratings": {"overall_rating": 6}}, 422),
]


@pytest.mark.parametrize(("body", "code"), REFUSED)
def test_impossible_reviews_are_refused(api: Api, body: dict[str, Any], code: int) -> None:
    add_review(api, "0-1-a")
    assert api.refusal("POST /reviews/0-1-a", body)[0] == code


def test_category_ratings_are_for_channels_that_have_them(api: Api) -> None:
    add_review(api, "2-1-b", channel_type="booking.com")
    body = {"host_review_content": "Tidy.", "category_ratings": {"overall_rating": 5}}
    assert api.refusal("POST /reviews/2-1-b", body)[0] == 422


def test_a_reply_needs_a_guest_review(api: Api) -> None:
    add_review(api, "0-1-a", guest_review=None)
    assert api.refusal("POST /reviews/0-1-a", {"host_reply_content": "Thank you."})[0] == 400


def test_a_stay_is_reviewed_from_its_day_of_check_out_on(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-13", "2026-06-15"))
    add_stay(api.account, "0-2-a", ("2026-06-15", "2026-06-16"))
    body = {"host_review_content": "Tidy.", "host_review_score": 4.5}
    assert api.refusal("POST /reviews/0-1-a", {"host_review_content": "No score."})[0] == 400
    assert api.account.reviews == {}
    api.data("POST /reviews/0-1-a", body)
    assert api.refusal("POST /reviews/0-2-a", body)[0] == 400
    assert api.refusal("POST /reviews/0-9-z", body)[0] == 404
    assert codes(api, review_status="pending_guest_review") == ["0-1-a"]
