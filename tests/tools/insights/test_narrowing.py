"""All answers that combine several reads are narrowed in one way."""

import json
import re
from typing import Any

import pytest

from hostex_mcp.tools.catalogue import CATALOGUE
from tests.support.demo_cases import MOMENTS
from tests.tools.insights.calendar_world import world

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
NARROWED = sorted(
    name
    for name, one in CATALOGUE.items()
    if one.toolset == "insights" and "property_ids" in one.input_schema["properties"]
)
NEEDED: dict[str, dict[str, Any]] = {
    "find_available_properties": {"check_in_date": "2026-07-01", "check_out_date": "2026-07-05"},
    "get_performance": {"start_date": "2026-05-01", "end_date": "2026-05-31"},
}


def test_ten_answers_can_be_narrowed() -> None:
    assert len(NARROWED) == 10


@pytest.mark.parametrize("tool", NARROWED)
async def test_an_empty_list_of_properties_is_one_that_was_not_given(tool: str) -> None:
    async with world(NOON) as here:
        given = NEEDED.get(tool, {})
        empty = await here.answer(tool, property_ids=[], **given)
        whole = await here.answer(tool, **given)
    without, expected = (re.sub(r"guest-\d{6}", "guest", json.dumps(answer)) for answer in (empty, whole))
    assert without == expected


@pytest.mark.parametrize("tool", ["find_calendar_gaps", "check_calendar_conflicts"])
async def test_days_that_are_over_are_refused_as_such_and_left_out_of_others(tool: str) -> None:
    async with world(NOON) as here:
        for asked in ({"end_date": "2026-05-20"}, {"start_date": "2026-05-01", "end_date": "2026-05-20"}):
            (error,) = (await here.answer(tool, **asked))["error"]["fields"]
            assert error == {
                "field": "end_date",
                "problem": "is in the past; only days from 2026-06-15 on count",
            }
        mixed = {"start_date": "2026-06-20", "end_date": "2026-06-19"}
        (error,) = (await here.answer(tool, **mixed))["error"]["fields"]
        assert error == {"field": "end_date", "problem": "is before start_date"}
        answer = await here.ask(tool, start_date="2026-05-01", end_date="2026-06-30")
        assert "Days before 2026-06-15 are over and left out." in answer["notes"]
