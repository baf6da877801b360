"""The inbox, against the rows of the demo account."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, some_moments
from tests.support.encoding import ENCODING
from tests.tools.insights.calendar_world import world
from tests.tools.insights.daily_truth import waiting
from tests.tools.insights.test_paging_of_worked_out_lists import ids, pages
from tests.tools.insights.waiting_worlds import Sketch, filled, saying, sketches
from tests.tools.sized_answers import NAMES, SCRIPTS, both_halves

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
THEA = "Thea Prototype"


def recent(account: SandboxAccount, since: datetime) -> list[str]:
    """The threads with a message since a moment, newest first."""
    last = {
        code: max(datetime.fromisoformat(row["created_at"]) for row in thread["messages"])
        for code, thread in account.conversations.items()
    }
    return sorted(
        (code for code in last if last[code] >= since), key=lambda code: (-last[code].timestamp(), code)
    )


def of(answer: Row, name: str) -> Row:
    (row,) = (row for row in answer["items"] if row.get("guest_name") == name)
    return row


@some_moments
async def test_every_thread_of_the_days_is_there_newest_first_with_who_waits(now: datetime) -> None:
    async with world(now) as host:
        answer = await host.ask("get_inbox", days=20, limit=100)
        expected = recent(host.account, now - timedelta(days=20))
        waits = waiting(host.account, now, 20)
    assert ids([answer]) == expected
    hours = {
        row["conversation_id"]: row["waiting_hours"] for row in answer["items"] if "waiting_hours" in row
    }
    assert hours == {code: round((now - since).total_seconds() / 3600) for code, since in waits.items()}


async def test_the_last_words_of_each_side_stand_beside_each_other() -> None:
    talk = [
        ("h", "Welcome, Thea"),
        ("g", "Danke! Wo ist der Schlüssel"),
        ("b", "Rate us"),
        ("g", "Und gibt es WLAN?"),
    ]
    async with world(NOON, change=saying(THEA, *talk)) as host:
        row = of(await host.ask("get_inbox", limit=100), THEA)
        full = of(await host.ask("get_inbox", limit=100, detail="full"), THEA)
    fence = row["guest_says"][1:].split(">")[0]
    assert row["guest_says"] == f"<{fence}>Und gibt es WLAN?</{fence}>"
    assert (row["host_says"], full["host_says"]) == ("automation", "automation: Rate us")
    assert (row["language"], row["guest_is"], row["property"]) == ("de", "in_house", "Lakeview Coach House")
    assert (row["waiting_hours"], "stay_code" in row, full["stay_code"]) == (0, False, "2-4310000029-coa029")


async def test_a_language_that_is_not_plain_is_unknown() -> None:
    async with world(NOON, change=saying(THEA, ("g", "OK"))) as host:
        assert of(await host.ask("get_inbox", limit=100), THEA)["language"] == "unknown"


def spoken(script: str) -> Callable[[SandboxAccount], None]:
    """What has guests and people of the team write in one script, under names of it."""

    def change(account: SandboxAccount) -> None:
        for place, thread in enumerate(account.conversations.values()):
            thread["guest"]["name"] = f"{NAMES[script]} {'abcdefghij'[place % 10]}"
            for row in thread["messages"]:
                if not (row["sender_name"] or "").startswith("Bot:"):
                    row["content"] = SCRIPTS[script]

    return change


@pytest.mark.parametrize("script", ["as it is", "Cyrillic", "Chinese", "Japanese"])
async def test_a_thread_costs_about_60_tokens_in_any_script(script: str) -> None:
    change = spoken(script) if SCRIPTS[script] else None
    async with world(NOON, change=change) as host:
        text = (await both_halves(host, "get_inbox", days=30, limit=100))[1]
    costs = [len(ENCODING.encode(line)) for line in text.split("\n") if "<guest-" in line]
    assert len(costs) >= 40
    assert sum(costs) / len(costs) <= (68 if script == "Japanese" else 64 if script == "Chinese" else 60)
    # The name and the time of an automatic message come on top.
    assert max(costs) <= 90


def plans(account: SandboxAccount, name: str) -> list[int]:
    """The automatic messages that wait for a guest."""
    rows = account.automation_actions.values()
    return [row["id"] for row in rows if row["send_to"] == name and row["type"] == "message"]


OVERTAKEN: dict[str, tuple[list[tuple[str, str]], bool]] = {
    "a person": ([("g", "Cold!"), ("h", "On my way")], True),
    "a person, then a template": ([("g", "Cold!"), ("h", "On my way"), ("b", "Rate us")], True),
    "nobody": ([("h", "Hi"), ("g", "Cold!")], False),
    "only the assistant": ([("g", "Cold!"), ("a", "I will tell them")], False),
    "only a template": ([("g", "Cold!"), ("b", "Welcome")], False),
    "a person before the guest ever wrote": ([("h", "Welcome")], False),
}


@pytest.mark.parametrize(("talk", "flagged"), OVERTAKEN.values(), ids=OVERTAKEN)
async def test_an_automatic_message_is_flagged_once_a_person_has_answered(talk: Any, flagged: bool) -> None:
    async with world(NOON, change=saying(THEA, *talk)) as host:
        answer = await host.ask("get_inbox", limit=100)
        expected = plans(host.account, THEA)
    assert expected
    queued = of(answer, THEA).get("queued", "")
    assert [int(plan.split()[0]) for plan in queued.split("; ") if plan] == (expected if flagged else [])


async def test_the_flag_tells_the_call_that_drops_the_message() -> None:
    async with world(NOON, change=saying(THEA, ("g", "Cold!"), ("h", "On my way"))) as host:
        answer = await host.ask("get_inbox", limit=100)
        queued = of(answer, THEA)["queued"]
        (note,) = (note for note in answer["notes"] if "delete_automation_action" in note)
        await host.ask("delete_automation_action", plan_id=int(queued.split()[0]))
        again = of(await host.ask("get_inbox", limit=100), THEA)
        left = plans(host.account, THEA)
    assert "plan_id" in note
    assert len(again.get("queued", "").split("; ")) == max(len(left), 1)


@settings(max_examples=15)
@given(
    st.lists(sketches, min_size=1, max_size=30),
    st.lists(st.integers(1, 9), min_size=1, max_size=3),
    st.integers(1, 12),
)
async def test_of_more_threads_than_a_call_reads_each_is_there_once_in_order(
    drawn: list[Sketch], limits: list[int], most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hostex_mcp.tools.insights.inbox.MOST_THREADS", most)
        async with world(NOON, change=filled(drawn, NOON)) as host:
            answers = await pages(host, limits, "get_inbox", days=30)
            expected = recent(host.account, NOON - timedelta(days=30))
    assert ids(answers) == expected
    unread = [note for note in answers[0]["notes"] if note.startswith("Not read yet: ")]
    assert bool(unread) is (len(drawn) > most)


async def test_what_cannot_be_read_leaves_the_rest() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", "GET /automation/actions", times=9, code=403, message="No")
        host.sandbox.faults.add("envelope", "GET /reservations", times=9, code=403, message="No")
        answer = await host.ask("get_inbox", limit=100)
    assert {failure["message"] for failure in answer["failed"]} == {"automatic messages: No", "stays: No"}
    assert of(answer, THEA)["guest_is"] == "in_house"


async def test_only_threads_about_the_chosen_properties_are_shown() -> None:
    async with world(NOON) as host:
        answer = await host.ask("get_inbox", days=30, limit=100, property_ids=["Harbour Loft"])
    assert {row["property"] for row in answer["items"]} == {"Harbour Loft"}
