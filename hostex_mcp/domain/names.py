"""Finding things by the words people use for them."""

import unicodedata
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TypeVar

ItemT = TypeVar("ItemT")

_NO_ACCENT = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "æ": "ae", "œ": "oe"}
)
"""Letters that are no combination of a plain one and an accent, but are typed as if they were."""


def fold(text: str) -> str:
    """Text without case, accents and surplus blanks, for comparing."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_NO_ACCENT))
    return " ".join(
        "".join(char for char in decomposed if not unicodedata.combining(char)).casefold().split()
    )


def named(wanted: str, items: Iterable[ItemT], title: Callable[[ItemT], str]) -> list[ItemT]:
    """The items whose title holds every word of `wanted`; an exact title alone when there is one."""
    folded = fold(wanted)
    candidates = [(fold(title(item)), item) for item in items]
    if exact := [item for text, item in candidates if text == folded]:
        return exact
    return [item for text, item in candidates if all(word in text for word in folded.split())]


def similar(wanted: str, titles: Iterable[str], most: int = 3) -> list[str]:
    """Titles that look like `wanted`, nearest first, for a "did you mean"."""
    by_folded = {fold(title): title for title in titles}
    return [by_folded[text] for text in get_close_matches(fold(wanted), by_folded, n=most, cutoff=0.4)]
