from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostex_mcp.api import BadRequest, Merged, NotFound, read_merged
from tests.api.lists import ROWS, Failing, Lists, Repeating, Row

pytestmark = pytest.mark.anyio


def key(row: Row) -> int:
    return row.key


async def merged(lists: Lists, offsets: list[int] | None = None, *, limit: int = 3) -> Merged[Row]:
    return await read_merged(lists.client, ROWS, lists.queries, offsets=offsets, limit=limit, order=key)


def ids(page: Merged[Row]) -> list[int]:
    return [row.id for row in page.items]


TWO = {"a": [(1, 90), (2, 70), (3, 50)], "b": [(4, 80), (5, 60)]}


async def test_the_first_page_takes_the_newest_of_all_windows() -> None:
    page = await merged(Lists(TWO))
    assert ids(page) == [1, 4, 2]
    assert page.offsets == [2, 1]
    assert page.steps == [[1, 0], [1, 1], [2, 1]]
    assert page.more


async def test_the_next_page_goes_on_where_each_window_was_left() -> None:
    page = await merged(Lists(TWO), [2, 1])
    assert ids(page) == [5, 3]
    assert page.offsets == [-1, -1]
    assert not page.more


async def test_a_page_may_be_cut_anywhere() -> None:
    first = await merged(Lists(TWO))
    rest = await merged(Lists(TWO), first.steps[0], limit=10)
    assert ids(rest) == [4, 2, 5, 3]


async def test_an_exhausted_window_is_not_asked_again() -> None:
    lists = Lists({"a": [(1, 90)], "b": [(2, 80), (3, 70), (4, 60)]})
    first = await merged(lists, limit=2)
    assert first.offsets == [-1, 1]
    lists.asked.clear()
    assert ids(await merged(lists, first.offsets, limit=2)) == [3, 4]
    assert {name for name, _, _ in lists.asked} == {"b"}


async def test_a_row_of_two_windows_comes_once_on_a_page() -> None:
    page = await merged(Lists({"a": [(1, 90), (2, 70)], "b": [(1, 90), (3, 80)]}), limit=9)
    assert ids(page) == [1, 3, 2]
    assert page.steps[0] == [1, 1]


async def test_a_row_of_two_windows_comes_once_over_pages() -> None:
    lists = Lists({"a": [(1, 50)], "b": [(2, 50), (1, 50), (3, 40)]})
    first = await merged(lists, limit=1)
    second = await merged(lists, first.offsets, limit=1)
    third = await merged(lists, second.offsets, limit=1)
    assert [*ids(first), *ids(second), *ids(third)] == [1, 2, 3]


async def test_a_page_is_full_even_when_repeated_rows_are_dropped() -> None:
    same = [(number, 100 - number) for number in range(6)]
    page = await merged(Lists({"a": same, "b": same, "c": same}), limit=5)
    assert ids(page) == [0, 1, 2, 3, 4]
    assert page.more


async def test_windows_found_to_have_ended_after_the_last_row_are_so_in_its_step_too() -> None:
    same = [(0, 0), (1, 0)]
    page = await merged(Lists({"a": same, "b": same}), [1, 1], limit=2)
    assert (ids(page), page.offsets, page.steps, page.more) == ([1], [-1, -1], [[-1, -1]], False)


async def test_one_window_is_read_without_looking_back() -> None:
    lists = Lists({"a": [(number, 100 - number) for number in range(6)]})
    page = await merged(lists, [2])
    assert ids(page) == [2, 3, 4]
    assert lists.asked == [("a", 2, 3)]


async def test_a_long_run_of_equal_keys_is_recognised_on_later_pages() -> None:
    tied = [(number, 7) for number in range(250)]
    lists = Lists({"a": tied, "b": tied[::-1]})
    seen: list[int] = []
    offsets: list[int] | None = None
    more = True
    while more:
        page = await merged(lists, offsets, limit=100)
        seen += ids(page)
        offsets, more = page.offsets, page.more
    assert sorted(seen) == list(range(250))


@pytest.mark.parametrize(("claim", "total"), [(7, 14), (0, 0), (None, None)])
async def test_totals_are_added_when_every_window_has_one(claim: int | None, total: int | None) -> None:
    assert (await merged(Lists(TWO, claim=claim))).total == total


async def test_no_windows_make_an_empty_page() -> None:
    page = await merged(Lists({}))
    assert (page.items, page.offsets, page.steps, page.more) == ([], [], [], False)


async def test_offsets_of_other_windows_are_refused() -> None:
    lists = Lists(TWO)
    with pytest.raises(BadRequest) as caught:
        await merged(lists, [0])
    assert [field.field for field in caught.value.fields] == ["offsets"]
    assert lists.asked == []


async def test_offsets_beyond_the_end_give_nothing_more() -> None:
    page = await merged(Lists(TWO), [40, 40])
    assert (page.items, page.more) == ([], False)


async def test_an_error_of_one_window_is_raised_as_it_is() -> None:
    with pytest.raises(NotFound, match="No such window"):
        await merged(Failing(TWO))


async def test_a_page_of_rows_that_nobody_can_read_does_not_end_a_window() -> None:
    hostex = Lists({"a": [*((1, 10**30) for _ in range(4)), (2, 8), (3, 7)], "b": [(4, 9)]})
    page = await merged(hostex, limit=2)
    assert [row.id for row in page.items] == [4, 2]
    assert page.more


async def test_a_window_of_nothing_but_unreadable_rows_ends() -> None:
    page = await merged(Repeating({"a": [(1, 10**30)] * 100}), limit=100)
    assert (page.items, page.more) == ([], False)


async def test_a_window_that_ignores_offsets_ends() -> None:
    lists = Repeating({"a": [(1, 9), (2, 8), (3, 7)], "b": [(1, 9), (2, 8), (3, 7)]})
    page = await merged(lists, limit=2)
    rest = await merged(lists, page.offsets, limit=2)
    assert ids(page) == [1, 2]
    assert len(lists.asked) < 20
    assert len(rest.items) <= 2


@st.composite
def _windows(draw: st.DrawFn) -> dict[str, list[tuple[int, int]]]:
    """Up to four windows that share rows; each is in order, rows with equal keys in an order of its own."""
    names = "abcd"[: draw(st.integers(1, 4))]
    keys = draw(st.lists(st.integers(0, 4), max_size=40))
    homes = [draw(st.sets(st.sampled_from(names), min_size=1)) for _ in keys]
    mixed = Random(draw(st.integers(0, 99)))
    windows: dict[str, list[tuple[int, int]]] = {}
    for name in names:
        rows = [(identity, rank) for identity, rank in enumerate(keys) if name in homes[identity]]
        mixed.shuffle(rows)
        windows[name] = sorted(rows, key=lambda row: -row[1])
    return windows


@settings(deadline=None, max_examples=150)
@given(windows=_windows(), limit=st.integers(1, 12), cuts=st.lists(st.integers(0, 11), min_size=1))
async def test_over_pages_of_any_length_every_row_comes_once_and_in_order(
    windows: dict[str, list[tuple[int, int]]], limit: int, cuts: list[int]
) -> None:
    lists = Lists(windows)
    read: list[Row] = []
    offsets: list[int] | None = None
    more = True
    while more:
        page = await merged(lists, offsets, limit=limit)
        assert len(page.items) == len(page.steps) <= limit
        assert not page.items or page.steps[-1] == page.offsets
        count = cuts[len(read) % len(cuts)] % limit + 1
        cut = count < len(page.items)
        read += page.items[:count]
        offsets = page.steps[count - 1] if cut else page.offsets
        more = page.more or cut
        assert page.items or not page.more
    everything = {row for rows in windows.values() for row in rows}
    assert sorted(row.id for row in read) == sorted(identity for identity, _ in everything)
    assert [row.key for row in read] == sorted((rank for _, rank in everything), reverse=True)
