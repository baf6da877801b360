"""What a thread says about a message just sent into it: Hostex gives sent messages no id."""

from hostex_mcp.api.endpoints.messaging import Conversation, Message
from hostex_mcp.domain.messages import Author, author


def last_guest_text(thread: Conversation) -> str | None:
    """The newest text of the guest, None while there is none. Messages come newest first (observed)."""
    texts = (one.content for one in thread.messages if author(one) == "guest" and one.content)
    return next(texts, None)


def last_word(thread: Conversation) -> tuple[Author, Message] | None:
    """Who spoke last and what; lines that channels insert are nobody's."""
    for one in thread.messages:
        if (who := author(one)) != "system":
            return who, one
    return None


def sent_before(thread: Conversation, text: str) -> Message | None:
    """The newest message of the host's side with just this text, None if there is none."""
    return next(iter(_ours(thread, text)), None)


def new_ours(before: Conversation, after: Conversation, text: str | None) -> Message | None:
    """The newest message of the host's side with this text, or with an attachment where there is no text,
    that `after` has and `before` had not. Blanks do not count, as channels mend them."""
    had, has = _ours(before, text), _ours(after, text)
    known = {one.id for one in had}
    fresh = [one for one in has if one.id is None or one.id not in known]
    return fresh[0] if fresh and len(has) > len(had) else None


def _ours(thread: Conversation, text: str | None) -> list[Message]:
    ours = [one for one in thread.messages if one.sender_role == "host"]
    if text is None:
        return [one for one in ours if one.attachment is not None]
    return [one for one in ours if one.content.split() == text.split()]
