"""Who speaks in a guest thread: Hostex knows only guest and host, but a host message may be a template."""

from typing import Literal

from hostex_mcp.api.endpoints.messaging import Message

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
