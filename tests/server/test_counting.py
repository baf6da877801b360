"""What a cut list lacks is counted, after the last cut."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostex_mcp.server.answer import TOKEN_BOUND, answer, tokens
from hostex_mcp.server.render import render, to_json
from hostex_mcp.toolkit.results import Item, ListPage
from hostex_mcp.tools.catalogue import CATALOGUE

TOOL = CATALOGUE["list_guests_waiting"]
PLAN = CATALOGUE["get_turnover_plan"]
NAMES = ("long", "short", "failed")
LENGTHS = st.fixed_dictionaries({name: st.integers(0, 120) for name in NAMES})


def rows(count: int, words: int = 3) -> list[dict[str, Any]]:
    return [{"id": number, "text": "word " * words} for number in range(count)]


@given(
    lengths=LENGTHS,
    words=st.integers(1, 400),
    most=st.integers(1, 60),
    keep=st.sampled_from(["first", "last"]),
)
def test_what_is_shown_and_what_is_left_add_up_for_every_list(
    lengths: dict[str, int], words: int, most: int, keep: Any
) -> None:
    data = {name: rows(count, words if name == "long" else 3) for name, count in lengths.items()}
    record: Item[Any] = Item(data, long="long", keep=keep, most={"long": most, "short": 7})
    result = answer(PLAN, {}, record)
    more = result.get("more", {})
    assert {name: len(result[name]) + more.get(name, 0) for name in NAMES} == lengths
    assert all(more.values())
    assert len(result["short"]) <= 7
    assert len(result["failed"]) <= 10
    assert len(result["long"]) <= most
    rows_left = len(result["long"])
    expected = data["long"][:rows_left] if keep == "first" else data["long"][lengths["long"] - rows_left :]
    assert result["long"] == expected
    assert tokens(to_json(result)) + tokens(render(result)) <= TOKEN_BOUND


def test_a_list_that_was_counted_before_is_counted_on() -> None:
    record: Item[Any] = Item({"waiting": rows(4), "failed": rows(28), "more": {"waiting": 3}})
    assert answer(PLAN, {}, record)["more"] == {"waiting": 3, "failed": 18}


def test_a_thread_cut_to_fit_counts_what_is_earlier_with_what_was_cut() -> None:
    record: Item[Any] = Item(
        {"messages": rows(100, 400), "earlier": 20}, long="messages", keep="last", counter="earlier"
    )
    result = answer(CATALOGUE["get_conversation"], {}, record)
    assert result["truncated"]
    assert result["earlier"] == 120 - len(result["messages"])
    assert "more" not in result
    assert result["notes"] == ["`messages` was cut to fit; `earlier` counts what is left out."]


@pytest.mark.parametrize(("count", "more"), [(0, None), (10, None), (11, 1), (29, 19)])
def test_what_could_not_be_read_of_a_paged_list_is_counted_too(count: int, more: int | None) -> None:
    result = answer(TOOL, {}, ListPage([], [], more=False, failed=rows(count)))
    assert len(result.get("failed", [])) == min(count, 10)
    assert result.get("more") == (more and {"failed": more})
