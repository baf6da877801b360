"""Text written by guests and other outsiders: cleaned of what cannot be seen, bounded, and fenced as data."""

import re
import secrets
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

MOST_CHARACTERS = 2_000
NAME_CHARACTERS = 100

_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe0e\ufe0f"
_KEPT_CONTROLS = "\n\t"
_CHOOSING = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_PICTURE = re.compile(r"!+\[")

_made: ContextVar[list[str] | None] = ContextVar("labels of fences", default=None)


def clean(text: str) -> str:
    """Text without characters that nobody sees: zero-width, bidirectional, tag and control characters.

    Emoji sequences and scripts that need joiners keep them. A Markdown picture, which a client might load,
    becomes a plain link.
    """
    if text.replace("\n", "").replace("\t", "").isprintable() and not _CHOOSING.search(text):
        return _PICTURE.sub("[", text)
    kept: list[str] = []
    for place, char in enumerate(text):
        before = kept[-1] if kept else ""
        after = text[place + 1] if place + 1 < len(text) else ""
        if _visible(char, before, after):
            kept.append(char)
    return _PICTURE.sub("[", "".join(kept))


def bounded(text: str, most: int = MOST_CHARACTERS) -> str:
    """Text of at most `most` characters; how many were left out is said at its end."""
    over = len(text) - most
    return text if over <= 0 else f"{text[:most]}… ({over} characters more)"


def tidy(text: str) -> str:
    """Text of the host's own side: cleaned and bounded like any, but not fenced."""
    return bounded(clean(text))


def one_line(text: str) -> str:
    """A name or other short text of an outsider: cleaned, on one line, bounded."""
    return bounded(" ".join(clean(text).split()), NAME_CHARACTERS)


@contextmanager
def fence_labels() -> Generator[list[str]]:
    """The labels of all fences that are made inside, also by tasks begun there."""
    made: list[str] = []
    before = _made.set(made)
    try:
        yield made
    finally:
        _made.reset(before)


class Fence:
    """Marks outsiders' text with a boundary that is random for each answer, so that no text can close it."""

    def __init__(self, label: str | None = None) -> None:
        self.label = label or f"guest-{secrets.token_hex(3)}"
        if (made := _made.get()) is not None:
            made.append(self.label)

    def mark(self, text: str) -> str:
        """The text, cleaned and bounded, inside the boundary. Empty text stays empty."""
        shown = bounded(clean(text)).replace(self.label, "guest")
        return f"<{self.label}>{shown}</{self.label}>" if shown.strip() else ""


def _visible(char: str, before: str, after: str) -> bool:
    if char in _KEPT_CONTROLS:
        return True
    if char in _JOINERS:
        return _joins(before) and _joins(after)
    if char in _SELECTORS:
        return unicodedata.category(before or " ") in ("So", "Sm", "Nd", "Po")
    if 0xE0100 <= ord(char) <= 0xE01EF or 0xFE00 <= ord(char) <= 0xFE0D:
        return False
    return unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")


def _joins(char: str) -> bool:
    """Whether a joiner beside this character can mean something: emoji and scripts with joined letters."""
    if not char:
        return False
    return char in _SELECTORS or unicodedata.category(char) in ("So", "Sk", "Lo", "Mn", "Mc")
