"""Threads for the tests of who waits: a row of signs, oldest message first."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hostex_mcp.api.endpoints.messaging import Conversation

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)

_SENDERS = {
    "g": ("guest", None, "Hello?", "Text"),
    "h": ("host", "marta@example.com", "Hi.", "Text"),
    "o": ("host", "marta@example.com", "", "SpecialOffer"),
    "b": ("host", "Bot:12", "Welcome!", "Text"),
    "a": ("host", "HostGPT", "Check-out is at 11.", "Text"),
    "s": ("guest", None, "Source: reservation_book", "Text"),
    "c": ("guest", None, "", "RequestToBook"),
}


def thread(signs: str, *activities: dict[str, Any], code: str = "t-1") -> Conversation:
    """A thread: `g` is the guest, `h` a person of the team, `b` a template, `a` the assistant, `s` a line of
    the channel, `c` a card of the guest's side, `o` an offer of the team. The last message came an hour ago,
    each one before an hour earlier."""
    messages = [
        {
            "id": str(place),
            "sender_role": role,
            "sender_name": name,
            "display_type": kind,
            "content": content,
            "created_at": NOW - timedelta(hours=len(signs) - place),
        }
        for place, (role, name, content, kind) in enumerate(_SENDERS[sign] for sign in signs)
    ]
    return Conversation.model_validate(
        {
            "id": code,
            "channel_type": "airbnb",
            "guest": {"name": "Ana"},
            "activities": list(activities),
            "messages": messages[::-1],
        }
    )


def activity(kind: str, come: str, leave: str, **more: Any) -> dict[str, Any]:
    """What a thread says it is about, on property 1."""
    dates = {"check_in_date": come, "check_out_date": leave}
    return {"activity_type": kind, **dates, "property": {"id": 1, "title": "Loft"}, **more}
