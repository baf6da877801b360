import pytest

from hostex_mcp.sandbox.state import Row
from tests.support.world import ATTIC, LOFT, STUDIO, TWIN_A, TWIN_B, TWINS, Api


def titles(api: Api, **query: object) -> list[str]:
    return [row["title"] for row in api.data("GET /properties", **query)["properties"]]


def the_property(api: Api, property_id: int) -> Row:
    [row] = api.data("GET /properties", id=property_id)["properties"]
    return row


def test_properties_show_the_groups_and_tags_they_are_in(api: Api) -> None:
    group = api.data("POST /groups", {"name": "Old Town", "property_ids": [LOFT, STUDIO]})["group"]
    tag = api.data("POST /tags", {"name": "Sea view", "color": "#2CBCFD", "property_ids": [LOFT]})["tag"]
    loft = the_property(api, LOFT)
    assert loft["groups"] == [{"id": group["id"], "name": "Old Town"}]
    assert loft["tags"] == [{"id": tag["id"], "name": "Sea view", "color": "#2CBCFD"}]
    assert titles(api, group_id=group["id"]) == ["Harbour Loft", "Harbour Studio"]
    assert titles(api, tag_id=tag["id"]) == ["Harbour Loft"]
    assert titles(api, group_id=group["id"], id=ATTIC) == []


def test_a_new_property_is_listed_with_its_defaults(api: Api) -> None:
    property_id = api.data("POST /properties", {"title": "Cellar"})["property_id"]
    cellar = the_property(api, property_id)
    assert (cellar["title"], cellar["channels"], cellar["timezone"]) == ("Cellar", [], "Europe/Lisbon")
    assert (cellar["latitude"], cellar["wifi_ssid"]) == (None, "")


def test_a_property_title_is_used_once(api: Api) -> None:
    assert api.refusal("POST /properties", {"title": "Attic"})[0] == 409


def test_the_property_quota_is_enforced(api: Api) -> None:
    api.account.property_quota = 5
    assert api.refusal("POST /properties", {"title": "Cellar"})[0] == 420


def test_private_keys_stay_in_the_sandbox(api: Api) -> None:
    api.account.properties[LOFT]["_cleaning_fee"] = 35
    assert "_cleaning_fee" not in the_property(api, LOFT)


def test_group_properties_are_replaced_as_a_whole(api: Api) -> None:
    group = api.data("POST /groups", {"name": "Beach", "property_ids": [LOFT, LOFT, STUDIO]})["group"]
    assert group["property_ids"] == [LOFT, STUDIO]
    api.data(f"PATCH /groups/{group['id']}", {"property_ids": [ATTIC]})
    api.data(f"PATCH /groups/{group['id']}", {"name": "Hill"})
    assert api.data("GET /groups", id=group["id"])["groups"] == [
        {"id": group["id"], "name": "Hill", "property_ids": [ATTIC]}
    ]
    api.data(f"PATCH /groups/{group['id']}", {"property_ids": []})
    assert api.data("GET /groups")["groups"][0]["property_ids"] == []


def test_a_deleted_group_leaves_its_properties_alone(api: Api) -> None:
    group = api.data("POST /groups", {"name": "Beach", "property_ids": [LOFT]})["group"]
    api.data(f"DELETE /groups/{group['id']}")
    assert api.refusal(f"DELETE /groups/{group['id']}") == (404, "Group not found.")
    assert the_property(api, LOFT)["groups"] == []


@pytest.mark.parametrize("what", ["group", "tag"])
def test_names_of_groups_and_tags_are_used_once(api: Api, what: str) -> None:
    api.data(f"POST /{what}s", {"name": "Beach"})
    other = api.data(f"POST /{what}s", {"name": "Hill"})[what]["id"]
    assert api.refusal(f"POST /{what}s", {"name": "Beach"}) == (409, f"The {what} already exists.")
    assert api.refusal(f"PATCH /{what}s/{other}", {"name": "Beach"})[0] == 409
    api.data(f"PATCH /{what}s/{other}", {"name": "Hill"})


def test_a_tag_gets_a_colour_of_the_palette_and_refuses_others(api: Api) -> None:
    assert api.data("POST /tags", {"name": "Quiet"})["tag"]["color"] == "#FD587B"
    refused = api.refusal("POST /tags", {"name": "Loud", "color": "#000000"})
    assert refused == (422, "The selected color is invalid.")


def test_a_deleted_tag_comes_back_under_its_id(api: Api) -> None:
    tag = api.data("POST /tags", {"name": "Quiet", "property_ids": [LOFT]})["tag"]
    api.data(f"DELETE /tags/{tag['id']}")
    assert the_property(api, LOFT)["tags"] == []
    again = api.data("POST /tags", {"name": "Quiet"})["tag"]
    assert (again["id"], again["property_ids"]) == (tag["id"], [])


def test_no_more_than_five_hundred_tags(api: Api) -> None:
    for n in range(500):
        api.account.tags[n] = {"id": n, "name": f"t{n}", "property_ids": [], "room_type_ids": []}
    assert api.refusal("POST /tags", {"name": "one more"})[0] == 422


def test_tags_sit_on_room_types_too(api: Api) -> None:
    tag = api.data("POST /tags", {"name": "Pool", "room_type_ids": [TWINS]})["tag"]
    [twins] = api.data("GET /room_types", tag_id=tag["id"])["room_types"]
    assert twins["id"] == TWINS
    assert [member["id"] for member in twins["properties"]] == [TWIN_A, TWIN_B]
    api.data(f"PATCH /tags/{tag['id']}", {"room_type_ids": []})
    assert api.data("GET /room_types", tag_id=tag["id"]) == {"room_types": [], "total": 0}


def test_a_property_belongs_to_one_room_type(api: Api) -> None:
    assert api.refusal("POST /room_types", {"title": "Both", "property_ids": [TWIN_A, ATTIC]})[0] == 422
    room_type = api.data("POST /room_types", {"title": "Single", "property_ids": [ATTIC]})["room_type_id"]
    assert api.refusal("POST /room_types", {"title": "Other", "property_ids": [ATTIC]})[0] == 422
    assert api.data("GET /room_types", id=room_type)["room_types"][0]["title"] == "Single"


def test_room_types_need_the_pro_edition(api: Api) -> None:
    api.account.plan = "basic"
    assert api.refusal("POST /room_types", {"title": "Single"})[0] == 420


def test_booking_site_accounts_are_not_listed(api: Api) -> None:
    kinds = [row["channel_type"] for row in api.data("GET /channel_accounts")["channel_accounts"]]
    assert kinds == ["airbnb", "booking.com"]
    assert api.data("GET /channel_accounts", channel_type="airbnb")["total"] == 1


def test_listings_are_filtered(api: Api) -> None:
    assert [row["id"] for row in api.data("GET /listings", channel_account_id=82)["listings"]] == [92]
    assert [row["id"] for row in api.data("GET /listings", listing_id="A1")["listings"]] == [91]
    assert api.refusal("GET /listings", channel_type="nobnb")[0] == 422


def test_pricing_ratios_of_a_property_and_of_a_room_type(api: Api) -> None:
    ratios = api.data("GET /pricing_ratios", property_id=LOFT)
    assert (ratios["link_type"], ratios["link_id"]) == ("property", LOFT)
    assert [(row["listing_id"], row["ratio"], row["listing_title"]) for row in ratios["channels"]] == [
        ("A1", 100, "Loft"),
        ("B-1", 112, "Harbour Loft"),
    ]
    [steered] = api.data("GET /pricing_ratios", room_type_id=TWINS)["channels"]
    assert (steered["ratio"], steered["readonly"]) == (-1, True)


def test_pricing_ratios_need_exactly_one_id(api: Api) -> None:
    text = "The property id field is required when room type id is not present."
    assert api.refusal("GET /pricing_ratios") == (400, text)
    assert api.refusal("GET /pricing_ratios", property_id=LOFT, room_type_id=TWINS)[0] == 400
    assert api.refusal("GET /pricing_ratios", property_id=77)[0] == 404
