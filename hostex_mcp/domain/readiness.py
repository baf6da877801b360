"""Whether an arrival is prepared.

- A *balance is due* when something of the order was not received and the host collects it: on direct
  bookings and the host's own booking site, and on any channel where a part was received already. Inferred:
  all else is collected by the channel, which pays out after check-in.
- A house *uses lock codes* when at least half of its stays before carry one; of a house without any, the
  whole account is taken.
- The check-in details count as *sent* when the host's side, an automation included, has written the address
  of the check-in guide or the stay's lock code into the thread; as *scheduled* when an automatic message
  whose name speaks of check-in, arrival or a guide waits for the stay. Inferred: guests get them in no other
  way. Where the thread or the automatic messages could not be read, it is *not known*.
- *Cleaning* is that between the stay before and this one (see `cleaning`).

An arrival is *ready* when nothing is missing and everything is known, *not ready* when something is missing;
else its readiness is *not known*.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from hostex_mcp.api.endpoints.automation import AutomationAction
from hostex_mcp.api.endpoints.messaging import Conversation
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.cleaning import NO_TASK, Cleaning
from hostex_mcp.domain.names import fold
from hostex_mcp.domain.nights import is_placed
from hostex_mcp.domain.turnovers import Known, cleaning_before

Details = Literal["sent", "scheduled", "not_seen", "no_thread", "not_known"]

DETAILS = "check-in details"
DIRECT = ("hostex_direct", "booking_site")

_ARRIVAL_WORDS = ("check-in", "checkin", "check in", "arrival", "guide", "instruction", "welcome")
_LEAST_CODE = 4
_DETAILS_DUE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class OpenBalance:
    """What is still to be paid for a whole order, major units."""

    amount: float
    currency: str | None


@dataclass(frozen=True, slots=True)
class ArrivalCheck:
    """An arrival and what is known of its preparation; `missing` says in words what is not done, `unknown`
    what could not be looked at."""

    stay: Reservation
    balance: OpenBalance | None
    lock_code: bool
    details: Details
    cleaning: Cleaning
    missing: Sequence[str]
    unknown: Sequence[str]

    @property
    def ready(self) -> bool | None:
        """Whether it is prepared, None where that is not known."""
        if self.missing:
            return False
        return None if self.unknown else True


@dataclass(frozen=True, slots=True)
class ArrivalContext:
    """What the arrivals are checked against: all stays known around them, what is known of the turnovers of
    each property, the threads and the automatic messages that wait. None is what could not be read; nothing
    of it is missing."""

    stays: Sequence[Reservation]
    turnovers: Mapping[int, Known]
    threads: Sequence[Conversation]
    plans: Sequence[AutomationAction] | None


def balance_due(stay: Reservation) -> OpenBalance | None:
    """What the host has still to collect for the order of a stay."""
    paid = stay.payment
    if paid is None or not paid.balance_amount or paid.balance_amount <= 0:
        return None
    collects = stay.channel_type in DIRECT or bool(paid.received_amount)
    return OpenBalance(paid.balance_amount, paid.currency) if collects else None


def has_lock_code(stay: Reservation) -> bool:
    """Whether a stay carries a lock code."""
    return bool(stay.check_in_details and stay.check_in_details.lock_code)


def uses_lock_codes(stay: Reservation, stays: Iterable[Reservation]) -> bool:
    """Whether a code is to be expected on a stay, by the stays before it."""
    before = [
        other
        for other in stays
        if other.status == "accepted"
        and other.stay_code != stay.stay_code
        and other.check_in_date < stay.check_in_date
    ]
    same = [other for other in before if other.property_id == stay.property_id] or before
    return 2 * sum(map(has_lock_code, same)) >= len(same) > 0 and any(map(has_lock_code, same))


def readiness(stay: Reservation, around: ArrivalContext, today: date) -> ArrivalCheck:
    """How an arrival is prepared on a local `today`. That nobody has sent the check-in details counts as
    missing from three days before the arrival on."""
    cleaning = _cleaning(stay, around)
    balance, details = balance_due(stay), _details(stay, around.threads, around.plans)
    lock_code, due = has_lock_code(stay), stay.check_in_date <= today + _DETAILS_DUE
    facts = {
        "property": is_placed(stay),
        "balance": balance is None,
        "lock code": lock_code or not uses_lock_codes(stay, around.stays),
        DETAILS: details != "not_seen" or not due,
    }
    missing = [name for name, done in facts.items() if not done] + [*cleaning.missing]
    missing += ["identity check"] if _wants_document(stay) else []
    doubts = {DETAILS: due and details == "not_known", NO_TASK: not cleaning.known}
    unknown = [name for name, doubted in doubts.items() if doubted]
    return ArrivalCheck(stay, balance, lock_code, details, cleaning, missing, unknown)


def _cleaning(stay: Reservation, around: ArrivalContext) -> Cleaning:
    """The cleaning before an arrival; of a stay without a property there is none to be expected."""
    known = around.turnovers.get(stay.property_id)
    return cleaning_before(stay, known) if known and is_placed(stay) else Cleaning()


def _details(
    stay: Reservation, threads: Iterable[Conversation], plans: Collection[AutomationAction] | None
) -> Details:
    thread = next((thread for thread in threads if thread.id == stay.conversation_id), None)
    if thread and any(
        _tells(message.content, stay) for message in thread.messages if message.sender_role == "host"
    ):
        return "sent"
    if any(plan.stay_code == stay.stay_code and _speaks_of_arrival(plan) for plan in plans or ()):
        return "scheduled"
    if not stay.conversation_id:
        return "no_thread"
    return "not_known" if thread is None or plans is None else "not_seen"


def _tells(text: str, stay: Reservation) -> bool:
    details = stay.check_in_details
    address = details.check_in_guide_url if details else None
    code = (details.lock_code if details else None) or ""
    return bool((address and address in text) or (len(code) >= _LEAST_CODE and code in text))


def _speaks_of_arrival(plan: AutomationAction) -> bool:
    return any(word in fold(plan.name) for word in _ARRIVAL_WORDS)


def _wants_document(stay: Reservation) -> bool:
    """Whether an identity document is asked for and none came: neither a number nor a picture."""
    details = stay.check_in_details
    wanted = details and details.id_required in ("required", "required_with_review")
    given = stay.checkin_guide_images or any(person.id_number or person.id_images for person in stay.guests)
    return bool(wanted) and not given
