from datetime import date
from typing import Any

import pytest

from hostex_mcp.api.endpoints.automation import AutomationAction
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.readiness import ArrivalContext, LockCodeUse, balance_due, readiness
from hostex_mcp.domain.turnovers import turnover_data
from tests.domain.message_samples import thread
from tests.domain.stay_samples import stay
from tests.domain.test_turnovers import place

TODAY = date(2026, 6, 14)
CODE = {"check_in_details": {"lock_code": "4821", "check_in_guide_url": "https://guide.invalid/x"}}
LEAVING = stay("out", "2026-06-10", 5)
COMING = stay("in", "2026-06-15", 3, conversation_id="t-1")


def task(**changes: Any) -> Task:
    row = {"id": 1, "type": "cleaning", "status": "pending", "property_id": 1, "staff_id": 7}
    return Task.model_validate(row | {"expected_date": "2026-06-15"} | changes)


def missing(coming: Any = COMING, *tasks: Task, threads: Any = (), plans: Any = (), stays: Any = ()) -> Any:
    every = [LEAVING, coming, *stays]
    around = ArrivalContext(LockCodeUse(every), turnover_data([place()], every, tasks), threads, plans)
    return list(readiness(coming, around, TODAY).missing)


@pytest.mark.parametrize(
    ("channel", "received", "balance", "due"),
    [
        ("hostex_direct", 0, 100, 100),
        ("booking_site", 40, 60, 60),
        ("airbnb", 0, 100, None),
        ("booking.com", 40, 60, 60),
        ("hostex_direct", 100, 0, None),
        ("hostex_direct", 105, -5, None),
    ],
)
def test_a_balance_is_due_where_the_host_collects_it(
    channel: str, received: int, balance: int, due: int | None
) -> None:
    paid = {"currency": "EUR", "total_amount": 100, "received_amount": received, "balance_amount": balance}
    open_balance = balance_due(stay("A", "2026-06-15", 2, channel_type=channel, payment=paid))
    assert (open_balance.amount if open_balance else None) == due


def test_a_lock_code_is_expected_where_half_of_the_stays_before_have_one() -> None:
    with_code = [stay(f"c{day}", f"2026-06-0{day}", 1, **CODE) for day in (1, 2)]
    without = [stay(f"n{day}", f"2026-06-0{day}", 1) for day in (3, 4, 5)]
    assert LockCodeUse([*with_code, *without[:2]]).expected(COMING)
    assert not LockCodeUse([*with_code, *without]).expected(COMING)
    assert not LockCodeUse([]).expected(COMING)
    assert not LockCodeUse([stay("later", "2026-06-20", 1, **CODE)]).expected(COMING)


def test_a_house_without_stays_before_does_as_the_others_do() -> None:
    elsewhere = stay("c", "2026-06-01", 2, property_id=2, **CODE)
    assert LockCodeUse([elsewhere]).expected(COMING)
    assert not LockCodeUse([elsewhere, LEAVING]).expected(COMING)


@pytest.mark.parametrize(
    "changes",
    [
        {"stay_code": "out"},
        {"stay_code": "in"},
        {"stay_code": "another"},
        {"expected_date": "2026-06-15"},
        {"stay_code": "out", "status": "completed", "staff_id": None},
    ],
)
def test_a_cleaning_of_the_stay_before_or_of_no_stay_counts(changes: dict[str, Any]) -> None:
    assert missing(COMING, task(**changes)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "cancelled"},
        {"type": "maintenance"},
        {"property_id": 2},
        {"property_id": 2, "stay_code": "out"},
        {"expected_date": "2026-06-14"},
        {"expected_date": "2026-06-16"},
    ],
)
def test_other_tasks_are_no_cleaning_for_the_arrival(changes: dict[str, Any]) -> None:
    assert missing(COMING, task(**changes)) == ["cleaning task"]


def test_a_place_that_stood_empty_for_long_is_not_clean_unless_it_was_cleaned_since() -> None:
    later = stay("in", "2026-07-15", 3)
    assert missing(later) == ["cleaning task"]
    assert missing(later, task(status="completed")) == []


def test_a_cleaning_without_anybody_is_named() -> None:
    assert missing(COMING, task(staff_id=None)) == ["who cleans"]


def test_a_cleaning_of_the_stay_before_that_is_planned_after_the_arrival_is_no_preparation() -> None:
    late = task(stay_code="out", expected_date="2026-06-16")
    assert missing(COMING, late) == ["cleaning task"]


def test_details_are_sent_once_guide_or_code_stand_in_a_message_of_the_host() -> None:
    coming = stay("in", "2026-06-15", 3, conversation_id="t-1", **CODE)
    silent = thread("gh")
    text = silent.model_copy(
        update={"messages": (silent.messages[0].model_copy(update={"content": "Code: 4821"}),)}
    )
    assert missing(coming, task(), threads=[silent]) == ["check-in details"]
    assert missing(coming, task(), threads=[text]) == []


def test_details_that_an_automation_will_send_are_scheduled() -> None:
    plan = {
        "id": 1,
        "type": "message",
        "name": "Check-in guide",
        "send_to": "Ana",
        "stay_code": "in",
        "property_id": 1,
        "property_title": "Loft",
        "scheduled_at": "2026-06-14 10:00",
        "channel_type": "airbnb",
    }
    action = AutomationAction.model_validate(plan)
    other = AutomationAction.model_validate(plan | {"name": "Check-out reminder"})
    assert missing(COMING, task(), threads=[thread("gh")], plans=[action]) == []
    assert missing(COMING, task(), threads=[thread("gh")], plans=[other]) == ["check-in details"]


def test_a_stay_without_a_property_is_not_ready() -> None:
    homeless = COMING.model_copy(update={"property_id": 0})
    assert missing(homeless) == ["property"]
    boxed = COMING.model_copy(update={"in_reservation_box": True})
    assert missing(boxed) == ["property"]
