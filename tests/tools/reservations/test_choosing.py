"""Stays chosen by what Hostex has no filters for, against the rows of the demo account."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.state import Row
from tests.support.clock import TODAY, ahead
from tests.support.engine import Call

pytestmark = pytest.mark.anyio

PERIOD = {"start_check_out_date": ahead(-300), "end_check_out_date": ahead(300)}


def listed(sandbox: Sandbox) -> list[Row]:
    """The rows of the period."""
    rows = sandbox.accounts.main.stays.values()
    return [row for row in rows if ahead(-300) <= row["check_out_date"] <= ahead(300)]


async def whole(call: Call, **arguments: Any) -> list[Row]:
    answer = await call("list_reservations", **arguments, limit=9)
    rows = list(answer["items"])
    while "next_cursor" in answer:
        answer = await call("list_reservations", cursor=answer["next_cursor"])
        rows += answer["items"]
    return rows


@pytest.mark.parametrize("state", ["unreceived", "partial", "received"])
async def test_a_payment_state_chooses_the_stays_that_have_it(
    call: Call, sandbox: Sandbox, state: str
) -> None:
    rows = await whole(call, payment_status=state, **PERIOD)
    expected = [row for row in listed(sandbox) if row["payment"] and row["payment"]["status"] == state]
    assert expected
    assert sorted(row["stay_code"] for row in rows) == sorted(row["stay_code"] for row in expected)


async def test_a_name_chooses_by_its_words_newest_booking_first(call: Call, sandbox: Sandbox) -> None:
    rows = await whole(call, guest_name="EXEMPLAR", **PERIOD)
    expected = [row for row in listed(sandbox) if "Exemplar" in row["guest_name"].split()]
    newest = sorted(expected, key=lambda row: datetime.fromisoformat(row["booked_at"]), reverse=True)
    assert len(expected) > 2
    assert [row["stay_code"] for row in rows] == [row["stay_code"] for row in newest]


async def test_a_day_chooses_what_was_cancelled_from_it_on(call: Call, sandbox: Sandbox) -> None:
    since = TODAY - timedelta(days=40)
    first, second, third = listed(sandbox)[:3]
    first |= {"status": "cancelled", "cancelled_at": f"{since}T00:00:00+00:00"}
    second |= {"status": "cancelled", "cancelled_at": f"{since - timedelta(days=1)}T23:59:59+00:00"}
    third |= {"status": "cancelled", "cancelled_at": None}
    rows = await whole(call, cancelled_since=f"{since}", **PERIOD)
    codes = {row["stay_code"] for row in rows}
    expected = {
        row["stay_code"]
        for row in listed(sandbox)
        if row["cancelled_at"] and datetime.fromisoformat(row["cancelled_at"]).date() >= since
    }
    assert codes == expected
    assert all(row["status"] == "cancelled" for row in rows)


async def test_all_filters_fit_together_and_the_answer_says_how_many_were_looked_at(
    call: Call, sandbox: Sandbox
) -> None:
    row = next(row for row in listed(sandbox) if row["payment"] and row["payment"]["status"] == "received")
    arguments = {
        "guest_name": row["guest_name"],
        "payment_status": "received",
        "property_id": row["property_id"],
    }
    answer = await call("list_reservations", **arguments, **PERIOD)
    own = [other for other in listed(sandbox) if other["property_id"] == row["property_id"]]
    assert row["stay_code"] in [item["stay_code"] for item in answer["items"]]
    assert f"Looked at {len(own)} stays, as Hostex has no such filter." in answer["notes"]


async def test_stays_that_tell_no_payment_state_are_counted(call: Call, sandbox: Sandbox) -> None:
    untold = listed(sandbox)[:3]
    for row in untold:
        row["payment"] = None
    answer = await call("list_reservations", payment_status="partial", **PERIOD)
    assert "Left out: 3 stays without a payment state." in answer["notes"]


async def test_an_empty_answer_does_not_repeat_a_name(call: Call) -> None:
    answer = await call("list_reservations", guest_name="Nobody Atall")
    assert answer["items"] == []
    assert "Nobody" not in str(answer["notes"])


async def test_without_dates_what_was_cancelled_is_found_whether_it_had_ended_by_now_or_lies_far_ahead(
    call: Call, sandbox: Sandbox
) -> None:
    since = TODAY - timedelta(days=40)
    ended = {"check_in_date": ahead(-9), "check_out_date": ahead(-5)}
    far = {"check_in_date": ahead(300), "check_out_date": ahead(305)}
    stays = list(sandbox.accounts.main.stays.values())[:2]
    for stay, days in zip(stays, (ended, far), strict=True):
        stay |= {"status": "cancelled", "cancelled_at": f"{since}T08:00:00+00:00", **days}
    answer = await call("list_reservations", cancelled_since=f"{since}", limit=100)
    assert {stay["stay_code"] for stay in stays} <= {row["stay_code"] for row in answer["items"]}
    end = TODAY + timedelta(days=365)
    assert f"No dates given: check-outs from {since} to {end}." in answer["notes"]


async def test_a_stay_names_its_property_by_title_and_by_id_where_two_share_it(
    call: Call, sandbox: Sandbox
) -> None:
    account = sandbox.accounts.main
    loft, studio = 20110001, 20110002
    account.properties[studio]["title"] = account.properties[loft]["title"].upper()
    titles = {0: "(no property)", **{key: row["title"] for key, row in account.properties.items()}}
    named = {row["stay_code"]: row for row in await whole(call, **PERIOD)}
    expected = {
        stay["stay_code"]: {"property_id": stay["property_id"]}
        if stay["property_id"] in (loft, studio)
        else {"property": titles[stay["property_id"]]}
        for stay in listed(sandbox)
    }
    members = ("property", "property_id")
    told = {code: {name: row[name] for name in members if name in row} for code, row in named.items()}
    assert len(told) > 50
    assert told == expected
