"""Reviews found by their words."""

import pytest

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.state import Row
from tests.support.clock import ahead
from tests.support.engine import Call

pytestmark = pytest.mark.anyio


def reviews(sandbox: Sandbox) -> dict[str, Row]:
    """The reviews of the last 180 days that a guest has written."""
    return {
        code: row
        for code, row in sandbox.accounts.main.reviews.items()
        if ahead(-179) <= row["check_out_date"] <= ahead(0) and row["guest_review"]
    }


def codes(answer: Row) -> list[str]:
    return [row["reservation_code"] for row in answer["items"]]


async def test_words_of_guests_and_hosts_are_found_in_any_form(call: Call, sandbox: Sandbox) -> None:
    answer = await call("list_reviews", words="NOISE", limit=100)
    expected = [code for code, row in reviews(sandbox).items() if "noisy" in row["guest_review"]["content"]]
    assert len(expected) > 2
    assert sorted(row["reservation_code"] for row in answer["items"]) == sorted(expected)
    days = [row["check_out_date"] for row in answer["items"]]
    assert days == sorted(days, reverse=True)


async def test_private_feedback_is_searched_and_those_not_answered_yet_are(
    call: Call, sandbox: Sandbox
) -> None:
    answer = await call("list_reviews", words="drains", detail="full", limit=100)
    expected = [
        code
        for code, row in reviews(sandbox).items()
        if "drain" in (row["guest_review"].get("private_feedback") or "")
    ]
    assert expected
    assert sorted(row["reservation_code"] for row in answer["items"]) == sorted(expected)


async def test_pages_of_found_reviews_follow_one_another(call: Call) -> None:
    whole = await call("list_reviews", words="great", limit=100)
    first = await call("list_reviews", words="great", limit=2)
    rest = await call("list_reviews", cursor=first["next_cursor"], limit=100)
    assert first["total"] == whole["total"] > 2
    assert codes(first) + codes(rest) == codes(whole)


async def test_words_without_letters_are_refused(call: Call) -> None:
    (error,) = (await call("list_reviews", words="?!"))["error"]["fields"]
    assert error == {"field": "words", "problem": "has no letters or digits to look for"}
