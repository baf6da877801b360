import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostex_mcp.domain.names import Titles, fold
from hostex_mcp.domain.reviews import repeats

TITLES = ["Harbour Loft", "Harbour Studio", "Casa São João", "Loft"]


def find(words: str) -> list[str]:
    return Titles(TITLES, str).named(words)


def test_all_words_have_to_be_in_the_title_in_any_case_and_order() -> None:
    assert find("STUDIO harbour") == ["Harbour Studio"]


def test_one_word_finds_every_title_that_holds_it() -> None:
    assert find("harbour") == ["Harbour Loft", "Harbour Studio"]


def test_an_exact_title_is_found_alone_though_others_hold_it() -> None:
    assert find("loft") == ["Loft"]


def test_accents_do_not_matter() -> None:
    assert find("sao joao") == ["Casa São João"]


def test_letters_that_have_no_plain_form_are_found_by_the_plain_one() -> None:
    assert Titles(["Łukasz Søren"], str).named("lukasz soren") == ["Łukasz Søren"]


def test_nothing_fits_gives_nothing_and_a_near_title_is_named_instead() -> None:
    assert find("harbor lofft") == []
    assert Titles(TITLES, str).similar("harbor lofft")[0] == "Harbour Loft"


@pytest.mark.parametrize(
    "marks", ["\u0301\u0327", "\u0f73", "\u0327\u0f73\u0301"], ids=["accents", "double accents", "both"]
)
def test_accents_upon_accents_cost_no_more_than_their_number(marks: str) -> None:
    text = "a" + marks * 20_000
    started = time.thread_time()
    assert fold(text) == "a"
    assert Titles([text], str).named("b") == []
    assert not repeats("One two three four five six.", text)
    assert time.thread_time() - started < 0.5


@given(st.text())
def test_a_text_is_folded_as_if_decomposed_at_once(text: str) -> None:
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    assert fold(text) == fold(" ".join(plain.split()))
