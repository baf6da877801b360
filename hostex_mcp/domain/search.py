"""Search in short texts by words, forgiving of endings and misspellings."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from math import log

from hostex_mcp.domain.names import fold

_FILLER = re.compile(
    "a|an|and|any|are|can|do|does|for|from|get|how|in|is|it|list|me|my|of|on|or|show|the|to|what|which|with"
)
_ASKING = re.compile("can|could|do|have|help|how|i|let|me|need|please|to|us|want|we|would|you")
_DOING = re.compile(
    "accept|add|allocate|answer|approve|assign|block|book|cancel|change|charge|close|correct|create|decline|"
    "delete|detach|edit|execute|give|hide|hire|invite|lower|make|mark|merge|move|pay|preapprove|put|raise|"
    "record|reject|remove|rename|reply|reset|respond|send|set|stop|switch|take|tell|turn|update|withdraw|write"
)
_LEAST_LIKENESS = 0.78
_SHORTEST_MISSPELT, _LONGEST_MISSPELT = 4, 30


def stems(text: str) -> list[str]:
    """Return the significant words of a text, folded and without their most common endings."""
    words = re.findall(r"[^\W_]+", fold(text))
    return [stem(word) for word in words if not _FILLER.fullmatch(word)]


def asks_to_do(query: str) -> bool:
    """Whether a query asks for an action rather than for information: it begins with what to do."""
    words = (word for word in re.findall(r"[^\W_]+", fold(query)) if not _ASKING.fullmatch(word))
    return bool(_DOING.fullmatch(next(words, "")))


def rank(query: str, documents: Mapping[str, Sequence[tuple[str, float]]]) -> list[tuple[str, float]]:
    """Rank document names by how well they fit a query, best first, without those that do not fit at all.

    A document is a series of texts with weights; a rare word of the query counts more than a common one.
    """
    weights = {name: _weighted(tuple(texts)) for name, texts in documents.items()}
    vocabulary = {word for words in weights.values() for word in words}
    scores = dict.fromkeys(weights, 0.0)
    for word in dict.fromkeys(stems(query)):
        similar = _similar(word, vocabulary)
        fits = {name: _fit(word, similar, words) for name, words in weights.items()}
        spread = sum(fit > 0 for fit in fits.values())
        rarity = log(1 + len(fits) / spread) if spread else 0.0
        for name, fit in fits.items():
            scores[name] += fit * rarity
    return sorted(((name, score) for name, score in scores.items() if score > 0), key=lambda pair: -pair[1])


def _fit(word: str, similar: Mapping[str, float], words: Mapping[str, float]) -> float:
    if word in words:
        return words[word]
    return 0.7 * max(
        (words[other] * ratio for other, ratio in similar.items() if other in words), default=0.0
    )


def _similar(word: str, vocabulary: Iterable[str]) -> dict[str, float]:
    """Return the words that a word may be a misspelling of, with their similarity."""
    if not _SHORTEST_MISSPELT <= len(word) <= _LONGEST_MISSPELT:
        return {}
    matcher = SequenceMatcher(None, "", word)
    similar: dict[str, float] = {}
    for other in vocabulary:
        # People seldom mistype the first letter, and checking it first spares most comparisons.
        if other[0] != word[0]:
            continue
        matcher.set_seq1(other)
        # The quick ratios are upper bounds of the exact one, which is slow.
        if matcher.real_quick_ratio() < _LEAST_LIKENESS or matcher.quick_ratio() < _LEAST_LIKENESS:
            continue
        if (likeness := matcher.ratio()) >= _LEAST_LIKENESS:
            similar[other] = likeness
    return similar


@lru_cache(maxsize=1_000)
def _weighted(texts: tuple[tuple[str, float], ...]) -> Mapping[str, float]:
    weights: dict[str, float] = {}
    for text, weight in texts:
        for word in stems(text):
            weights[word] = max(weight, weights.get(word, 0.0))
    return weights


def stem(word: str) -> str:
    """Return a folded word without its most common English endings."""
    for ending in ("ings", "ing", "ies", "es", "ed", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
