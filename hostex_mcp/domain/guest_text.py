"""Text by guests and other outsiders: cleaned of invisible characters, bounded, and fenced as data."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

MOST_CHARACTERS = 2_000
NAME_CHARACTERS = 100

_MOST_TIMES, _MOST_BEYOND = 4, 1_000

Spelling = Callable[[str], str]

_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe0e\ufe0f"
# Whether these are seen depends on what stands beside them.
_CONTEXTUAL = re.compile(f"[{_JOINERS}{_SELECTORS}]")
_KEYS = frozenset("0123456789#*")
_CHOSEN = ("So", "Sm", "Nd", "Po")
_KEPT_CONTROLS = "\n\t"
_BLANKS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_CHOICES = f"\ufe00-\ufe0f\U000e0100-\U000e01ef{_BLANKS}"
_CHOOSING = re.compile(f"[{_CHOICES}]")
# A client might load the image, and its address could carry data away.
_PICTURE = re.compile(r"(?<!!)!++\[")
_DASHES = "-\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
_ACCENTS = "\u0300-\u036f\u0483-\u0489\u20d0-\u20f0"
_BRACKETS = (
    r"<\u02c2\u1438\u16b2\u2039\u226a\u226e\u227a\u22d6\u2329\u276c\u276e\u2770\u27e8\u27ea\u2989\u2991\u29fc"
    r"\u2a79\u2aa1\u3008\ufe64\uff1c\U0001d236"
)
# Brackets of all scripts before what could be read as a label of ours, accents and slashes between included.
_LOOK_ALIKE = re.compile(
    rf"[{_BRACKETS}](?=[\s/\\|!\u2044\u2215\u2571\u29f8\u2f03\uff0f{_ACCENTS}]*"
    rf"(?:guest|\uff47\uff55\uff45\uff53\uff54|[^\W\d_](?:[^\W\d_]|[{_ACCENTS}]){{1,23}}\s*[{_DASHES}]\s*\w))",
    re.IGNORECASE,
)
_SUSPICIOUS = re.compile(f"[{_CHOICES}{_BRACKETS}]")
_FENCED = re.compile(r"(?s)<(guest-[0-9a-f]{6})>((?:(?!\1).)*)</\1>")

_labels: ContextVar[list[str] | None] = ContextVar("labels of fences", default=None)


def clean(text: str) -> str:
    """Return text without invisible characters: zero-width, bidirectional, tag and control characters.

    Emoji sequences and scripts that need joiners keep them. A Markdown image becomes a plain link, and what
    could pass for a fence of ours loses its bracket.
    """
    return _defused(text if _all_seen(text) else _spelled(text, _nothing))


def harmless(text: str) -> str:
    """Return text without invisible characters and images. Boundaries stay, as they may be ours."""
    return _PICTURE.sub("[", text if _all_seen(text) else _spelled(text, _nothing))


def visible(text: str) -> str:
    """Return text with invisible characters spelled out, such as ⟨U+202E⟩; nothing is left out."""
    lines = text.replace("\r\n", "\n")
    return lines if _all_seen(lines) else _spelled(lines, _code_point)


def without_unseen(text: str) -> str:
    """Return text without invisible characters, and otherwise as it is."""
    lines = text.replace("\r\n", "\n")
    return lines if _all_seen(lines) else _spelled(lines, _nothing)


def is_clean(text: str) -> bool:
    """Whether `clean` would leave a single line as it is: a quick test for most texts."""
    if not text.isprintable() or "![" in text:
        return False
    # Most texts have no character with which anything else begins.
    return not (_SUSPICIOUS.search(text) and (_CHOOSING.search(text) or _LOOK_ALIKE.search(text)))


def bounded(text: str, most: int = MOST_CHARACTERS) -> str:
    """Cut text to `most` characters, with the number of those left out at its end."""
    over = len(text) - most
    return text if over <= 0 else f"{text[:most]}… ({over} characters more)"


def shortened(text: str, most: int, make: Callable[[str], str] = clean) -> str:
    """Return what `make` makes of a text, cut to `most` characters."""
    # Cleaning takes time, so what lies far beyond the cut is only counted.
    reach = min(_MOST_TIMES * most, most + _MOST_BEYOND)
    start, rest = make(text[:reach]), len(text) - reach
    if rest <= 0:
        return bounded(start, most)
    return f"{start[:most]}… ({max(len(start) - most, 0) + rest} characters more)"


def tidy(text: str) -> str:
    """Clean and bound text of the host's own side, without a fence."""
    return shortened(text, MOST_CHARACTERS)


def one_line(text: str) -> str:
    """Put a name or other short text of an outsider on one line, cleaned and bounded."""
    return shortened(text, NAME_CHARACTERS, lambda start: " ".join(clean(start).split()))


@contextmanager
def fence_labels() -> Generator[list[str]]:
    """Collect the labels of all fences made inside the block, also by tasks started there."""
    labels: list[str] = []
    token = _labels.set(labels)
    try:
        yield labels
    finally:
        _labels.reset(token)


class Fence:
    """A boundary around outsiders' text, random for each answer, so that no text inside can end it.

    `spell` decides on invisible characters: `clean` drops them, `visible` spells them out.
    """

    def __init__(self, label: str | None = None, spell: Callable[[str], str] = clean) -> None:
        self.label = label or f"guest-{secrets.randbelow(1_000_000):06}"  # digits are the fewest tokens
        self._spell = spell
        if (labels := _labels.get()) is not None:
            labels.append(self.label)

    def mark(self, text: str, most: int | None = MOST_CHARACTERS) -> str:
        """Return the text, cleaned and bounded, inside the boundary. Empty text stays empty."""
        content = self._cleaned(text) if most is None else shortened(text, most, self._cleaned)
        while self.label in content:  # what is left on both sides can be the label again
            content = content.replace(self.label, "guest")
        return f"<{self.label}>{content}</{self.label}>" if content.strip() else ""

    def _cleaned(self, text: str) -> str:
        return clean(self._spell(text))


def inner(text: str) -> str | None:
    """Return what is inside the fence around a whole text, None without one."""
    match = _FENCED.fullmatch(text)
    return match[2] if match else None


def _all_seen(text: str) -> bool:
    return text.replace("\n", "").replace("\t", "").isprintable() and not _CHOOSING.search(text)


def _spelled(text: str, spell: Spelling) -> str:
    """Spell the invisible characters of a text in another way."""
    doubtful = "".join(sorted(char for char in set(text) if _is_doubtful(char)))
    if not doubtful:
        return text
    if not _CONTEXTUAL.search(doubtful):
        return text.translate({ord(char): spell(char) for char in doubtful if not _visible(char, "", "")})
    parts = re.split(f"([{re.escape(doubtful)}]+)", text)
    # In a text the same few runs stand between the same few neighbours.
    spelled: dict[tuple[str, str, str], str] = {}
    for place in range(1, len(parts), 2):
        run = parts[place], parts[place - 1][-1:], parts[place + 1][:1]
        if run not in spelled:
            spelled[run] = _spelled_run(*run, spell)
        parts[place] = spelled[run]
    return "".join(parts)


def _is_doubtful(char: str) -> bool:
    """Whether a character may be invisible."""
    return char not in _KEPT_CONTROLS and not (char.isprintable() and not _CHOOSING.match(char))


def _spelled_run(run: str, before: str, after: str, spell: Spelling) -> str:
    previous = before
    characters: list[str] = []
    for place, char in enumerate(run):
        is_visible = _visible(char, previous, run[place + 1 : place + 2] or after)
        previous = char if is_visible else previous
        characters.append(char if is_visible else spell(char))
    return "".join(characters)


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
    """Whether a joiner beside this character may be needed: emoji and scripts with joined letters."""
    if not char:
        return False
    return char in _SELECTORS or unicodedata.category(char) in ("So", "Sk", "Lo", "Mn", "Mc")
