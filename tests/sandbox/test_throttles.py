import pytest

from hostex_mcp.sandbox import SECOND
from tests.support.world import LOFT, Api

CLOSING = {"property_ids": [LOFT], "available": False, "dates": ["2026-07-01"]}


def test_the_sixty_first_booking_within_a_minute_is_throttled(api: Api) -> None:
    for _ in range(60):
        assert api.refusal("POST /reservations", {})[0] == 400
    assert api.refusal("POST /reservations", {}) == (429, "Too Many Attempts.")
    api.clock.advance(seconds=60)
    assert api.refusal("POST /reservations", {})[0] == 400


def test_a_throttled_answer_says_how_long_to_wait_and_why(api: Api) -> None:
    for _ in range(120):
        api.data("POST /availabilities", CLOSING)
    api.clock.advance(seconds=20)
    response = api.request("POST", "/v3/availabilities", json=CLOSING)
    assert response.status_code == 200
    assert response.json()["error_code"] == 429
    assert response.headers["Retry-After"] == "40"
    assert response.headers["X-RateLimit-Scope"] == "endpoint"
    assert response.headers["X-RateLimit-Window"] == "1m"
    assert response.headers["X-RateLimit-Reason"] == "endpoint rate limit exceeded: 120 requests per 1m"


@pytest.mark.parametrize("name", ["GET /listings/airbnb/price_and_rules", "POST /listings/prices"])
def test_listing_calls_have_a_tighter_limit(api: Api, name: str) -> None:
    for _ in range(120):
        assert api.refusal(name)[0] == 400
    assert api.refusal(name)[0] == 429


def test_one_throttled_endpoint_leaves_the_others_and_other_tokens_alone(api: Api) -> None:
    for _ in range(61):
        api.envelope("POST /reservations", {})
    assert api.data("GET /properties")["total"] == 5
    assert api.bearing(SECOND).refusal("POST /reservations", {})[0] == 400


def test_a_token_has_twelve_hundred_calls_a_minute_in_all(api: Api) -> None:
    for n in range(1200):
        api.envelope(f"GET /{('groups', 'tags', 'staffs')[n % 3]}")
    response = api.request("GET", "/v3/properties")
    assert response.headers["X-RateLimit-Scope"] == "user"
    assert response.headers["X-RateLimit-Reason"] == "user rate limit exceeded: 1200 requests per 1m"
