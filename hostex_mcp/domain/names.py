"""Things found by the words people use for them."""

import unicodedata
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")

_MOST_SIMILAR = 3
_LONGEST, _COMPARED = 200, 60

# Letters that Unicode does not decompose into a plain letter and an accent, but that people type without one.
_NO_ACCENT = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "æ": "ae", "œ": "oe"}
    | {"\u0131": "i"}
)


def fold(text: str) -> str:
    """Return text without case, accents and surplus spaces, for comparing."""
    if text.isascii():
        return " ".join(text.casefold().split())
    # Character by character: sorting stacked accents takes time that grows with their square (an attack).
    decomposed = "".join(unicodedata.normalize("NFKD", char) for char in text)
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(plain.translate(_NO_ACCENT).casefold().split())


class Titles(Generic[ItemT]):
    """Things with titles, indexed for many look-ups."""

    def __init__(self, items: Iterable[ItemT], title: Callable[[ItemT], str]) -> None:
        self._title = title
        self._folded: dict[str, list[ItemT]] = {}
        for item in items:
            self._folded.setdefault(fold(title(item)), []).append(item)

    def exact(self, query: str) -> list[ItemT]:
        """Return the things with exactly this title, apart from case, accents and spaces."""
        return self._folded.get(fold(query[:_LONGEST]), [])

    def named(self, query: str) -> list[ItemT]:
        """Return the things whose title contains every word of `query`; only exact titles if there are
        any."""
        if exact := self.exact(query):
            return exact
        words = fold(query[:_LONGEST]).split()
        matches = [items for text, items in self._folded.items() if all(word in text for word in words)]
        return [item for items in matches for item in items]

    def similar(self, query: str) -> list[str]:
        """Return titles that look like `query`, most similar first."""
        # Only the beginnings are compared, as the time grows with the square of the length.
        starts = {text[:_COMPARED]: items for text, items in self._folded.items()}
        similar = get_close_matches(fold(query[:_LONGEST])[:_COMPARED], starts, n=_MOST_SIMILAR, cutoff=0.4)
        return [self._title(starts[text][0]) for text in similar]
