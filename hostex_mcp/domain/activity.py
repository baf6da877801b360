"""What happened in an account in a period, by the times that its records carry.

Hostex keeps no log. A booking, a cancellation, a message, a review, an entry of money and a task say when
they came about; that a stay was moved, a price set or a channel account lost leaves no time behind. Where
Hostex calls the server about an account, what it called about is there as well, except for lost accounts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Literal, get_args

from hostex_mcp.api.endpoints.finance import Transaction
from hostex_mcp.api.endpoints.messaging import Conversation
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.reviews import Review
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.messages import author
from hostex_mcp.domain.noticing import Noticed

Kind = Literal[
    "booking",
    "request",
    "cancellation",
    "message",
    "review",
    "money",
    "task",
    "edit",
    "calendar",
    "channel",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

ListingKey = tuple[str, str]

_REQUESTS = ("wait_accept", "wait_pay", "denied", "timeout")
_COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class DeletedEntry:
    """An income or expense that is gone."""

    id: int


@dataclass(frozen=True, slots=True)
class EditedDays:
    """Days of a property, or of a listing of it, that changed, and how many of those that could be read are
    open now; of a listing also its prices on them."""

    start: date
    end: date
    read: int
    open: int
    listing: ListingKey | None = None
    prices: Sequence[float] = ()
    currency: str | None = None

    @property
    def id(self) -> str:
        """What tells it from other days: its listing."""
        return " ".join(self.listing or ())


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call about something that happened: when that was, what of the thing, as far as it is said, and of a
    calendar the first and the last of the days."""

    at: datetime
    how: str = ""
    start: date | None = None
    end: date | None = None


Subject = Reservation | Conversation | Review | Transaction | Task | Noticed | DeletedEntry | EditedDays


@dataclass(frozen=True, slots=True)
class Span:
    """The moments after `since` and up to `until`, both in UTC."""

    since: datetime
    until: datetime

    def __contains__(self, moment: datetime | None) -> bool:
        return moment is not None and self.since < moment <= self.until


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: when, what, to what, and in which property (0 for none). `count` is the number
    of messages or changes; `again` says that something was changed that was there before; of an edited stay
    `now` is how it is. What was noticed between two looks happened by the time of the second at the latest,
    or when Hostex called about it: of what it called about there are its `calls`."""

    at: datetime
    kind: Kind
    subject: Subject
    property_id: int = 0
    count: int = 1
    again: bool = False
    now: Reservation | None = None
    calls: tuple[Call, ...] = ()

    @property
    def how(self) -> list[str]:
        """What of a thing was changed, as far as the calls say it."""
        return list(dict.fromkeys(call.how for call in self.calls if call.how))

    @property
    def key(self) -> list[int | float | str]:
        """The place in a list with the newest first."""
        return [-self.at.timestamp(), self.kind, self._name]

    @property
    def _name(self) -> str:
        match self.subject:
            case Reservation() | Review():
                return str(self.subject.key)
            case Noticed():
                return self.subject.name
            case EditedDays() as days:
                return f"{self.property_id} {days.id}"
            case _:
                return str(self.subject.id)


def of_noticed(noticed: Iterable[Noticed], stays: Mapping[str, Reservation]) -> Iterator[Event]:
    """Yield what was noticed, at the time by which it had happened, with the stays as they are now."""
    for change in noticed:
        now = stays.get(change.subject) if change.kind == "edit" else None
        yield Event(change.by, change.kind, change, change.property_id, now=now)


def of_stays(stays: Iterable[Reservation], span: Span) -> Iterator[Event]:
    """Yield bookings, requests and cancellations. A booking that says no time counts from when Hostex stored
    it."""
    for stay in stays:
        booked = stay.booked_at or stay.created_at
        if booked and booked in span:
            kind: Kind = "request" if stay.status in _REQUESTS else "booking"
            yield Event(booked, kind, stay, stay.property_id)
        if stay.cancelled_at and stay.cancelled_at in span:
            yield Event(stay.cancelled_at, "cancellation", stay, stay.property_id)


def of_threads(threads: Iterable[Conversation], span: Span) -> Iterator[Event]:
    """Yield the messages of guests, those of a thread together, at the time of the newest."""
    for thread in threads:
        times = [
            message.created_at
            for message in thread.messages
            if message.created_at and message.created_at in span and author(message) == "guest"
        ]
        if times:
            yield Event(max(times), "message", thread, property_of(thread), len(times))


def property_of(thread: Conversation) -> int:
    """Return the property that a thread is about, 0 if it says none."""
    ids = (activity.property.id for activity in thread.activities if activity.property)
    return next((property_id for property_id in ids if property_id), 0)


def of_reviews(reviews: Iterable[Review], span: Span) -> Iterator[Event]:
    """Yield reviews that guests wrote."""
    for review in reviews:
        written = review.guest_review.created_at if review.guest_review else None
        if written and written in span:
            yield Event(written, "review", review, review.property_id)


def of_transactions(transactions: Iterable[Transaction], span: Span) -> Iterator[Event]:
    """Yield entries of money that were made or changed."""
    for entry in transactions:
        made, changed = entry.created_at, entry.updated_at
        if made and made in span:
            yield Event(made, "money", entry, entry.property_id or 0)
        elif changed and changed in span:
            yield Event(changed, "money", entry, entry.property_id or 0, again=True)


def of_tasks(tasks: Iterable[Task], span: Span, zone: tzinfo) -> Iterator[Event]:
    """Yield tasks that were made, changed or done. Their times are local ones of the operator, whose `zone`
    Hostex does not tell."""
    for task in tasks:
        made, changed = _local(task.create_time, zone), _local(task.update_time, zone)
        if changed and changed in span and (task.status == _COMPLETED or made not in span):
            yield Event(changed, "task", task, task.property_id or 0, again=True)
        elif made and made in span:
            yield Event(made, "task", task, task.property_id or 0)


def _local(text: str | None, zone: tzinfo) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone) if text else None
    except ValueError:
        return None
