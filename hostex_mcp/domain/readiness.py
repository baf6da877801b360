"""Whether an arrival is ready for the guest.

- A *balance is due* when part of the order has not been received and the host collects it: on direct bookings
  and the host's own booking site, and on any channel once a part was received. Inferred: everything else is
  collected by the channel, which pays out after check-in.
- A property *uses lock codes* when at least half of its earlier stays carry one; for a property without
  earlier stays the whole account is considered.
- The check-in details are *sent* when the host's side, automations included, has written the address of the
  check-in guide or the stay's lock code into the thread; *scheduled* when an automatic message whose name
  speaks of check-in, arrival or a guide waits for the stay. Inferred: guests get them in no other way. If the
  thread or the automatic messages could not be read, this is *not known*. Details that were not sent count as
  missing from three days before arrival.
- *Cleaning* is the cleaning between the previous stay and this one.
- An arrival is *ready* when nothing is missing and everything is known, *not ready* when something is
  missing, and *not known* otherwise.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from bisect import bisect_left
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
from hostex_mcp.domain.stays import by_check_in
from hostex_mcp.domain.turnovers import TurnoverData, cleaning_before

Details = Literal["sent", "scheduled", "not_seen", "no_thread", "not_known"]

DETAILS = "check-in details"
DIRECT = ("hostex_direct", "booking_site")

_ARRIVAL_WORDS = ("check-in", "checkin", "check in", "arrival", "guide", "instruction", "welcome")
# A shorter code would be found in any text with numbers.
_LEAST_CODE = 4
# Hosts send the details shortly before arrival.
_DETAILS_DUE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class OpenBalance:
    """What is still to be paid for a whole order, in major units."""

    amount: float
    currency: str | None


@dataclass(frozen=True, slots=True)
class ArrivalCheck:
    """An arrival and its preparation; `missing` names what is not done, `unknown` what could not be
    checked."""

    stay: Reservation
    balance: OpenBalance | None
    lock_code: bool
    details: Details
    cleaning: Cleaning
    missing: Sequence[str]
    unknown: Sequence[str]

    @property
    def ready(self) -> bool | None:
        """Whether the arrival is ready, None if that is not known."""
        if self.missing:
            return False
        return None if self.unknown else True


@dataclass(frozen=True, slots=True)
class ArrivalContext:
    """What arrivals are checked against: the codes of all stays around them, the turnovers of each property,
    the threads, and the automatic messages that wait (None if they could not be read)."""

    codes: "LockCodeUse"
    turnovers: Mapping[int, TurnoverData]
    threads: Sequence[Conversation]
    plans: Sequence[AutomationAction] | None


def balance_due(stay: Reservation) -> OpenBalance | None:
    """Return what the host still has to collect for the order of a stay."""
    paid = stay.payment
    if paid is None or not paid.balance_amount or paid.balance_amount <= 0:
        return None
    collects = stay.channel_type in DIRECT or bool(paid.received_amount)
    return OpenBalance(paid.balance_amount, paid.currency) if collects else None


def has_lock_code(stay: Reservation) -> bool:
    """Whether a stay carries a lock code."""
    return bool(stay.check_in_details and stay.check_in_details.lock_code)


class LockCodeUse:
    """How many of these stays carry a lock code, in each property and in all: looked up for many stays."""

    def __init__(self, stays: Iterable[Reservation]) -> None:
        accepted = [stay for stay in stays if stay.status == "accepted"]
        self._all = _CodeCounts()
        self._own: dict[int, _CodeCounts] = {}
        for stay in sorted(accepted, key=by_check_in):
            self._all.add(stay)
            self._own.setdefault(stay.property_id, _CodeCounts()).add(stay)

    def expected(self, stay: Reservation) -> bool:
        """Whether a stay should have a code, judging by the earlier stays."""
        own = self._own.get(stay.property_id, self._all)
        count, coded = own.before(stay.check_in_date)
        if not count:
            count, coded = self._all.before(stay.check_in_date)
        return bool(count) and 2 * coded >= count


class _CodeCounts:
    """Stays by check-in, and how many of those up to each carry a code."""

    def __init__(self) -> None:
        self._days: list[date] = []
        self._coded = [0]

    def add(self, stay: Reservation) -> None:
        self._days.append(stay.check_in_date)
        self._coded.append(self._coded[-1] + has_lock_code(stay))

    def before(self, day: date) -> tuple[int, int]:
        """Count the stays that began before a day, and those of them with a code."""
        count = bisect_left(self._days, day)
        return count, self._coded[count]


def readiness(stay: Reservation, around: ArrivalContext, today: date) -> ArrivalCheck:
    """Check an arrival on a local `today`."""
    cleaning = _cleaning(stay, around)
    balance, details = balance_due(stay), _details(stay, around.threads, around.plans)
    lock_code, due = has_lock_code(stay), stay.check_in_date <= today + _DETAILS_DUE
    facts = {
        "property": is_placed(stay),
        "balance": balance is None,
        "lock code": lock_code or not around.codes.expected(stay),
        DETAILS: details != "not_seen" or not due,
    }
    missing = [name for name, done in facts.items() if not done] + [*cleaning.missing]
    missing += ["identity check"] if _wants_document(stay) else []
    doubts = {DETAILS: due and details == "not_known", NO_TASK: not cleaning.known}
    unknown = [name for name, doubted in doubts.items() if doubted]
    return ArrivalCheck(stay, balance, lock_code, details, cleaning, missing, unknown)


def _cleaning(stay: Reservation, around: ArrivalContext) -> Cleaning:
    """Return the cleaning before an arrival; a stay without a property needs none."""
    data = around.turnovers.get(stay.property_id)
    return cleaning_before(stay, data) if data and is_placed(stay) else Cleaning()


def _details(
    stay: Reservation, threads: Iterable[Conversation], plans: Collection[AutomationAction] | None
) -> Details:
    thread = next((thread for thread in threads if thread.id == stay.conversation_id), None)
    if thread and any(
        _tells(message.content, stay) for message in thread.messages if message.sender_role == "host"
    ):
        return "sent"
    if stay.stay_code and any(
        plan.stay_code == stay.stay_code and _speaks_of_arrival(plan) for plan in plans or ()
    ):
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
    """Whether an identity document is required and neither a number nor a picture has arrived."""
    details = stay.check_in_details
    required = details and details.id_required in ("required", "required_with_review")
    document = stay.checkin_guide_images or any(
        person.id_number or person.id_images for person in stay.guests
    )
    return bool(required) and not document
