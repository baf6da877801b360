"""The calendar in a browser: what it draws, how days are picked, and what becomes of them."""

from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.views.calendars import HOSTILE, answer, asked, empty_days, in_turn, listing, row, stay
from tests.views.cards import decides, failed
from tests.views.measures import barriers, flaws, framed
from tests.views.stage import CAPABILITIES, Json, Shown, Stage

_DOUBLE = {"kind": "double_booking", "start": 12, "nights": 1, "stay_codes": ["0-Ben-10", "0-Cleo-12"]}
_GAP: Json = {
    "start": 20,
    "nights": 2,
    "rule": "min_stay_on_arrival",
    "text": "minimum stay 3",
    "channels": ["airbnb"],
}
_RULES: Json = {"min_stay": [[0, 31, 2]], "no_arrival": [[22, 1]], "no_departure": [[23, 1]]}


def _busy() -> list[Json]:
    stays = [
        stay(-2, 4, "Early"),
        stay(4, 3, "Request", status="wait_accept", channel_type="vrbo"),
        stay(10, 3, "Ben", channel_type="booking.com"),
        stay(12, 2, "Cleo"),
        stay(16, 0, "Dayuse", channel_type="hostex_direct"),
    ]
    loft: Json = {
        "listings": [listing(31, **_RULES), listing(31, "vrbo", 131)],
        "gaps": [_GAP],
        "conflicts": [_DOUBLE],
    }
    block: Json = {"start": 6, "nights": 3, "remarks": "Boiler"}
    return [
        row(1, "Harbour Loft", stays=stays, **loft),
        row(2, "Alfama", blocks=[block], listings=[listing(31, price=24000, currency="JPY")]),
        row(3, "Nowhere sold", listings=[], price_of=None, stays=[stay(-100, 365, "Long", amount=None)]),
    ]


def _show(stage: Stage, rows: Sequence[Json], **how: Any) -> Shown:
    stage.answers.setdefault("read_calendar", lambda _: answer(rows))
    return stage.show("calendar", asked(rows), **how)


def _cell(shown: Shown, name: str) -> Locator:
    return shown.view.get_by_role("gridcell", name=name)


def test_stays_blocks_rules_and_prices_are_on_the_grid_in_words(stage: Stage) -> None:
    shown = _show(stage, _busy(), width=1280)

    expect(_cell(shown, "Early, Airbnb, Sun 22 Nov to Thu 26 Nov, 4 nights, €450")).to_be_visible()
    expect(
        _cell(shown, "Request, Vrbo, Sat 28 Nov to Tue 1 Dec, 3 nights, €450, request, not accepted yet")
    ).to_be_visible()
    expect(
        _cell(shown, "Ben, Booking.com, Fri 4 Dec to Mon 7 Dec, 3 nights, €450, double booking")
    ).to_be_visible()
    expect(_cell(shown, "Dayuse, Direct, Thu 10 Dec, day use, €450")).to_be_visible()
    expect(_cell(shown, "Long, Airbnb, Sun 16 Aug to Mon 16 Aug, 365 nights")).to_be_visible()
    expect(_cell(shown, "Monday, 30 November 2026: blocked: Boiler")).to_have_count(1)
    expect(_cell(shown, "Thursday, 26 November 2026: free, €120 a night, at least 2 nights")).to_be_visible()
    expect(_cell(shown, "cannot be booked on Airbnb: minimum stay 3")).to_have_count(2)
    expect(
        _cell(shown, "16 December 2026: free, €120 a night, at least 2 nights, no arrivals")
    ).to_have_count(1)
    expect(
        _cell(shown, "26 November 2026: free, JP¥24,000 a night").or_(
            _cell(shown, "26 November 2026: free, ¥24,000 a night")
        )
    ).to_have_count(1)
    assert shown.view.get_by_role("columnheader", name="Tuesday, 24 November 2026, 1 free").count() == 1
    above, below = (_cell(shown, name).bounding_box() for name in ("Ben, Booking", "Cleo, Airbnb"))
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]

    shown.view.get_by_label("Prices shown").select_option("vrbo")
    expect(_cell(shown, "Thursday, 26 November 2026: free, €131 a night")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_calendar_fits_and_is_readable_from_a_phone_to_a_desk(stage: Stage, scheme: str) -> None:
    for width in (360, 720, 1280):
        shown = _show(stage, _busy(), width=width, scheme=scheme)
        _cell(shown, "Thursday, 26 November 2026: free").first.dispatch_event("click")
        shown.view.get_by_role("button", name="Price …").click()
        assert flaws(shown) == []


def test_days_picked_with_the_mouse_are_blocked_through_a_change(stage: Stage) -> None:
    decides(stage)
    reads = in_turn(answer(_busy()), answer([row(1, "Harbour Loft", blocks=[{"start": 2, "nights": 2}])]))
    stage.answers["read_calendar"] = reads
    shown = _show(stage, _busy(), width=1280)

    _cell(shown, "Thursday, 26 November 2026: free, €120").drag_to(
        _cell(shown, "Friday, 27 November 2026: free, €120")
    )
    expect(shown.view.get_by_label("Picked days")).to_contain_text(
        "Harbour Loft Thu 26 Nov to Fri 27 Nov, 2 nights"
    )
    shown.view.get_by_role("button", name="Block").click()
    assert [name for name, _ in stage.calls] == ["read_calendar", "prepare_change"]
    shown.view.get_by_role("button", name="Approve").click()
    shown.view.get_by_role("button", name="Close").click()
    expect(_cell(shown, "Thursday, 26 November 2026: blocked")).to_have_count(1)

    span = {"start_date": "2026-11-26", "end_date": "2026-11-27"}
    arguments = {"property_ids": [1], "available": False, **span}
    assert stage.calls[1] == ("prepare_change", {"tool": "update_availabilities", "arguments": arguments})
    assert stage.calls[-1][1]["property_ids"] == [1]


def test_days_picked_with_keys_get_prices_and_a_minimum_stay(stage: Stage) -> None:
    decides(stage)
    shown = _show(stage, _busy())
    keys, picked = shown.page.keyboard, shown.view.get_by_label("Picked days")

    shown.view.get_by_role("grid").focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "Enter"):
        keys.press(key)
    expect(picked).to_contain_text("Fri 27 Nov")
    expect(shown.view.get_by_role("button", name="Block")).to_be_focused()
    picked.get_by_role("button", name="Price …").click()
    keys.type("12.5")
    keys.press("Enter")
    expect(picked.get_by_role("alert")).to_have_text("A whole amount above 0, please.")
    picked.get_by_label("Price a night").fill("140")
    keys.press("Enter")
    shown.view.get_by_role("button", name="Decline").click()
    shown.view.get_by_role("button", name="Close").click()
    picked.get_by_label("on").select_option(label="Vrbo")
    picked.get_by_role("button", name="See what changes").click()
    shown.view.get_by_role("button", name="Decline").click()
    shown.view.get_by_role("button", name="Close").click()
    picked.get_by_role("button", name="Minimum stay …").click()
    keys.type("3")
    keys.press("Enter")
    expect(shown.view.get_by_role("button", name="Approve")).to_be_visible()

    span = {"start_date": "2026-11-26", "end_date": "2026-11-27"}
    asked_for = [args for name, args in stage.calls if name == "prepare_change"]
    vrbo = {"channel_type": "vrbo", "listing_id": "vrbo-1"}
    airbnb = {"channel_type": "airbnb", "listing_id": "airbnb-1"}
    everywhere = {"property_id": 1, "prices": [{**span, "price": 140}], "currency": "EUR"}
    assert asked_for == [
        {"tool": "update_property_prices", "arguments": everywhere},
        {"tool": "update_listing_prices", "arguments": {**vrbo, "prices": [{**span, "price": 140}]}},
        {
            "tool": "update_listing_restrictions",
            "arguments": {**airbnb, "restrictions": [{**span, "min_stay_on_arrival": 3}]},
        },
    ]


def test_touch_picks_a_day_and_then_the_days_up_to_another(stage: Stage) -> None:
    shown = _show(stage, [row(days=31), row(2, listings=[])], width=720)
    tap = {"pointerType": "touch"}
    picked = shown.view.get_by_label("Picked days")

    _cell(shown, "Thursday, 26 November 2026: free, €120").dispatch_event("click", tap)
    expect(picked).to_contain_text("Thu 26 Nov, 1 night")
    _cell(shown, "Saturday, 28 November 2026: free, €120").dispatch_event("click", tap)
    expect(picked).to_contain_text("Thu 26 Nov to Sat 28 Nov, 3 nights")
    _cell(shown, "Friday, 27 November 2026: free").last.dispatch_event("click", tap)
    expect(picked).to_contain_text("Sold on no channel")
    expect(picked.get_by_role("button", name="Price …")).to_have_count(0)
    picked.get_by_role("button", name="Clear").click()
    expect(picked).to_be_hidden()


def test_a_stay_opens_with_what_else_is_known_of_it(stage: Stage) -> None:
    dossier = {"stay": {"check_in_time": "15:00", "guests": 2}, "notes": ["Read from 2026 on."]}
    refused = {
        **failed("host", "No such tool"),
        "structuredContent": {"error": {"kind": "host", "message": "No"}},
    }
    stage.answers["get_stay"] = lambda _: refused
    stage.answers["call_read_tool"] = lambda _: {"content": [], "structuredContent": dossier}
    shown = _show(stage, _busy())

    shown.view.get_by_role("grid").focus()
    shown.page.keyboard.press("Enter")
    panel = shown.view.get_by_role("dialog", name="Early")
    expect(panel).to_contain_text("Thursday, 26 November 2026")
    expect(panel).to_contain_text("15:00")
    expect(panel).to_contain_text("Read from 2026 on.")
    shown.page.keyboard.press("Escape")
    expect(shown.view.get_by_role("grid")).to_be_focused()
    assert stage.calls[-1] == (
        "call_read_tool",
        {"name": "get_stay", "arguments": {"stay_code": "0-Early--2"}},
    )


def test_more_days_and_properties_are_read_when_they_are_needed(stage: Stage) -> None:
    first = answer([row(1), row(2)], total=3, next_cursor="c1")
    broken = failed("unavailable", "Hostex does not answer.")
    stage.answers["read_calendar"] = in_turn(first, empty_days, answer([row(3, days=62)]), broken)
    shown = _show(stage, [row(1), row(2)])
    view = shown.view

    expect(view.get_by_role("status").get_by_text("1 of 3 properties are not shown.")).to_be_visible()
    view.get_by_role("button", name="Month after").click()
    expect(view.get_by_role("heading", name="December 2026")).to_be_visible()
    view.get_by_role("button", name="Month after").click()
    expect(view.get_by_role("heading", name="January 2027")).to_be_visible()
    view.get_by_role("button", name="Show 1 more").click()
    expect(view.get_by_role("rowheader", name="Home 3")).to_be_visible()
    view.get_by_role("button", name="Read again").click()
    expect(view.get_by_text("Hostex does not answer.")).to_be_visible()
    expect(view.get_by_role("rowheader", name="Home 1")).to_be_visible()

    calls = [args for _, args in stage.calls]
    assert calls[1] == {
        "start_date": "2026-12-25",
        "end_date": "2027-01-24",
        "property_ids": [1, 2],
        "limit": 100,
    }
    assert calls[2] == {"cursor": "c1", "limit": 100}


def test_five_hundred_properties_are_filtered_and_only_those_in_sight_are_drawn(stage: Stage) -> None:
    rows = [row(number, f"Casa Évora {number}") for number in range(1, 501)]
    shown = _show(stage, rows)

    expect(shown.view.get_by_role("rowheader", name="Casa Évora 1", exact=True)).to_be_visible()
    expect(shown.view.get_by_role("grid")).to_have_attribute("aria-rowcount", "501")
    assert framed(shown).evaluate("document.querySelectorAll('*').length") < 2_500
    shown.view.get_by_role("grid").focus()
    shown.page.keyboard.press("Control+End")
    expect(shown.view.get_by_role("rowheader", name="Casa Évora 500")).to_be_visible()
    shown.view.get_by_label("Filter properties").fill("evora 499")
    expect(shown.view.get_by_role("rowheader")).to_have_text(["Casa Évora 499"])
    expect(shown.view.get_by_text("1 of 500 properties").first).to_be_visible()
    shown.view.get_by_label("Filter properties").fill("nothing like it")
    expect(shown.view.get_by_text("0 of 500 properties").first).to_be_visible()


def test_what_this_connection_may_not_see_is_said(stage: Stage) -> None:
    bare = stay(2, 4, "")
    for name in ("guest_name", "amount", "currency"):
        del bare[name]
    shown = _show(stage, [row(stays=[bare], listings=[listing(31, price=1)], price_of=None)])

    expect(shown.view.get_by_text("This connection is not shown names of guests or amounts.")).to_be_visible()
    expect(_cell(shown, "Guest, Airbnb, Thu 26 Nov to Mon 30 Nov, 4 nights")).to_be_visible()


def test_hostile_names_stay_text(stage: Stage) -> None:
    stays = [stay(1, 5, HOSTILE), stay(8, 4, "שלום " * 20, currency="<b>")]
    rows = [row(1, HOSTILE * 3, stays=stays, blocks=[{"start": 14, "nights": 2, "remarks": HOSTILE}])]
    stage.answers["read_calendar"] = lambda _: answer(rows, notes=[HOSTILE], failed=[{"message": HOSTILE}])
    stage.answers["get_stay"] = lambda _: {"content": [], "structuredContent": {"stay": {"remarks": HOSTILE}}}
    shown = _show(stage, rows, width=360)

    _cell(shown, "<img src=x").first.click()
    expect(shown.view.get_by_role("dialog")).to_contain_text("<img src=x")
    assert flaws(shown) == []
    assert shown.view.locator("img, script:not([type=module])").count() == 0
    assert shown.page.evaluate("window.broken === undefined")


def test_nothing_to_show_and_what_goes_wrong_have_words(stage: Stage) -> None:
    stage.answers["read_calendar"] = in_turn(failed("network", "Hostex cannot be reached."), answer([]))
    shown = _show(stage, [])
    expect(shown.view.get_by_role("alert")).to_contain_text("Hostex cannot be reached.")
    shown.view.get_by_role("button", name="Try again").click()
    expect(shown.view.get_by_text("No properties")).to_be_visible()

    mute = {name: value for name, value in CAPABILITIES.items() if name != "serverTools"}
    shown = _show(stage, [row()], capabilities=mute)
    expect(shown.view.get_by_text("This app does not let views use tools")).to_be_visible()
    expect(shown.view.get_by_text("Home 1: free")).to_be_visible()
    shown = stage.show("calendar", failed("forbidden", "This grant has no calendar."))
    expect(shown.view.get_by_role("alert")).to_contain_text("This grant has no calendar.")


def test_axe_finds_nothing_in_the_calendar_nor_in_what_opens_from_it(stage: Stage) -> None:
    shown = _show(stage, _busy(), width=1280)
    expect(_cell(shown, "Early, Airbnb")).to_be_visible()

    assert barriers(shown) == []
    _cell(shown, "Early, Airbnb").click()
    expect(shown.view.get_by_role("dialog")).to_be_visible()
    assert barriers(shown) == []


def test_marks_of_closed_days_stand_beside_the_minimum_stay(stage: Stage) -> None:
    rules: Json = {"min_stay": [[0, 31, 30]], "no_arrival": [[0, 31]], "no_departure": [[0, 31]]}
    shown = _show(stage, [row(1, "Harbour Loft", listings=[listing(31, **rules)])], width=1280)
    cell = shown.view.locator(".cell[data-least]").first
    expect(cell.locator(".shut")).to_have_count(2)

    tops = cell.evaluate(
        """(cell) => [
            parseFloat(getComputedStyle(cell, "::before").top) + 14,
            ...[...cell.querySelectorAll(".shut")].map((mark) => mark.offsetTop),
            ...[...cell.querySelectorAll(".shut")].map((mark) => cell.offsetWidth / 2 - mark.offsetLeft),
        ]"""
    )

    least, out, into, *beyond_the_middle = tops
    # Stays that end on this day cover its first half.
    assert min(out, into) >= least
    assert max(beyond_the_middle) <= 0
