"""Who may call what, and how the answer is wrapped."""

import re
from typing import Any

import pytest

from hostex_mcp.sandbox import BASIC, DEAD, EMPTY, LAPSED, READ_ONLY, SECOND, TOKENS, WRITABLE
from tests.support.world import LOFT, Api

INVALID = (401, "Invalid access token.")


def test_success_is_200_done_with_a_request_id_stamped_in_utc_plus_8(api: Api) -> None:
    envelope = api.envelope("GET /properties", limit=1)
    assert envelope["error_code"] == 200
    assert envelope["error_msg"] == "Done."
    assert re.fullmatch(r"RT20260615200000[0-9a-f]{3,7}", envelope["request_id"])


def test_an_operation_without_data_answers_with_the_bare_envelope(api: Api) -> None:
    api.account.groups[7] = {"id": 7, "name": "Old Town", "property_ids": []}
    assert api.envelope("DELETE /groups/7").keys() == {"request_id", "error_code", "error_msg"}


@pytest.mark.parametrize("token", [DEAD, "never-issued", ""])
def test_a_token_that_is_not_valid_is_refused(api: Api, token: str) -> None:
    assert api.bearing(token).refusal("GET /properties") == INVALID


def test_every_demo_token_says_what_it_stands_for() -> None:
    meanings = dict(TOKENS.items())
    assert meanings["sandbox-dead"] == "a deleted token"
    assert meanings.keys() == {str(token) for token in TOKENS}


def test_a_missing_token_is_refused(api: Api) -> None:
    api.headers = {}
    assert api.refusal("GET /properties") == INVALID


def test_a_bearer_token_works(api: Api) -> None:
    api.headers = {"Authorization": f"Bearer {WRITABLE}"}
    assert api.data("GET /properties")["total"] == 5


def test_the_own_header_goes_before_authorization(api: Api) -> None:
    api.headers = {"Hostex-Access-Token": DEAD, "Authorization": f"Bearer {WRITABLE}"}
    assert api.refusal("GET /properties") == INVALID


def test_a_read_only_token_may_read_but_not_write(api: Api) -> None:
    reader = api.bearing(READ_ONLY)
    assert reader.data("GET /properties")["total"] == 5
    refused = reader.refusal("POST /groups", {"name": "Beach"})
    assert refused == (401, "Not authorized for this action.")
    assert api.account.groups == {}


def test_a_read_only_token_may_read_listing_calendars_with_post(api: Api) -> None:
    listing = {"channel_type": "airbnb", "listing_id": "A1"}
    body = {"start_date": "2026-06-20", "end_date": "2026-06-20", "listings": [listing]}
    assert len(api.bearing(READ_ONLY).data("POST /listings/calendar", body)["listings"]) == 1


def test_a_lapsed_subscription_refuses_every_call(api: Api) -> None:
    assert api.bearing(LAPSED).refusal("GET /properties") == (420, "Subscription expired")


def test_the_basic_edition_refuses_every_call_with_a_text_of_its_own(api: Api) -> None:
    code, message = api.bearing(BASIC).refusal("GET /tasks")
    assert code == 420
    assert message != "Subscription expired"


def test_each_account_sees_its_own_properties(api: Api) -> None:
    second = api.bearing(SECOND).data("GET /properties")["properties"]
    assert [row["title"] for row in second] == ["Next Door"]
    assert api.bearing(EMPTY).data("GET /properties") == {"properties": [], "total": 0}


@pytest.mark.parametrize("path", ["/nothing", "/properties/1", "/tasks/abc", "", "/"])
def test_an_unknown_path_is_404_inside_the_envelope(api: Api, path: str) -> None:
    assert api.refusal(f"GET {path}")[0] == 404


@pytest.mark.parametrize("name", ["DELETE /properties", "OPTIONS /properties", "PUT /groups/1"])
def test_a_wrong_method_is_405_inside_the_envelope(api: Api, name: str) -> None:
    assert api.refusal(name)[0] == 405


def test_the_log_holds_what_was_asked_and_the_name_of_the_token(api: Api) -> None:
    api.envelope("PATCH /groups/12", {"name": "Beach"}, colour="blue")
    [seen] = api.sandbox.log
    assert (seen.method, seen.path, seen.path_params) == ("PATCH", "/groups/{id}", {"id": 12})
    assert (seen.query, seen.body, seen.token) == ({"colour": "blue"}, {"name": "Beach"}, WRITABLE)


def test_the_log_of_an_oauth_call_holds_no_secret(api: Api) -> None:
    secrets = {"client_secret": "s3cr3t", "code": "c0de", "refresh_token": "r3fr3sh"}
    api.envelope("POST /oauth/authorizations", {"client_id": "x", "grant_type": "nonsense", **secrets})
    [seen] = api.sandbox.log
    assert not [secret for secret in secrets.values() if secret in repr(seen)]


def test_a_token_is_in_no_repr(api: Api) -> None:
    assert "never-issued" not in repr(api.bearing("never-issued").sandbox.log)
    api.bearing("never-issued").envelope("GET /properties")
    assert "never-issued" not in repr(api.sandbox.log)


@pytest.mark.parametrize("content", [b"{", b"[1]", b'"text"', b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(api: Api, content: bytes) -> None:
    response = api.request("POST", "/v3/groups", content=content)
    assert response.json()["error_code"] == 400


PROPERTY_REFUSALS: list[tuple[dict[str, Any], int, str]] = [
    ({}, 400, "The name field is required."),
    ({"name": ""}, 400, "The name field is required."),
    ({"name": None}, 400, "The name field is required."),
    ({"name": 5}, 400, "The name must be a string."),
    ({"name": "x" * 51}, 422, "The name may not be greater than 50 characters."),
    ({"name": "x", "property_ids": 1}, 400, "The property ids must be an array."),
    ({"name": "x", "property_ids": ["1"]}, 400, "The property ids.0 must be an integer."),
    ({"name": "x", "property_ids": [True]}, 400, "The property ids.0 must be an integer."),
    ({"name": "x", "property_ids": [LOFT, 77]}, 422, "The selected property ids is invalid."),
]


@pytest.mark.parametrize(("body", "code", "message"), PROPERTY_REFUSALS)
def test_bodies_are_checked_in_the_words_of_the_validator(
    api: Api, body: dict[str, Any], code: int, message: str
) -> None:
    assert api.refusal("POST /groups", body) == (code, message)
    assert api.account.groups == {}


def test_unknown_body_keys_and_query_parameters_are_ignored(api: Api) -> None:
    group = api.data("POST /groups", {"name": "Beach", "colour": "blue"}, page=3)["group"]
    assert group.keys() == {"id", "name", "property_ids"}
    assert len(api.data("GET /properties", page=3, per_page=1)["properties"]) == 5
