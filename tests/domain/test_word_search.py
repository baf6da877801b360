"""Words are found in what people wrote, in the scripts and the forms in which they write them."""

import pytest

from hostex_mcp.domain.word_search import SoughtWords

FOUND = [
    ("heating", "The heater was off all night"),
    ("noise", "so noisy!"),
    ("towels", "one more towel please"),
    ("WIFI", "the Wi-Fi kept dropping"),
    ("wi-fi", "wifi?"),
    ("check in", "early check-in"),
    ("car", "two cars"),
    ("door code", "the code of the front door"),
    ("cle", "où est la clé ?"),
    ("l'eau", "plus de l\u2019eau chaude"),
    ("schlussel", "Wo ist der SCHLÜSSEL?"),
    ("zolty", "żółty ręcznik"),
    ("kapi", "kap\u0131"),
    ("ключи", "где ключ?"),
    ("квартиры", "в квартире холодно"),
    ("шум", "очень шумно"),
    ("空调", "房间的空调坏了"),
    ("wifi密码", "请问 WiFi 的密码"),
    ("鍵", "鍵の受け取り場所も"),
    ("ที่จอดรถ", "ที่จอดรถอยู่ตรงไหน"),
    ("مفتاح", "أين المِفتاح؟"),
    ("مفتاح", "المفتـــاح"),
    ("열쇠", "열쇠를 주세요"),
]
NOT_FOUND = [
    ("car", "a carpet"),
    ("key", "a monkey"),
    ("door code", "the door"),
    ("heating broken", "the heating works"),
    ("空调", "房间的空间"),
    ("ключ", "включите свет"),
    ("wifi", "w i f i"),
]


@pytest.mark.parametrize(("query", "text"), FOUND)
def test_words_are_found_whatever_their_form(query: str, text: str) -> None:
    assert SoughtWords(query).are_in(text)


@pytest.mark.parametrize(("query", "text"), NOT_FOUND)
def test_other_words_are_not(query: str, text: str) -> None:
    assert not SoughtWords(query).are_in(text)


def test_a_query_without_letters_or_digits_has_no_words() -> None:
    assert not any(map(SoughtWords, ["", "   ", "?!", "🔥", "_", "'"]))
    assert all(map(SoughtWords, ["a", "7", "空", "🔥 fire"]))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("boiler", f"{'so we waited ' * 40}the boiler broke{' and left' * 40}"),
        ("空调", f"{'你' * 400}空调坏了{'你' * 400}"),
    ],
)
def test_what_is_shown_of_a_long_text_has_the_first_of_the_words_in_it(query: str, text: str) -> None:
    shown = SoughtWords(query).around(text, 60)
    assert query in shown
    assert shown.startswith("…")
    assert len(shown) <= 62


def test_a_short_text_is_shown_whole_on_one_line() -> None:
    assert SoughtWords("two").around("one\n two  three", 60) == "one two three"
