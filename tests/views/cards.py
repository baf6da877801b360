"""Changes as views get them from the tools that work them out and decide on them."""

from typing import Any

from tests.views.stage import Json, Stage

SECRET = "s" * 32


def waiting_change(**members: Any) -> Json:
    """A change that waits, as a card shows it."""
    return {
        "id": "chg-1",
        "app": "Claude",
        "title": "",
        "summary": "What would be done",
        "rows": [],
        "about": [],
        "warnings": [],
        "state": "waiting",
        "headline": "waits for you",
        "open": True,
        "moved": False,
        "asked": "just now",
        "expires": "today at 10:10",
        "left": "10 minutes",
        "text": None,
        "spelled": "",
        "seen": "d1",
        "decided": "",
        "outcome": None,
        **members,
    }


def decides(stage: Stage, *, makes: bool = False) -> None:
    """Have changes be worked out, and done or declined. None of them is made unless the demo account `makes`
    them."""
    asked: list[Json] = []

    def prepared(arguments: Json) -> Json:
        asked.append(arguments)
        return {
            "content": [],
            "structuredContent": {"change": waiting_change()},
            "_meta": {"hostex/secret": SECRET},
        }

    def decided(arguments: Json) -> Json:
        state, sentence = ("done", "It is done.") if arguments["approve"] else ("declined", "Not done.")
        if makes and arguments["approve"]:
            assert not stage.call(asked[-1]["tool"], **asked[-1]["arguments"])["isError"]
        outcome: Json = {"sentence": sentence, "notes": [], "result": [], "undo": None}
        change = waiting_change(state=state, headline=state, open=False, outcome=outcome)
        return answered({"change": change})

    stage.answers["prepare_change"] = prepared
    stage.answers["decide_change"] = decided


def failed(kind: str, message: str, hint: str = "") -> Json:
    """An error, as a tool gives it."""
    error = {"kind": kind, "message": message, "hint": hint}
    return {"content": [], "isError": True, "structuredContent": {"error": error}}


def answered(data: Json) -> Json:
    """An answer with this structured result."""
    return {"content": [], "structuredContent": data}
