from typing import Any

import pytest

from hostex_mcp.sandbox.state import Row
from tests.support.world import Api, add_conversation

OFFER: Row = {
    "listing_id": "A1",
    "check_in_date": "2026-07-20",
    "check_out_date": "2026-07-23",
    "price": 330,
    "number_of_adults": 2,
    "number_of_children": 1,
}
PATH = "/conversations/0-1-one/special_offers"
INQUIRY = {
    "activity_type": "inquiry",
    "check_in_date": "2026-07-20",
    "check_out_date": "2026-07-22",
    "listing_id": "A1",
}


@pytest.fixture(autouse=True)
def with_threads(api: Api) -> None:
    add_conversation(api.account, "0-1-one", activities=[INQUIRY])
    add_conversation(api.account, "2-2-two", "booking.com")
    add_conversation(api.account, "6-3-six", "booking_site")


def offers(api: Api, path: str = PATH) -> list[Row]:
    return api.data(f"GET {path}")["special_offers"]


def test_an_offer_is_listed_as_active_for_a_day(api: Api) -> None:
    assert api.data(f"POST {PATH}", OFFER) is None
    [offer] = offers(api)
    assert offer == {
        "id": offer["id"],
        "offer_type": "special_offer",
        "status": "active",
        "listing_id": "A1",
        "check_in_date": "2026-07-20",
        "check_out_date": "2026-07-23",
        "nights": 3,
        "number_of_guests": 3,
        "price": 330,
        "currency": "EUR",
        "expire_time": "2026-06-16T12:00:00Z",
        "create_time": "2026-06-15T12:00:00Z",
    }


def test_offers_come_newest_first_and_stay_out_of_the_thread(api: Api) -> None:
    api.data(f"POST {PATH}", OFFER)
    api.data(f"POST {PATH}", OFFER | {"price": 300})
    assert [offer["price"] for offer in offers(api)] == [300, 330]
    assert "_offers" not in api.data("GET /conversations/0-1-one")


def test_an_active_offer_is_withdrawn_once(api: Api) -> None:
    api.data(f"POST {PATH}", OFFER)
    [offer] = offers(api)
    api.data(f"DELETE {PATH}/{offer['id']}")
    assert offers(api)[0]["status"] == "withdrawn"
    assert api.refusal(f"DELETE {PATH}/{offer['id']}")[0] == 400
    assert api.refusal(f"DELETE {PATH}/unknown")[0] == 404


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"check_out_date": "2026-07-20"}, 422),
    ({"price": 0}, 422),
    ({"listing_id": "A9"}, 422),
    ({"number_of_adults": 0}, 422),
    ({"number_of_adults": None}, 400),
]


@pytest.mark.parametrize(("changes", "code"), REFUSED)
def test_impossible_offers_are_refused(api: Api, changes: dict[str, Any], code: int) -> None:
    assert api.refusal(f"POST {PATH}", OFFER | changes)[0] == code
    assert offers(api) == []


def test_other_channels_know_no_offers(api: Api) -> None:
    assert api.refusal("POST /conversations/2-2-two/special_offers", OFFER)[0] == 400


def test_booking_site_offers_need_a_rate_plan_and_a_currency(api: Api) -> None:
    path = "/conversations/6-3-six/special_offers"
    offer = OFFER | {"listing_id": "3-1"}
    assert api.refusal(f"POST {path}", offer) == (400, "The rate plan id field is required.")
    assert api.refusal(f"POST {path}", offer | {"rate_plan_id": "1"})[0] == 400
    api.data(f"POST {path}", offer | {"rate_plan_id": "1", "currency": "USD"})
    assert offers(api, path)[0]["currency"] == "USD"


def test_an_airbnb_inquiry_is_pre_approved_at_its_standard_price(api: Api) -> None:
    assert api.data("POST /conversations/0-1-one/preapprovals") is None
    [offer] = offers(api)
    assert (offer["offer_type"], offer["nights"], offer["price"]) == ("preapproval", 2, 200)


def test_a_pre_approval_needs_airbnb_and_an_inquiry(api: Api) -> None:
    assert api.refusal("POST /conversations/2-2-two/preapprovals")[0] == 400
    add_conversation(api.account, "0-4-four")
    assert api.refusal("POST /conversations/0-4-four/preapprovals")[0] == 400
