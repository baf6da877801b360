"""Who speaks in a guest thread: Hostex knows only guest and host, but a host message may be a template."""

from typing import Literal

Author = Literal["guest", "team", "automation", "system"]

# The one line that channels are known to insert as if the guest had written it. Any other is the guest's.
_CHANNEL_LINE = "Source: reservation_book"


def author(sender_role: str | None, sender_name: str | None, content: str | None) -> Author:
    """Label a message: `guest`; `team` for a person's reply; `automation` for templates (named `Bot:…`)
    and Hostex's own assistant; `system` for lines that channels insert and for unknown roles.

    Inferred: a host message without any name is a template, as people carry their account name.
    """
    if sender_role == "guest":
        return "system" if (content or "").strip() == _CHANNEL_LINE else "guest"
    if sender_role != "host":
        return "system"
    if not sender_name or sender_name.startswith("Bot:") or sender_name == "HostGPT":
        return "automation"
    return "team"
