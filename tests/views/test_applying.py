"""What Hostex makes some seconds after it was sent: views say so, look again, and say if it is not there."""

from typing import Any

from playwright.sync_api import Locator, expect

from tests.views.calendars import answer, asked, in_turn, row
from tests.views.cards import answered, decides, waiting_change
from tests.views.stage import Json, Shown, Stage

APPLYING, NOT_YET = "Hostex is applying this", "Hostex does not show this yet"


def _shown(stage: Stage, view: str, result: Json, **how: Any) -> Shown:
    """A view whose pauses end when the test says so."""
    shown = stage.show(view, result, **how)
    shown.page.clock.install()
    return shown


def _approve(shown: Shown, button: str = "Approve") -> None:
    card = shown.view.get_by_role("dialog").last
    card.get_by_role("button", name=button).click()
    card.get_by_role("button", name="Close").click()


def _day(shown: Shown, name: str) -> Locator:
    return shown.view.get_by_role("gridcell", name=name)


def test_blocked_days_of_the_demo_account_are_marked_until_hostex_shows_them(stage: Stage) -> None:
    decides(stage, makes=True)
    days = {"start_date": "2026-12-15", "end_date": "2026-12-24", "property_ids": [20110003]}
    shown = _shown(stage, "calendar", stage.call("get_calendar", **days), arguments=days, width=1280)

    _day(shown, "22 December 2026: free").click()
    shown.view.get_by_role("button", name="Block").click()
    _approve(shown)
    expect(shown.view.get_by_role("status").get_by_text(APPLYING)).to_be_visible()
    expect(_day(shown, APPLYING)).to_have_count(1)
    stage.clock.advance(seconds=3)
    shown.page.clock.fast_forward(2000)
    expect(_day(shown, "22 December 2026: blocked")).to_have_count(1)
    expect(shown.view.get_by_text(APPLYING)).to_have_count(0)
    expect(_day(shown, APPLYING)).to_have_count(0)


def test_prices_and_minimum_stays_are_marked_until_hostex_shows_them(stage: Stage) -> None:
    decides(stage, makes=True)
    days = {"start_date": "2026-12-15", "end_date": "2026-12-24", "property_ids": [20110005]}
    shown = _shown(stage, "calendar", stage.call("get_calendar", **days), arguments=days, width=1280)
    view = shown.view
    picked = view.get_by_label("Picked days")
    _day(shown, "22 December 2026: free").click()

    for button, value, on, found in (
        ("Price …", "177", "Airbnb", "€177"),
        ("Price …", "155", "all channels, by their ratios", "€155"),
        ("Minimum stay …", "9", "Airbnb", "at least 9 nights"),
    ):
        picked.get_by_role("button", name=button).click()
        picked.get_by_role("textbox").fill(value)
        picked.get_by_label("on").select_option(label=on)
        picked.get_by_role("button", name="See what changes").click()
        _approve(shown)
        expect(_day(shown, APPLYING)).to_have_count(1)
        stage.clock.advance(seconds=3)
        shown.page.clock.fast_forward(2000)
        expect(_day(shown, APPLYING)).to_have_count(0)
        assert found in str(_day(shown, "22 December 2026: free").get_attribute("aria-label"))


def test_what_hostex_still_does_not_show_after_five_seconds_is_said_until_it_does(stage: Stage) -> None:
    decides(stage)
    blocked = row(1, blocks=[{"start": 2, "nights": 1}])
    stage.answers["read_calendar"] = in_turn(*[answer([row(1), row(2)])] * 4, answer([blocked, row(2)]))
    shown = _shown(stage, "calendar", asked([row(1), row(2)]))

    _day(shown, "26 November 2026: free").first.click()
    shown.view.get_by_role("button", name="Block").click()
    _approve(shown)
    expect(_day(shown, APPLYING)).to_have_count(1)
    for pause in (2000, 3000):
        shown.page.wait_for_timeout(0)
        shown.page.clock.fast_forward(pause)
    expect(_day(shown, NOT_YET)).to_have_count(1)
    expect(shown.view.get_by_role("status").get_by_text(NOT_YET)).to_be_visible()
    shown.view.get_by_role("button", name="Read again").click()
    expect(_day(shown, "26 November 2026: blocked")).to_have_count(1)
    expect(shown.view.get_by_text(NOT_YET)).to_have_count(0)
    assert len(stage.calls) == 7


def test_what_was_taken_back_on_the_card_is_not_waited_for(stage: Stage) -> None:
    decides(stage)
    undo: Json = {
        "title": "open them again",
        "restores": [],
        "tool": "update_availabilities",
        "arguments": {},
    }
    stage.answers["decide_change"] = lambda _: _done(undo)
    stage.answers["read_calendar"] = lambda _: answer([row(1)])
    shown = _shown(stage, "calendar", asked([row(1)]))

    _day(shown, "26 November 2026: free").click()
    shown.view.get_by_role("button", name="Block").click()
    shown.view.get_by_role("button", name="Approve").click()
    shown.view.get_by_role("button", name="Undo: open them again").click()
    _approve(shown)
    expect(shown.view.get_by_role("dialog")).to_have_count(0)
    expect(shown.view.get_by_role("status").get_by_text("Reading")).to_have_count(0)
    expect(_day(shown, APPLYING)).to_have_count(0)
    assert [name for name, _ in stage.calls].count("read_calendar") == 2


def _done(undo: Json | None = None) -> Json:
    outcome: Json = {"sentence": "It is done.", "notes": [], "result": [], "undo": undo}
    return answered({"change": waiting_change(state="done", headline="done", open=False, outcome=outcome)})


def _task_day(*ids: int) -> Json:
    lists = ("warnings", "requests", "waiting", "arrivals", "turnovers", "departures", "reviews", "in_house")
    tasks = [{"id": id, "type": "cleaning", "property": f"Flat {id}"} for id in ids]
    return answered({"date": "2026-12-01", **{name: [] for name in lists}, "tasks": tasks})


def test_a_task_that_was_sent_as_done_has_no_button_until_it_is_gone(stage: Stage) -> None:
    decides(stage)
    stage.answers["read_day"] = in_turn(_task_day(1, 2), _task_day(2))
    shown = _shown(stage, "day", _task_day(1, 2))
    tasks = shown.view.get_by_role("region", name="Tasks").get_by_role("listitem")

    shown.view.get_by_role("button", name="Mark as done: Cleaning, Flat 1").click()
    _approve(shown)
    expect(tasks.first).to_contain_text(APPLYING)
    expect(tasks.first.get_by_role("button")).to_have_count(0)
    expect(tasks.last.get_by_role("button")).to_have_count(1)
    shown.page.clock.fast_forward(2000)
    expect(tasks).to_have_count(1)
    expect(shown.view.get_by_text(APPLYING)).to_have_count(0)
    expect(shown.view.get_by_role("heading", name="Tasks 1")).to_be_focused()


def test_who_goes_on_to_another_day_meanwhile_stays_there(stage: Stage) -> None:
    decides(stage)
    other = answered({**_task_day(3)["structuredContent"], "date": "2026-12-02"})
    stage.answers["read_day"] = lambda asked: other if asked.get("date") == "2026-12-02" else _task_day(1)
    shown = _shown(stage, "day", _task_day(1))

    shown.view.get_by_role("button", name="Mark as done: Cleaning, Flat 1").click()
    _approve(shown)
    expect(shown.view.get_by_text(APPLYING)).to_be_visible()
    shown.view.get_by_role("button", name="The day after").click()
    expect(shown.view.get_by_text("Flat 3")).to_be_visible()
    reads = len(stage.calls)
    for pause in (2000, 3000):
        shown.page.clock.fast_forward(pause)
    expect(shown.view.get_by_text("Flat 3")).to_be_visible()
    assert len(stage.calls) == reads


def test_a_message_that_was_sent_is_awaited_while_the_next_one_is_written(stage: Stage) -> None:
    decides(stage)
    said: Json = {
        "id": "m1",
        "author": "guest",
        "created_at": "2026-11-24T10:00:00+00:00",
        "content": "Hello",
    }
    ours: Json = {**said, "id": "m2", "author": "team", "content": "Good morning"}
    thread = [answered({"id": "0-1", "messages": messages}) for messages in ([said], [said, ours])]
    stage.answers["get_conversation"] = in_turn(*thread)
    shown = _shown(stage, "thread", thread[0])
    view = shown.view
    field = view.get_by_label("Your answer")

    field.fill("Good morning")
    view.get_by_role("button", name="Review and send").click()
    _approve(shown)
    expect(view.get_by_role("status").get_by_text("Hostex is sending this")).to_be_visible()
    field.fill("And by the way")
    shown.page.clock.fast_forward(2000)
    expect(view.get_by_role("region", name="Messages")).to_contain_text("Good morning")
    expect(view.get_by_text("Hostex is sending this")).to_have_count(0)
    expect(field).to_have_value("And by the way")
