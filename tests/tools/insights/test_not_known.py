"""What could not be read leaves an arrival neither ready nor not: it is counted apart, on any account."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as some

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, arrival
from tests.tools.insights.calendar_truth import local_today
from tests.tools.insights.calendar_world import world
from tests.tools.insights.turnover_truth import lacking, last_before
from tests.tools.insights.turnover_world import CHICAGO, CLEANINGS, LISBON, filled, put
from tests.tools.insights.waiting_worlds import Sketch, thread

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
PARTS = {
    "tasks": "GET /tasks",
    "list of threads": "GET /conversations",
    "threads": "GET /conversations/{conversation_id}",
    "automatic messages": "GET /automation/actions",
}


@dataclass(frozen=True)
class Coming:
    """An arrival in so many days, whether the guest has a thread, and whether the guide was sent there."""

    ahead: int
    has_thread: bool
    sent: bool


arrivals = some.lists(
    some.builds(Coming, some.integers(0, 8), some.booleans(), some.booleans()), min_size=1, max_size=6
)


def coming(account: SandboxAccount, drawn: list[Coming], works: Any) -> None:
    pattern = next(stay for stay in account.stays.values() if stay["status"] == "accepted")
    filled(account, NOON.date(), {LISBON: [(0, 5)], CHICAGO: [(0, 5)]}, works)
    account.automation_actions.clear()
    for number, sketch in enumerate(drawn):
        home, day = [LISBON, CHICAGO][number % 2], NOON.date() + timedelta(sketch.ahead)
        talk = thread(number, Sketch("h", [60], "reservation", sketch.ahead, 1), home, NOON)
        put(account, pattern, f"c{number}", home, day, day + timedelta(1))
        stay = account.stays[f"c{number}"]
        stay["payment"] |= {"balance_amount": 0}
        if sketch.has_thread:
            stay["conversation_id"] = talk["id"]
            account.conversations[talk["id"]] = talk
        if sketch.sent:
            talk["messages"][0]["content"] = f"See {stay['check_in_details']['check_in_guide_url']}"


def expected(
    account: SandboxAccount, stay: Row, drawn: Coming, unread: set[str], failed: set[str]
) -> bool | None:
    """Whether an arrival is ready, by its cleaning and by its check-in details, which are due three days
    before; None where that hangs on what was not read."""
    due = (arrival(stay) - local_today(account, stay["property_id"], NOON)).days <= 3
    clean: bool | None = not lacking(account, last_before(account, stay), stay)
    if "tasks" in unread:
        clean = None
    lost = stay["conversation_id"] in failed or "list of threads" in unread
    sent: bool | None = not drawn.has_thread or not due or drawn.sent
    if drawn.has_thread and due and (lost or ("automatic messages" in unread and not drawn.sent)):
        sent = None
    return False if False in (clean, sent) else None if None in (clean, sent) else True


@settings(max_examples=14, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    drawn=arrivals,
    works=CLEANINGS,
    unread=some.sets(some.sampled_from(sorted(PARTS))),
    times=some.integers(1, 3),
)
async def test_arrivals_are_ready_not_ready_or_not_known_as_what_was_read_allows(
    drawn: list[Coming], works: Any, unread: set[str], times: int
) -> None:
    async with world(NOON, change=lambda account: coming(account, drawn, works)) as host:
        for part in unread:
            often = times if part == "threads" else None
            host.sandbox.faults.add("envelope", PARTS[part], times=often, code=403, message="No")
        answer = await host.ask("check_arrival_readiness")
        account = host.account
    failed = {
        failure["conversation_id"] for failure in answer.get("failed", []) if "conversation_id" in failure
    }
    if "threads" in unread and "guest threads: No" in {
        failure["message"] for failure in answer.get("failed", [])
    }:
        unread = unread | {"list of threads"}
    states: list[bool | None] = []
    for row in answer["arrivals"]:
        sketch = drawn[int(row["stay_code"][1:])]
        ready = expected(account, account.stays[row["stay_code"]], sketch, unread, failed)
        assert row.get("ready") is ready, row
        assert bool(row.get("not_known")) or ready is not None
        states.append(ready)
    counts = [answer[name] for name in ("ready", "not_ready", "not_known")]
    assert counts == [sum(ready is state for ready in states) for state in (True, False, None)]


ERRORS = [("envelope", {"code": code, "message": "No"}) for code in (400, 403, 404, 409, 420, 422, 501)]


@pytest.mark.parametrize(("kind", "options"), [*ERRORS, ("redirect", {})])
async def test_tasks_are_not_known_in_each_answer_whatever_error_keeps_them_from_being_read(
    kind: str, options: Any
) -> None:
    answers: list[Row] = []
    for tool in ("check_arrival_readiness", "get_turnover_plan", "get_daily_briefing"):
        async with world(NOON) as host:
            host.sandbox.faults.add(kind, "GET /tasks", times=None, **options)
            answers.append(await host.ask(tool))
    readiness, plan, briefing = answers
    assert all(len(answer["failed"]) == 1 for answer in answers)
    assert not [row for row in readiness["arrivals"] if row.get("ready") and "property_id" in row]
    assert {tuple(row["not_known"]) for row in plan["turnovers"]} == {("cleaning task",)}
    assert {row["cleaning"] for row in briefing["turnovers"]} == {"not known"}
    assert not [row for row in briefing["warnings"] if "cleaning" in row["kind"] or "cleaner" in row["kind"]]
