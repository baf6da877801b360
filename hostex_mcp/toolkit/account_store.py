"""What is remembered of an account from one call to the next, longer than a process lives, where that is
wanted. It is never needed: without it, or when it fails, answers are worked out from Hostex alone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hostex_mcp.domain.word_search import Terms


class StoreTrouble(Exception):
    """The store of an account cannot be used just now. The text says why, in words that a user may read."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A thing as it was when it was last seen. What was kept in one `state` is true as long as that is its
    state. If it is given `terms`, it is found by them in the index; they do not come back."""

    record: bytes
    seen_at: datetime
    state: str = ""
    terms: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Indexed:
    """Of the things that were asked for: the names of those that the index has in the state that they are
    in now, and of those among them that have the terms."""

    names: frozenset[str] = frozenset()
    fitting: frozenset[str] = frozenset()


class AccountStore(Protocol):
    """What is remembered of one account, as far as one caller may see it, by kind and name."""

    @property
    def lasts(self) -> bool:
        """Whether anything is remembered at all."""
        ...

    async def recall(
        self, kind: str, names: Collection[str] | None = None, since: datetime | None = None
    ) -> Mapping[str, Remembered]:
        """Return what is remembered of these things, or of all of a kind that were seen after a
        moment. What cannot be read is missing.

        Raises:
            StoreTrouble: the store does not answer.
        """
        ...

    async def keep(self, kind: str, things: Mapping[str, Remembered]) -> None:
        """Remember these things, in place of what was remembered of them.

        Raises:
            StoreTrouble: they could not be kept, or others had to go for them.
        """
        ...

    async def find(self, kind: str, states: Mapping[str, str], terms: Terms) -> Indexed:
        """Look in the index for those of these things, each in its state, that have the terms.

        Raises:
            StoreTrouble: the store does not answer, or its database has no index.
        """
        ...


class NoStore:
    """A store that remembers nothing."""

    lasts = False

    async def recall(
        self, kind: str, names: Collection[str] | None = None, since: datetime | None = None
    ) -> Mapping[str, Remembered]:
        """Return nothing."""
        return {}

    async def keep(self, kind: str, things: Mapping[str, Remembered]) -> None:
        """Do nothing."""

    async def find(self, kind: str, states: Mapping[str, str], terms: Terms) -> Indexed:
        """Find nothing."""
        return Indexed()


class BrokenStore:
    """A store that was asked for and could not be opened."""

    lasts = True

    def __init__(self, why: str) -> None:
        self._why = why

    async def recall(
        self, kind: str, names: Collection[str] | None = None, since: datetime | None = None
    ) -> Mapping[str, Remembered]:
        """Say why it could not be opened.

        Raises:
            StoreTrouble: always.
        """
        raise StoreTrouble(self._why)

    async def keep(self, kind: str, things: Mapping[str, Remembered]) -> None:
        """Say why it could not be opened.

        Raises:
            StoreTrouble: always.
        """
        raise StoreTrouble(self._why)

    async def find(self, kind: str, states: Mapping[str, str], terms: Terms) -> Indexed:
        """Say why it could not be opened.

        Raises:
            StoreTrouble: always.
        """
        raise StoreTrouble(self._why)
