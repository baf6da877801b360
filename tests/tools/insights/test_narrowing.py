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
# The list of changes joins no reads: it is this server's own record, cut to what is served now.
OWN_RECORDS = ("list_changes",)
INSIGHTS = {
    name: tool.input_schema
    for name, tool in CATALOGUE.items()
    if tool.toolset == "insights" and name not in OWN_RECORDS
}
NARROWED = sorted(name for name, schema in INSIGHTS.items() if "property_ids" in schema["properties"])
DAYS = {
    "check_in_date": "2026-07-01",
    "check_out_date": "2026-07-05",
    "start_date": "2026-05-01",
    "end_date": "2026-05-31",
    "words": "check-in",
}


def required(tool: str) -> dict[str, Any]:
    """The arguments that a tool needs, nearly all of them days."""
    return {name: DAYS[name] for name in INSIGHTS[tool].get("required", [])}


@pytest.mark.parametrize("tool", INSIGHTS)
def test_an_insight_is_about_one_stay_or_can_be_narrowed_to_properties_and_to_a_group(tool: str) -> None:
    arguments = INSIGHTS[tool]["properties"].keys()
    narrowed = "stay_code" in arguments or {"property_ids", "group_id"} <= arguments
    assert narrowed, (
        f"{tool} takes neither stay_code nor property_ids and group_id: pass them to `read_portfolio`, "
        "and keep what belongs to its properties"
    )


@pytest.mark.parametrize("tool", NARROWED)
async def test_an_empty_list_of_properties_is_one_that_was_not_given(tool: str) -> None:
    async with world(NOON) as host:
        arguments = required(tool)
        empty = await host.answer(tool, property_ids=[], **arguments)
        everything = await host.answer(tool, **arguments)
    without, expected = (
        re.sub(r"guest-\d{6}", "guest", json.dumps(answer)) for answer in (empty, everything)
    )
    assert without == expected


@pytest.mark.parametrize("tool", ["find_calendar_gaps", "check_calendar_conflicts"])
async def test_days_that_are_over_are_refused_as_such_and_left_out_of_others(tool: str) -> None:
    async with world(NOON) as host:
        for dates in ({"end_date": "2026-05-20"}, {"start_date": "2026-05-01", "end_date": "2026-05-20"}):
            (error,) = (await host.answer(tool, **dates))["error"]["fields"]
            assert error == {
                "field": "end_date",
                "problem": "is in the past; choose 2026-06-15 or later",
            }
        mixed = {"start_date": "2026-06-20", "end_date": "2026-06-19"}
        (error,) = (await host.answer(tool, **mixed))["error"]["fields"]
        assert error == {"field": "end_date", "problem": "is before start_date"}
        answer = await host.ask(tool, start_date="2026-05-01", end_date="2026-06-30")
        assert "Days before 2026-06-15 are in the past and were left out." in answer["notes"]
