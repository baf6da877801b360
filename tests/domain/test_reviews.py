import pytest

from hostex_mcp.domain.reviews import repeats

PRIVATE = "The shower upstairs leaks, and the neighbour was rude."


@pytest.mark.parametrize(
    "public",
    [
        PRIVATE,
        "Sorry: the SHOWER upstairs léaks and we will mend it.",
        "You wrote “and the neighbour — was rude”, which we regret.",
    ],
)
def test_five_words_in_a_row_are_a_repetition(public: str) -> None:
    assert repeats(public, PRIVATE)


@pytest.mark.parametrize(
    "public", ["", "The shower upstairs is new.", "Rude was the neighbour and the leaks."]
)
def test_fewer_or_other_words_are_none(public: str) -> None:
    assert not repeats(public, PRIVATE)


@pytest.mark.parametrize("private", ["", "All fine", "..., !"])
def test_short_private_words_forbid_nothing(private: str) -> None:
    assert not repeats("All fine here, thank you!", private)
