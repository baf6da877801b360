"""The card of a change, in a browser: what would be written, and a decision that counts once."""

from typing import Any

from playwright.sync_api import expect

from tests.views.cards import SECRET, answered, waiting_change
from tests.views.measures import barriers
from tests.views.stage import Json, Stage


def _words(text: str) -> Json:
    return {"kind": "words", "text": text}


def _change(**members: Any) -> Json:
    shown: Json = {
        "title": "Update prices",
        "summary": "Harbour Loft on Airbnb: Fri 11 and Sat 12 Dec",
        "rows": [{"name": _words("Price"), "before": _words("€148"), "after": _words("€163"), "others": []}],
        "warnings": ["This is 10 % more than today."],
    }
    return waiting_change(**{**shown, **members})


def _done(**members: Any) -> Json:
    outcome: Json = {"sentence": "It is done.", "notes": [], "result": [], "undo": None, **members}
    return _change(state="done", headline="done", open=False, decided="Approved by you, now", outcome=outcome)


def _answer(change: Json, *, secret: str | None = SECRET) -> Json:
    meta = {} if secret is None else {"_meta": {"hostex/secret": secret}}
    return {"content": [], "structuredContent": {"status": "waiting", "change_id": change["id"]}, **meta}


def _read(change: Json) -> Json:
    return answered({"change": change})


def test_a_waiting_change_is_shown_and_approved_with_what_was_seen(stage: Stage) -> None:
    stage.answers["read_change"] = lambda _: _read(_change())
    stage.answers["decide_change"] = lambda _: _read(_done())
    shown = stage.show("change", _answer(_change()))

    expect(shown.view.get_by_role("heading", name="Harbour Loft on Airbnb")).to_be_visible()
    expect(shown.view.get_by_text("€148")).to_be_visible()
    shown.view.get_by_role("button", name="Approve").click()
    expect(shown.view.get_by_text("It is done.").first).to_be_visible()

    decision = {"change_id": "chg-1", "secret": SECRET, "approve": True, "seen": "d1"}
    assert stage.calls == [
        ("read_change", {"change_id": "chg-1", "secret": SECRET}),
        ("decide_change", decision),
    ]


def test_two_presses_decide_once(stage: Stage) -> None:
    stage.answers["read_change"] = lambda _: _read(_change())
    stage.answers["decide_change"] = lambda _: _read(_done())
    shown = stage.show("change", _answer(_change()))

    shown.view.get_by_role("button", name="Approve").dblclick()
    expect(shown.view.get_by_text("It is done.").first).to_be_visible()

    assert [name for name, _ in stage.calls] == ["read_change", "decide_change"]


def test_a_press_on_what_has_just_appeared_decides_nothing(stage: Stage) -> None:
    moved = _change(moved=True, state="stale", seen="d2", warnings=["It costs twice as much now."])
    stage.answers["read_change"] = lambda _: _read(_change())
    stage.answers["decide_change"] = lambda given: _read(moved if given["seen"] == "d1" else _done())
    shown = stage.show("change", _answer(_change()))
    approve = shown.view.get_by_role("button", name="Approve")

    approve.click()
    # What takes less than a second, a busy machine may not see.
    shown.page.frames[1].add_style_tag(content=".settling .button { animation-duration: 99s !important }")
    expect(shown.view.get_by_text("It costs twice as much now.")).to_be_visible()
    place = approve.bounding_box()
    assert place
    shown.page.mouse.click(place["x"] + 9, place["y"] + 9)
    shown.view.get_by_role("button", name="Decline").focus()
    assert [given["seen"] for name, given in stage.calls if name == "decide_change"] == ["d1"]

    shown.page.frames[1].evaluate("document.getAnimations().forEach((each) => each.finish())")
    approve.click()
    expect(shown.view.get_by_text("It is done.").first).to_be_visible()
    assert [given["seen"] for name, given in stage.calls if name == "decide_change"] == ["d1", "d2"]


def test_a_draft_is_sent_as_the_person_edited_it(stage: Stage) -> None:
    stage.answers["read_change"] = lambda _: _read(_change(text="Hello", spelled="Hello", rows=[]))
    stage.answers["decide_change"] = lambda _: _read(_done())
    shown = stage.show("change", _answer(_change()))

    shown.view.get_by_label("The message, as it will be sent").fill("Hello Anna")
    shown.view.get_by_role("button", name="Send").click()
    expect(shown.view.get_by_text("It is done.").first).to_be_visible()

    assert stage.calls[-1][1]["text"] == "Hello Anna"


def test_without_the_secret_nothing_can_be_pressed(stage: Stage) -> None:
    stage.answers["read_change"] = lambda _: _read(_change())
    shown = stage.show("change", _answer(_change(), secret=None))

    expect(shown.view.get_by_text("Open the page of changes instead")).to_be_visible()
    expect(shown.view.get_by_role("button")).to_have_count(0)


def test_a_change_that_moved_is_shown_anew_before_it_can_be_decided(stage: Stage) -> None:
    moved = _change(state="stale", moved=True, seen="d2", summary="Harbour Loft on Airbnb: now €150")
    stage.answers["read_change"] = lambda _: _read(_change())
    stage.answers["decide_change"] = lambda args: _read(moved if args["seen"] == "d1" else _done())
    shown = stage.show("change", _answer(_change()))

    shown.view.get_by_role("button", name="Approve").click()
    expect(shown.view.get_by_role("heading", name="now €150")).to_be_visible()
    shown.view.get_by_role("button", name="Approve").click()
    expect(shown.view.get_by_text("It is done.").first).to_be_visible()

    assert [args.get("seen") for name, args in stage.calls if name == "decide_change"] == ["d1", "d2"]


def test_hostile_text_stays_text(stage: Stage) -> None:
    hostile = '<img src=x onerror="parent.broken = true">\u202e</bdi><script>parent.broken = true</script>'
    passage = {"kind": "passage", "text": hostile, "folded": ""}
    row: Json = {
        "name": _words(hostile),
        "before": passage,
        "after": {"kind": "several", "parts": [passage]},
        "others": [],
    }
    change = _change(
        summary=hostile,
        app=hostile,
        warnings=[hostile],
        rows=[row],
        about=[{"name": passage, "value": passage}],
    )
    stage.answers["read_change"] = lambda _: _read(change)
    shown = stage.show("change", _answer(change))

    expect(shown.view.get_by_role("heading", level=2, name="<img src=x")).to_be_visible()
    assert shown.view.locator("img, script:not([type=module])").count() == 0
    assert shown.page.evaluate("window.broken === undefined")


def test_axe_finds_nothing_in_a_card_before_and_after_the_decision(stage: Stage) -> None:
    draft = _change(text="Good evening", spelled="Good evening")
    stage.answers["read_change"] = lambda _: _read(draft)
    waiting = stage.show("change", _answer(draft))
    expect(waiting.view.get_by_role("button", name="Send")).to_be_visible()
    assert barriers(waiting) == []

    stage.answers["read_change"] = lambda _: _read(_done())
    done = stage.show("change", _answer(_done()), scheme="dark")
    expect(done.view.get_by_text("It is done.")).to_be_visible()
    assert barriers(done) == []


def test_the_second_of_two_clicks_does_not_decide_on_what_was_shown_anew_in_between(stage: Stage) -> None:
    moved = _change(state="stale", moved=True, seen="d2", summary="Harbour Loft on Airbnb: now €150")
    stage.answers["read_change"] = lambda _: _read(_change(moved=True))
    stage.answers["decide_change"] = lambda args: _read(moved if args["seen"] == "d1" else _done())
    shown = stage.show("change", _answer(_change()))

    approve = shown.view.get_by_role("button", name="Approve")
    mouse = shown.page.mouse
    # Which waits until a press would count.
    approve.hover()
    mouse.down()
    mouse.up()
    expect(shown.view.get_by_role("heading", name="now €150")).to_be_visible()
    mouse.down(click_count=2)
    mouse.up(click_count=2)
    shown.view.get_by_role("button", name="Decline").focus()
    assert [args["seen"] for name, args in stage.calls if name == "decide_change"] == ["d1"]

    approve.click()
    expect(shown.view.get_by_text("It is done.").first).to_be_visible()


def test_whatever_will_be_written_is_unfolded_wherever_it_stands(stage: Stage) -> None:
    def long(text: str) -> Json:
        return {"kind": "passage", "text": text, "folded": "1,100 characters"}

    inner: Json = {"kind": "table", "rows": [{"name": _words("rule"), "value": long("in a table")}]}
    beside: Json = {"kind": "several", "parts": [long("in a list")]}
    row: Json = {
        "name": _words("Rules"),
        "before": long("as it was"),
        "after": inner,
        "others": [
            {"name": _words("more"), "value": beside},
            {"name": _words("text"), "value": long("beside it")},
        ],
    }
    stage.answers["read_change"] = lambda _: _read(_change(rows=[row]))
    shown = stage.show("change", _answer(_change()))

    for words in ("in a table", "in a list", "beside it"):
        expect(shown.view.get_by_text(words)).to_be_visible()
    expect(shown.view.get_by_text("as it was")).to_be_hidden()


def test_no_end_of_a_draft_on_a_card_is_out_of_sight(stage: Stage) -> None:
    text = "\n".join(f"Line {number}: {'word ' * 30}" for number in range(12))
    stage.answers["read_change"] = lambda _: _read(_change(text=text, spelled=text, rows=[]))
    for width in (360, 720):
        shown = stage.show("change", _answer(_change()), width=width)
        field = shown.view.get_by_label("The message, as it will be sent")
        expect(field).to_be_visible()
        # As browsers lay it out that give no field the height of its text.
        fits = (
            "field => { field.style.fieldSizing = 'fixed'; return field.scrollHeight <= field.clientHeight; }"
        )
        assert field.evaluate(fits)


def test_a_card_says_before_whether_it_can_be_undone(stage: Stage) -> None:
    for undoable, sentence in ((True, "Can be undone afterwards."), (False, "Cannot be undone.")):
        change = _change(undoable=undoable)
        stage.answers["read_change"] = lambda _, change=change: _read(change)
        shown = stage.show("change", _answer(change))
        expect(shown.view.get_by_text(sentence)).to_be_visible()


def test_what_waits_for_the_owner_has_no_buttons(stage: Stage) -> None:
    change = _change(decides=False)
    stage.answers["read_change"] = lambda _: _read(change)
    shown = stage.show("change", _answer(change))

    expect(shown.view.get_by_text("The owner of the Hostex account decides on this")).to_be_visible()
    expect(shown.view.get_by_role("button")).to_have_count(0)
