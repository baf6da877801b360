"""Reviews that are due, against the rows of the demo account."""

from datetime import datetime

import pytest

from tests.support.demo_cases import MOMENTS, each_moment
from tests.tools.insights.calendar_world import world
from tests.tools.insights.daily_truth import reviews_to_answer, reviews_to_write

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]


@each_moment
async def test_reviews_to_write_come_first_the_one_that_closes_first_in_front(now: datetime) -> None:
    async with world(now) as host:
        rows = (await host.ask("list_reviews_due", limit=100))["items"]
    write = [row for row in rows if "write" in row["due"]]
    assert rows[: len(write)] == write
    assert {row["reservation_code"]: row["closes"] for row in write} == reviews_to_write(host.account, now)
    assert [row["closes"] for row in write] == sorted(row["closes"] for row in write)


@each_moment
async def test_reviews_to_answer_are_those_without_a_reply(now: datetime) -> None:
    async with world(now) as host:
        rows = (await host.ask("list_reviews_due", limit=100, days=30))["items"]
    answer = {row["reservation_code"] for row in rows if "answer" in row["due"]}
    assert answer == reviews_to_answer(host.account, now, 30)


async def test_the_next_one_closes_tomorrow_and_the_window_is_said_to_be_inferred() -> None:
    async with world(NOON) as host:
        answer = await host.ask("list_reviews_due", limit=100)
    first = answer["items"][0]
    assert first["reservation_code"] == "0-HMDEMO0008-rev008"
    assert (first["property"], first["closes"], first["days_left"]) == ("Foz Beach Villa", "2026-06-16", 1)
    assert answer["notes"][0].startswith("Inferred: writing closes 14 days after check-out")


async def test_private_feedback_is_not_shown() -> None:
    async with world(NOON) as host:
        answer = await host.ask("list_reviews_due", limit=100)
        private = [
            review["guest_review"]["private_feedback"]
            for review in host.account.reviews.values()
            if review["guest_review"] and review["guest_review"]["private_feedback"]
        ]
    assert private
    assert not [text for text in private if text in str(answer)]


async def test_a_half_that_cannot_be_read_is_told() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", "GET /reviews", times=1, code=403, message="No")
        answer = await host.ask("list_reviews_due", limit=100)
    assert [failure["kind"] for failure in answer["failed"]] == ["forbidden"]
    assert answer["items"]
