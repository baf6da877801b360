"""Guest threads in the previews and results of writes: who they are with, and who spoke last."""

from datetime import UTC
from typing import TypedDict

from hostex_mcp.api import FieldProblem
from hostex_mcp.api.endpoints import messaging as api
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.messages import last_guest_text, last_word
from hostex_mcp.domain.stays import guest_in_words
from hostex_mcp.domain.wording import day_text, period, quoted
from hostex_mcp.reads.stay_lookup import of_thread
from hostex_mcp.toolkit.arguments import InvalidArguments
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
    """Return a thread with all its messages, by its id or a code of its stay."""

    async def read(thread_id: str) -> api.Conversation:
        thread = await context.client.call(api.GET_CONVERSATION, path={"conversation_id": thread_id})
        return thread.model_copy(update={"id": thread_id})

    return await of_thread(context, conversation_id, read)


def addressee(context: Context, thread: api.Conversation) -> Addressee:
    """Return who a thread is with, for the result of a write."""
    row = Addressee(
        conversation_id=thread.id,
        channel_type=thread.channel_type,
        guest_name=context.redactor().redact(thread.guest).name,
        property_title=_property_title(thread),
        last_guest_message=context.redactor().fence(last_guest_text(thread) or ""),
    )
    return Addressee(**lean(row))


def property_titles(thread: api.Conversation) -> list[str]:
    """Return the titles of the properties that a thread is about, in its order."""
    places = (activity.property for activity in thread.activities)
    return [one_line(place.title) for place in places if place and place.title]


def _property_title(thread: api.Conversation) -> str:
    return next(iter(property_titles(thread)), "")


def target(context: Context, thread: api.Conversation) -> JsonObject:
    """Return who a thread is with, what it is about and who spoke last, for a preview."""
    subjects = [
        f"{' '.join(filter(None, (activity.activity_type, activity.reservation_code)))}, "
        f"{period(activity.check_in_date, activity.check_out_date)}"
        for activity in thread.activities
        if activity.check_in_date and activity.check_out_date
    ]
    who, message = last_word(thread) or ("nobody", None)
    text = " ".join((last_guest_text(thread) or "").split())
    facts = {
        "last_guest_message": context.preview_redactor().fence(text),
        "about": list(dict.fromkeys(subjects)),
        "last_word": f"{who}, {spoken_at(message)}" if message else who,
    }
    return lean({**addressee(context, thread), **facts})


def guest_of(thread: api.Conversation) -> str:
    """Return the guest of a thread and the property in question, for the summary of a preview."""
    names = (guest_in_words(thread.guest.name), quoted(_property_title(thread)))
    return f"{', '.join(filter(None, names))} ({channel_name(thread.channel_type)})"


def spoken_at(message: api.Message) -> str:
    """Return when a message was written, in UTC."""
    if message.created_at is None:
        return "at an unknown time"
    at = message.created_at.astimezone(UTC)
    return f"{day_text(at.date())}, {at:%H:%M} UTC"


def last_word_warnings(thread: api.Conversation) -> list[str]:
    """Warn where it is not the guest who spoke last."""
    who, message = last_word(thread) or ("nobody", None)
    if message is None:
        return ["Nobody has written in this thread yet."]
    if who == "guest":
        return []
    return [f"The last word is not the guest's: {_SPEAKERS.get(who, who)} wrote last, {spoken_at(message)}."]


def require_channel(thread: api.Conversation, channels: tuple[str, ...], what: str) -> None:
    """Check that a thread is on one of these channels, which alone have `what`.

    Raises:
        InvalidArguments: naming `conversation_id`.
    """
    if thread.channel_type not in channels:
        problem = f"is a thread of {thread.channel_type}; {what} exist on {' and '.join(channels)} only"
        raise InvalidArguments(FieldProblem("conversation_id", problem))
