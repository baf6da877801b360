"""Finding things by the words people use for them."""

import unicodedata
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")

_LONGEST, _COMPARED = 200, 60

_NO_ACCENT = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "æ": "ae", "œ": "oe"}
)
"""Letters that are no combination of a plain one and an accent, but are typed as if they were."""


def fold(text: str) -> str:
    """Text without case, accents and surplus blanks, for comparing."""
    if text.isascii():
        return " ".join(text.casefold().split())
    # Each character by itself: accents upon accents are put in order in a time that grows with their square.
    decomposed = "".join(unicodedata.normalize("NFKD", char) for char in text.translate(_NO_ACCENT))
    return " ".join(
        "".join(char for char in decomposed if not unicodedata.combining(char)).casefold().split()
    )


class Titles(Generic[ItemT]):
    """Things with titles, made ready to find many of them."""

    def __init__(self, items: Iterable[ItemT], title: Callable[[ItemT], str]) -> None:
        self._title = title
        self._folded: dict[str, list[ItemT]] = {}
        for item in items:
            self._folded.setdefault(fold(title(item)), []).append(item)

    def exact(self, wanted: str) -> list[ItemT]:
        """The things with this very title, but for case, accents and blanks."""
        return self._folded.get(fold(wanted[:_LONGEST]), [])

    def named(self, wanted: str) -> list[ItemT]:
        """The things whose title holds every word of `wanted`; an exact title alone when there is one."""
        if exact := self.exact(wanted):
            return exact
        words = fold(wanted[:_LONGEST]).split()
        found = [items for text, items in self._folded.items() if all(word in text for word in words)]
        return [item for items in found for item in items]

    def similar(self, wanted: str, most: int = 3) -> list[str]:
        """Titles that look like `wanted`, nearest first; long ones are compared by their beginnings."""
        begun = {text[:_COMPARED]: items for text, items in self._folded.items()}
        near = get_close_matches(fold(wanted[:_LONGEST])[:_COMPARED], begun, n=most, cutoff=0.4)
        return [self._title(begun[text][0]) for text in near]
