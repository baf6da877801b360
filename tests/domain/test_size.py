"""The count of tokens finds exactly the words, numbers and marks that its rules name."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from hostex_mcp.domain.size import tokens

UPPER, LOWER = r"A-Z\xc0-\xde", r"a-z\xdf-\u024f\u1e00-\u1eff"
WORD = f"(?:[{UPPER}]?[{LOWER}]+|[{UPPER}]+)"
RULES = {
    f" {WORD}": 1.0,
    f"_{WORD}": 1.2,
    rf"(?<![ _{UPPER}{LOWER}]){WORD}|(?<=[{LOWER}])[{UPPER}]+[{LOWER}]*": 0.9,
    r"(?<=\d)[A-Za-z]{2,}+|(?<![A-Za-z])[A-Za-z]{2,}+(?=\d)": 0.85,
    r"(?<=[A-Za-z]{12})[A-Za-z]": 0.4,
    r"\d{1,3}|\s(?=[\d\s])|\n|\t": 1.0,
    rf"(?:(?![ _][{UPPER}{LOWER}])[!-/:-@\[-`{{-~]){{1,3}}": 1.05,
}
# What each of these weighs by itself, whatever is beside it.
OTHERS = {"\u00e9": 0.4, "\u00c9": 0.4, "\u1ea1": 0.4, "\u4e2d": 0.73, "\u0661": 0.33, "\u00a0": 1.0}
PLAIN = st.text("abXY__  \n\t\r019.,:{}'~@\x0b\x7f\x01" + "".join(OTHERS))
WORDS = st.from_regex(r"([a-zA-Z]{0,20}[ _0-9.]{0,4}){1,6}", fullmatch=True, alphabet="abYZ_ 09.")


@given(st.text(st.characters(codec="ascii")) | PLAIN | WORDS)
@example("createReservation2026__of _the HTTPServer, 12345 1a ab1 1ab")
@example("a" * 12 + " " + "b" * 13 + " " + "C" * 30)
@example('{"stay_code":"5-DEMO30PAT","nights":[1,22,333,4444],"note":"line\\nline\\n\\n  end"}')
@example("S\u00e3o Jo\u00e3o_\u00e9t\u00e9 \u00c9cole\u00c9 12\u0661\u0661 \u00a01 abcdefghijkl\u00e9m")
def test_words_numbers_and_marks_are_counted_by_the_rules(text: str) -> None:
    count = sum(len(re.findall(rule, text)) * weight for rule, weight in RULES.items())
    count += sum(text.count(char) * weight for char, weight in OTHERS.items())
    assert abs(tokens(text) - 1 - count) <= 0.5 + 1e-6
