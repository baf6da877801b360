"""What Hostex calls about is told by `get_activity`, read again, once."""

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hostex_mcp.sandbox import WRITABLE
from hostex_mcp.sandbox.state import Row
from tests.http.changing import call
from tests.http.hooks.calling import Called, called
from tests.http.inviting import guest_of
from tests.support.clock import NOW, ahead

pytestmark = pytest.mark.anyio

LOFT, LISTING = 20110001, "900000000000000101"
NEW = ["edit", "calendar"]


def coming(hostex: Called) -> Row:
    """A stay to come in the Harbour Loft."""
    return next(
        stay
        for stay in hostex.account.stays.values()
        if stay["property_id"] == LOFT and stay["status"] == "accepted" and stay["check_in_date"] > ahead(3)
    )


async def at_hostex(hostex: Called, method: str, path: str, body: Any = None) -> None:
    """Do something in Hostex itself."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=hostex.sandbox.app)) as http:
        headers = {"Hostex-Access-Token": WRITABLE}
        answer = await http.request(method, f"https://hostex.example/v3{path}", json=body, headers=headers)
        assert answer.json()["error_code"] == 200, answer.text
    hostex.sandbox.settle()


async def test_every_kind_of_change_without_a_time_is_told_once(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        await hostex.turned_on()
        stay = coming(hostex)
        code = stay["stay_code"]
        review = next(
            review
            for review in hostex.account.reviews.values()
            if review["guest_review"] and review["check_out_date"] > ahead(-100)
        )
        entry = next(iter(hostex.account.transactions))
        await at_hostex(
            hostex,
            "PATCH",
            f"/reservations/{code}/check_in_details",
            {"arrival_at": {"hour": 22, "minute": 0}},
        )
        await at_hostex(hostex, "PATCH", f"/reservations/{code}", {"remarks": "Two cots"})
        days = {"start_date": ahead(60), "end_date": ahead(64)}
        await at_hostex(
            hostex, "POST", "/availabilities", {"property_ids": [LOFT], **days, "available": False}
        )
        prices = [{**days, "price": 163}]
        listing = {"channel_type": "airbnb", "listing_id": LISTING, "prices": prices}
        await at_hostex(hostex, "POST", "/listings/prices", listing)
        review["host_reply"] = {"content": "Thank you", "created_at": NOW.isoformat()}
        await at_hostex(hostex, "DELETE", f"/transactions/{entry}")
        rows = (await hostex.news(kinds=[*NEW, "review", "money"]))["items"]
        again = (await hostex.news(kinds=[*NEW, "review", "money"]))["items"]
    # The labels around guests' words are new each time.
    assert [{**row, "says": ""} for row in again] == [{**row, "says": ""} for row in rows]
    (change,) = _of(rows, "edit")
    assert (change["what"], change["stay_code"]) == ("edit: arrival and departure time updated", code)
    calendar = {row.get("listing_id"): row for row in _of(rows, "calendar")}
    assert set(calendar) == {None, LISTING}
    assert {row["property_id"] for row in calendar.values()} == {LOFT}
    closed, priced = calendar[None], calendar[LISTING]
    assert (closed["start_date"], closed["end_date"], closed["open_days"]) == (ahead(60), ahead(64), 0)
    assert (priced["prices"], priced["currency"]) == ([163, 163], "EUR")
    assert [row["reservation_code"] for row in _of(rows, "review, changed")] == [review["reservation_code"]]
    assert [row["transaction_id"] for row in _of(rows, "income or expense, deleted")] == [entry]


def _of(rows: Iterable[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["what"].startswith(what)]


async def test_the_body_of_a_call_is_not_believed(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        await hostex.turned_on()
        stay = coming(hostex)
        stay["remarks"] = "x"
        await hostex.sandbox.webhooks.finished()
        (url, headers, _) = hostex.sent[0]
        entry = next(iter(hostex.account.transactions))
        made_up: list[dict[str, Any]] = [
            {"event": "reservation_updated", "reservation_code": "0-none", "stay_code": "0-none"},
            {"event": "transaction_deleted", "transaction_id": entry},
            {"event": "review_updated", "reservation_code": "0-none"},
            {"event": "property_availability_updated", "property_id": 1, "availabilities": []},
            {"event": "listing_calendar_updated", "channel_type": "airbnb", "listing_id": "1"},
            {"event": "reservation_updated", "stay_code": stay["stay_code"], "guest_name": "Mallory"},
        ]
        for message in made_up:
            content = json.dumps(message).encode()
            answer = await hostex.owner.http.post(url, content=content, headers=dict(headers))
            assert answer.status_code == 200
        answer = await hostex.news(kinds=[*NEW, "review", "money"])
    rows = [row for row in answer["items"] if row["what"].startswith(("edit", "calendar", "income or"))]
    assert [(row["what"], row["stay_code"], row["guest_name"]) for row in rows] == [
        ("edit", stay["stay_code"], stay["guest_name"])
    ]


async def test_days_that_hostex_cannot_show_spoil_no_others(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        await hostex.turned_on()
        coming(hostex)["remarks"] = "x"
        await hostex.sandbox.webhooks.finished()
        (url, headers, _) = hostex.sent[0]
        for property_id, day in ((LOFT, "9999-12-31"), (LOFT + 1, ahead(-1)), (LOFT + 2, "0001-01-01")):
            days = [{"date": day, "available": True}]
            message = {"event": "property_availability_updated", "property_id": property_id}
            content = json.dumps({**message, "availabilities": days}).encode()
            assert (await hostex.owner.http.post(url, content=content, headers=dict(headers))).is_success
        answer = await hostex.news(kinds=["calendar"])
    read = {row["property_id"]: row.get("open_days") for row in answer["items"]}
    assert read.pop(LOFT + 1) in (0, 1)
    assert read == {LOFT: None, LOFT + 2: None}


async def test_a_cancellation_is_told_as_one_and_not_as_an_edit(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        await hostex.turned_on()
        stay = coming(hostex)
        stay |= {"status": "cancelled", "cancelled_at": NOW.isoformat()}
        rows = (await hostex.news(kinds=["cancellation", "edit"]))["items"]
    assert [row["what"] for row in rows if row["stay_code"] == stay["stay_code"]] == ["cancellation"]


async def test_the_notes_say_from_when_on_and_what_is_not_known(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        without = (await hostex.news())["notes"]
        assert "moved or edited stays" in without[1]
        await hostex.turned_on()
        notes = (await hostex.news())["notes"]
        assert "Lost channel accounts leave no time behind" in notes[1]
        assert notes[2] == "Such changes from before 2026-11-24T12:00:00Z are not known here."
        hostex.clock.advance(hours=2)
        later = (await hostex.news(since="2026-11-24T13:00:00Z"))["notes"]
        assert not [note for note in later if "Such changes from before" in note]


async def test_people_who_were_invited_hear_of_what_they_may_see(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        await hostex.turned_on()
        stay = coming(hostex)
        other = next(
            row
            for row in hostex.account.stays.values()
            if row["property_id"] not in (LOFT, 0) and row["status"] == "accepted"
        )
        for row in (stay, other):
            row["remarks"] = "late"
        del hostex.account.transactions[next(iter(hostex.account.transactions))]
        await hostex.sandbox.webhooks.finished()
        _, guest = await guest_of(hostex.owner, hostex.grant)
        answer = await call(hostex.owner, guest, "get_activity", {"kinds": [*NEW, "money"]})
        own = (await hostex.news(kinds=["money"]))["items"]
    assert len(_of(own, "income or expense, deleted")) == 1
    assert _of(answer["items"], "income or expense, deleted") == []
    told = [row["stay_code"] for row in answer["items"] if row["what"].startswith("edit")]
    assert stay["stay_code"] in told
    assert set(told) <= {stay["stay_code"], other["stay_code"]}


async def test_of_very_many_edited_stays_the_newest_are_read_and_the_rest_counted(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        await hostex.turned_on()
        stays = list(hostex.account.stays.values())[:55]
        for stay in stays:
            stay["remarks"] = "late"
        answer = await hostex.news(kinds=["edit"])
        asked = [entry for entry in hostex.sandbox.log if "reservation_code" in entry.query]
    assert len(answer["items"]) == 40
    assert "Left out, as only the newest 40 are read again: 15 edited stays." in answer["notes"]
    assert len(asked) <= 40


async def test_what_was_called_about_can_be_asked_for_a_month_and_no_longer(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        await hostex.turned_on()
        coming(hostex)["remarks"] = "late"
        await hostex.sandbox.webhooks.finished()
        hostex.clock.advance(days=29)
        since = (NOW - timedelta(hours=1)).isoformat()
        assert len((await hostex.news(since=since, kinds=["edit"]))["items"]) == 1
        hostex.clock.advance(days=2)
        await hostex.owner.deps.store.clean()
        answer = await hostex.news(since=since, kinds=["edit"])
        assert answer["items"] == []
        assert "Such changes from before 2026-11-25T12:00:00Z are not known here." in answer["notes"]
