"""The messages of threads, newest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from hostex_mcp.sandbox.demo.builder import Builder
from hostex_mcp.sandbox.demo.stays import Stay
from hostex_mcp.sandbox.lookups import iso
from hostex_mcp.sandbox.state import Row

WELCOME_BOT, GUIDE_BOT = "Bot:104233", "Bot:104871"
LONG_THREAD = 108
_QUIET_DAYS = 4


@dataclass(frozen=True)
class ThreadTexts:
    """The texts of threads: of planned ones by the name of the stay, and of ordinary ones."""

    planned: Row
    ordinary: Row


def planned_thread(builder: Builder, stay: Stay, texts: ThreadTexts) -> list[Row]:
    """Return the written messages of a stay after the welcome at the time of booking."""
    written = texts.planned[stay.booking.key]
    first = builder.ago(minutes=max(line[1] for line in written))
    welcome = _welcome(builder, stay, texts, min(_welcomed_at(stay), first - timedelta(minutes=5)))
    return [*written_messages(builder, written), welcome]


def written_messages(builder: Builder, written: Iterable[list[Any]]) -> list[Row]:
    """Return messages from lines of speaker, minutes before now, text and quirks, oldest line first."""
    rows: list[Row] = []
    for speaker, minutes, content, *rest in written:
        quirks: Row = dict(rest[0]) if rest else {}
        attachment = quirks.pop("file", None)
        row = _message(builder, _sender(builder, speaker), builder.ago(minutes=minutes), content)
        if attachment:
            row["attachment"] = {"fullback_url": f"https://img.example.invalid/chat/{attachment}"}
        rows.append(row | quirks)
    return rows[::-1]


def ordinary_thread(builder: Builder, stay: Stay, texts: ThreadTexts) -> list[Row]:
    """Return a welcome, a question with its answer, and the check-in guide: nobody waits for anything."""
    booked = stay.booked_at
    rows = [_welcome(builder, stay, texts, _welcomed_at(stay))]
    question, answer = builder.random.choice(texts.ordinary["chats"])
    question_at = min(
        booked + timedelta(minutes=builder.random.randrange(30, 3000)), builder.ago(days=_QUIET_DAYS)
    )
    if question_at > booked + timedelta(minutes=10):
        rows.append(_message(builder, None, question_at, question))
        host = builder.random.choice(builder.plan["team"])
        rows.append(
            _message(builder, host, question_at + timedelta(minutes=builder.random.randrange(3, 90)), answer)
        )
    guide = builder.past(stay.booking.start - 2, time(9))
    if stay.booking.start <= 1 and stay.booking.status == "accepted" and guide > booked:
        text = texts.ordinary["guide"].format(
            property=stay.place["title"], link=stay.row["check_in_details"]["check_in_guide_url"]
        )
        rows.append(_message(builder, GUIDE_BOT, guide, text))
    return sorted(rows, key=lambda row: row["created_at"], reverse=True)


def long_thread(builder: Builder, texts: ThreadTexts) -> list[Row]:
    """Return a thread of exactly 108 messages over the last three weeks; the host spoke last."""
    lines = list(islice(_small_talk(builder, texts.ordinary["long"]), LONG_THREAD))
    span = timedelta(days=21) / len(lines)
    rows = [
        _message(builder, sender, builder.ago(hours=5) - span * (len(lines) - 1 - number), content)
        for number, (sender, content) in enumerate(lines)
    ]
    return rows[::-1]


def _small_talk(builder: Builder, talk: Row) -> Iterator[tuple[str | None, str]]:
    for thing in talk["things"]:
        for question, answer in talk["exchanges"]:
            yield None, question.format(thing=thing)
            yield builder.plan["team"][0], answer.format(thing=thing)


def _welcomed_at(stay: Stay) -> datetime:
    return stay.booked_at + timedelta(minutes=4)


def _welcome(builder: Builder, stay: Stay, texts: ThreadTexts, when: datetime) -> Row:
    text = texts.ordinary["welcome"].format(property=stay.place["title"])
    return _message(builder, WELCOME_BOT, when, text)


def _sender(builder: Builder, speaker: str) -> str | None:
    """Return the name behind a speaker: guests have none, the assistant is HostGPT, people their account."""
    marta, tom = builder.plan["team"]
    return {"guest": None, "bot": GUIDE_BOT, "gpt": "HostGPT", "marta": marta, "tom": tom}[speaker]


def _message(builder: Builder, sender: str | None, when: datetime, content: str) -> Row:
    return {
        "id": f"m-{builder.number('message')}",
        "sender_role": "guest" if sender is None else "host",
        "sender_name": sender,
        "sources": [],
        "display_type": "Text",
        "content": content,
        "attachment": None,
        "created_at": iso(when),
    }
