"""Messages of guest threads that have some words, with what was written before and after them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hostex_mcp.api.endpoints.messaging import Conversation, Message
from hostex_mcp.domain.messages import Author, author
from hostex_mcp.domain.word_search import SoughtWords

Key = list[int | float | str]


@dataclass(frozen=True, slots=True)
class MessageSearch:
    """What to look for: words, in messages from `since` up to `until`, by one author or by anybody."""

    words: SoughtWords
    since: datetime
    until: datetime
    by: Author | None = None

    def fits(self, message: Message) -> bool:
        """Whether a message is one of those looked for. One without a time may be of any time."""
        moment = message.created_at
        in_time = moment is None or self.since <= moment <= self.until
        written = author(message)
        by_whom = written == self.by if self.by else written != "system"
        return in_time and by_whom and bool(message.content) and self.words.are_in(message.content)


@dataclass(frozen=True, slots=True)
class FoundMessage:
    """A message that fits, its `number` in the thread counted from the oldest, and its neighbours; lines and
    cards that channels insert are none."""

    thread: Conversation
    message: Message
    number: int
    before: Message | None
    after: Message | None

    @property
    def key(self) -> Key:
        """The place in a list with the newest first."""
        moment = self.message.created_at
        return [-moment.timestamp() if moment else 0.0, self.thread.id, -self.number]


def found_in(thread: Conversation, search: MessageSearch) -> list[FoundMessage]:
    """Return the messages of a thread that fit. Messages come newest first (observed)."""
    return list(_found_in(thread, search))


def _found_in(thread: Conversation, search: MessageSearch) -> Iterator[FoundMessage]:
    messages = thread.messages
    for place, message in enumerate(messages):
        if search.fits(message):
            before = next(filter(_is_somebodys, messages[place + 1 :]), None)
            after = next(filter(_is_somebodys, reversed(messages[:place])), None)
            yield FoundMessage(thread, message, len(messages) - place, before, after)


def _is_somebodys(message: Message) -> bool:
    return author(message) != "system"
