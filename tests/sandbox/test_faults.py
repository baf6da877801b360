import pytest

from tests.support.world import Api


def names(api: Api) -> list[str]:
    return [group["name"] for group in api.account.groups.values()]


def test_success_may_be_spelt_zero(api: Api) -> None:
    api.sandbox.faults.add("zero")
    envelope = api.envelope("GET /groups")
    assert (envelope["error_code"], envelope["error_msg"]) == (0, "")
    assert envelope["data"] == {"groups": [], "total": 0}


def test_zero_leaves_refusals_as_they_are(api: Api) -> None:
    api.sandbox.faults.add("zero")
    assert api.refusal("GET /conversations") == (400, "The offset field is required.")


def test_a_fault_strikes_as_often_as_ordered(api: Api) -> None:
    api.sandbox.faults.add("envelope", times=2, code=503, message="Upstream")
    assert [api.envelope("GET /groups")["error_code"] for _ in range(3)] == [503, 503, 200]


def test_a_fault_without_number_strikes_until_it_is_called_off(api: Api) -> None:
    api.sandbox.faults.add("envelope", times=None)
    assert [api.refusal("GET /groups")[0] for _ in range(3)] == [500, 500, 500]
    api.sandbox.faults.clear()
    assert api.data("GET /groups")["total"] == 0


def test_a_fault_waits_for_its_operation(api: Api) -> None:
    api.sandbox.faults.add("envelope", operation="DELETE /groups/{id}")
    api.account.groups[7] = {"id": 7, "name": "Beach", "property_ids": []}
    assert api.data("GET /groups")["total"] == 1
    assert api.refusal("DELETE /groups/7")[0] == 500
    assert names(api) == ["Beach"]
    api.data("DELETE /groups/7")


def test_faults_strike_in_the_order_they_came(api: Api) -> None:
    api.sandbox.faults.add("envelope", code=500)
    api.sandbox.faults.add("envelope", code=502)
    assert [api.refusal("GET /groups")[0] for _ in range(2)] == [500, 502]


def test_a_proxy_page_is_html_with_a_real_status(api: Api) -> None:
    api.sandbox.faults.add("http", status=503)
    response = api.request("POST", "/v3/groups", json={"name": "Beach"})
    assert response.status_code == 503
    assert response.headers["content-type"].startswith("text/html")
    assert names(api) == []


def test_a_delayed_call_still_works(api: Api) -> None:
    api.sandbox.faults.add("delay", seconds=0)
    assert api.data("GET /groups")["total"] == 0


def test_a_stalled_answer_arrives_whole_in_the_end(api: Api) -> None:
    api.sandbox.faults.add("stall", seconds=0)
    assert api.data("GET /groups")["total"] == 0


@pytest.mark.parametrize(
    ("kind", "groups"), [("drop_before", []), ("drop_after", ["Beach"]), ("cut", ["Beach"])]
)
def test_a_dropped_connection_loses_the_answer_and_maybe_the_effect(
    api: Api, kind: str, groups: list[str]
) -> None:
    api.sandbox.faults.add(kind)
    with pytest.raises(ConnectionResetError):
        api.request("POST", "/v3/groups", json={"name": "Beach"})
    assert names(api) == groups
    assert len(api.sandbox.log) == 1


def test_a_redirect_leads_to_another_host(api: Api) -> None:
    api.sandbox.faults.add("redirect")
    response = api.request("GET", "/v3/groups")
    assert response.status_code == 302
    assert response.headers["location"] == "https://elsewhere.example.invalid/"


def test_a_throttle_is_ordered_with_its_scope_and_window(api: Api) -> None:
    api.sandbox.faults.add("throttle", retry_after=3, scope="endpoint", window="5m", limit=6000)
    response = api.request("GET", "/v3/groups")
    assert response.json()["error_code"] == 429
    assert response.headers["Retry-After"] == "3"
    assert response.headers["X-RateLimit-Reason"] == "endpoint rate limit exceeded: 6000 requests per 5m"


def test_garbage_is_not_json(api: Api) -> None:
    api.sandbox.faults.add("garbage")
    response = api.request("GET", "/v3/groups")
    assert response.status_code == 200
    with pytest.raises(ValueError, match="Unterminated"):
        response.json()


def test_a_field_of_the_first_row_goes_missing(api: Api) -> None:
    api.sandbox.faults.add("reshape", field="title")
    first, second, *_ = api.data("GET /properties")["properties"]
    assert "title" not in first
    assert second["title"] == "Harbour Studio"


def test_a_field_gets_a_value_of_another_type(api: Api) -> None:
    api.sandbox.faults.add("reshape", mode="type")
    first = api.data("GET /properties")["properties"][0]
    assert first["id"] == {"unexpected": ["value"]}


def test_a_shapeless_answer_without_rows_loses_a_key_of_its_own(api: Api) -> None:
    api.sandbox.faults.add("reshape", field="total")
    assert api.data("GET /groups") == {"groups": []}


def test_a_later_version_adds_fields_and_words(api: Api) -> None:
    api.sandbox.faults.add("extra")
    data = api.data("GET /channel_accounts")
    first, second = data["channel_accounts"]
    assert first["channel_type"] == first["auth_status"] == "a_later_word"
    assert second["channel_type"] == "booking.com"
    assert data["added_in_a_later_version"] == second["added_in_a_later_version"] == "new"


def test_unknown_kinds_and_options_are_errors(api: Api) -> None:
    with pytest.raises(ValueError, match="no fault of kind 'earthquake'"):
        api.sandbox.faults.add("earthquake")
    with pytest.raises(ValueError, match="takes no second"):
        api.sandbox.faults.add("delay", second=1)


def test_another_process_steers_faults_over_http(api: Api) -> None:
    order = {"kind": "envelope", "operation": "GET /groups", "times": 5, "code": 503}
    assert api.request("POST", "/sandbox/faults", json=order).status_code == 204
    assert api.refusal("GET /groups")[0] == 503
    assert api.request("GET", "/sandbox/faults").json() == [
        {"kind": "envelope", "operation": "GET /groups", "times": 4, "options": {"code": 503}}
    ]
    assert api.request("DELETE", "/sandbox/faults").status_code == 204
    assert api.data("GET /groups")["total"] == 0


@pytest.mark.parametrize("order", [{"kind": "earthquake"}, {}, [1], {"kind": "delay", "second": 1}])
def test_an_impossible_order_is_refused(api: Api, order: object) -> None:
    assert api.request("POST", "/sandbox/faults", json=order).status_code == 400


def test_another_process_settles_queued_writes_and_reads_the_log(api: Api) -> None:
    body = {"property_ids": [1], "available": False, "dates": ["2026-07-01"]}
    api.data("POST /availabilities", body)
    assert api.request("POST", "/sandbox/settle").status_code == 204
    assert len(api.account.blocks[1]) == 1
    [seen] = api.request("GET", "/sandbox/requests").json()
    assert (seen["method"], seen["path"], seen["body"]) == ("POST", "/availabilities", body)
