"""One guest, over all stays and threads that were read.

- Stays and threads are one guest's if they have in common the thread or the order, the phone number, the
  e-mail address, or the full name, of two words or more, as long as not more than one phone number is known
  of those who bear it.
- Phone numbers are compared by their digits, addresses and names without case, names without accents too. A
  number without its country may be looked for, but joins nobody with the number of another country. A number
  or address of more than four names is an agency's or the host's own, and says nothing.
- Where contact data is hidden it is not looked at, so that no answer tells who shares it.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TypeVar

from hostex_mcp.api.endpoints.messaging import ConversationSummary
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.names import Titles, fold

ItemT = TypeVar("ItemT")

LEAST_DIGITS = 7
_MOST_NAMES, _MOST_COMPARED = 4, 3_000
_FULL_NAME = 2
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GuestQuery:
    """Who is looked for: words of a name, a phone number, an address, or several of them."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A stay or a thread, with the names and the contact data in it. The first name is the booker's."""

    subject: Reservation | ConversationSummary
    names: tuple[str, ...]
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()

    @property
    def own_name(self) -> str:
        """The name of who booked or writes, folded."""
        return fold(self.names[0]) if self.names else ""

    @property
    def links(self) -> Iterator[tuple[str, Hashable]]:
        """What it has in common only with others of the same guest, whatever is hidden."""
        if isinstance(self.subject, Reservation):
            yield "order", self.subject.order_key
            if self.subject.conversation_id:
                yield "thread", self.subject.conversation_id
        else:
            yield "thread", self.subject.id


@dataclass(frozen=True)
class KnownGuest:
    """One guest: the stays, latest check-in first, and the threads, newest message first."""

    traces: Sequence[Trace] = field(default_factory=list[Trace])

    @cached_property
    def stays(self) -> list[Reservation]:
        """The stays, the latest first."""
        subjects = (trace.subject for trace in self.traces)
        stays = {subject.key: subject for subject in subjects if isinstance(subject, Reservation)}
        return sorted(stays.values(), key=lambda stay: (stay.check_in_date, stay.key), reverse=True)

    @cached_property
    def threads(self) -> list[ConversationSummary]:
        """The threads, the newest first."""
        subjects = (trace.subject for trace in self.traces)
        threads = {subject.id: subject for subject in subjects if isinstance(subject, ConversationSummary)}
        return sorted(
            threads.values(), key=lambda thread: (thread.last_message_at or _NEVER, thread.id), reverse=True
        )

    @property
    def thread_ids(self) -> list[str]:
        """The ids of all threads, those that only a stay names too."""
        named = (stay.conversation_id for stay in self.stays)
        return list(dict.fromkeys([*(thread.id for thread in self.threads), *filter(None, named)]))

    @property
    def names(self) -> list[str]:
        """The names of who booked or writes, on one line each; the one of the latest stay comes first."""
        names = [stay.guest_name for stay in self.stays] + [thread.guest.name for thread in self.threads]
        unique = {fold(line): line for name in reversed(names) if (line := one_line(name or ""))}
        return [*unique.values()][::-1]

    def with_stays(self, stays: Iterable[Reservation]) -> "KnownGuest":
        """Return the guest with those of some more stays that are told of in the guest's threads."""
        ids = {*self.thread_ids}
        own = [stay for stay in stays if stay.conversation_id in ids]
        return KnownGuest([*self.traces, *traces(own, (), contacts=False)])

    @property
    def latest(self) -> date:
        """The day of the latest stay or, without one, of the newest message."""
        if self.stays:
            return self.stays[0].check_in_date
        moments = (thread.last_message_at for thread in self.threads)
        return max((moment.date() for moment in moments if moment), default=date.min)


def traces(
    stays: Iterable[Reservation], threads: Iterable[ConversationSummary], *, contacts: bool
) -> list[Trace]:
    """Return the traces that guests left, with contact data only where it may be looked at."""
    return [
        *(_of_stay(stay, contacts=contacts) for stay in stays),
        *(_of_thread(thread, contacts=contacts) for thread in threads),
    ]


def _of_stay(stay: Reservation, *, contacts: bool) -> Trace:
    names = tuple(filter(None, names_on(stay)))
    if not contacts:
        return Trace(stay, names)
    people = [person for person in stay.guests if person.is_booker]
    phones = (stay.guest_phone, *(person.phone for person in people))
    emails = (stay.guest_email, *(person.email for person in people))
    return Trace(stay, names, _all(phone_key, phones), _all(email_key, emails))


def _of_thread(thread: ConversationSummary, *, contacts: bool) -> Trace:
    card = thread.guest
    names = (card.name,) if card.name else ()
    if not contacts:
        return Trace(thread, names)
    return Trace(thread, names, _all(phone_key, (card.phone,)), _all(email_key, (card.email,)))


def _all(key: Callable[[str], str], texts: Iterable[str | None]) -> frozenset[str]:
    return frozenset(filter(None, (key(text) for text in texts if text)))


def phone_key(text: str) -> str:
    """Return what a phone number is compared by, empty for none."""
    digits = "".join(char for char in text if char.isdecimal()).lstrip("0")
    # Numbers such as 1111111 stand for none.
    return digits if len(digits) >= LEAST_DIGITS and len(set(digits)) > 1 else ""


def email_key(text: str) -> str:
    """Return what an e-mail address is compared by, empty for none."""
    address = text.strip().casefold()
    return address if "@" in address else ""


def find_guests(query: GuestQuery, every: Sequence[Trace]) -> list[KnownGuest]:
    """Return the guests who fit all that is asked for, the one with the latest stay first.

    A name fits if it has all the words; if no guest's has, if it has words that begin with them.
    """
    guests = _guests(every)
    if query.phone:
        guests = [guest for guest in guests if _has_phone(query.phone, guest)]
    if query.email:
        guests = [guest for guest in guests if any(query.email in trace.emails for trace in guest.traces)]
    if query.name:
        guests = named(query.name, guests, lambda guest: (name for own in guest.traces for name in own.names))
    return sorted(guests, key=lambda guest: (guest.latest, guest.names), reverse=True)


def _has_phone(phone: str, guest: KnownGuest) -> bool:
    """Whether a guest has a phone number, with its country or without."""
    own = [number for trace in guest.traces for number in trace.phones]
    return any(number.endswith(phone) or phone.endswith(number) for number in own)


def _numbers(phones: Collection[str]) -> int:
    """Return how many phone numbers these are, one with and without its country counted once."""
    return sum(not any(other != phone and other.endswith(phone) for other in phones) for phone in phones)


def near_names(name: str, every: Iterable[Trace]) -> list[str]:
    """Return the names that look like one, most similar first, of so many as can be compared soon."""
    names = dict.fromkeys(one_line(name) for trace in every for name in trace.names)
    return Titles(list(names)[:_MOST_COMPARED], lambda line: line).similar(name)


def named(
    name: str, items: Sequence[ItemT], names_of: Callable[[ItemT], Iterable[str | None]]
) -> list[ItemT]:
    """Return the things with a name that has all words of another; if there are none, those with a name that
    has words that begin with them."""
    words = name_words(name)
    for fits in (_has_all, _has_beginnings):
        found = [item for item in items if words and any(fits(words, own) for own in names_of(item) if own)]
        if found:
            return found
    return []


def names_on(stay: Reservation) -> tuple[str | None, ...]:
    """Return the names on a stay, the booker's first."""
    return stay.guest_name, *(person.name for person in stay.guests)


def name_words(name: str) -> frozenset[str]:
    """Return the words of a name, folded."""
    return frozenset(re.findall(r"[^\W_]+", fold(name)))


def _has_all(words: frozenset[str], name: str) -> bool:
    return words <= name_words(name)


def _has_beginnings(words: frozenset[str], name: str) -> bool:
    # Names in Chinese and the like are one word, of which people may give a part.
    whole = fold(name)
    own = name_words(name)
    return all(
        any(part.startswith(word) for part in own) or (not word.isascii() and word in whole) for word in words
    )


def _guests(every: Sequence[Trace]) -> list[KnownGuest]:
    """Return the traces by guest."""
    groups = _Groups(len(every))
    for places in _linked(every):
        groups.join(places)
    # All of them are found before any are joined, as that changes what is known of a group.
    for places in list(_namesakes(every, groups)):
        groups.join(places)
    members: dict[int, list[Trace]] = defaultdict(list)
    for place, trace in enumerate(every):
        members[groups.of(place)].append(trace)
    return list(map(KnownGuest, members.values()))


def _linked(every: Sequence[Trace]) -> Iterator[list[int]]:
    """Yield the places of traces that have something in common that only one guest has."""
    by_link: dict[Hashable, list[int]] = defaultdict(list)
    by_contact: dict[Hashable, list[int]] = defaultdict(list)
    for place, trace in enumerate(every):
        for link in trace.links:
            by_link[link].append(place)
        for phone in trace.phones:
            by_contact["phone", phone].append(place)
        for email in trace.emails:
            by_contact["email", email].append(place)
    yield from by_link.values()
    for places in by_contact.values():
        if len({every[place].own_name for place in places}) <= _MOST_NAMES:
            yield places


def _namesakes(every: Sequence[Trace], groups: "_Groups") -> Iterator[list[int]]:
    """Yield the places of traces with the same full name, of whose groups one phone number is known at
    most."""
    by_name: dict[str, list[int]] = defaultdict(list)
    phones: Mapping[int, set[str]] = defaultdict(set)
    for place, trace in enumerate(every):
        phones[groups.of(place)].update(trace.phones)
        if len(trace.own_name.split()) >= _FULL_NAME:
            by_name[trace.own_name].append(place)
    for places in by_name.values():
        if _numbers({phone for place in places for phone in phones[groups.of(place)]}) <= 1:
            yield places


class _Groups:
    """Numbers that are joined to groups, each named by one of its numbers."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def of(self, number: int) -> int:
        """Return the group of a number."""
        while self._above[number] != number:
            self._above[number] = self._above[self._above[number]]
            number = self._above[number]
        return number

    def join(self, numbers: Sequence[int]) -> None:
        """Make one group of those of all these numbers."""
        for number in numbers[1:]:
            self._above[self.of(number)] = self.of(numbers[0])
