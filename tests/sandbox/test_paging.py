import pytest

from tests.support.world import Api, make_property


def many(api: Api, count: int) -> None:
    api.account.properties = {n: make_property(n, f"Room {n}") for n in range(1, count + 1)}


def shown(api: Api, **query: object) -> list[int]:
    return [row["id"] for row in api.data("GET /properties", **query)["properties"]]


def test_a_page_holds_twenty_rows_by_default(api: Api) -> None:
    many(api, 25)
    assert shown(api) == list(range(1, 21))


def test_offset_and_limit_cut_a_page_and_total_counts_all(api: Api) -> None:
    many(api, 25)
    assert shown(api, offset=20, limit=3) == [21, 22, 23]
    assert api.data("GET /properties", offset=20, limit=3)["total"] == 25


def test_a_limit_above_one_hundred_counts_as_one_hundred(api: Api) -> None:
    many(api, 105)
    assert len(shown(api, limit=500)) == 100


def test_an_offset_past_the_end_gives_an_empty_page(api: Api) -> None:
    assert shown(api, offset=50) == []


@pytest.mark.parametrize(
    ("query", "code"), [({"offset": -1}, 422), ({"limit": 0}, 422), ({"limit": "x"}, 400)]
)
def test_impossible_pages_are_refused(api: Api, query: dict[str, object], code: int) -> None:
    assert api.refusal("GET /properties", **query)[0] == code


def test_knowledge_bases_come_ten_to_a_page(api: Api) -> None:
    everywhere = {"type": "all", "ids": [-1]}
    for n in range(12):
        api.account.knowledge_bases[n] = {
            "id": n,
            "scope_property": everywhere,
            "scope_channel": {"type": "all", "channels": ["unlimited"]},
        }
    answer = api.data("GET /knowledge_bases")
    assert (len(answer["knowledge_bases"]), answer["total"]) == (10, 12)


def test_conversations_demand_an_offset_and_reviews_both(api: Api) -> None:
    assert api.refusal("GET /conversations") == (400, "The offset field is required.")
    assert api.refusal("GET /reviews", limit=5) == (400, "The offset field is required.")
    assert api.refusal("GET /reviews", offset=0) == (400, "The limit field is required.")


@pytest.mark.parametrize("name", ["reservations", "conversations", "reviews"])
def test_some_lists_carry_no_total(api: Api, name: str) -> None:
    assert api.data(f"GET /{name}", offset=0, limit=5) == {name: []}


@pytest.mark.parametrize(
    "name", ["custom_channels", "income_items", "expense_items", "income_methods", "expense_methods"]
)
def test_dictionaries_come_whole_and_without_a_total(api: Api, name: str) -> None:
    assert api.data(f"GET /{name}", limit=1) == {name: getattr(api.account, name)}
