"""The day as a board in a browser: all of an answer is there, and what is pressed only reads or proposes."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import HOSTILE, small_targets
from tests.views.cards import answered, decides, failed
from tests.views.measures import barriers, flaws, framed
from tests.views.stage import Json, Shown, Stage

_LISTS = ("warnings", "requests", "waiting", "arrivals", "turnovers", "departures", "tasks", "reviews")


def _day(**lists: Any) -> Json:
    return answered({"date": "2026-12-01", **{name: [] for name in (*_LISTS, "in_house")}, **lists})


def _arrivals(count: int) -> list[Json]:
    return [
        {"time": "15:00", "guest_name": f"Guest {n}", "property": f"Flat {n}", "stay_code": f"0-{n}"}
        for n in range(1, count + 1)
    ]


def _shown(stage: Stage, answer: Json | None = None, **options: Any) -> Shown:
    shown = stage.show("day", answer or stage.call("get_daily_briefing"), **options)
    expect(shown.view.get_by_role("heading", level=1)).to_be_visible()
    return shown


def _told(shown: Shown) -> str:
    return str([sent["params"] for sent in shown.heard if sent.get("method") == "ui/update-model-context"])


def test_the_day_is_a_board_with_all_that_the_answer_holds_and_leaves_out(stage: Stage) -> None:
    shown = _shown(stage)
    view = shown.view

    expect(view.get_by_role("heading", level=1)).to_have_text("Tuesday, 24 November 2026 Today")
    expect(view.get_by_text("5 arrivals, 4 departures, 6 in house")).to_be_visible()
    assert view.get_by_role("heading", level=2).all_text_contents() == [
        "Needs you first 7",
        "Booking requests 3",
        "Guests waiting for an answer 11",
        "Same-day turnovers 3",
        "Arrivals 5",
        "Departures 4",
        "Tasks 5",
        "Reviews due 12",
        "In house 6",
    ]
    turnovers = view.get_by_role("region", name="Same-day turnovers").get_by_role("listitem")
    expect(turnovers.first).to_contain_text("To be cleaned")
    expect(turnovers.first).to_contain_text("10:30 Noah Dummy → 22:30 Inês Exemplar")
    expect(turnovers.first).to_contain_text("12 h between · Rita Modelo")
    expect(turnovers.nth(1)).to_contain_text("No cleaning")
    waits = view.get_by_role("button", name="Georgia Placeholder")
    expect(waits.locator("q")).to_have_text("The pool pump is really loud at …")
    expect(view.get_by_role("region", name="Tasks")).to_contain_text("3 more not in this answer")
    expect(view.get_by_role("region", name="In house")).to_contain_text("6 not in this answer")
    view.get_by_text("2 notes").click()
    expect(view.get_by_text("more: list_tasks, list_reviews_due, list_reservations")).to_be_visible()
    assert stage.calls == []


def test_another_day_is_read_within_the_same_bounds(stage: Stage) -> None:
    bounds = {"property_ids": [20110001]}
    shown = _shown(stage, arguments=bounds)
    view = shown.view

    view.get_by_role("button", name="The day after").click()
    expect(view.get_by_role("heading", level=1)).to_have_text("Wednesday, 25 November 2026 Tomorrow")
    expect(view.get_by_role("status").last).to_contain_text("Wednesday, 25 November 2026: ")
    view.get_by_role("group", name="Another day").get_by_label("Day", exact=True).fill("2026-12-24")
    expect(view.get_by_role("heading", level=1)).to_have_text("Thursday, 24 December 2026 in 30 days")
    view.get_by_role("button", name="Today", exact=True).click()
    expect(view.get_by_role("heading", level=1)).to_have_text("Tuesday, 24 November 2026 Today")

    days = [{"date": "2026-11-25"}, {"date": "2026-12-24"}, {}]
    assert stage.calls == [("read_day", {**bounds, **day}) for day in days]


def test_a_stay_opens_beside_the_day_and_its_conversation_above_it_by_keyboard(stage: Stage) -> None:
    shown = _shown(stage, width=1280)
    view, keyboard = shown.view, shown.page.keyboard
    guest = view.get_by_role("region", name="Arrivals").get_by_role("button", name="Inês Exemplar")

    guest.focus()
    keyboard.press("Enter")
    panel = view.get_by_role("region", name="Inês Exemplar")
    expect(panel.get_by_role("heading", name="Inês Exemplar")).to_be_focused()
    expect(panel.get_by_text("Tue 24 Nov, 22:30")).to_be_visible()
    expect(panel.get_by_text("2 adults, 1 child")).to_be_visible()
    expect(panel.get_by_text("Cot in the bedroom")).to_be_visible()
    panel.get_by_role("button", name="Open the conversation (5 messages)").press("Enter")
    expect(panel.get_by_label("Your answer")).to_be_visible()
    expect(panel.get_by_role("list")).to_contain_text("Boa tarde! O comboio atrasou")
    expect(guest).to_be_visible()
    keyboard.press("Escape")
    expect(panel.get_by_text("2 adults, 1 child")).to_be_visible()
    keyboard.press("Escape")
    expect(guest).to_be_focused()

    assert [name for name, _ in stage.calls] == ["get_stay", "get_conversation"]
    assert "stay 0-HMDEMO0005-ine005" in _told(shown)
    assert "Inês" not in _told(shown)


def test_who_waits_opens_in_the_place_of_the_day_on_a_narrow_screen(stage: Stage) -> None:
    shown = _shown(stage, width=360, touch=True)
    view = shown.view

    assert small_targets(framed(shown)) == []
    view.get_by_role("button", name="Georgia Placeholder").click()
    expect(view.get_by_role("list")).to_contain_text("We arrived, the villa is gorgeous!")
    expect(view.get_by_role("region", name="Arrivals")).to_be_hidden()
    assert small_targets(framed(shown)) == []
    view.get_by_role("button", name="The day", exact=True).click()
    expect(view.get_by_role("region", name="Arrivals")).to_be_visible()
    expect(view.get_by_role("button", name="Georgia Placeholder")).to_be_focused()

    assert stage.calls == [
        ("list_guests_waiting", {"property_ids": ["Foz Beach Villa"], "limit": 100}),
        ("get_conversation", {"conversation_id": "0-2200000032-thr032"}),
    ]


def test_of_guests_who_cannot_be_told_apart_one_is_chosen(stage: Stage) -> None:
    waits = {"guest_name": "Ann", "property": "Flat", "waiting_hours": 2}
    both = [{**waits, "says": f"Text {n}", "conversation_id": f"0-{n}"} for n in (1, 2)]
    stage.answers["list_guests_waiting"] = lambda _: answered({"items": both})
    stage.answers["get_conversation"] = lambda _: answered({"id": "0-2"})
    shown = _shown(stage, _day(waiting=[waits]))

    shown.view.get_by_role("button", name="Ann").click()
    shown.view.get_by_role("button", name="Text 2").click()
    expect(shown.view.get_by_text("No messages yet")).to_be_visible()

    assert stage.calls[-1] == ("get_conversation", {"conversation_id": "0-2"})


def test_a_task_and_a_request_are_decided_on_cards_and_the_day_read_again_when_done(stage: Stage) -> None:
    decides(stage)
    shown = _shown(stage)
    view = shown.view

    view.get_by_role("button", name="Mark as done: Maintenance").click()
    view.get_by_role("dialog").get_by_role("button", name="Decline").click()
    expect(view.get_by_role("dialog").get_by_text("Not done.").first).to_be_visible()
    view.get_by_role("dialog").get_by_role("button", name="Close").click()
    view.get_by_role("button", name="Approve the request of Camille Gabarit").click()
    view.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(view.get_by_role("dialog").get_by_text("It is done.").first).to_be_visible()
    view.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(view.get_by_role("dialog")).to_have_count(0)
    expect(view.get_by_role("status").last).to_contain_text("Tuesday, 24 November 2026: ")

    task = {"tool": "update_task", "arguments": {"id": 440001, "status": "completed"}}
    request = {"tool": "approve_reservation", "arguments": {"reservation_code": "0-HMDEMO0018-req018"}}
    assert [arguments for name, arguments in stage.calls if name == "prepare_change"] == [task, request]
    assert [name for name, _ in stage.calls] == [
        *["prepare_change", "decide_change"] * 2,
        "read_day",
    ]


def test_what_the_answer_had_no_room_for_is_loaded_when_asked_for(stage: Stage) -> None:
    view = _shown(stage).view
    in_house = view.get_by_role("region", name="In house")
    expect(in_house).to_contain_text("not in this answer")

    in_house.get_by_role("button", name="Load all").click()

    expect(in_house.get_by_text("Georgia Placeholder")).to_be_visible()
    expect(view.get_by_role("button", name="Load all")).to_have_count(0)
    expect(view.get_by_text("not in this answer")).to_have_count(0)
    assert stage.calls == [("read_day", {})]


def test_of_the_whole_day_a_waiting_guest_opens_without_being_looked_for(stage: Stage) -> None:
    view = _shown(stage, stage.call("read_day")).view

    view.get_by_role("region", name="Guests waiting").get_by_role("button").first.click()
    expect(view.get_by_text("pool pump").last).to_be_visible()

    assert [name for name, _ in stage.calls] == ["get_conversation"]


def test_five_hundred_arrivals_are_folded_until_asked_for(stage: Stage) -> None:
    shown = _shown(stage, _day(arrivals=_arrivals(500)))
    rows = shown.view.get_by_role("region", name="Arrivals").get_by_role("listitem")

    expect(shown.view.get_by_text("500 arrivals, 0 departures")).to_be_visible()
    expect(rows).to_have_count(5)
    shown.view.get_by_role("button", name="Show all 500").click()
    expect(rows).to_have_count(500)
    expect(rows.nth(5).get_by_role("button")).to_be_focused()


def test_an_empty_day_is_told_from_one_that_could_not_be_read(stage: Stage) -> None:
    empty = _shown(stage, _day()).view
    expect(empty.get_by_text("Nothing on this day")).to_be_visible()

    failures = [{"kind": "upstream", "message": "tasks: Hostex did not answer."}]
    partly = _shown(stage, _day(arrivals=_arrivals(1), failed=failures, more={"failed": 2})).view
    expect(partly.get_by_text("tasks: Hostex did not answer.")).to_be_visible()
    expect(partly.get_by_text("and 2 more")).to_be_visible()
    expect(partly.get_by_text("None in what could be read: ")).to_contain_text("tasks")


def test_where_the_server_or_the_app_refuses_the_day_stays_and_says_why(stage: Stage) -> None:
    stage.answers["prepare_change"] = lambda _: failed("blocked", "This connection may only read.")
    shown = _shown(stage)
    view = shown.view
    view.get_by_role("button", name="Mark as done: Maintenance").click()
    expect(view.get_by_role("dialog").get_by_text("This connection may only read.")).to_be_visible()
    view.get_by_role("button", name="Close").click()
    stage.answers["read_day"] = lambda _: failed("upstream", "Hostex is down.", "Try later.")
    view.get_by_role("button", name="The day after").click()
    expect(view.get_by_role("alert")).to_contain_text("Hostex is down.")
    expect(view.get_by_role("heading", name="Arrivals 5")).to_be_visible()
    del stage.answers["read_day"]
    view.get_by_role("button", name="Try again").click()
    expect(view.get_by_role("heading", level=1)).to_contain_text("25 November")
    expect(view.get_by_role("alert")).to_have_count(0)
    shown.tell("ui/notifications/tool-result", failed("upstream", "Hostex is down."))
    expect(view.get_by_role("heading")).to_have_count(0)
    view.get_by_role("button", name="Try again").click()
    expect(view.get_by_role("heading", level=1)).to_contain_text("24 November")

    stage.calls.clear()
    mute = _shown(stage, capabilities={}).view
    expect(mute.get_by_text("does not let them use tools")).to_be_visible()
    expect(mute.get_by_text("Inês Exemplar").first).to_be_visible()
    done = mute.get_by_role("button", name="Mark as done: Maintenance")
    expect(done).to_be_disabled()
    expect(mute.get_by_role("button", name="Inês Exemplar")).to_have_count(0)
    assert stage.calls == []


def test_axe_finds_no_barrier_in_the_day_nor_in_what_opens_from_it(stage: Stage) -> None:
    decides(stage)
    shown = _shown(stage, width=1280)
    view = shown.view

    assert barriers(shown) == []
    view.get_by_role("region", name="Arrivals").get_by_role("button", name="Inês Exemplar").click()
    view.get_by_role("button", name="Open the conversation").click()
    expect(view.get_by_label("Your answer")).to_be_visible()
    assert barriers(shown) == []
    view.get_by_role("button", name="Approve").first.click()
    expect(view.get_by_role("dialog").get_by_role("button", name="Decline")).to_be_visible()
    assert barriers(shown) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hostile_names_stay_text_within_every_width(stage: Stage, scheme: str) -> None:
    stay: Json = {"guest_name": HOSTILE, "property": HOSTILE, "stay_code": "0-1"}
    day = _day(
        warnings=[{"kind": HOSTILE, "detail": HOSTILE, **stay}],
        requests=[{**stay, "waits_for": "host", "lapses_in_hours": 2}],
        waiting=[{**stay, "says": f"<guest-0a0a0a>{HOSTILE}</guest-0a0a0a>", "guest_is": HOSTILE}],
        arrivals=[{**stay, "time": "15:00", "guests": 2}, {**stay, "guest_name": "محمد بن سلمان"}],
        turnovers=[{"property": HOSTILE, "cleaning": f"pending, {HOSTILE}"}],
        tasks=[{"id": 1, "type": HOSTILE, "note": HOSTILE, "staff_name": HOSTILE}],
        reviews=[{"due": [HOSTILE], "property": HOSTILE, "guest_score": 1}],
        notes=[HOSTILE],
        failed=[{"message": HOSTILE}],
    )
    shown = _shown(stage, day, width=360, scheme=scheme)

    for width in (360, 720, 1280):
        shown.page.set_viewport_size({"width": width, "height": 900})
        assert flaws(shown) == []
    assert shown.view.locator("img").count() == 0
    expect(shown.view.locator("bdi", has_text="محمد بن سلمان")).to_be_visible()
