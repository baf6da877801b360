"""What the tools that write into guest threads share: who is at the other end."""

from hashlib import sha256
from typing import TypedDict

from hostex_mcp.api import messaging as api
from hostex_mcp.domain.guest_text import Fence, one_line
from hostex_mcp.domain.threads import last_guest_text
from hostex_mcp.tools.arguments import InvalidArguments, Problem
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.results import Shown, lean


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
    said = context.screen().outside(last_guest_text(thread) or "")
    return Addressee(**lean({**target(context, thread), "last_guest_message": said}))


def target(context: Context, thread: api.Conversation) -> Shown:
    """Who a thread is with, in a preview, which has to be the same each time it is worked out."""
    fence = Fence(f"guest-{sha256(thread.id.encode()).hexdigest()[:6]}")
    titles = (one.property.title for one in thread.activities if one.property and one.property.title)
    row = {
        "conversation_id": thread.id,
        "channel_type": thread.channel_type,
        "guest_name": context.screen().show(thread.guest).name,
        "property_title": next(titles, None),
        "last_guest_message": fence.mark(one_line(last_guest_text(thread) or "")),
    }
    return lean(row)


def require_channel(thread: api.Conversation, channels: tuple[str, ...], what: str) -> None:
    """Check that a thread's channel knows something.

    Raises:
        InvalidArguments: naming `conversation_id`.
    """
    if thread.channel_type not in channels:
        problem = f"is a thread of {thread.channel_type}; {what} exist on {' and '.join(channels)} only"
        raise InvalidArguments(Problem("conversation_id", problem))
