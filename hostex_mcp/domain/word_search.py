"""Words found in what people wrote, in any script, without regard to case and accents.

- All words have to be there, in any order.
- Where words are written apart, a word without its ending is found at the beginning of others, if enough
  letters are left; a shorter one only as the same word, with another ending at most.
- In scripts that write words together or put particles to them (Chinese, Japanese, Thai, Arabic, Korean and
  others), a word is found anywhere.
- A hyphen or an apostrophe counts as a gap and as nothing, so `wifi` finds `Wi-Fi`.

An index finds the texts that may have the words: it has the terms of each text (`terms_of`), among which are
those of every query that finds the text (`SoughtWords.terms`). A text with them need not have the words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

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
# How many letters of a word, and how many in a row of a text without gaps, make a term.
_BEGINNINGS, _ROW = (_LEAST, _LEAST_LATIN, 7), 3
MOST_TERMS = 4_000
"""How many terms a text may have. One with more has only one, which fits every query."""
_ANY = "any"

Terms: TypeAlias = Sequence[Sequence[frozenset[str]]]
"""Terms to look for: for each entry one of its sets, all of it."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word to look for, without its ending."""

    root: str

    def is_in(self, words: frozenset[str]) -> bool:
        if self._begins_others:
            return any(word.startswith(self.root) for word in words)
        return any(word.startswith(self.root) and _root(word) == self.root for word in words)

    @property
    def term(self) -> str:
        """The term of all texts that have the word."""
        if not self._begins_others:
            return _whole(self.root)
        return _beginning(self.root, max(count for count in _BEGINNINGS if count <= len(self.root)))

    @property
    def _begins_others(self) -> bool:
        return _begins_others(self.root)


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

    def terms(self) -> Terms:
        """Return the terms of all texts that have all of the words."""
        anything = frozenset([_ANY])
        together = [[anything, frozenset(_rows(part, [min(len(part), _ROW)]))] for part in self._together]
        apart = [
            [anything, *(frozenset(word.term for word in way) for way in spellings)]
            for spellings in self._apart
        ]
        return [*together, *apart]

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


def terms_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the terms of texts, of all of them together."""
    terms = set[str]()
    for term in chain.from_iterable(_terms(_plain(text)) for text in texts):
        terms.add(term)
        if len(terms) > MOST_TERMS:
            return frozenset([_ANY])
    return frozenset(terms)


def _terms(plain: str) -> Iterator[str]:
    for part in _TOGETHER.findall(plain):
        yield from _rows(part, range(1, _ROW + 1))
    for word in _words(_TOGETHER.sub(" ", plain)):
        for count in _BEGINNINGS:
            if count <= len(word) and _begins_others(word[:count]):
                yield _beginning(word, count)
        if not _begins_others(root := _root(word)):
            yield _whole(root)


def _rows(part: str, counts: Iterable[int]) -> Iterator[str]:
    for count in counts:
        yield from (f"in {part[place : place + count]}" for place in range(len(part) - count + 1))


def _beginning(word: str, count: int) -> str:
    return f"{count} {word[:count]}"


def _whole(root: str) -> str:
    return f"all {root}"


def _begins_others(root: str) -> bool:
    return len(root) >= (_LEAST_LATIN if root.isascii() else _LEAST)


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
