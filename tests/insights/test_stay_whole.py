"""A stay is shown with everything that belongs to it, however far from its dates."""

from copy import deepcopy
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from hostex_mcp.sandbox.state import Account
from tests.insights.calendar_world import world
from tests.sandbox.demo_cases import MOMENTS

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
INES = "0-HMDEMO0005-ine005"
OTHER_HOME = 20110003


@settings(max_examples=5)
@given(
    days=some.lists(some.integers(-300, 300), min_size=1, max_size=4),
    home=some.sampled_from([0, 20110001]),
)
async def test_tasks_and_entries_long_before_and_after_a_stay_are_there(days: list[int], home: int) -> None:
    def spread(account: Account) -> None:
        task = deepcopy(next(iter(account.tasks.values())))
        entry = deepcopy(next(iter(account.transactions.values())))
        account.stays[INES]["property_id"] = home
        for number, away in enumerate(days):
            day = date(2026, 6, 15) + timedelta(away)
            account.tasks[900 + number] = task | {
                "id": 900 + number,
                "stay_code": INES,
                "property_id": OTHER_HOME if number % 2 else home or None,
                "expected_date": str(day),
            }
            account.transactions[900 + number] = entry | {
                "id": 900 + number,
                "reservation_code": account.stays[INES]["reservation_code"],
                "action_at": f"{day}T12:00:00+00:00",
            }

    async with world(NOON, change=spread) as here:
        answer = await here.ask("get_stay", stay_code=INES)
    expected = {900 + number for number in range(len(days))}
    assert expected <= {row["id"] for row in answer["tasks"]}
    assert expected <= {row["id"] for row in answer["transactions"]}
    assert any(note.startswith("Transactions were looked for from ") for note in answer["notes"])
