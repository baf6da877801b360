"""Guest threads in short: about which stay, the last words of each side, since when the guest waits, and in
which language the guest writes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from hostex_mcp.api.endpoints.messaging import Conversation, Message
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import Today
from hostex_mcp.domain.language import language_of
from hostex_mcp.domain.messages import OURS, author
from hostex_mcp.domain.waiting import ThreadSubject, UnansweredMessages, each_subject, homes, unanswered

_TEXTS, _TEXT = 3, 300


@dataclass(frozen=True, slots=True)
class InboxThread:
    """A thread: what it is about, the newest message of the guest and of the host's side, and what waits for
    an answer."""

    thread: Conversation
    subject: ThreadSubject
    by_guest: Message | None
    by_host: Message | None
    unanswered: UnansweredMessages | None

    @property
    def key(self) -> list[int | float | str]:
        """The place in a list with the newest first."""
        times = (message.created_at for message in self.thread.messages)
        newest = next((moment for moment in times if moment), None)
        return [-newest.timestamp() if newest else 0.0, self.thread.id]

    @property
    def places(self) -> set[int]:
        """The properties that the thread is about."""
        return {self.subject.property_id, *homes(self.thread)} - {0}

    @property
    def language(self) -> str | None:
        """The language of the guest's newest texts, None if it is not plain."""
        texts = (message.content[:_TEXT] for message in _of_guest(self.thread) if message.content)
        return language_of("\n".join(islice(texts, _TEXTS)))

    def waiting_hours(self, now: datetime) -> float | None:
        """Return for how long the guest waits, None for one who does not or whose message has no time."""
        since = self.unanswered.since if self.unanswered else None
        return (now - since).total_seconds() / 3600 if since else None


def each_in_short(
    threads: Iterable[Conversation], stays: Iterable[Reservation], today: Today
) -> Iterator[InboxThread]:
    """Yield threads in short, each of which takes as long as the thread."""
    for thread, subject in each_subject(threads, stays, today):
        by_host = next((message for message in thread.messages if author(message) in OURS), None)
        yield InboxThread(thread, subject, next(_of_guest(thread), None), by_host, unanswered(thread))


def _of_guest(thread: Conversation) -> Iterator[Message]:
    return (message for message in thread.messages if author(message) == "guest")
