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
- *Cleaning* is that between the stay before and this one (see `cleaning`); none is missing where the place
  stood empty for two weeks.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from hostex_mcp.api.automation import AutomationAction
from hostex_mcp.api.messaging import Conversation
from hostex_mcp.api.reservations import Reservation
from hostex_mcp.api.tasks import Task
from hostex_mcp.domain.cleaning import LONGEST_EMPTY, cleaning_between, cleaning_missing
from hostex_mcp.domain.names import fold
from hostex_mcp.domain.nights import is_placed

Details = Literal["sent", "scheduled", "not_seen", "no_thread", "not_known"]

DIRECT = ("hostex_direct", "booking_site")

_ARRIVAL_WORDS = ("check-in", "checkin", "check in", "arrival", "guide", "instruction", "welcome")
_LEAST_CODE = 4
_DETAILS_DUE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Balance:
    """What is still to be paid for a whole order, major units."""

    amount: float
    currency: str | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """An arrival and what is known of its preparation; `missing` says in words what is not done."""

    stay: Reservation
    balance: Balance | None
    lock_code: bool
    details: Details
    cleaning: Task | None
    previous: Reservation | None
    missing: Sequence[str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the arrivals are checked against: all stays known around them, cleaning and other tasks, the
    threads and the automatic messages that wait. None is what could not be read; nothing of it is
    missing."""

    stays: Sequence[Reservation]
    tasks: Sequence[Task] | None
    threads: Sequence[Conversation]
    plans: Sequence[AutomationAction] | None


def balance_due(stay: Reservation) -> Balance | None:
    """What the host has still to collect for the order of a stay."""
    paid = stay.payment
    if paid is None or not paid.balance_amount or paid.balance_amount <= 0:
        return None
    collects = stay.channel_type in DIRECT or bool(paid.received_amount)
    return Balance(paid.balance_amount, paid.currency) if collects else None


def has_lock_code(stay: Reservation) -> bool:
    """Whether a stay carries a lock code."""
    return bool(stay.check_in_details and stay.check_in_details.lock_code)


def uses_lock_codes(stay: Reservation, stays: Iterable[Reservation]) -> bool:
    """Whether a code is to be expected on a stay, by the stays before it."""
    before = [
        one
        for one in stays
        if one.status == "accepted"
        and one.stay_code != stay.stay_code
        and one.check_in_date < stay.check_in_date
    ]
    same = [one for one in before if one.property_id == stay.property_id] or before
    return 2 * sum(map(has_lock_code, same)) >= len(same) > 0 and any(map(has_lock_code, same))


def readiness(stay: Reservation, around: Surroundings, today: date) -> Readiness:
    """How an arrival is prepared on a local `today`. That nobody has sent the check-in details counts as
    missing from three days before the arrival on."""
    previous = _previous(stay, around.stays)
    cleaning = cleaning_between(around.tasks or (), previous, stay) if is_placed(stay) else None
    cleaned = cleaning is not None or (previous is not None and is_placed(stay))
    of_cleaning = cleaning_missing(cleaning, previous, stay) if cleaned and around.tasks is not None else []
    balance, details = balance_due(stay), _details(stay, around.threads, around.plans)
    lock_code = has_lock_code(stay)
    facts = {
        "property": is_placed(stay),
        "balance": balance is None,
        "lock code": lock_code or not uses_lock_codes(stay, around.stays),
        "check-in details": details != "not_seen" or stay.check_in_date > today + _DETAILS_DUE,
    }
    missing = [name for name, done in facts.items() if not done] + of_cleaning
    missing += ["identity check"] if _wants_document(stay) else []
    return Readiness(stay, balance, lock_code, details, cleaning, previous, missing)


def _previous(stay: Reservation, stays: Iterable[Reservation]) -> Reservation | None:
    """The last stay of the property before, unless the place stood empty for long."""
    before = [
        one
        for one in stays
        if one.property_id == stay.property_id
        and is_placed(one)
        and one.status == "accepted"
        and stay.check_in_date - LONGEST_EMPTY <= one.check_out_date <= stay.check_in_date
        and one.stay_code != stay.stay_code
    ]
    return max(before, key=lambda one: (one.check_out_date, one.stay_code), default=None)


def _details(
    stay: Reservation, threads: Iterable[Conversation], plans: Collection[AutomationAction] | None
) -> Details:
    thread = next((one for one in threads if one.id == stay.conversation_id), None)
    if thread and any(_tells(one.content, stay) for one in thread.messages if one.sender_role == "host"):
        return "sent"
    if any(one.stay_code == stay.stay_code and _speaks_of_arrival(one) for one in plans or ()):
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
    given = stay.checkin_guide_images or any(one.id_number or one.id_images for one in stay.guests)
    return bool(wanted) and not given
