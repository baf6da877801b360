from tests.support.world import Api, add_stay

PATH = "/reservation_tags"
STAY_TAGS = "/reservations/0-1-a/tags"


def test_a_new_name_joins_the_dictionary_when_a_stay_is_tagged(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"))
    api.data(f"POST {STAY_TAGS}", {"tag_name": "VIP"})
    api.data(f"POST {STAY_TAGS}", {"tag_name": "VIP"})
    assert api.stay("0-1-a")["tags"] == ["VIP"]
    [tag] = api.data(f"GET {PATH}", keyword="vi")["reservation_tags"]
    assert (tag["tag_name"], tag["is_default"]) == ("VIP", False)


def test_a_tag_is_taken_off_by_a_delete_with_a_body(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"), tags=["VIP", "Late"])
    api.data(f"DELETE {STAY_TAGS}", {"tag_name": "VIP"})
    assert api.stay("0-1-a")["tags"] == ["Late"]
    api.data(f"DELETE {STAY_TAGS}", {"tag_name": "VIP"})
    assert api.refusal(f"DELETE {STAY_TAGS}") == (400, "The tag name field is required.")


def test_tag_names_are_used_once_and_are_short(api: Api) -> None:
    assert api.refusal(f"POST {PATH}", {"tag_name": "Conflicted"})[0] == 409
    assert api.refusal(f"POST {PATH}", {"tag_name": "x" * 16})[0] == 422


def test_a_deleted_tag_leaves_the_stays_and_comes_back_under_its_id(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"))
    tag = api.data(f"POST {PATH}", {"tag_name": "VIP"})["reservation_tag"]
    api.data(f"POST {STAY_TAGS}", {"tag_name": "VIP"})
    api.data(f"DELETE {PATH}/{tag['id']}")
    assert api.stay("0-1-a")["tags"] == []
    assert api.data(f"POST {PATH}", {"tag_name": "VIP"})["reservation_tag"] == tag


def test_defaults_and_unknown_tags_are_not_deleted(api: Api) -> None:
    assert api.refusal(f"DELETE {PATH}/1")[0] == 404
    assert api.refusal(f"DELETE {PATH}/77")[0] == 404
    assert api.data(f"GET {PATH}", id=1)["total"] == 1


def test_no_more_than_five_hundred_reservation_tags(api: Api) -> None:
    for n in range(2, 501):
        api.account.reservation_tags[n] = {"id": n, "tag_name": f"t{n}", "is_default": False}
    assert api.refusal(f"POST {PATH}", {"tag_name": "one more"})[0] == 422
