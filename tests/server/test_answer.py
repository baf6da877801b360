import json
from typing import Any

import bpe_openai  # pyright: ignore[reportMissingTypeStubs]
import pytest

from hostex_mcp.server.answer import TOKEN_BOUND, answer, tokens
from hostex_mcp.server.render import render
from hostex_mcp.toolkit.cursor import resume
from hostex_mcp.toolkit.results import Item, ListPage
from hostex_mcp.tools.catalogue import CATALOGUE

TOOL = CATALOGUE["list_reservations"]
THREAD = CATALOGUE["get_conversation"]


def listed(items: list[Any], **state: Any) -> dict[str, Any]:
    steps = [[place + 1] for place in range(len(items))]
    state = {"more": False, **state}
    return answer(TOOL, {"status": "accepted", "limit": 100}, ListPage(items, steps, **state))


def test_the_last_page_has_no_cursor() -> None:
    assert listed([{"id": 1}]) == {"items": [{"id": 1}], "returned": 1, "truncated": False}


def test_an_empty_list_is_an_answer() -> None:
    assert listed([], total=0) == {"items": [], "returned": 0, "total": 0, "truncated": False}


def test_a_page_with_more_behind_it_has_a_cursor_with_filters_and_place() -> None:
    result = listed([{"id": 1}, {"id": 2}], more=True, total=9, notes=["Look."])
    assert (result["total"], result["notes"], result["truncated"]) == (9, ["Look."], False)
    assert resume("list_reservations", {"cursor": result["next_cursor"]}) == ({"status": "accepted"}, [2])


def test_what_does_not_fit_is_cut_at_a_row_and_the_cursor_goes_on_there() -> None:
    result = listed([{"id": number, "note": "word " * 400} for number in range(100)])
    assert result["truncated"]
    assert 1 < result["returned"] == len(result["items"]) < 100
    assert any("cut" in note for note in result["notes"])
    _, offsets = resume("list_reservations", {"cursor": result["next_cursor"]})
    assert offsets == [result["returned"]]


def test_a_thread_that_does_not_fit_keeps_its_newest_messages() -> None:
    messages = [{"id": str(number), "content": "word " * 400} for number in range(100)]
    result = answer(THREAD, {}, Item({"id": "t", "messages": messages}, long="messages", keep="last"))
    assert result["truncated"]
    assert result["messages"][-1]["id"] == "99"
    assert len(result["messages"]) < 100


def test_an_object_that_fits_stays_as_it_is() -> None:
    data = {"id": "t", "messages": [{"id": "1"}]}
    assert answer(THREAD, {}, Item(data, long="messages")) == data


TEXTS = {
    "English": "The guest asks whether an early check-in at noon is possible on Friday. " * 40,
    "Polish": "Dzień dobry, czy możemy zameldować się wcześniej? Przyjedziemy około dwunastej. " * 40,
    "Japanese": "金曜日の正午に早めにチェックインできますか。鍵の受け取り場所も教えてください。" * 40,
    "traditional Chinese": "您好。我們星期五中午能提早入住嗎。請問鑰匙在哪裡取、停車位需要另外付費嗎。" * 40,
    "rare Chinese": "龘" * 3000,
    "Thai": "เราขอเช็คอินก่อนเวลาในวันศุกร์ได้ไหม" * 40,
    "emoji": "👍🏽🏖️👨‍👩‍👧 " * 100,
    "ids": "900000000000000101 0-HMDEMO00A1-k3v9xq 2026-11-23 " * 40,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_the_count_of_a_long_text_is_within_a_tenth_of_the_real_one(text: str) -> None:
    real = len(bpe_openai.get_encoding("o200k_base").encode(text))
    assert abs(tokens(text) - real) <= real / 10


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_no_answer_exceeds_the_bound_in_both_halves_together(text: str) -> None:
    result = listed([{"id": number, "note": text} for number in range(100)])
    encoding = bpe_openai.get_encoding("o200k_base")
    both = json.dumps(result, ensure_ascii=False) + render(result)
    assert len(encoding.encode(both)) <= TOKEN_BOUND
