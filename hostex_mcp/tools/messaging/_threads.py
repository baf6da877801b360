"""What the tools that write into guest threads share: who is at the other end."""

from datetime import UTC
from typing import TypedDict

from hostex_mcp.api.endpoints import messaging as api
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.messages import last_guest_text, last_word
from hostex_mcp.domain.stays import guest_in_words
from hostex_mcp.domain.wording import day_text, period, quoted
from hostex_mcp.toolkit.arguments import FieldProblem, InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import JsonObject, lean

_SPEAKERS = {
    "team": "one of the team",
    "assistant": "Hostex's assistant",
    "automation": "an automatic message",
}


class Addressee(TypedDict, total=False):
    """Who a thread is with, so that a wrong one is noticed."""

    conversation_id: str
    channel_type: str
    guest_name: str | None
    property_title: str | None
    last_guest_message: str | None


async def read_thread(context: Context, conversation_id: str) -> api.Conversation:
    """A thread with all its messages."""
    return await context.client.call(api.GET_CONVERSATION, path={"conversation_id": conversation_id})


def addressee(context: Context, thread: api.Conversation) -> Addressee:
    """Who a thread is with, in the result of a write."""
    titles = (one.property.title for one in thread.activities if one.property and one.property.title)
    row = Addressee(
        conversation_id=thread.id,
        channel_type=thread.channel_type,
        guest_name=context.redactor().redact(thread.guest).name,
        property_title=one_line(next(titles, "")),
        last_guest_message=context.redactor().fence(last_guest_text(thread) or ""),
    )
    return Addressee(**lean(row))


def target(context: Context, thread: api.Conversation) -> JsonObject:
    """Who a thread is with, what it is about and who spoke last, in a preview."""
    about = [
        f"{' '.join(filter(None, (one.activity_type, one.reservation_code)))}, "
        f"{period(one.check_in_date, one.check_out_date)}"
        for one in thread.activities
        if one.check_in_date and one.check_out_date
    ]
    who, last = last_word(thread) or ("nobody", None)
    spoken = f"{who}, {spoken_at(last)}" if last else who
    said = context.preview_redactor().fence(" ".join((last_guest_text(thread) or "").split()))
    seen = {"last_guest_message": said, "about": list(dict.fromkeys(about)), "last_word": spoken}
    return lean({**addressee(context, thread), **seen})


def guest_of(thread: api.Conversation) -> str:
    """The name of a thread's guest and the property in question, in the summary of a preview."""
    titles = (one.property.title for one in thread.activities if one.property and one.property.title)
    names = (guest_in_words(thread.guest.name), quoted(one_line(next(titles, ""))))
    return f"{', '.join(filter(None, names))} ({channel_name(thread.channel_type)})"


def spoken_at(message: api.Message) -> str:
    """When a message was written, in UTC."""
    if message.created_at is None:
        return "at an unknown time"
    at = message.created_at.astimezone(UTC)
    return f"{day_text(at.date())}, {at:%H:%M} UTC"


def last_word_warnings(thread: api.Conversation) -> list[str]:
    """What is worth knowing when it is not the guest who spoke last."""
    who, last = last_word(thread) or ("nobody", None)
    if last is None:
        return ["Nobody has written in this thread yet."]
    if who == "guest":
        return []
    return [f"The last word is not the guest's: {_SPEAKERS.get(who, who)} wrote last, {spoken_at(last)}."]


def require_channel(thread: api.Conversation, channels: tuple[str, ...], what: str) -> None:
    """Check that a thread's channel knows something.

    Raises:
        InvalidArguments: naming `conversation_id`.
    """
    if thread.channel_type not in channels:
        problem = f"is a thread of {thread.channel_type}; {what} exist on {' and '.join(channels)} only"
        raise InvalidArguments(FieldProblem("conversation_id", problem))
