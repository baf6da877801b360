from hostex_mcp.domain.lists import merged, upserted


def test_members_are_removed_then_added_in_order_each_once() -> None:
    assert merged([3, 1, 2], add=[5, 1, 5], remove=[3, 9]) == [1, 2, 5]


def test_a_list_without_edits_stays_but_for_repeats() -> None:
    assert merged(["b", "a", "b"]) == ["b", "a"]


def test_an_addition_with_a_known_key_takes_the_place_of_the_old_one() -> None:
    assert upserted(["a1", "b1", "c1"], ["b2", "d1"], ["c"], lambda text: text[0]) == ["a1", "b2", "d1"]


def test_only_the_first_of_equal_keys_is_replaced_and_all_are_removed() -> None:
    assert upserted(["a1", "a2"], ["a3"], [], lambda text: text[0]) == ["a3", "a2"]
    assert upserted(["a1", "a2", "b1"], [], ["a"], lambda text: text[0]) == ["b1"]
