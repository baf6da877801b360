"""Who wrote the messages of a guest thread, and which of them have just been sent.

Hostex tells guest and host apart only, but a host message may be a template, and it gives messages that were
sent no id.
"""

from typing import Literal

from hostex_mcp.api.endpoints.messaging import Conversation, Message

Author = Literal["guest", "team", "assistant", "automation", "system"]

OURS: tuple[Author, ...] = ("team", "assistant", "automation")
"""The authors who write for the host."""

_ASSISTANT = "HostGPT"
_CARDS = ("Box", "SpecialOffer", "RequestToBook", "BsRequestBook")
# The only line that channels are known to insert under the guest's name. Any other line is the guest's.
_CHANNEL_LINE = "Source: reservation_book"


def author(message: Message) -> Author:
    """Label a message: `guest`; `team` for a person's reply; `assistant` for Hostex's own; `automation` for
    templates (named `Bot:…`); `system` for lines and cards that channels insert and for unknown roles.

    A card from the guest's side, such as a request to book, is no message; a card that a person sent, such as
    a special offer, is that person's. Inferred: a host message without a name is a template, as people carry
    the name of their account.
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
    """Return the guest's newest text, None if there is none. Messages come newest first (observed)."""
    texts = (message.content for message in thread.messages if author(message) == "guest" and message.content)
    return next(texts, None)


def last_word(thread: Conversation) -> tuple[Author, Message] | None:
    """Return the newest message and its author, leaving out what channels insert."""
    for message in thread.messages:
        if (writer := author(message)) != "system":
            return writer, message
    return None


def sent_before(thread: Conversation, text: str) -> Message | None:
    """Return the newest message of the host's side with exactly this text, None if there is none."""
    return next(iter(_ours(thread, text)), None)


def new_ours(before: Conversation, after: Conversation, text: str | None) -> Message | None:
    """Return the newest message of the host's side that `after` has and `before` had not: with this text, or,
    without a text, with an attachment."""
    old, new = _ours(before, text), _ours(after, text)
    ids = {message.id for message in old}
    fresh = [message for message in new if message.id is None or message.id not in ids]
    # Without ids only the count tells a second message of the same text from the first.
    return fresh[0] if fresh and len(new) > len(old) else None


def _ours(thread: Conversation, text: str | None) -> list[Message]:
    ours = [message for message in thread.messages if message.sender_role == "host"]
    if text is None:
        return [message for message in ours if message.attachment is not None]
    # Channels change the spaces and line breaks of what they pass on.
    return [message for message in ours if message.content.split() == text.split()]
