"""What is noticed of an account that is remembered, against the script of what happened to it."""

import json
import re
from collections.abc import AsyncGenerator, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from benchmarks.activity import START, Life, mornings, remembering, tells, verdict
from hostex_mcp.toolkit.account_store import BrokenStore, Remembered, StoreTrouble
from tests.shipping.docs.markdown import read
from tests.support.root import ROOT

pytestmark = pytest.mark.anyio

UNKNOWABLE = {
    "edit that is taken back",
    "edit that takes one back",
    "block that is lifted",
    "lifted block",
    "task deleted",
    "money deleted",
}
TIMELESS = {
    "answer to a request",
    "dates of a stay",
    "guests of a stay",
    "amount of a stay",
    "property of a stay",
    "price",
    "stay rule",
    "nights closed",
    "nights opened",
    "channel account",
}
LATER = ["edit", "calendar", "channel"]


@pytest.fixture
async def life() -> AsyncGenerator[Life]:
    async with remembering(Life()) as remembered:
        yield remembered


def unfenced(answer: Any) -> Any:
    """An answer without the numbers that fence what guests wrote, which are new each time."""
    return json.loads(re.sub(r"guest-\d+", "guest", json.dumps(answer)))


def page() -> dict[str, tuple[str, str]]:
    """What docs/activity.md says of each kind: how it is found without set-up, and where it is remembered."""
    lines = read(ROOT / "docs" / "activity.md").splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| ")]
    return {row[0]: (row[2], row[3]) for row in cells if len(row) == 5 and row[1].isdecimal()}


async def edited(life: Life, since: datetime) -> list[dict[str, Any]]:
    answer = await life.ask("get_activity", since=since.isoformat(), kinds=LATER, limit=100)
    return answer["items"]


async def test_each_thing_that_can_be_known_is_told_the_next_morning_once_and_nothing_else(
    life: Life,
) -> None:
    looks = await mornings(life)
    verdicts = {
        (happening.kind, happening.subject): verdict(happening, looks) for happening in life.script.happened
    }
    expected = {key: "never" if key[0] in UNKNOWABLE else "the morning after" for key in verdicts}
    assert verdicts == expected
    assert page() == {
        key[0]: ("never" if key[0] in TIMELESS | UNKNOWABLE else "the morning after", told)
        for key, told in verdicts.items()
    }
    told = [row for _, rows in looks for row in rows if "noticed" in row]
    timeless = [happening for happening in life.script.happened if happening.kind in TIMELESS]
    for happening in timeless:
        assert len([row for row in told if tells(row, happening)]) == 1
    assert len(told) == len(timeless)


async def test_without_a_store_none_of_them_is_told_and_the_rest_is_the_same(life: Life) -> None:
    bare = Life()
    for day in (0, 3):
        for each in (life, bare):
            each.advance(START + timedelta(days=day))
        remembered = unfenced(await life.ask("get_activity", limit=100))
        answer = unfenced(await bare.ask("get_activity", limit=100))
        assert [row for row in remembered["items"] if "noticed" not in row] == answer["items"]
        assert any("leave no time behind" in note for note in answer["notes"])


async def test_an_edit_says_how_it_was_how_it_is_and_between_which_looks_it_was_made(life: Life) -> None:
    await edited(life, START)
    life.advance(START + timedelta(hours=35))
    happened = {happening.kind: happening for happening in life.script.happened}
    dates, price = happened["dates of a stay"], happened["price"]
    rows = await edited(life, START)
    (stay,) = (row for row in rows if row["what"] == "stay edited")
    assert stay["changes"] == [f"check_out_date: {dates.before} → {dates.after}"]
    assert stay["stay_code"] == dates.subject
    assert stay["check_out_date"] == dates.after
    assert stay["guest_name"] == life.sandbox.accounts.main.stays[dates.subject]["guest_name"]
    assert stay["noticed"] == "between 2026-06-15T08:00:00Z and 2026-06-16T19:00:00Z"
    (calendar,) = (row for row in rows if row["what"] == "calendar changed")
    assert all(change.endswith(f"→ {price.after}") for change in calendar["changes"])
    assert calendar["property_id"] == int(price.subject)


async def test_what_was_noticed_is_told_to_whoever_asks_later_for_the_same_days(life: Life) -> None:
    await edited(life, START)
    life.advance(START + timedelta(days=2))
    first = await edited(life, START)
    life.advance(START + timedelta(days=3))
    again = await edited(life, START)
    assert [row for row in again if row in first] == first
    assert len(again) > len(first) > 0
    assert await edited(life, life.now) == []


async def test_a_stay_that_hostex_does_not_list_any_more_or_much_later_is_told(life: Life) -> None:
    await edited(life, START)
    stays = life.sandbox.accounts.main.stays
    gone, moved = [
        code
        for code, stay in sorted(stays.items())
        if stay["status"] == "accepted" and stay["check_in_date"] > "2026-07-01" and stay["property_id"]
    ][-2:]
    del stays[gone]
    before = stays[moved]["check_out_date"]
    stays[moved] |= {"check_in_date": "2027-03-01", "check_out_date": "2027-03-08"}
    life.now += timedelta(hours=1)
    rows = {row["stay_code"]: row["changes"] for row in await edited(life, START)}
    assert rows[gone] == ["stay: accepted → not listed any more"]
    assert f"check_out_date: {before} → 2027-03-08" in rows[moved]
    life.now += timedelta(hours=1)
    assert await edited(life, life.now - timedelta(minutes=1)) == []


async def test_a_look_at_one_property_neither_loses_nor_repeats_what_the_others_tell(life: Life) -> None:
    await edited(life, START)
    life.advance(START + timedelta(days=6))
    (move,) = (happening for happening in life.script.happened if happening.kind == "property of a stay")
    narrow = await life.ask(
        "get_activity", since=START.isoformat(), kinds=LATER, property_ids=[int(move.after)]
    )
    every = await edited(life, START)
    # The rest began after the first look and was over before the second.
    whole = TIMELESS - {"nights closed", "nights opened", "answer to a request"}
    timeless = [happening for happening in life.script.happened if happening.kind in whole]
    assert not any(tells(row, move) for row in narrow["items"])
    assert [sum(tells(row, happening) for row in every) for happening in timeless] == [1] * len(timeless)
    assert len(timeless) > 5


async def test_threads_are_read_once_and_again_only_when_somebody_wrote(life: Life) -> None:
    waiting = {"days": 14}
    first = unfenced(await life.ask("list_guests_waiting", **waiting))
    before = _threads_read(life)
    assert before > 10
    again = unfenced(await life.ask("list_guests_waiting", **waiting))
    assert _threads_read(life) == before
    assert again == first
    life.advance(START + timedelta(hours=12))
    assert [happening.kind for happening in life.script.happened].count("message") == 1
    await life.ask("list_guests_waiting", **waiting)
    assert _threads_read(life) == before + 1


def _threads_read(life: Life) -> int:
    return sum(call.path == "/conversations/{conversation_id}" for call in life.sandbox.log)


class Failing:
    """A store that can be read no more, or written no more."""

    lasts = True

    def __init__(self, reads: bool) -> None:
        self._reads = reads

    async def recall(
        self, kind: str, names: Collection[str] | None = None, since: datetime | None = None
    ) -> Mapping[str, Remembered]:
        if self._reads:
            return {}
        raise StoreTrouble("The disk is gone.")

    async def keep(self, kind: str, things: Mapping[str, Remembered]) -> None:
        raise StoreTrouble("The disk is full.")


@pytest.mark.parametrize(
    ("store", "why"),
    [
        (Failing(reads=True), "The disk is full."),
        (Failing(reads=False), "The disk is gone."),
        (BrokenStore("It cannot be opened."), "It cannot be opened."),
    ],
)
async def test_a_store_that_fails_takes_nothing_from_an_answer_and_is_named_in_it(
    store: Any, why: str
) -> None:
    bare, failing = Life(), Life(store=store)
    for tool in ("get_activity", "get_daily_briefing", "list_guests_waiting"):
        expected, answer = unfenced(await bare.ask(tool)), unfenced(await failing.ask(tool))
        assert answer.get("items") == expected.get("items")
        assert answer.get("waiting") == expected.get("waiting")
        assert why in answer["notes"]


async def test_nights_that_a_new_stay_takes_are_not_told_as_closed(life: Life) -> None:
    await edited(life, START)
    life.advance(START + timedelta(hours=5))
    assert [happening.kind for happening in life.script.happened] == ["booking"]
    assert await edited(life, START) == []
