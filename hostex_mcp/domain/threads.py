"""What a thread says about a message just sent into it: Hostex gives sent messages no id."""

from hostex_mcp.api.endpoints.messaging import Conversation, Message
from hostex_mcp.domain.messages import Author, author


def last_guest_text(thread: Conversation) -> str | None:
    """The newest text of the guest, None while there is none. Messages come newest first (observed)."""
    texts = (message.content for message in thread.messages if author(message) == "guest" and message.content)
    return next(texts, None)


def last_word(thread: Conversation) -> tuple[Author, Message] | None:
    """Who spoke last and what; lines that channels insert are nobody's."""
    for message in thread.messages:
        if (who := author(message)) != "system":
            return who, message
    return None


def sent_before(thread: Conversation, text: str) -> Message | None:
    """The newest message of the host's side with just this text, None if there is none."""
    return next(iter(_ours(thread, text)), None)


def new_ours(before: Conversation, after: Conversation, text: str | None) -> Message | None:
    """The newest message of the host's side with this text, or with an attachment where there is no text,
    that `after` has and `before` had not. Blanks do not count, as channels mend them."""
    had, has = _ours(before, text), _ours(after, text)
    known = {message.id for message in had}
    fresh = [message for message in has if message.id is None or message.id not in known]
    return fresh[0] if fresh and len(has) > len(had) else None


def _ours(thread: Conversation, text: str | None) -> list[Message]:
    ours = [message for message in thread.messages if message.sender_role == "host"]
    if text is None:
        return [message for message in ours if message.attachment is not None]
    return [message for message in ours if message.content.split() == text.split()]
