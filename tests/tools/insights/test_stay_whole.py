"""A stay is shown with everything that belongs to it, however far from its dates, or the answer says where it
was not looked."""

import re
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as some

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, arrival, departure
from tests.tools.insights.calendar_world import world

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
TODAY = NOON.date()
INES = "0-HMDEMO0005-ine005"
OTHER_HOME = 20110003
READ_AS_A_WHOLE = 500
FEW = settings(max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate])

DAYS = some.one_of(some.integers(-40, 40), some.integers(-3_000, 3_000))
TASKS = some.lists(
    some.fixed_dictionaries(
        {
            "ahead": DAYS,
            "property_id": some.sampled_from([None, 20110001, OTHER_HOME]),
            "stay_code": some.sampled_from([INES, INES, None]),
        }
    ),
    max_size=8,
)

STATES = ["reviewed", "pending_host_review", "pending_guest_review"]


def spread(
    account: SandboxAccount, home: int, comes_in: int, works: list[Row], entries: list[int], crowd: int
) -> None:
    """One stay among tasks and entries of any day, and a crowd of tasks that are none of its own."""
    task = deepcopy(next(iter(account.tasks.values())))
    entry = deepcopy(next(iter(account.transactions.values())))
    comes = TODAY + timedelta(comes_in)
    stay = account.stays[INES]
    stay |= {"property_id": home, "in_reservation_box": not home, "check_in_date": f"{comes}"}
    stay["check_out_date"] = f"{comes + timedelta(4)}"
    account.tasks.clear()
    others: list[Row] = [
        {"ahead": n % 700 - 350, "property_id": OTHER_HOME, "stay_code": "x"} for n in range(crowd)
    ]
    for number, work in enumerate([*works, *others], start=1):
        day = TODAY + timedelta(work["ahead"])
        account.tasks[number] = task | work | {"id": number, "expected_date": f"{day}"}
    for number, away in enumerate(entries):
        account.transactions[900_000 + number] = entry | {
            "id": 900_000 + number,
            "reservation_code": stay["reservation_code"],
            "action_at": f"{TODAY + timedelta(away)}T12:00:00+00:00",
        }


def looked_through(answer: Row, what: str) -> tuple[date, date]:
    """From when to when the answer says that something was looked for, for ever where it says nothing."""
    for note in answer.get("notes", []):
        if note.startswith(what):
            match = re.search(r"from (\S+) to (\S+) only", note)
            assert match
            return date.fromisoformat(match[1]), date.fromisoformat(match[2])
    return date.min, date.max


def belongs(task: Row, stay: Row) -> bool:
    """A task of the stay, or one of nobody's in its property while the guest is there."""
    if task["stay_code"]:
        return task["stay_code"] == INES
    day = date.fromisoformat(task["expected_date"])
    within = arrival(stay) - timedelta(1) <= day <= departure(stay)
    return bool(task["property_id"]) and task["property_id"] == stay["property_id"] and within


@FEW
@given(
    home=some.sampled_from([0, 20110001]),
    comes_in=some.integers(-400, 400),
    works=TASKS,
    entries=some.lists(DAYS, max_size=5),
    crowd=some.sampled_from([0, 0, 150, 492, 500, 700]),
)
async def test_what_belongs_to_a_stay_is_there_or_lies_where_the_answer_says_it_did_not_look(
    home: int, comes_in: int, works: Any, entries: list[int], crowd: int
) -> None:
    def change(account: SandboxAccount) -> None:
        spread(account, home, comes_in, works, entries, crowd)

    async with world(NOON, change=change) as host:
        answer = await host.ask("get_stay", stay_code=INES)
        account = host.account
    ids = {row["id"] for row in answer.get("tasks", [])}
    own = {key: row for key, row in account.tasks.items() if belongs(row, account.stays[INES])}
    comes, goes = TODAY + timedelta(comes_in), TODAY + timedelta(comes_in + 4)
    first, last = looked_through(answer, "Tasks of ")
    if len(account.tasks) <= READ_AS_A_WHOLE:
        assert (first, last) == (date.min, date.max)
    assert first <= comes - timedelta(30)
    assert last >= goes + timedelta(30)
    assert ids == {
        key
        for key, row in own.items()
        if (home and row["property_id"] == home) or first <= date.fromisoformat(row["expected_date"]) <= last
    }
    ids = {row["id"] for row in answer.get("transactions", [])}
    first, last = looked_through(answer, "Transactions were looked for")
    assert first <= min(TODAY, comes) - timedelta(365)
    assert last >= max(TODAY, goes) + timedelta(365)
    for number, away in enumerate(entries):
        assert (900_000 + number in ids) is (first <= TODAY + timedelta(away) <= last)


@FEW
@given(apart=some.integers(-60, 60), ago=some.integers(1, 200), state=some.sampled_from(STATES))
async def test_the_review_of_an_order_is_there_for_each_of_its_stays(
    apart: int, ago: int, state: str
) -> None:
    """Hostex keeps it under the check-out of one of them."""

    def change(account: SandboxAccount) -> None:
        stay = account.stays[INES]
        departed = TODAY - timedelta(ago)
        stay |= {"check_in_date": f"{departed - timedelta(3)}", "check_out_date": f"{departed}"}
        review = deepcopy(next(review for review in account.reviews.values() if review["guest_review"]))
        review |= {
            "reservation_code": stay["reservation_code"],
            "property_id": stay["property_id"],
            "check_out_date": f"{departed + timedelta(apart)}",
            "_status": state,
        }
        account.reviews[stay["reservation_code"]] = review

    async with world(NOON, change=change) as host:
        answer = await host.ask("get_stay", stay_code=INES)
        expected = host.account.reviews[host.account.stays[INES]["reservation_code"]]["guest_review"]
    assert answer["review"]["guest_score"] == expected["score"]


@pytest.mark.parametrize("ago", [1, 30, 89, 120, 400])
@pytest.mark.parametrize("charge", [0, 150])
async def test_the_review_of_an_earlier_stay_of_the_order_is_there_before_the_last_check_out(
    ago: int, charge: int
) -> None:
    """Also that of a stay without a charge, which the prices of the others do not betray."""

    def change(account: SandboxAccount) -> None:
        stay, departed = account.stays[INES], TODAY - timedelta(ago)
        stay |= {"check_in_date": f"{TODAY + timedelta(5)}", "check_out_date": f"{TODAY + timedelta(9)}"}
        earlier: Row = deepcopy(stay) | {"stay_code": f"{INES[:-7]}_1{INES[-7:]}"}
        earlier |= {"check_in_date": f"{departed - timedelta(2)}", "check_out_date": f"{departed}"}
        stay["rates"]["total_rate"]["amount"] = stay["rates"]["rate"]["amount"] + charge
        earlier["rates"]["rate"]["amount"] = charge
        account.stays[earlier["stay_code"]] = earlier
        review = deepcopy(next(review for review in account.reviews.values() if review["guest_review"]))
        account.reviews[stay["reservation_code"]] = review | {
            "reservation_code": stay["reservation_code"],
            "check_out_date": f"{departed}",
            "_status": "reviewed",
        }

    async with world(NOON, change=change) as host:
        answer = await host.ask("get_stay", stay_code=INES)
        expected = host.account.reviews[INES]["guest_review"]
    assert answer["review"]["guest_score"] == expected["score"]
