"""Text written by guests and other outsiders: cleaned of what cannot be seen, bounded, and fenced as data."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

MOST_CHARACTERS = 2_000
NAME_CHARACTERS = 100

_NEAR, _FAR = 4, 1_000
_SHORT_RUN = 8

Spelling = Callable[[str], str]

_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe0e\ufe0f"
_KEYS = frozenset("0123456789#*")
_CHOSEN = ("So", "Sm", "Nd", "Po")
_KEPT_CONTROLS = "\n\t"
_BLANKS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_CHOOSING = re.compile(f"[\ufe00-\ufe0f\U000e0100-\U000e01ef{_BLANKS}]")
_PICTURE = re.compile(r"(?<!!)!++\[")
_DASHES = "-\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
_ACCENTS = "\u0300-\u036f\u0483-\u0489\u20d0-\u20f0"
_LOOK_ALIKE = re.compile(
    r"[<\u02c2\u1438\u16b2\u2039\u226a\u226e\u227a\u22d6\u2329\u276c\u276e\u2770\u27e8\u27ea\u2989\u2991\u29fc"
    r"\u2a79\u2aa1\u3008\ufe64\uff1c\U0001d236]"
    rf"(?=[\s/\\|!\u2044\u2215\u2571\u29f8\u2f03\uff0f{_ACCENTS}]*"
    rf"(?:guest|\uff47\uff55\uff45\uff53\uff54|[^\W\d_](?:[^\W\d_]|[{_ACCENTS}]){{1,23}}\s*[{_DASHES}]\s*\w))",
    re.IGNORECASE,
)
_BOUNDED = re.compile(r"(?s)<(guest-[0-9a-f]{6})>((?:(?!\1).)*)</\1>")

_made: ContextVar[list[str] | None] = ContextVar("labels of fences", default=None)


def clean(text: str) -> str:
    """Text without characters that nobody sees: zero-width, bidirectional, tag and control characters.

    Emoji sequences and scripts that need joiners keep them. A Markdown picture, which a client might load,
    becomes a plain link, and what could be taken for a boundary of ours loses its bracket.
    """
    return _defused(text if _all_seen(text) else _spelled(text, _nothing))


def visible(text: str) -> str:
    """Text in which a character that nobody sees is spelled out, such as ⟨U+202E⟩; nothing is left out."""
    lines = text.replace("\r\n", "\n")
    return lines if _all_seen(lines) else _spelled(lines, _code_point)


def is_clean(text: str) -> bool:
    """Whether `clean` leaves a text on one line as it is, seen without looking at each character."""
    return text.isprintable() and not any(
        pattern.search(text) for pattern in (_CHOOSING, _PICTURE, _LOOK_ALIKE)
    )


def bounded(text: str, most: int = MOST_CHARACTERS) -> str:
    """Text of at most `most` characters; how many were left out is said at its end."""
    over = len(text) - most
    return text if over <= 0 else f"{text[:most]}… ({over} characters more)"


def shortened(text: str, most: int, make: Callable[[str], str] = clean) -> str:
    """The text that `make` gives, of at most `most` characters; what is far beyond them is counted only."""
    near = min(_NEAR * most, most + _FAR)
    shown, far = make(text[:near]), len(text) - near
    if far <= 0:
        return bounded(shown, most)
    return f"{shown[:most]}… ({max(len(shown) - most, 0) + far} characters more)"


def tidy(text: str) -> str:
    """Text of the host's own side: cleaned and bounded like any, but not fenced."""
    return shortened(text, MOST_CHARACTERS)


def one_line(text: str) -> str:
    """A name or other short text of an outsider: cleaned, on one line, bounded."""
    return shortened(text, NAME_CHARACTERS, lambda near: " ".join(clean(near).split()))


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
    """Marks outsiders' text with a boundary that is random for each answer, and that no text inside can hold.
    `spell` says what becomes of characters that nobody sees: `clean` drops them, `visible` spells them."""

    def __init__(self, label: str | None = None, spell: Callable[[str], str] = clean) -> None:
        self.label = label or f"guest-{secrets.randbelow(1_000_000):06}"  # digits are the fewest tokens
        self._spell = spell
        if (made := _made.get()) is not None:
            made.append(self.label)

    def mark(self, text: str, most: int | None = MOST_CHARACTERS) -> str:
        """The text, cleaned and bounded, inside the boundary. Empty text stays empty."""
        shown = self._cleaned(text) if most is None else shortened(text, most, self._cleaned)
        while self.label in shown:  # what is left on both sides can be the label again
            shown = shown.replace(self.label, "guest")
        return f"<{self.label}>{shown}</{self.label}>" if shown.strip() else ""

    def _cleaned(self, text: str) -> str:
        return clean(self._spell(text))


def inner(text: str) -> str | None:
    """What stands inside the boundary that a text as a whole has, None where it has none."""
    found = _BOUNDED.fullmatch(text)
    return found[2] if found else None


def _all_seen(text: str) -> bool:
    return text.replace("\n", "").replace("\t", "").isprintable() and not _CHOOSING.search(text)


def _spelled(text: str, spell: Spelling) -> str:
    """Text with another spelling of the characters that nobody sees."""
    doubtful = "".join(sorted(char for char in set(text) if _is_doubtful(char)))
    if not doubtful:
        return text
    runs = re.compile(f"[{re.escape(doubtful)}]+")

    def spelled(found: re.Match[str]) -> str:
        start, end = found.span()
        around = text[start - 1 : start] if start else "", text[end : end + 1]
        return (_spelled_short if end - start <= _SHORT_RUN else _spelled_run)(found[0], *around, spell)

    return runs.sub(spelled, text)


def _is_doubtful(char: str) -> bool:
    """Whether a character is not seen everywhere."""
    return char not in _KEPT_CONTROLS and not (char.isprintable() and not _CHOOSING.match(char))


def _spelled_run(run: str, before: str, after: str, spell: Spelling) -> str:
    kept = before
    shown: list[str] = []
    for place, char in enumerate(run):
        seen = _visible(char, kept, run[place + 1 : place + 2] or after)
        kept = char if seen else kept
        shown.append(char if seen else spell(char))
    return "".join(shown)


_spelled_short = lru_cache(4_096)(_spelled_run)


def _nothing(_: str) -> str:
    return ""


def _code_point(char: str) -> str:
    return f"⟨U+{ord(char):04X}⟩"


def _defused(text: str) -> str:
    return _LOOK_ALIKE.sub("(", _PICTURE.sub("[", text))


def _visible(char: str, before: str, after: str) -> bool:
    if char in _KEPT_CONTROLS:
        return True
    if char in _JOINERS:
        return _joins(before) and _joins(after)
    if char in _SELECTORS:
        return before in _KEYS or (before > "\x7f" and unicodedata.category(before) in _CHOSEN)
    if char in _BLANKS or 0xE0100 <= ord(char) <= 0xE01EF or 0xFE00 <= ord(char) <= 0xFE0D:
        return False
    return unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")


def _joins(char: str) -> bool:
    """Whether a joiner beside this character can mean something: emoji and scripts with joined letters."""
    if not char:
        return False
    return char in _SELECTORS or unicodedata.category(char) in ("So", "Sk", "Lo", "Mn", "Mc")
