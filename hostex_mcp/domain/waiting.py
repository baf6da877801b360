"""Guests waiting for an answer, since when, and how urgently.

- A guest *waits* when nobody has answered their last message. Templates, and lines and cards that channels
  insert, are no answer. What Hostex's assistant writes is one, but no person has seen the thread: such guests
  come last.
- The wait is counted from the guest's first message after the previous answer.
- Where the guest is: `in_house` from the day after check-in, or once checked in, until check-out day;
  `arriving` before; `request` for a booking that waits for approval or payment; `inquiry` without a booking;
  `past` afterwards; `cancelled` for what was cancelled, denied or expired. Of several stays the most urgent
  one counts.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from hostex_mcp.api.endpoints.messaging import Conversation, ConversationActivity, Message
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import Today
from hostex_mcp.domain.messages import Author, author

Standing = Literal["in_house", "arriving", "request", "inquiry", "past", "cancelled"]
AutoReply = Literal["assistant", "template"]
Key = list[int | float | str]

SOON_DAYS = 7

_RANKS: Mapping[Standing, int] = {
    "in_house": 0,
    "arriving": 1,
    "request": 2,
    "inquiry": 2,
    "past": 4,
    "cancelled": 4,
}
_ARRIVING_LATER = 3
_UNKNOWN = 1e12


@dataclass(frozen=True, slots=True)
class ThreadSubject:
    """What a thread is about: where the guest is, the property (0 if unknown), the dates, and the stay if
    there is one. `days` is the number of days until an arrival."""

    standing: Standing
    property_id: int = 0
    check_in: date | None = None
    check_out: date | None = None
    stay: Reservation | None = None
    reservation_code: str | None = None
    days: int | None = None

    @property
    def rank(self) -> int:
        """How urgent a message is, 0 the most: guests in house, arrivals within a week, requests and
        inquiries, later arrivals, everything else."""
        later = self.standing == "arriving" and (self.days or 0) > SOON_DAYS
        return _ARRIVING_LATER if later else _RANKS[self.standing]


@dataclass(frozen=True, slots=True)
class UnansweredMessages:
    """The guest's messages without an answer, newest first, and what was sent after them automatically."""

    messages: Sequence[Message]
    auto_reply: AutoReply | None

    @property
    def since(self) -> datetime | None:
        """Since when the guest waits."""
        return self.messages[-1].created_at


@dataclass(frozen=True, slots=True)
class Waiting:
    """A guest who waits."""

    thread: Conversation
    subject: ThreadSubject
    unanswered: UnansweredMessages
    hours: float | None

    @property
    def by_assistant(self) -> bool:
        """Whether Hostex's assistant has answered, and nobody else."""
        return self.unanswered.auto_reply == "assistant"

    @property
    def key(self) -> Key:
        """The sort key. It is unique, and stays the same over time and with further messages of the guest."""
        since = self.unanswered.since
        start = since.timestamp() if since else _UNKNOWN
        return [int(self.by_assistant), self.subject.rank, self.subject.days or 0, start, self.thread.id]


def unanswered(thread: Conversation) -> UnansweredMessages | None:
    """Return what a guest wrote that no person has answered, None if there is nothing."""
    waiting: list[Message] = []
    after: set[Author] = set()
    for message in thread.messages:
        writer = author(message)
        if writer == "team" or (writer == "assistant" and waiting):
            break
        if writer == "guest":
            waiting.append(message)
        elif not waiting:
            after.add(writer)
    return UnansweredMessages(waiting, _auto_reply(after)) if waiting else None


def _auto_reply(after: AbstractSet[Author]) -> AutoReply | None:
    if "assistant" in after:
        return "assistant"
    return "template" if "automation" in after else None


def subject_of(thread: Conversation, stays: Iterable[Reservation], today: Today) -> ThreadSubject:
    """Return what a thread is about, by its own stays, and by what it says itself of other bookings."""
    codes = {activity.reservation_code for activity in thread.activities if activity.reservation_code}
    own = [stay for stay in stays if stay.conversation_id == thread.id or stay.reservation_code in codes]
    own_codes = {stay.reservation_code for stay in own}
    others = [activity for activity in thread.activities if activity.reservation_code not in own_codes]
    subjects = [*(_of_stay(stay, today) for stay in own), *(_of_activity(other, today) for other in others)]
    return min(
        subjects, key=lambda subject: (subject.rank, subject.days or 0), default=ThreadSubject("inquiry")
    )


def expected_place(come: date | None, leave: date | None, day: date) -> list[int]:
    """Return how urgent a thread may be before it is read, by the dates in the list of threads: guests in
    house, arrivals within a week by day, all others, guests who have left."""
    if come is None or leave is None:
        return [2, 0]
    standing, days = _standing(come, leave, day), (come - day).days
    if standing == "arriving":
        return [1, days] if days <= SOON_DAYS else [2, 0]
    return [0 if standing == "in_house" else 3, 0]


def homes(thread: Conversation) -> set[int]:
    """Return the properties that a thread mentions."""
    places = (activity.property for activity in thread.activities)
    return {place.id for place in places if place and place.id}


def waiting(
    threads: Iterable[Conversation], stays: Iterable[Reservation], today: Today, now: datetime
) -> list[Waiting]:
    """Return the guests who wait, most urgent first; of equals the one who has waited longest."""
    return most_urgent_first(each_waiting(threads, stays, today, now))


def each_waiting(
    threads: Iterable[Conversation], stays: Iterable[Reservation], today: Today, now: datetime
) -> Iterator[Waiting]:
    """Yield the same guests in no order, each of whom takes as long as the thread."""
    for thread, subject in each_subject(threads, stays, today):
        if messages := unanswered(thread):
            hours = (now - messages.since).total_seconds() / 3600 if messages.since else None
            yield Waiting(thread, subject, messages, hours)


def each_subject(
    threads: Iterable[Conversation], stays: Iterable[Reservation], today: Today
) -> Iterator[tuple[Conversation, ThreadSubject]]:
    """Yield threads with what they are about, each of which takes as long as the thread."""
    ties: Mapping[str, list[Reservation]] = defaultdict(list)
    for stay in stays:
        for tie in {stay.conversation_id, stay.reservation_code} - {None, ""}:
            ties[f"{tie}"].append(stay)
    for thread in threads:
        names = {thread.id, *(activity.reservation_code for activity in thread.activities)}
        related = [stay for name in names if name in ties for stay in ties[name]]
        yield thread, subject_of(thread, related, today)


def most_urgent_first(guests: Iterable[Waiting]) -> list[Waiting]:
    """Return guests in the order of the list."""
    return sorted(guests, key=lambda guest: guest.key)


def among(guests: Iterable[Waiting], property_ids: AbstractSet[int]) -> list[Waiting]:
    """Return the guests who wait about one of these properties."""
    return [guest for guest in guests if property_ids & {guest.subject.property_id, *homes(guest.thread)}]


def _of_stay(stay: Reservation, today: Today) -> ThreadSubject:
    dates = stay.check_in_date, stay.check_out_date
    day = today(stay.property_id)
    standing = _standing(*dates, day)
    if stay.status in ("wait_accept", "wait_pay"):
        standing = "request"
    elif stay.status != "accepted":
        standing = "cancelled"
    elif standing == "arriving" and stay.stay_status == "in_house":
        standing = "in_house"
    elif standing == "in_house" and stay.stay_status == "stay_completed":
        standing = "past"
    days = (stay.check_in_date - day).days if standing == "arriving" else None
    return ThreadSubject(standing, stay.property_id, *dates, stay, stay.reservation_code, days)


def _of_activity(activity: ConversationActivity, today: Today) -> ThreadSubject:
    home = (activity.property.id if activity.property else None) or 0
    come, leave = activity.check_in_date, activity.check_out_date
    if come is None or leave is None:
        return ThreadSubject("inquiry", home, come, leave, None, activity.reservation_code)
    day = today(home)
    standing = _standing(come, leave, day)
    if activity.activity_type == "inquiry":
        standing = "past" if come < day else "inquiry"
    days = (come - day).days if standing == "arriving" else None
    return ThreadSubject(standing, home, come, leave, None, activity.reservation_code, days)


def _standing(come: date, leave: date, day: date) -> Standing:
    if leave < day:
        return "past"
    return "in_house" if come < day else "arriving"
