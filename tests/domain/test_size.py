"""The count of tokens of plain text is that of any text, however it is worked out."""

from hypothesis import example, given
from hypothesis import strategies as st

from hostex_mcp.domain.size import tokens

# Two hundred characters that count 0.73 each, and no other rule of words or marks looks at.
OTHERS, THEIR_TOKENS = "\u4e2d" * 200, 146
PLAIN = st.text(st.characters(codec="ascii")) | st.text("abXY__  \n\t\r019.,:{}'~@\x0b\x7f")


@given(PLAIN | st.from_regex(r"([a-zA-Z]{0,20}[ _0-9.]{0,4}){1,6}", fullmatch=True, alphabet="abYZ_ 09."))
@example("createReservation2026__of _the HTTPServer, 12345 1a ab1 1ab")
@example("a" * 12 + " " + "b" * 13 + " " + "C" * 30)
@example('{"stay_code":"5-DEMO30PAT","nights":[1,22,333,4444],"note":"line\\nline\\n\\n  end"}')
def test_text_in_ascii_is_counted_as_if_it_were_not(text: str) -> None:
    # Many times the same, so that a difference of a tenth of a token is one of several.
    many = f"{text}\n" * 20
    assert abs(tokens(many + OTHERS) - tokens(many) - THEIR_TOKENS) <= 1
