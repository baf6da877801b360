"""The consent page: what can be chosen on it, what was chosen, and how it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from starlette.responses import Response

from hostex_mcp.http.config import READ, WRITE
from hostex_mcp.http.connect.consent_request import ConsentRequest, form_token
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import Form
from hostex_mcp.http.connect.problems import unreadable
from hostex_mcp.http.store.records import Choices
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import PageError, page
from hostex_mcp.settings import PrivacyLevel, Settings
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
    "automation": "Scheduled automatic messages",
    "knowledge_base": "Knowledge base for guest questions",
    "webhooks": "Notifications to other programs (webhooks)",
    "insights": "Summaries: today, gaps, turnovers, performance, month end",
}
_PRIVACY: dict[PrivacyLevel, tuple[str, str]] = {
    "full": ("Nothing", "It sees everything, including door codes and identity documents."),
    "standard": (
        "Door codes and the like",
        "Identity documents, door codes and Wi-Fi passwords stay hidden unless it asks for one by name.",
    ),
    "strict": (
        "Contact details as well",
        "Phone numbers and e-mail addresses of guests stay hidden too.",
    ),
}
PRIVACY_HINTS: Mapping[PrivacyLevel, str] = {level: hint for level, (_, hint) in _PRIVACY.items()}
_LEVELS: tuple[PrivacyLevel, ...] = ("full", "standard", "strict")


def topic(toolset: str) -> str:
    """Return a toolset's name for people."""
    return _TOPICS.get(toolset, toolset.replace("_", " ").capitalize())


@dataclass(frozen=True, slots=True)
class GrantChoices:
    """What may be chosen: never more than the client asks for and the operator serves. `asks_itself` says
    whether the app may be let ask about changes itself."""

    access: tuple[str, ...]
    previews: bool
    asks_itself: bool
    topics: tuple[tuple[str, str], ...]
    privacy: tuple[tuple[PrivacyLevel, str, str], ...]
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
class GrantSelection:
    """What is ticked on the page; `unusual` if it differs from the page as it opens, apart from access."""

    access: str
    toolsets: tuple[str, ...]
    privacy: PrivacyLevel
    pick: bool = False
    asks_itself: bool = False
    unusual: bool = False

    @property
    def writes(self) -> bool:
        """Whether changes are to be allowed."""
        return self.access == "write"


def offer_of(scopes: Sequence[str], settings: Settings) -> GrantChoices:
    """Return what a person may choose when a client asks for these scopes.

    Raises:
        PageError: there is nothing that both the client asks for and this server does.
    """
    if settings.read_only and READ not in scopes:
        raise PageError(
            "This server is read-only",
            "The app asked only for permission to make changes, and this server is set up for reading.",
            "Ask whoever runs this server, or connect from an app that can read.",
        )
    served = settings.toolsets
    toolsets = TOOLSETS if CORE in served or ALL in served else tuple(filter(served.__contains__, TOOLSETS))
    # The operator's level is the lowest: a person can hide more from an app, never less.
    levels = _LEVELS[_LEVELS.index(settings.privacy) :]
    access = _access(scopes, settings.read_only)
    return GrantChoices(
        access=access,
        previews=settings.confirm != "off",
        asks_itself=settings.confirm == "auto" and "write" in access,
        topics=tuple((name, topic(name)) for name in toolsets),
        privacy=tuple((level, *_PRIVACY[level]) for level in levels),
        everything=CORE if CORE in served else ALL,
    )


def _access(scopes: Sequence[str], read_only: bool) -> tuple[str, ...]:
    if WRITE not in scopes or read_only:
        return ("read",)
    return ("read", "write") if READ in scopes else ("write",)


def first_selection(offer: GrantChoices) -> GrantSelection:
    """Return the page as it opens: reading only, every topic, the operator's privacy."""
    return GrantSelection(offer.access[0], offer.toolsets, offer.privacy[0][0])


def selection_of(form: Form, offer: GrantChoices) -> GrantSelection:
    """Return what was ticked.

    Raises:
        PageError: something that was not offered.
    """
    first = first_selection(offer)
    access, privacy = form.get("access") or first.access, form.get("privacy") or first.privacy
    toolsets, asks_itself = form.all("toolsets"), form.get("asks_itself") == "1"
    if (
        access not in offer.access
        or asks_itself > offer.asks_itself
        or privacy not in [level for level, _, _ in offer.privacy]
        or not set(toolsets) <= set(offer.toolsets)
    ):
        raise unreadable()
    ticked = tuple(name for name in offer.toolsets if name in toolsets)
    pick = form.get("pick") == "1"
    unusual = pick or asks_itself or ticked != first.toolsets or privacy != first.privacy
    return GrantSelection(access, ticked, cast("PrivacyLevel", privacy), pick, asks_itself, unusual)


def offer_within(scopes: Sequence[str], settings: Settings, bounds: Choices) -> GrantChoices:
    """Return what somebody who was invited may choose: never more than the bounds of the invitation.

    Raises:
        PageError: as `offer_of`, and when the app asks only for changes, which the invitation leaves out.
    """
    offer = offer_of(scopes, settings)
    access = tuple(way for way in offer.access if way == "read" or WRITE in bounds.scopes)
    if not access:
        raise PageError(
            "This invitation is for reading only",
            "The app asked only for permission to make changes.",
            "Connect from an app that can read, or ask the owner for another invitation.",
        )
    whole = {CORE, ALL}.intersection(bounds.toolsets)
    levels = [level for level, _, _ in offer.privacy]
    start = levels.index(bounds.privacy) if bounds.privacy in levels else 0
    return replace(
        offer,
        access=access,
        asks_itself=False,
        topics=tuple(pair for pair in offer.topics if whole or pair[0] in bounds.toolsets),
        privacy=offer.privacy[start:],
    )


def choices_within(selection: GrantSelection, offer: GrantChoices, bounds: Choices) -> Choices:
    """Return the bounds of an invitation, narrowed to what was ticked."""
    scopes = frozenset((READ, WRITE) if selection.writes else (READ,)) & bounds.scopes
    toolsets = bounds.toolsets if selection.toolsets == offer.toolsets else selection.toolsets
    return replace(bounds, scopes=scopes, toolsets=toolsets, privacy=selection.privacy)


def choices_of(selection: GrantSelection, offer: GrantChoices) -> Choices:
    """Return what was ticked as the bounds of a grant."""
    scopes = frozenset((READ, WRITE) if selection.writes else (READ,))
    # Every topic means whatever the operator serves, later additions included.
    every = selection.toolsets == offer.toolsets
    toolsets = (offer.everything,) if every else selection.toolsets
    confirm = "token" if selection.asks_itself and selection.writes else "auto"
    return Choices(scopes, toolsets, (), selection.privacy, confirm)


def consent_page(
    deps: PageDeps,
    consent: ConsentRequest,
    selection: GrantSelection | None = None,
    problem: FormProblem | None = None,
    *,
    sealed_token: str = "",
    invitation: str = "",
) -> Response:
    """Return the page about this request, as it opens or with a problem. A pasted token is never part of it;
    with a `sealed_token` the person may go on reading only without pasting it again. The secret of an
    `invitation` whose link was opened in this browser is filled in."""
    offer = offer_of(consent.authorization.scopes, deps.settings)
    selection = selection or first_selection(offer)
    if problem and problem.suggests_reading and "read" in offer.access:
        selection = replace(selection, access="read")
    return page(
        "consent.html",
        problem.status if problem else 200,
        asker=consent.asker,
        offer=offer,
        selection=selection,
        problem=problem,
        partner=deps.upstream.has_partner,
        request=consent.sealed,
        csrf=form_token(deps, consent),
        sealed_token=sealed_token,
        invitation=invitation,
        notice=deps.notice,
    )
