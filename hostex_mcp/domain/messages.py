"""Who speaks in a guest thread: Hostex knows only guest and host, but a host message may be a template."""

from typing import Literal

from hostex_mcp.api.endpoints.messaging import Conversation, Message

Author = Literal["guest", "team", "assistant", "automation", "system"]

OURS: tuple[Author, ...] = ("team", "assistant", "automation")
"""Those who write for the host."""

_ASSISTANT = "HostGPT"
_CARDS = ("Box", "SpecialOffer", "RequestToBook", "BsRequestBook")
# The one line that channels are known to insert as if the guest had written it. Any other is the guest's.
_CHANNEL_LINE = "Source: reservation_book"


def author(message: Message) -> Author:
    """Label a message: `guest`; `team` for a person's reply; `assistant` for Hostex's own; `automation` for
    templates (named `Bot:…`); `system` for lines and cards that channels insert and for unknown roles. A
    card of the guest's side, such as a request to book, is no message; one that a person sent, such as a
    special offer, is that person's.

    Inferred: a host message without any name is a template, as people carry their account name.
    """
    card = message.display_type in _CARDS
    if message.sender_role == "guest":
        return "system" if card or message.content.strip() == _CHANNEL_LINE else "guest"
    if message.sender_role != "host" or (card and not message.sender_name):
        return "system"
    if message.sender_name == _ASSISTANT:
        return "assistant"
    return "automation" if not message.sender_name or message.sender_name.startswith("Bot:") else "team"


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
