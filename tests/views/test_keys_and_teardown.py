"""What holds for every view: whole tasks with the keyboard alone, and a good-bye that a host asks for."""

import pytest
from playwright.sync_api import Locator, expect

from hostex_mcp.views import VIEWS
from tests.views.cards import answered, decides
from tests.views.stage import Json, Shown, Stage


def tab_to(shown: Shown, target: Locator) -> None:
    """Go to a control as somebody without a mouse does."""
    for _ in range(60):
        if target.evaluate("(node) => node === document.activeElement"):
            return
        shown.page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not reach it")


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_a_view_that_its_host_ends_says_that_it_may_go(stage: Stage, view: str) -> None:
    shown = stage.show(view, None)
    shown.page.evaluate(
        "document.querySelector('iframe').contentWindow.postMessage("
        "{jsonrpc: '2.0', id: 'end', method: 'ui/resource-teardown', params: {reason: 'closed'}}, '*')"
    )
    shown.page.wait_for_function("window.heard.some(({id}) => id === 'end')")
    (farewell,) = [message for message in shown.heard if message.get("id") == "end"]
    assert farewell == {"jsonrpc": "2.0", "id": "end", "result": {}}


def test_an_answer_is_written_and_sent_without_a_mouse(stage: Stage) -> None:
    decides(stage)
    message: Json = {
        "id": "m1",
        "author": "guest",
        "created_at": "2026-11-24T10:00:00+00:00",
        "content": "Hi",
    }
    thread = answered({"id": "0-1", "guest": {"name": "Ann"}, "messages": [message]})
    stage.answers["get_conversation"] = lambda _: thread
    shown = stage.show("thread", thread)
    keys = shown.page.keyboard

    shown.view.get_by_role("heading", level=1).wait_for()
    keys.press("Tab")
    tab_to(shown, shown.view.get_by_label("Your answer"))
    keys.type("Welcome")
    tab_to(shown, shown.view.get_by_role("button", name="Review and send"))
    keys.press("Enter")
    approve = shown.view.get_by_role("button", name="Approve")
    approve.wait_for()
    shown.page.frames[1].evaluate("document.getAnimations().forEach((each) => each.finish())")
    tab_to(shown, approve)
    keys.press("Enter")
    expect(shown.view.get_by_text("It is done.").first).to_be_visible()

    (asked,) = [given for name, given in stage.calls if name == "prepare_change"]
    assert asked == {
        "tool": "send_message",
        "arguments": {"conversation_id": "0-1", "message": "Welcome"},
    }
