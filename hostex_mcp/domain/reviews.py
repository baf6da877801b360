"""A check that a guest's private feedback does not slip into a public text."""

from hostex_mcp.domain.names import fold

WORDS_IN_A_ROW = 5


def repeats(public: str, private: str) -> bool:
    """Whether a public text has five words in a row from a private one, in any case or accents."""
    return not _phrases(public).isdisjoint(_phrases(private))


def _phrases(text: str) -> set[tuple[str, ...]]:
    bare = ("".join(char for char in word if char.isalnum()) for word in fold(text).split())
    words = [word for word in bare if word]
    last = len(words) - WORDS_IN_A_ROW
    return {tuple(words[start : start + WORDS_IN_A_ROW]) for start in range(last + 1)}
