"""The bounds of an invitation: what the owner may offer, what they chose on the form, and how it reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.http.config import READ, WRITE
from hostex_mcp.http.connect.consent_form import PRIVACY_HINTS, offer_of, topic
from hostex_mcp.http.connect.forms import Form
from hostex_mcp.http.connect.problems import unreadable
from hostex_mcp.http.connect.summaries import LinkedAccount
from hostex_mcp.http.store.records import Choices, Grant
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.server.changes.owner import OwnerRule
from hostex_mcp.settings import PrivacyLevel, Settings
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.roles import ROLES, Role
from hostex_mcp.tools.selection import ALL, CORE

MOST_NAME = 60
_MOST_AMOUNT = 1_000_000
_MOST_PERCENT = 1000
NO_NAME = FormProblem("Say who is invited, and by whom", f"Names have at most {MOST_NAME} letters.", "person")
NO_TOPIC = FormProblem("Tick at least one topic", "Without any, they could do nothing.", "toolsets")
NO_PROPERTY = FormProblem(
    "Tick at least one property", "This role is for some of your properties.", "properties"
)
NO_LIMIT = FormProblem(
    "Say what you decide on", "Tick or fill in at least one limit, or choose none or every change.", "decides"
)
NOT_A_NUMBER = FormProblem(
    "A limit is not a number",
    f"Write whole numbers: up to {_MOST_PERCENT} percent, and amounts up to {_MOST_AMOUNT:,}.",
    "decides",
)


@dataclass(frozen=True, slots=True)
class InvitationForm:
    """The form of an invitation as it is filled in. `decides` is none, all or limits."""

    role: str
    person: str = ""
    inviter: str = ""
    access: str = "read"
    toolsets: tuple[str, ...] = ()
    privacy: PrivacyLevel = "standard"
    money: bool = True
    properties: tuple[str, ...] = ()
    decides: str = "none"
    percent: str = ""
    amount: str = ""
    cancelled: bool = False
    messages: bool = False


@dataclass(frozen=True, slots=True)
class InvitationOffer:
    """What an owner can let others have: never more than their own connection has."""

    writes: bool
    topics: tuple[tuple[str, str], ...]
    privacy: tuple[tuple[PrivacyLevel, str, str], ...]
    money: bool

    @property
    def toolsets(self) -> tuple[str, ...]:
        """The toolsets that can be chosen."""
        return tuple(name for name, _ in self.topics)


def invitation_offer(grant: Grant, settings: Settings) -> InvitationOffer:
    """Return what the owner of a grant can offer."""
    own = grant.choices
    offer = offer_of(sorted(own.scopes), settings)
    whole = {CORE, ALL}.intersection(own.toolsets)
    topics = tuple(pair for pair in offer.topics if whole or pair[0] in own.toolsets)
    levels = [level for level, _, _ in offer.privacy]
    start = levels.index(own.privacy) if own.privacy in levels else 0
    return InvitationOffer(offer.may_write, topics, offer.privacy[start:], own.money)


def first_form(role: str, offer: InvitationOffer) -> InvitationForm:
    """Return the form as it opens, filled in for a role; empty for bounds of one's own."""
    known = ROLES.get(role)
    levels: list[PrivacyLevel] = [level for level, _, _ in offer.privacy]
    if known is None:
        return InvitationForm(role="", toolsets=offer.toolsets, privacy=levels[-1])
    return InvitationForm(
        role=role,
        access="write" if known.writes and offer.writes else "read",
        toolsets=offer.toolsets if ALL in known.toolsets else _within(known.toolsets, offer.toolsets),
        privacy=known.privacy if known.privacy in levels else levels[0],
        money=known.money and offer.money,
        decides="limits" if known.cancelled and offer.writes else "none",
        cancelled=known.cancelled,
    )


def _within(names: Sequence[str], offered: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in offered if name in names)


def read_form_of(form: Form, offer: InvitationOffer) -> InvitationForm:
    """Return the form as it was filled in.

    Raises:
        PageError: something in it was not offered.
    """
    filled = InvitationForm(
        role=form.get("role"),
        person=one_line(form.get("person")).strip(),
        inviter=one_line(form.get("inviter")).strip(),
        access=form.get("access") or "read",
        toolsets=_within(form.all("toolsets"), offer.toolsets),
        privacy=cast("PrivacyLevel", form.get("privacy")),
        money=form.get("money") == "1",
        properties=tuple(dict.fromkeys(form.all("properties"))),
        decides=form.get("decides") or "none",
        percent=form.get("percent").strip(),
        amount=form.get("amount").strip(),
        cancelled=form.get("cancelled") == "1",
        messages=form.get("messages") == "1",
    )
    wrong = (
        filled.role not in ("", *ROLES)
        or filled.access not in (("read", "write") if offer.writes else ("read",))
        or filled.privacy not in [level for level, _, _ in offer.privacy]
        or not set(form.all("toolsets")) <= set(offer.toolsets)
        or filled.money > offer.money
        or filled.decides not in ("none", "all", "limits")
    )
    if wrong:
        raise unreadable()
    return filled


def problem_in(filled: InvitationForm, account: LinkedAccount) -> FormProblem | None:
    """Return what is missing in a form; None if it is whole."""
    role = ROLES.get(filled.role)
    names = (filled.person, filled.inviter)
    if not all(0 < len(name) <= MOST_NAME for name in names):
        return NO_NAME
    if not filled.toolsets and not (role and role.tools):
        return NO_TOPIC
    if not set(filled.properties) <= {listing.id for listing in account.properties}:
        return NO_PROPERTY
    if role and role.some and not filled.properties:
        return NO_PROPERTY
    if filled.decides != "limits" or filled.access == "read":
        return None
    try:
        rule = rule_of(filled)
    except ValueError:
        return NOT_A_NUMBER
    return None if rule != OwnerRule() else NO_LIMIT


def rule_of(filled: InvitationForm) -> OwnerRule:
    """Return which changes need the owner.

    Raises:
        ValueError: a limit is no number, or too large.
    """
    if filled.decides != "limits":
        return OwnerRule(every=filled.decides == "all")
    percent, amount = _number(filled.percent, _MOST_PERCENT), _number(filled.amount, _MOST_AMOUNT)
    return OwnerRule(False, percent, amount, filled.cancelled, filled.messages)


def _number(text: str, most: int) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= most):
        raise ValueError
    return int(text)


def bounds_of(filled: InvitationForm, grant: Grant, offer: InvitationOffer) -> Choices:
    """Return the bounds of a form that is whole, within those of the owner's own grant."""
    own, role = grant.choices, ROLES.get(filled.role)
    writes = filled.access == "write"
    every = filled.toolsets == offer.toolsets
    chosen = tuple(map(int, filled.properties))
    return Choices(
        scopes=frozenset((READ, WRITE) if writes else (READ,)),
        toolsets=own.toolsets if every else filled.toolsets,
        property_ids=chosen or own.property_ids,
        privacy=filled.privacy,
        tools=_tools(role, offer),
        money=filled.money,
        rule=rule_of(filled) if writes else OwnerRule(),
    )


def _tools(role: Role | None, offer: InvitationOffer) -> tuple[str, ...]:
    """Return the single tools of a role, of the topics that the owner has."""
    return tuple(name for name in role.tools if CATALOGUE[name].toolset in offer.toolsets) if role else ()


@dataclass(frozen=True, slots=True)
class BoundsText:
    """Bounds as people read them."""

    may: str
    topics: str
    properties: str
    hidden: str
    decides: str


def bounds_text(bounds: Choices) -> BoundsText:
    """Return bounds in words."""
    writes = WRITE in bounds.scopes
    count = len(bounds.property_ids)
    hidden = [PRIVACY_HINTS[bounds.privacy]] + ([] if bounds.money else ["Amounts of money stay hidden."])
    return BoundsText(
        may="Read and change" if writes else "Read only",
        topics=_topics(bounds),
        properties=f"{count} {'property' if count == 1 else 'properties'}" if count else "All properties",
        hidden=" ".join(hidden),
        decides=decided_text(bounds.rule) if writes else "",
    )


def _topics(bounds: Choices) -> str:
    if {CORE, ALL}.intersection(bounds.toolsets):
        return "All"
    single = [CATALOGUE[name].title for name in bounds.tools]
    return ", ".join([*map(topic, bounds.toolsets), *single])


def decided_text(rule: OwnerRule) -> str:
    """Return which changes need the owner, in words."""
    if rule == OwnerRule() or rule.every:
        return "Every change needs the owner." if rule.every else "No change needs the owner."
    parts = [
        f"a price moved by more than {rule.price_percent} %" if rule.price_percent is not None else "",
        f"an amount of more than {rule.money:,}" if rule.money is not None else "",
        "a cancelled or declined booking" if rule.cancelled else "",
        "anything that guests are sent or get to read" if rule.messages else "",
    ]
    return f"These need the owner: {'; '.join(filter(None, parts))}."
