import pytest

from hostex_mcp.api import NotFound, read_all
from tests.api.lists import ROWS, Failing, Lists, Repeating

pytestmark = pytest.mark.anyio

QUERY = {"window": "a"}


def numbered(count: int) -> list[tuple[int, int]]:
    return [(number, 0) for number in range(count)]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (99, 1), (100, 2), (250, 3)])
async def test_a_list_is_read_until_a_page_is_short(count: int, pages: int) -> None:
    lists = Lists({"a": numbered(count)})
    read = await read_all(lists.client, ROWS, query=QUERY)
    assert [row.id for row in read.items] == list(range(count))
    assert read.complete
    assert lists.asked == [("a", page * 100, 100) for page in range(pages)]


async def test_rows_that_move_to_the_next_page_come_once() -> None:
    moved = [*numbered(100), (99, 0), (98, 0), (200, 0)]
    read = await read_all(Lists({"a": moved}).client, ROWS, query=QUERY)
    assert [row.id for row in read.items] == [*range(100), 200]
    assert read.complete


async def test_a_claimed_total_ends_nothing() -> None:
    lists = Lists({"a": numbered(150)}, claim=100)
    assert len((await read_all(lists.client, ROWS, query=QUERY)).items) == 150


@pytest.mark.parametrize(("most", "complete"), [(149, False), (150, True), (151, True), (9, False)])
async def test_no_more_rows_are_given_than_wanted(most: int, complete: bool) -> None:
    read = await read_all(Lists({"a": numbered(150)}).client, ROWS, query=QUERY, most=most)
    assert len(read.items) == min(most, 150)
    assert read.complete is complete


async def test_a_list_that_repeats_itself_ends_incomplete() -> None:
    lists = Repeating({"a": numbered(150)})
    read = await read_all(lists.client, ROWS, query=QUERY)
    assert (len(read.items), read.complete) == (100, False)
    assert len(lists.asked) == 2


async def test_a_page_that_fails_fails_the_list() -> None:
    with pytest.raises(NotFound):
        await read_all(Failing({}).client, ROWS, query={"window": "b"})
