"""Words found in what people wrote, in any script, without regard to case and accents.

- All words have to be there, in any order.
- Where words are written apart, a word without its ending is found at the beginning of others, if enough
  letters are left; a shorter one only as the same word, with another ending at most.
- In scripts that write words together or put particles to them (Chinese, Japanese, Thai, Arabic, Korean and
  others), a word is found anywhere.
- A hyphen or an apostrophe counts as a gap and as nothing, so `wifi` finds `Wi-Fi`.
"""

import re
from dataclasses import dataclass

from hostex_mcp.domain.names import fold
from hostex_mcp.domain.search import stem

_TOGETHER = re.compile(
    "[\u0590-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fff\u3005-\u3007\u3021-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_WORD = re.compile(r"[^\W_]+")
_COMPOUND = re.compile(r"[^\W_]+(?:[-'.\u2010\u2019][^\W_]+)+")
_SLAVIC_ENDING = re.compile("(?<=[\u0400-\u04ff]{3})[аеиоуыэюяьімхв]{1,3}$")
# A line that stretches Arabic letters, and says nothing.
_STRETCH = "\u0640"
# Short beginnings of Latin words are those of many others.
_LEAST_LATIN, _LEAST = 4, 3
_LEAD = 3


@dataclass(frozen=True, slots=True)
class _Word:
    """A word to look for, without its ending."""

    root: str

    def is_in(self, words: frozenset[str]) -> bool:
        if self._begins_others:
            return any(word.startswith(self.root) for word in words)
        return any(word.startswith(self.root) and _root(word) == self.root for word in words)

    @property
    def _begins_others(self) -> bool:
        return len(self.root) >= (_LEAST_LATIN if self.root.isascii() else _LEAST)


class SoughtWords:
    """Words to look for in texts."""

    def __init__(self, query: str) -> None:
        chunks = _plain(query).split()
        self._together = [part for chunk in chunks for part in _TOGETHER.findall(chunk)]
        apart = [part for chunk in chunks for part in _TOGETHER.sub(" ", chunk).split()]
        self._apart = [spellings for part in apart if (spellings := _spellings(part))]

    def __bool__(self) -> bool:
        return bool(self._together or self._apart)

    def are_in(self, text: str) -> bool:
        """Whether a text has all of the words."""
        plain = _plain(text)
        if not all(part in plain for part in self._together):
            return False
        words = _words(plain) if self._apart else frozenset[str]()
        return all(_has(spellings, words) for spellings in self._apart)

    def around(self, text: str, most: int) -> str:
        """Return the part of a text, on one line and of so many characters, where the first of the words
        is."""
        line = " ".join(text.split())
        if len(line) <= most:
            return line
        start = max(min(self._place(line) - most // _LEAD, len(line) - most), 0)
        end = start + most
        return f"{'…' if start else ''}{line[start:end]}{'…' if end < len(line) else ''}"

    def _place(self, line: str) -> int:
        places = [line.find(part) for part in self._together]
        chunks = re.finditer(r"\S+", line)
        places.append(next((chunk.start() for chunk in chunks if self._touches(chunk[0])), 0))
        return min((place for place in places if place > 0), default=0)

    def _touches(self, chunk: str) -> bool:
        plain = _plain(chunk)
        words = _words(plain)
        found = any(_has(spellings, words) for spellings in self._apart)
        return found or any(part in plain for part in self._together)


def _plain(text: str) -> str:
    return fold(text).replace(_STRETCH, "")


def _words(plain: str) -> frozenset[str]:
    """Return the words of a text, those with a hyphen or an apostrophe also in one piece."""
    joined = (_joined(compound) for compound in _COMPOUND.findall(plain))
    return frozenset([*_WORD.findall(plain), *joined])


def _joined(text: str) -> str:
    return "".join(_WORD.findall(text))


def _spellings(part: str) -> list[list[_Word]]:
    """Return the ways in which a part of a query may be written: as one word, or as several."""
    words = _WORD.findall(part)
    ways = dict.fromkeys([tuple(words), (_joined(part),)]) if words else ()
    return [list(map(_word, way)) for way in ways]


def _has(spellings: list[list[_Word]], words: frozenset[str]) -> bool:
    return any(all(word.is_in(words) for word in way) for way in spellings)


def _word(text: str) -> _Word:
    return _Word(_root(text))


def _root(word: str) -> str:
    return stem(word) if word.isascii() else _SLAVIC_ENDING.sub("", word)
