"""What can be chosen on the consent page, and what was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from hostex_mcp.http.config import READ, WRITE
from hostex_mcp.http.connect.forms import Form
from hostex_mcp.http.connect.refusal import PageError, unusable
from hostex_mcp.http.store.records import Choices
from hostex_mcp.settings import Privacy, Settings
from hostex_mcp.tools.catalogue import TOOLSETS
from hostex_mcp.tools.selection import ALL, CORE

_TOPICS = {
    "properties": "Properties and listings",
    "calendar": "Calendars and prices",
    "reservations": "Bookings and stays",
    "messaging": "Messages with guests",
    "reviews": "Reviews",
    "tasks": "Tasks and staff",
    "finance": "Income and payments",
    "automation": "Automatic messages that are waiting",
    "knowledge_base": "Knowledge base for the questions of guests",
    "webhooks": "Notifications to other programs (webhooks)",
    "insights": "Summaries: the day, gaps, turnovers, performance, month end",
}
_PRIVACY: dict[Privacy, tuple[str, str]] = {
    "full": ("Nothing", "It sees everything, door codes and identity documents included."),
    "standard": (
        "Door codes and the like",
        "Identity documents, door codes and Wi-Fi passwords stay hidden unless it asks for one by name.",
    ),
    "strict": (
        "Contact details as well",
        "Phone numbers and e-mail addresses of guests stay hidden too.",
    ),
}
_LEVELS: tuple[Privacy, ...] = ("full", "standard", "strict")


def topic(toolset: str) -> str:
    """A toolset's name for people."""
    return _TOPICS.get(toolset, toolset.replace("_", " ").capitalize())


@dataclass(frozen=True, slots=True)
class GrantChoices:
    """What may be chosen: never more than the client asks for and the operator serves."""

    access: tuple[str, ...]
    previews: bool
    topics: tuple[tuple[str, str], ...]
    privacy: tuple[tuple[Privacy, str, str], ...]
    everything: str

    @property
    def may_write(self) -> bool:
        """Whether changes can be allowed."""
        return "write" in self.access

    @property
    def toolsets(self) -> tuple[str, ...]:
        """The toolsets that can be chosen."""
        return tuple(name for name, _ in self.topics)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is ticked on the page."""

    access: str
    toolsets: tuple[str, ...]
    privacy: Privacy
    pick: bool = False
    unusual: bool = False

    @property
    def writes(self) -> bool:
        """Whether changes are to be allowed."""
        return self.access == "write"


def offer_of(scopes: Sequence[str], settings: Settings) -> GrantChoices:
    """What a person may choose when a client asks for these scopes.

    Raises:
        Refused: there is nothing that both the client asks for and this server does.
    """
    if settings.read_only and READ not in scopes:
        raise PageError(
            "This server changes nothing",
            "The app asked for permission to make changes only, and this server is set up for reading.",
            "Ask whoever runs this server, or connect from an app that can read.",
        )
    served = settings.toolsets
    named = TOOLSETS if CORE in served or ALL in served else tuple(one for one in TOOLSETS if one in served)
    levels = _LEVELS[_LEVELS.index(settings.privacy) :]
    return GrantChoices(
        access=_access(scopes, settings.read_only),
        previews=settings.confirm != "off",
        topics=tuple((name, topic(name)) for name in named),
        privacy=tuple((level, *_PRIVACY[level]) for level in levels),
        everything=CORE if CORE in served else ALL,
    )


def _access(scopes: Sequence[str], read_only: bool) -> tuple[str, ...]:
    if WRITE not in scopes or read_only:
        return ("read",)
    return ("read", "write") if READ in scopes else ("write",)


def untouched(offer: GrantChoices) -> Chosen:
    """The page as it is opened: looking only, at everything, with the operator's privacy."""
    return Chosen(offer.access[0], offer.toolsets, offer.privacy[0][0])


def chosen_on(form: Form, offer: GrantChoices) -> Chosen:
    """What was ticked.

    Raises:
        Refused: something that was not offered.
    """
    first = untouched(offer)
    access, privacy = form.one("access") or first.access, form.one("privacy") or first.privacy
    toolsets = form.all("toolsets")
    if (
        access not in offer.access
        or privacy not in [level for level, _, _ in offer.privacy]
        or not set(toolsets) <= set(offer.toolsets)
    ):
        raise unusable()
    ticked = tuple(name for name in offer.toolsets if name in toolsets)
    pick = form.one("pick") == "1"
    unusual = pick or ticked != first.toolsets or privacy != first.privacy
    return Chosen(access, ticked, cast("Privacy", privacy), pick, unusual)


def granted(chosen: Chosen, offer: GrantChoices) -> Choices:
    """What was ticked, as the bound of a grant. Every topic means whatever the operator serves."""
    scopes = frozenset((READ, WRITE) if chosen.writes else (READ,))
    toolsets = (offer.everything,) if chosen.toolsets == offer.toolsets else chosen.toolsets
    return Choices(scopes, toolsets, (), chosen.privacy)
