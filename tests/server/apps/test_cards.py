"""Changes on cards in the chat: a person's click makes what they saw, once, and nothing else does."""

import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult

from hostex_mcp.server.audit import AuditLog
from hostex_mcp.tools.selection import select
from tests.server.apps.chat import BOOKING, SECRET, WAYS, Chat, Served, Way, chatting, told_in
from tests.support.clock import TODAY, ahead
from tests.support.previewing import changed

pytestmark = pytest.mark.anyio

every_way = pytest.mark.parametrize("way", WAYS)
CANCELLED = ["DELETE /reservations/{reservation_code}"]
LISTING = ("airbnb", "900000000000000101")
MESSAGE = {"conversation_id": "0-2200000003-thr003", "message": "Good evening"}


def prices(price: int = 163) -> dict[str, Any]:
    days = {"start_date": ahead(17), "end_date": ahead(18)}
    return {"channel_type": LISTING[0], "listing_id": LISTING[1], "prices": [{**days, "price": price}]}


@every_way
async def test_a_click_on_approve_makes_the_change_and_the_model_hears_of_it(way: Way) -> None:
    async with chatting(way) as chat:
        card = await chat.card("cancel_reservation", **BOOKING)
        assert card.told["status"] == "waiting_for_person"
        assert "card that this app shows" in card.told["next_step"]
        shown = await card.read()
        assert (shown["open"], shown["decides"], shown["summary"]) == (
            True,
            True,
            card.told["preview"]["summary"],
        )
        assert changed(chat.sandbox) == []
        made = (await card.press())["change"]
        assert (made["state"], made["outcome"]["sentence"]) == ("done", "It is done.")
        told = await chat.answer("cancel_reservation", **BOOKING, change_id=card.change_id)
        assert (told["status"], told["receipt"]["confirmed"]) == ("done", "card")
        # Older protocols name the app once, and over HTTP nothing is kept of that.
        of = "" if way == "http, handshake" else " of mcp"
        assert told["receipt"]["decided_by"] == f"the user, on a card{of}"
        assert changed(chat.sandbox) == CANCELLED
        assert chat.page.invited == 0


@every_way
async def test_a_click_on_decline_ends_it(way: Way) -> None:
    async with chatting(way) as chat:
        card = await chat.card("call_write_tool", name="cancel_reservation", arguments=json.dumps(BOOKING))
        assert (await card.press(approve=False))["change"]["state"] == "declined"
        assert (await card.press(seen="x"))["change"]["state"] == "declined"
        told = await chat.answer("cancel_reservation", **BOOKING, change_id=card.change_id)
        assert told["status"] == "declined"
        assert changed(chat.sandbox) == []


async def test_what_moved_is_shown_anew_and_made_only_as_it_was_seen_then() -> None:
    async with chatting() as chat:
        card = await chat.card("update_listing_prices", **prices())
        seen = (await card.read())["seen"]
        rates = chat.sandbox.accounts.main.rates[LISTING]
        for days in (17, 18):
            rates.prices[TODAY + timedelta(days=days)] = 150
        again = (await card.press(seen=seen))["change"]
        assert (again["moved"], again["open"], changed(chat.sandbox)) == (True, True, [])
        assert (await card.press(seen=seen))["change"]["open"]
        assert (await card.press(seen=again["seen"]))["change"]["state"] == "done"
        assert len(changed(chat.sandbox)) == 1


async def test_a_second_click_makes_nothing_a_second_time() -> None:
    async with chatting() as chat:
        card = await chat.card("cancel_reservation", **BOOKING)
        seen = (await card.read())["seen"]
        assert (await card.press(seen=seen))["change"]["state"] == "done"
        assert (await card.press(seen=seen))["change"]["state"] == "done"
        assert changed(chat.sandbox) == CANCELLED


async def test_a_click_after_ten_minutes_makes_nothing() -> None:
    async with chatting() as chat:
        card = await chat.card("cancel_reservation", **BOOKING)
        seen = (await card.read())["seen"]
        chat.clock.advance(minutes=10)
        late = (await card.press(seen=seen))["change"]
        assert (late["state"], late["open"], changed(chat.sandbox)) == ("expired", False, [])


async def test_the_text_of_a_draft_is_sent_as_the_person_edited_it() -> None:
    async with chatting() as chat:
        card = await chat.card("send_message", **MESSAGE)
        assert (await card.read())["text"] == "Good evening"
        for empty in ("", "  "):
            refused = await card.press(text=empty)
            assert refused["error"]["fields"] == [
                {"field": "text", "problem": "is empty: write a message, or decline"}
            ]
        assert changed(chat.sandbox) == []
        assert (await card.press(text="Good morning"))["change"]["state"] == "done"
        [request] = [request for request in chat.sandbox.log if request.method == "POST"]
        assert request.body == {"message": "Good morning"}


async def test_who_lacks_the_secret_of_a_change_is_told_the_same_whatever_it_is() -> None:
    async with chatting() as chat:
        card = await chat.card("cancel_reservation", **BOOKING)
        other = await chat.card("send_message", **MESSAGE)
        ended = await chat.card("update_listing_prices", **prices())
        await ended.press(approve=False)
        seen = (await card.read())["seen"]
        tries = [
            (card.change_id, other.secret),
            (card.change_id, card.secret[:-1]),
            (card.change_id, card.secret + "="),
            (card.change_id, ""),
            (card.change_id, "é" * 43),
            (card.change_id, card.change_id),
            (ended.change_id, card.secret),
            ("0" * 32, card.secret),
            ("", ""),
        ]
        answers = [
            await chat.answer("decide_change", change_id=id, secret=secret, approve=True, seen=seen)
            for id, secret in tries
        ]
        answers += [await chat.answer("read_change", change_id=id, secret=secret) for id, secret in tries]
        errors = [answer["error"] for answer in answers]
        messages = {error["message"].replace("decide_change", "read_change") for error in errors}
        assert len(messages) == 1
        assert {error["kind"] for error in errors} == {"invalid_arguments"}
        assert changed(chat.sandbox) == []


async def test_the_card_of_one_account_says_nothing_to_another() -> None:
    async with chatting() as chat, chatting() as other:
        card = await chat.card("cancel_reservation", **BOOKING)
        answer = await other.answer("read_change", change_id=card.change_id, secret=card.secret)
        assert "names no change that this card may decide on" in answer["error"]["message"]


async def test_what_seen_says_is_required() -> None:
    async with chatting() as chat:
        card = await chat.card("cancel_reservation", **BOOKING)
        given = {"change_id": card.change_id, "secret": card.secret, "approve": True}
        refused = await chat.answer("decide_change", **given)
        assert refused["error"]["fields"] == [{"field": "seen", "problem": "is required"}]
        assert (await card.press(seen="made up"))["change"]["open"]
        assert changed(chat.sandbox) == []


async def test_the_secret_stands_beside_the_result_and_nowhere_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    trail = tmp_path / "audit.log"
    async with chatting(served=Served(audit=AuditLog(trail, log=True))) as chat:
        results = [await chat.call("cancel_reservation", **BOOKING)]
        meta, told = results[0].meta or {}, told_in(results[0])
        secret = str(meta[SECRET])
        named = {"change_id": told["change_id"], "secret": secret}
        results.append(await chat.call("read_change", **named))
        results.append(await chat.call("decide_change", **named, approve="perhaps", seen="x"))
        results.append(await chat.call("decide_change", **named, approve=True, seen="x" * 500))
        results.append(await chat.call("read_change", **named | {"secret": secret * 9}))
        seen = told_in(results[1])["change"]["seen"]
        results.append(await chat.call("decide_change", **named, approve=True, seen=seen))
        results.append(await chat.call("list_changes", detail="full"))
        results.append(await chat.call("cancel_reservation", **BOOKING, change_id=told["change_id"]))
        assert changed(chat.sandbox) == CANCELLED
        stored = repr(await chat.engine.changes())
    for result in results:
        assert secret not in result.model_dump_json(exclude={"meta"})
    assert len(secret) == 43
    assert secret not in trail.read_text() + caplog.text + stored


async def test_what_a_view_proposes_waits_however_light_it_is() -> None:
    async with chatting() as chat:
        task = {"id": 440002, "status": "completed"}
        card = await chat.card("prepare_change", tool="update_task", arguments=task)
        shown = card.told["change"]
        assert (shown["open"], shown["app"], changed(chat.sandbox)) == (True, "A view in the chat", [])
        done = (await card.press())["change"]
        assert done["outcome"]["undo"]["tool"] == "update_task"
        assert changed(chat.sandbox) == ["PATCH /tasks/{id}"]
        undo = done["outcome"]["undo"]
        back = await chat.card("prepare_change", tool=undo["tool"], arguments=undo["arguments"])
        assert (await back.press())["change"]["state"] == "done"
        assert chat.sandbox.accounts.main.tasks[440002]["status"] == "pending"


async def test_a_view_that_proposes_what_is_so_already_hears_that() -> None:
    async with chatting() as chat:
        same = {"id": 440002, "status": chat.sandbox.accounts.main.tasks[440002]["status"]}
        result = await chat.call("prepare_change", tool="update_task", arguments=same)
        assert "change" not in told_in(result)
        assert "Nothing was sent" in told_in(result)["notes"][0]


@pytest.mark.parametrize("tool", ["list_tasks", "call_write_tool", "decide_change", "no_such", ""])
async def test_only_tools_that_change_something_are_proposed(tool: str) -> None:
    async with chatting() as chat:
        refused = await chat.answer("prepare_change", tool=tool, arguments={})
        assert refused["error"]["fields"][0]["field"] == "tool"


async def test_a_proposal_with_wrong_arguments_says_which() -> None:
    async with chatting() as chat:
        refused = await chat.answer("prepare_change", tool="update_task", arguments={"id": "x"})
        assert refused["error"]["kind"] == "invalid_arguments"
        assert "id" in {field["field"] for field in refused["error"]["fields"]}


async def blocked(chat: Chat, name: str, /, **arguments: Any) -> str:
    error = (await chat.answer(name, **arguments))["error"]
    assert error["kind"] == "blocked"
    return f"{error['message']} {error['hint']}"


async def test_a_view_of_a_read_only_connection_is_told_so() -> None:
    async with chatting(served=Served(selection=select(["all"], read_only=True))) as chat:
        said = await blocked(chat, "prepare_change", tool="update_task", arguments={"id": 440002})
        assert "not served here" in said
        assert "read-only" in said


async def test_where_views_only_look_nobody_decides_in_them_and_changes_wait_on_the_page() -> None:
    async with chatting(served=Served(views="look")) as chat:
        result = await chat.call("cancel_reservation", **BOOKING)
        assert SECRET not in (result.meta or {})
        assert chat.page.invited == 1
        told = told_in(result)
        secret = chat.engine._secrets.of(told["change_id"])  # pyright: ignore[reportPrivateUsage]
        named = {"change_id": told["change_id"], "secret": secret}
        said = await blocked(chat, "decide_change", **named, approve=True, seen="x")
        assert said.startswith("Views only show here")
        assert (await blocked(chat, "read_change", **named)).startswith("Views only show here")
        task = {"id": 440002, "status": "completed"}
        assert "in the chat" in await blocked(chat, "prepare_change", tool="update_task", arguments=task)
        assert changed(chat.sandbox) == []


async def test_where_nobody_is_asked_nothing_is_prepared() -> None:
    async with chatting(served=Served(confirm="off")) as chat:
        said = await blocked(chat, "prepare_change", tool="update_task", arguments={"id": 440002})
        assert said.startswith("Changes are made without asking anybody here")


async def test_where_tokens_were_chosen_a_view_has_a_card_of_its_own_all_the_same() -> None:
    async with chatting(served=Served(confirm="token")) as chat:
        result = await chat.call("cancel_reservation", **BOOKING)
        assert told_in(result)["status"] == "confirmation_required"
        assert SECRET not in (result.meta or {})
        card = await chat.card("prepare_change", tool="cancel_reservation", arguments=BOOKING)
        assert (await card.press())["change"]["state"] == "done"
        assert changed(chat.sandbox) == CANCELLED


@every_way
async def test_a_client_that_can_ask_is_asked_first(way: Way) -> None:
    questions: list[str] = []

    async def person(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="accept")

    async with chatting(way, person=person) as chat:
        told = await chat.answer("cancel_reservation", **BOOKING)
        # Over HTTP with answers in JSON no server can ask in the older eras.
        asks = way != "http, handshake"
        assert (told["status"], len(questions)) == (("done", 1) if asks else ("waiting_for_person", 0))


@every_way
async def test_a_user_who_sees_no_card_is_led_to_the_page_by_the_repeated_call(way: Way) -> None:
    async with chatting(way) as chat:
        card = await chat.card("cancel_reservation", **BOOKING)
        assert chat.page.invited == 0
        again = await chat.card("cancel_reservation", **BOOKING, change_id=card.change_id)
        assert again.told["next_step"].startswith("The user decides on their page.")
        # Of the 50 seconds that the call waits, the card has the first 15 for itself.
        assert (chat.page.asked, chat.page.waited) == ({card.change_id: 15}, 50)
        assert (again.secret, again.change_id) == (card.secret, card.change_id)


@every_way
async def test_who_shows_no_views_is_led_to_the_page_at_once(way: Way) -> None:
    async with chatting(way, extensions={}) as chat:
        result = await chat.call("cancel_reservation", **BOOKING)
        assert SECRET not in (result.meta or {})
        assert chat.page.invited == 1


async def test_a_light_change_without_a_way_back_waits_on_the_page_unless_it_comes_by_the_door() -> None:
    """A view of its own for every light change would be in the way."""
    async with chatting() as chat:
        stay = {"stay_code": "5-DEMO30PAT", "stay_status": "stay_completed"}
        chat.sandbox.accounts.main.stays["5-DEMO30PAT"]["stay_status"] = ""
        result = await chat.call("update_reservation_stay_status", **stay)
        assert told_in(result)["status"] == "waiting_for_person"
        assert (SECRET in (result.meta or {}), chat.page.invited) == (False, 1)
        card = await chat.card(
            "call_write_tool", name="update_reservation_stay_status", arguments=json.dumps(stay)
        )
        assert (await card.press())["change"]["state"] == "done"
