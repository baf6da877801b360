from hypothesis import given
from hypothesis import strategies as st

from hostex_mcp.domain.packing import cost, packed

ROWS = [{"n": number} for number in range(10)]


def test_everything_is_kept_where_there_is_room() -> None:
    assert packed({"a": ROWS, "b": []}, 1000, {"a": 1}) == ({"a": ROWS, "b": []}, {})


def test_each_section_gets_its_first_rows_before_any_gets_more() -> None:
    room = 5 * cost(ROWS[0])
    kept, left = packed({"a": ROWS, "b": ROWS}, room, {"a": 2, "b": 2})
    assert [len(kept["a"]), len(kept["b"])] == [3, 2]
    assert left == {"a": 7, "b": 8}


def test_rows_are_taken_from_the_front() -> None:
    kept, _ = packed({"a": ROWS}, 3 * cost(ROWS[0]), {})
    assert kept["a"] == ROWS[:3]


@given(
    st.dictionaries(st.sampled_from("abc"), st.lists(st.fixed_dictionaries({"t": st.text(max_size=9)}))),
    st.integers(0, 300),
)
def test_what_is_kept_fits_and_what_is_left_is_counted(
    sections: dict[str, list[dict[str, str]]], room: int
) -> None:
    kept, left = packed(sections, room, {"a": 1, "b": 2})
    assert sum(cost(row) for rows in kept.values() for row in rows) <= room
    for name, rows in sections.items():
        assert rows[: len(kept[name])] == kept[name]
        assert len(kept[name]) + left.get(name, 0) == len(rows)
