"""What is compared with all else of its property or account leaves the event loop to others."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hostex_mcp.api import in_pieces
from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.earnings import paced_earnings
from hostex_mcp.domain.inbox import each_in_short
from hostex_mcp.domain.periods import Period
from hostex_mcp.domain.turnovers import turnover_data, turnovers
from hostex_mcp.domain.waiting import each_waiting
from hostex_mcp.reads.portfolio import Portfolio
from tests.domain.message_samples import NOW, thread
from tests.domain.stay_samples import stay
from tests.support.piece import longest_piece

pytestmark = [pytest.mark.anyio, pytest.mark.no_cover]

LONGEST = 0.05
DAY = date(2026, 6, 15)


async def test_very_many_departures_and_cleanings_of_a_day_do_not_hold_the_loop() -> None:
    place = Property.model_validate({"id": 1, "title": "Loft", "channels": []})
    row: dict[str, Any] = {"type": "cleaning", "status": "pending", "expected_date": f"{DAY}"}
    tasks = [Task.model_validate({**row, "id": n, "property_id": 1}) for n in range(2_000)]
    stays = [stay(f"A{n}", f"{DAY - timedelta(days=2)}", 2) for n in range(150)]
    data = turnover_data([place], stays, tasks)[1]
    with longest_piece() as longest:
        rows = await in_pieces(turnovers(data, ZoneInfo("Europe/Lisbon"), DAY, DAY))
    assert len(rows) == 150
    assert longest.seconds < LONGEST, longest.what


async def test_very_many_guests_who_wait_and_stays_do_not_hold_the_loop() -> None:
    threads = [thread("g").model_copy(update={"id": f"t-{n}"}) for n in range(150)]
    stays = [stay(f"A{n}", f"{DAY}", 2, conversation_id=f"t-{n}") for n in range(6_000)]
    with longest_piece() as longest:
        found = await in_pieces(each_waiting(threads, stays, lambda _: DAY, NOW))
    assert [guest.subject.stay and guest.subject.stay.stay_code for guest in found[:2]] == ["A0", "A1"]
    assert len(found) == 150
    assert longest.seconds < LONGEST, longest.what


async def test_very_many_threads_of_an_inbox_and_stays_do_not_hold_the_loop() -> None:
    threads = [thread("g").model_copy(update={"id": f"t-{n}"}) for n in range(150)]
    stays = [stay(f"A{n}", f"{DAY}", 2, conversation_id=f"t-{n}") for n in range(6_000)]
    with longest_piece() as longest:
        found = await in_pieces(each_in_short(threads, stays, lambda _: DAY))
    assert [talk.subject.stay and talk.subject.stay.stay_code for talk in found[:2]] == ["A0", "A1"]
    assert len(found) == 150
    assert longest.seconds < LONGEST, longest.what


async def test_what_very_many_stays_earn_does_not_hold_the_loop() -> None:
    stays = [stay(f"A{n}", f"{DAY + timedelta(days=900)}", 2) for n in range(20_000)]
    stays.append(stay("B", f"{DAY}", 2))
    with longest_piece() as longest:
        earned = await paced_earnings(stays, Period(DAY, DAY + timedelta(days=30)))
    assert [(earning.stay.stay_code, earning.nights) for earning in earned] == [("B", 2)]
    assert longest.seconds < LONGEST, longest.what


async def test_the_first_day_of_very_many_properties_is_worked_out_once() -> None:
    rows: list[dict[str, Any]] = [
        {"id": n, "title": "Loft", "channels": [], "timezone": "Europe/Lisbon"} for n in range(1, 3_001)
    ]
    portfolio = Portfolio([Property.model_validate(row) for row in rows], NOW, whole=True)
    with longest_piece() as longest:
        zones = await in_pieces([portfolio.zone(0).key for _ in range(100)])
        await in_pieces(portfolio.today(place) for place in portfolio.properties)
    assert {*zones} == {"Europe/Lisbon"}
    assert longest.seconds < LONGEST, longest.what
