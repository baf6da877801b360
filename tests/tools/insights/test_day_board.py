"""The whole day for its board: the lists of the briefing, uncut and with their ids."""

from typing import Any, cast

import pytest
from mcp import MCPError

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.engine import Engine
from hostex_mcp.tools.selection import select
from tests.support.engine import Call

pytestmark = pytest.mark.anyio

LISTS = (
    *("warnings", "requests", "waiting", "arrivals", "turnovers", "departures", "tasks", "reviews"),
    "in_house",
)
LOFT = 20110001


async def board(engine: Engine, **arguments: Any) -> dict[str, Any]:
    result: Any = await engine.call("read_day", arguments, Elicitation(views=True))
    return cast("dict[str, Any]", result.structured_content)


async def test_it_has_every_row_of_the_briefing_and_those_that_did_not_fit_there(
    engine: Engine, call: Call
) -> None:
    short, whole = await call("get_daily_briefing"), await board(engine)
    for name in LISTS:
        counted = len(short.get(name, [])) + short.get("more", {}).get(name, 0)
        assert len(whole.get(name, [])) == counted, name
    assert short["more"]
    assert "more" not in whole
    assert whole["date"] == short["date"]


async def test_every_row_says_which_property_stay_and_thread_it_is_about(
    engine: Engine, sandbox: Sandbox
) -> None:
    whole, account = await board(engine), sandbox.accounts.main
    properties = {row["property_id"]: row["property"] for row in whole["properties"]}
    assert properties == {id: place["title"] for id, place in account.properties.items()}
    for name in ("arrivals", "departures", "in_house", "requests"):
        assert whole[name]
        for row in whole[name]:
            stay = account.stays[row["stay_code"]]
            assert row["property_id"] == stay["property_id"]
            assert row["channel_type"] == stay["channel_type"]
            assert (row["check_in_date"], row["check_out_date"]) == (
                f"{stay['check_in_date']}",
                f"{stay['check_out_date']}",
            )
    for row in whole["waiting"]:
        assert row["conversation_id"] in account.conversations
    for row in whole["tasks"]:
        assert row["status"] == account.tasks[row["id"]]["status"]
    zones = {place["timezone"] for place in account.properties.values()}
    assert {row["time_zone"] for row in whole["days"]} == zones


async def test_a_long_note_is_whole_on_the_board(engine: Engine, sandbox: Sandbox) -> None:
    note = "Bring the big ladder. " * 20
    sandbox.accounts.main.tasks[440001]["note"] = note
    whole = await board(engine)
    assert next(row for row in whole["tasks"] if row["id"] == 440001)["note"] == note.strip()


async def test_words_of_guests_have_their_marks(engine: Engine) -> None:
    whole = await board(engine)
    said = [row["says"] for row in whole["waiting"] if row.get("says")]
    assert said
    assert all(text.startswith("<guest-") for text in said)


async def test_it_is_narrowed_as_the_briefing_is(engine: Engine) -> None:
    whole = await board(engine, property_ids=[LOFT])
    assert [row["property_id"] for row in whole["properties"]] == [LOFT]
    assert {row["property_id"] for row in [*whole["arrivals"], *whole["departures"]]} == {LOFT}


async def test_who_is_not_served_the_briefing_is_not_served_its_board(engine: Engine) -> None:
    selection = select(["all"], exclude=["get_daily_briefing"])
    without = Engine(selection, engine.context, "off")
    assert "read_day" not in selection.for_views
    assert (await board(without))["error"]["kind"] == "blocked"


async def test_no_model_is_served_it(engine: Engine) -> None:
    with pytest.raises(MCPError, match="Unknown tool: read_day"):
        await engine.call("read_day", {})
