"""Conversations: hand-written ones, ordinary ones around them, and the order of the list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from hostex_mcp.sandbox.demo.builder import Builder, load
from hostex_mcp.sandbox.demo.places import cover_url
from hostex_mcp.sandbox.demo.stays import Stay, orders_of
from hostex_mcp.sandbox.lookups import iso, zulu
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


FIRST_DAY, LAST_DAY = -5, 11
_PREFIXES = {"airbnb": 0, "booking.com": 2, "vrbo": 4, "booking_site": 6}
_OUT_OF_ORDER = 3


def add_conversations(builder: Builder, stays: list[Stay]) -> None:
    """Add the threads of the stays around today, and of guests who only asked.

    Inferred: the form of a thread's id, which follows that of a reservation code.
    """
    account, plan = builder.account, builder.part("threads")
    texts = ThreadTexts(plan["stays"], load("chats"))
    rows = [_inquiry(builder, inquiry) for inquiry in plan["inquiries"]]
    spoken = [order for order in orders_of(stays) if _has_thread(order[0], texts)]
    rows += [_of_order(builder, order, texts, plan["notes"]) for order in spoken]
    rows.sort(key=lambda row: row["messages"][0]["created_at"], reverse=True)
    for number, row in enumerate(rows):
        if number % 3 == 2:
            row["_summary"] = _summary_without_title(row)
    account.conversations = {row["id"]: row for row in _almost_sorted(rows)}


def _has_thread(stay: Stay, texts: ThreadTexts) -> bool:
    within_reach = stay.booking.end >= FIRST_DAY and stay.booking.start <= LAST_DAY
    return stay.booking.channel in _PREFIXES and (within_reach or stay.booking.key in texts.planned)


def _almost_sorted(rows: list[Row]) -> list[Row]:
    """Turn the last three rows around, as the live list is newest first but for its end."""
    return rows[:-_OUT_OF_ORDER] + rows[-_OUT_OF_ORDER:][::-1]


def _of_order(builder: Builder, order: list[Stay], texts: ThreadTexts, notes: Row) -> Row:
    stay, key = order[0], order[0].booking.key
    number = builder.number("conversation")
    if key in texts.planned:
        messages = planned_thread(builder, stay, texts)
    elif key == "long_thread":
        messages = long_thread(builder, texts)
    else:
        messages = ordinary_thread(builder, stay, texts)
    thread_id = f"{_PREFIXES[stay.booking.channel]}-{number}-thr{number % 1000:03}"
    for member in order:
        member.row["conversation_id"] = thread_id
    return {
        "id": thread_id,
        "channel_type": stay.booking.channel,
        "guest": stay.guest.card(),
        "activities": [
            _activity(builder, "reservation", member.row, member.row["property_id"]) for member in order
        ],
        "note": notes.get(key),
        "messages": messages,
    }


def _inquiry(builder: Builder, inquiry: Row) -> Row:
    """Return a thread of a guest who has not booked."""
    dates = {
        "check_in_date": str(builder.day(inquiry["start"])),
        "check_out_date": str(builder.day(inquiry["start"] + inquiry["nights"])),
        "listing_id": inquiry["listing_id"],
    }
    return {
        "id": inquiry["id"],
        "channel_type": "airbnb",
        "guest": inquiry["guest"],
        "activities": [_activity(builder, "inquiry", dates, inquiry["property_id"])],
        "note": None,
        "messages": written_messages(builder, inquiry["messages"]),
        "_offers": [_offer(builder, inquiry, dates, offer) for offer in inquiry.get("offers", [])],
    }


def _activity(builder: Builder, kind: str, facts: Row, property_id: int) -> Row:
    place = builder.account.properties.get(property_id)
    return {
        "activity_type": kind,
        "reservation_code": facts.get("reservation_code"),
        "check_in_date": facts["check_in_date"],
        "check_out_date": facts["check_out_date"],
        "listing_id": facts["listing_id"],
        "property": None if place is None else _property(builder, place),
    }


def _property(builder: Builder, place: Row) -> Row:
    pools = builder.account.room_types.values()
    pool = next((pool for pool in pools if place["id"] in [room["id"] for room in pool["properties"]]), None)
    return {
        "id": place["id"],
        "title": place["title"],
        "cover_url": cover_url(place["id"]),
        "room_type": None if pool is None else {"id": pool["id"], "title": pool["title"]},
    }


def _offer(builder: Builder, inquiry: Row, dates: Row, offer: Row) -> Row:
    made = builder.ago(minutes=offer["ago"])
    return {
        "id": str(builder.number("offer")),
        "offer_type": "special_offer",
        "status": offer["status"],
        **dates,
        "nights": inquiry["nights"],
        "number_of_guests": offer["guests"],
        "price": offer["price"],
        "currency": builder.currency_of(inquiry["property_id"]),
        "expire_time": zulu(builder.ago(minutes=offer["ago"] - 1440)),
        "create_time": zulu(made),
    }


def _summary_without_title(row: Row) -> Row:
    """Return what the list shows of the thread: of about a third it does not know the property."""
    activity = row["activities"][0]
    return {key: activity[key] for key in ("check_in_date", "check_out_date")}
