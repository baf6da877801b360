from tests.support.world import LOFT, Api

PATH = "/calendar_share_links"


def test_the_link_for_everything_exists_once(api: Api) -> None:
    first = api.data(f"POST {PATH}", {"scope": "entire"})["calendar_share_link"]
    again = api.data(f"POST {PATH}", {"scope": "entire", "property_ids": []})["calendar_share_link"]
    assert again == first
    assert (first["property_ids"], first["created_at"]) == ([], "2026-06-15T12:00:00+00:00")
    assert api.data(f"GET {PATH}")["total"] == 1


def test_partial_links_are_made_anew_each_time(api: Api) -> None:
    body = {"scope": "partial", "property_ids": [LOFT]}
    first = api.data(f"POST {PATH}", body)["calendar_share_link"]
    second = api.data(f"POST {PATH}", body)["calendar_share_link"]
    assert first["id"] != second["id"]
    assert first["url"] != second["url"]
    assert api.data(f"GET {PATH}", id=second["id"])["calendar_share_links"] == [second]


def test_scope_and_properties_must_agree(api: Api) -> None:
    assert api.refusal(f"POST {PATH}", {"scope": "entire", "property_ids": [LOFT]})[0] == 400
    assert api.refusal(f"POST {PATH}", {"scope": "partial"})[0] == 400
    assert api.refusal(f"POST {PATH}", {"scope": "partial", "property_ids": [77]})[0] == 422
    assert api.refusal(f"POST {PATH}", {"scope": "some"}) == (422, "The selected scope is invalid.")


def test_a_deleted_link_is_gone(api: Api) -> None:
    link = api.data(f"POST {PATH}", {"scope": "entire"})["calendar_share_link"]
    api.data(f"DELETE {PATH}/{link['id']}")
    assert api.data(f"GET {PATH}")["calendar_share_links"] == []
    assert api.refusal(f"DELETE {PATH}/{link['id']}")[0] == 404
