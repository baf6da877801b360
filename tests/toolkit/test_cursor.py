from typing import Any

import pytest

from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.cursor import Cursor, resume

FILTERS = {"property_id": 7, "status": "accepted"}


def token(**filters: Any) -> str:
    return Cursor("list_reservations", filters or FILTERS, [20, -1]).encode()


def test_a_cursor_alone_continues_with_the_filters_it_carries() -> None:
    assert resume("list_reservations", {"cursor": token()}) == (FILTERS, [20, -1])


def test_a_call_without_a_cursor_starts_anew() -> None:
    assert resume("list_reservations", {"status": "accepted"}) == ({"status": "accepted"}, None)


def test_the_page_size_may_change_on_the_way() -> None:
    arguments, _ = resume("list_reservations", {"cursor": token(), "limit": 5})
    assert arguments == {**FILTERS, "limit": 5}


def test_repeating_the_same_filters_beside_the_cursor_is_fine() -> None:
    arguments, _ = resume("list_reservations", {"cursor": token(), **FILTERS})
    assert arguments == FILTERS


def test_other_filters_beside_the_cursor_are_refused_by_name() -> None:
    with pytest.raises(InvalidArguments, match="status: differs from the call that returned the cursor"):
        resume("list_reservations", {"cursor": token(), "status": "cancelled"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "%%%",
        "bnVsbA",
        "WyJsaXN0X3Jlc2VydmF0aW9ucyIse30sW10sImUzYjBjNDQyIl0",
        7,
        ["x"],
        "é",
        "A" * 4000,
    ],
)
def test_anything_that_is_not_a_cursor_of_ours_is_refused(text: object) -> None:
    with pytest.raises(InvalidArguments, match="cursor: is not a cursor of this tool"):
        resume("list_reservations", {"cursor": text})


def test_a_cursor_of_another_tool_is_refused() -> None:
    with pytest.raises(InvalidArguments, match="is not a cursor of this tool"):
        resume("list_reviews", {"cursor": token()})


def test_a_cursor_within_a_cursor_is_refused() -> None:
    with pytest.raises(InvalidArguments, match="cursor: is not a cursor of this tool"):
        resume("list_reservations", {"cursor": token(cursor="another")})


def test_offsets_that_no_cursor_has_are_refused() -> None:
    forged = Cursor("list_reservations", {}, [-5]).encode()
    with pytest.raises(InvalidArguments, match="is not a cursor of this tool"):
        resume("list_reservations", {"cursor": forged})


def test_a_cursor_of_another_account_is_like_one_that_never_was() -> None:
    foreign = Cursor("list_reservations", FILTERS, [20]).encode("grant-a")
    assert resume("list_reservations", {"cursor": foreign}, "grant-a") == (FILTERS, [20])
    with pytest.raises(InvalidArguments, match="is not a cursor of this tool"):
        resume("list_reservations", {"cursor": foreign}, "grant-b")
