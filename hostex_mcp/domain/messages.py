"""Who speaks in a guest thread: Hostex knows only guest and host, but a host message may be a template."""

import re
from typing import Literal

Author = Literal["guest", "team", "automation", "system"]

_CHANNEL_LINE = re.compile(r"Source: \S+")


def author(sender_role: str | None, sender_name: str | None, content: str | None) -> Author:
    """Label a message: `guest`; `team` for a person's reply; `automation` for templates (named `Bot:…`)
    and Hostex's own assistant; `system` for lines that channels insert and for unknown roles.

    Inferred: a host message without any name is a template, as people carry their account name.
    """
    if sender_role == "guest":
        return "system" if _CHANNEL_LINE.fullmatch((content or "").strip()) else "guest"
    if sender_role != "host":
        return "system"
    if not sender_name or sender_name.startswith("Bot:") or sender_name == "HostGPT":
        return "automation"
    return "team"
