"""What must not slip from a guest's private feedback into a public text."""

from hostex_mcp.domain.names import fold

WORDS_IN_A_ROW = 5


def repeats(public: str, private: str) -> bool:
    """Whether five words in a row of a private text stand in a public one, whatever case or accents."""
    return not _runs(public).isdisjoint(_runs(private))


def _runs(text: str) -> set[tuple[str, ...]]:
    bare = ("".join(char for char in word if char.isalnum()) for word in fold(text).split())
    words = [word for word in bare if word]
    last = len(words) - WORDS_IN_A_ROW
    return {tuple(words[start : start + WORDS_IN_A_ROW]) for start in range(last + 1)}
