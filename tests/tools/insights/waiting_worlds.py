"""Generated accounts full of guest threads, and who waits there in which order, by plain counting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from hostex_mcp.sandbox.lookups import iso
from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, arrival, departure
from tests.tools.insights.calendar_truth import DAY, local_today
from tests.tools.insights.daily_truth import speakers, waiting_since

SENDERS: dict[str, tuple[str, str | None, str]] = {
    "g": ("guest", None, "Text"),
    "h": ("host", "marta@example.com", "Text"),
    "b": ("host", "Bot:7", "Text"),
    "a": ("host", "HostGPT", "Text"),
    "c": ("guest", None, "RequestToBook"),
    "x": ("guest", None, "Box"),
    "o": ("guest", None, "SpecialOffer"),
    "r": ("guest", None, "BsRequestBook"),
    "k": ("host", None, "Box"),
    "l": ("guest", None, "Text"),
}
CARDS = "cxorkl"
"""Cards and lines of channels; all others are somebody's."""
_LINE = "Source: reservation_book"


@dataclass(frozen=True)
class Sketch:
    """A thread in short: who wrote, oldest first, the minutes between the messages, and about what."""

    signs: str
    apart: Sequence[int]
    kind: str
    comes_in: int
    nights: int


sketches = st.builds(
    Sketch,
    signs=st.text("gggghbac", min_size=1, max_size=5),
    apart=st.lists(st.integers(1, 3_000), min_size=5, max_size=5),
    kind=st.sampled_from(["inquiry", "reservation", "reservation", "reservation"]),
    comes_in=st.integers(-6, 12),
    nights=st.integers(1, 5),
)


def filled(drawn: Sequence[Sketch], now: datetime) -> Callable[[SandboxAccount], None]:
    """What gives an account just these threads."""

    def fill(account: SandboxAccount) -> None:
        homes = list(account.properties)
        rows = [
            thread(number, sketch, homes[number % len(homes)], now)
            for number, sketch in enumerate(drawn, start=1)
        ]
        rows.sort(key=lambda row: row["messages"][0]["created_at"], reverse=True)
        account.conversations.clear()
        account.conversations.update({row["id"]: row for row in rows})

    return fill


def thread(number: int, drawn: Sketch, home: int, now: datetime) -> Row:
    """A thread as Hostex gives it."""
    moment, messages = now, list[Row]()
    for place, sign in enumerate(reversed(drawn.signs)):
        moment -= timedelta(minutes=drawn.apart[place])
        messages.append(message(sign, moment, f"m-{number}-{place}"))
    comes = now.date() + drawn.comes_in * DAY
    activity: Row = {
        "activity_type": drawn.kind,
        "reservation_code": None,
        "check_in_date": str(comes),
        "check_out_date": str(comes + drawn.nights * DAY),
        "listing_id": "l",
        "property": {"id": home, "title": f"Home {home}", "cover_url": "", "room_type": None},
    }
    return {
        "id": f"t-{number * 7919 % 1000:03}",
        "channel_type": "airbnb",
        "guest": {"name": f"Guest {number}", "phone": "", "email": ""},
        "activities": [activity],
        "note": None,
        "messages": messages,
        "_offers": [],
    }


def message(sign: str, moment: datetime, code: str) -> Row:
    """A message of whom the sign means."""
    role, name, kind = SENDERS[sign]
    return {
        "id": code,
        "sender_role": role,
        "sender_name": name,
        "sources": [],
        "display_type": kind,
        "content": "" if kind != "Text" else _LINE if sign == "l" else "Hello?",
        "attachment": None,
        "created_at": iso(moment),
    }


def saying(name: str, *texts: tuple[str, str]) -> Callable[[SandboxAccount], None]:
    """What gives the thread with a guest just these messages, oldest first: whose, by its sign, and what it
    says. The last came a minute before noon on the ordinary day, each one before a minute earlier."""

    def say(account: SandboxAccount) -> None:
        last = MOMENTS["an ordinary noon"] - timedelta(minutes=len(texts))
        rows = [
            message(sign, last + timedelta(minutes=place), f"m-{place}") | {"content": text}
            for place, (sign, text) in enumerate(texts)
        ]
        talk = next(row for row in account.conversations.values() if row["guest"]["name"] == name)
        talk["messages"] = rows[::-1]

    return say


def in_order(account: SandboxAccount, now: datetime) -> list[str]:
    """The threads of the guests who wait, in the order that the list promises."""
    places: list[tuple[Any, ...]] = []
    for row in account.conversations.values():
        since = waiting_since(row)
        if since is None:
            continue
        assisted = next(who for who, _ in speakers(row)) == "assistant"
        places.append((assisted, *urgency(account, row["activities"][0], now), since, row["id"]))
    return [place[-1] for place in sorted(places)]


def urgency(account: SandboxAccount, activity: Row, now: datetime) -> tuple[int, int]:
    """In house, arriving within seven days by day, inquiries, later arrivals by day, past."""
    today = local_today(account, activity["property"]["id"], now)
    days = (arrival(activity) - today).days
    if departure(activity) < today or (activity["activity_type"] == "inquiry" and days < 0):
        return 4, 0
    if activity["activity_type"] == "inquiry":
        return 2, 0
    if days < 0:
        return 0, 0
    return (1 if days <= 7 else 3), days
