"""How values stand in a question for a person, each form of a value by itself."""

import re
from typing import Any

import pytest

from hostex_mcp.server.quoting import Quoted, block, named_lines, row_lines, sentence

BARE = "A-z_0 9.,'\u2019&()/+@%#$€£*=;-é東 12:30"
MARKED = ['"', "\\", "→", "│", "┆", "•", "!", "?", "<", ">", "[", "]", "{", "|", "`", "~", "^", "\u2013"]


def test_a_short_plain_value_stands_behind_its_name() -> None:
    assert named_lines("price", "120 EUR") == ["price: 120 EUR"]
    assert named_lines("price", "120 EUR", "  ") == ["  price: 120 EUR"]


@pytest.mark.parametrize("char", sorted(set(BARE) - {" ", ":"}))
def test_ordinary_characters_need_no_quotation_marks(char: str) -> None:
    assert named_lines("note", char) == [f"note: {char}"]
    assert named_lines("note", BARE) == [f"note: {BARE}"]


@pytest.mark.parametrize("char", MARKED)
def test_what_could_be_taken_for_a_part_of_the_question_is_between_quotation_marks(char: str) -> None:
    escaped = {'"': '\\"', "\\": "\\\\"}.get(char, char)
    assert named_lines("note", f"a{char}b") == [f'note: "a{escaped}b"']
    assert named_lines(f"a{char}b", "note") == [f'"a{escaped}b": note']


@pytest.mark.parametrize("text", ["", " ", " a", "a ", "a  b", "a:", "a: b", ": a", "a :"])
def test_blanks_and_colons_that_could_mislead_are_between_quotation_marks(text: str) -> None:
    assert named_lines("note", text) == [f'note: "{text}"']


def test_a_tab_and_what_nobody_sees_are_spelled() -> None:
    assert named_lines("note", "a\tb\u202ec") == ['note: "a⟨U+0009⟩b⟨U+202E⟩c"']
    assert block("a\tb\u202ec") == ["│ a⟨U+0009⟩b⟨U+202E⟩c"]


def test_a_sentence_of_ours_is_on_one_line_and_shows_what_nobody_would_see() -> None:
    assert sentence(" Set\n\nprices  of\tLoft\u202e ") == "Set prices of Loft⟨U+202E⟩"


@pytest.mark.parametrize(
    "name",
    [
        "price",
        "check-in, 2nd:30 host's v1.0",
        "_own",
        "2 nights",
        "Fri 11",
        "Fri 11 Dec",
        "Fri 11 Dec 2026",
        "Fri 11 and Sat 12 Dec 2026",
        "Mon 1 Jun to Sun 28 Jun 2026",
        "Airbnb, Tue 1 Dec 2026",
        "Booking.com, Wed 2 and Thu 3 Dec 2026",
        "Airbnb 900000-1_a.b, Fri 11 Dec 2026",
        "the booking site, Fri 11 Dec 2026",
    ],
)
def test_our_own_names_stand_without_quotation_marks(name: str) -> None:
    assert named_lines(name, 1) == [f"{name}: 1"]
    assert row_lines({"what": name, "after": 1}) == [f"• {name}: 1"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Price",
        "Warning",
        "price!",
        " price",
        "-price",
        "Fry 11 Dec 2026",
        "Fri 111",
        "Fri 11 December",
        "Fri 11 dec",
        "Fri 11 Dec 26",
        "Fri 11 or Sat 12",
        "Fri 11 Dec 2026 ",
        "BookingXcom, Fri 11",
        "Airbnb",
        "Airbnb Fri 11",
        "Airbnb a b, Fri 11",
        "Somewhere, Fri 11",
        "Airbnb, Airbnb, Fri 11",
    ],
)
def test_any_other_name_is_between_quotation_marks(name: str) -> None:
    assert named_lines(name, 1) == [f'"{name}": 1']
    assert row_lines({"what": name, "after": 1}) == [f'• "{name}": 1']


def test_a_text_stands_on_its_line_up_to_76_characters() -> None:
    assert named_lines("note", "a" * 76) == ["note: " + "a" * 76]
    assert named_lines("note", "a" * 77, "  ") == ["  note:", "    │ " + "a" * 76, "    ┆ a"]
    assert named_lines("note", "a" * 69 + "\t") == ["note:", "  │ " + "a" * 69 + "⟨U+0009", "  ┆ ⟩"]


def test_a_name_that_is_too_long_stands_in_a_block_beside_its_value() -> None:
    assert named_lines("n" * 77, {"a": 1}, "  ") == [
        "  name:",
        "    │ " + "n" * 76,
        "    ┆ n",
        "  value:",
        "    a: 1",
    ]


@pytest.mark.parametrize("char", ["\u05d0", "\u0627", "\u0661"])
def test_what_reads_from_right_to_left_stands_in_a_block(char: str) -> None:
    assert named_lines("note", f"a{char}") == ["note:", f"  │ a{char}"]
    assert named_lines(f"a{char}", "b") == ["name:", f"  │ a{char}", "value: b"]


def test_a_block_folds_long_lines_and_marks_each_of_its_lines() -> None:
    assert block("") == ["│ "]
    assert block("a\n\nb", "  ") == ["  │ a", "  │ ", "  │ b"]
    lines = block("x" * 152 + "y")
    assert lines == ["│ " + "x" * 76, "┆ " + "x" * 76, "┆ y"]
    assert block("x" * 76) == ["│ " + "x" * 76]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        ({}, "none"),
        ([], "none"),
        ((), "none"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (1.5, "1.5"),
        (["a"], "a"),
        (["a", "b c", 3, None, True], "a, b c, 3, none, yes"),
        (("a", "b"), "a, b"),
        (Quoted("<guest-1>hello</guest-1>", "hello"), "hello"),
    ],
)
def test_values_of_every_kind_are_in_a_person_s_words(value: Any, text: str) -> None:
    assert named_lines("note", value) == [f"note: {text}"]


def test_the_members_of_a_map_stand_below_its_name() -> None:
    assert named_lines("rule", {"nights": 2, "more": {"Who": ["a"]}}, "  ") == [
        "  rule:",
        "    nights: 2",
        "    more:",
        '      "Who": a',
    ]


NUMBERED: list[tuple[Any, list[str]]] = [
    (["a, b", "c"], ['  1: "a, b"', "  2: c"]),
    (("a", "b → c"), ["  1: a", '  2: "b → c"']),
    (["a", ""], ["  1: a", '  2: ""']),
    (["a", ["b", "c"]], ["  1: a", "  2: b, c"]),
    (["a", []], ["  1: a", "  2: none"]),
    ([{"b": 1}, "a"], ["  1:", "    b: 1", "  2: a"]),
    ([{}, "a"], ["  1: none", "  2: a"]),
    ([Quoted("<guest-1>a</guest-1>", "a")], ["  1: a"]),
]


@pytest.mark.parametrize(("members", "lines"), NUMBERED)
def test_members_of_which_one_could_be_taken_for_several_are_numbered(members: Any, lines: list[str]) -> None:
    expected = [re.sub(r'"(a, b)"', r"\1", line) for line in lines]
    assert named_lines("list", members) == ["list:", *expected]


def test_a_change_is_what_was_and_what_will_be_on_one_line() -> None:
    assert row_lines({"what": "price", "before": 100, "after": 120}) == ["• price: 100 → 120"]
    assert row_lines({"what": "price", "after": 120}) == ["• price: 120"]
    assert row_lines({"what": "note", "before": "a → b", "after": ""}) == ['• note: "a → b" → ""']


@pytest.mark.parametrize(
    ("row", "lines"),
    [
        ({"before": "a"}, ["  before: a"]),
        ({"after": "a", "unit": "EUR"}, ["  after: a", "  unit: EUR"]),
        ({"before": "a", "after": "b", "unit": "EUR"}, ["  before: a", "  after: b", "  unit: EUR"]),
        ({"before": "a", "after": {"b": 1}}, ["  before: a", "  after:", "    b: 1"]),
        ({"before": "a", "after": "b\nc"}, ["  before: a", "  after:", "    │ b", "    │ c"]),
        ({"before": "b\nc", "after": "a"}, ["  before:", "    │ b", "    │ c", "  after: a"]),
        ({"after": "b\nc"}, ["  after:", "    │ b", "    │ c"]),
        ({"after": {"b": 1}}, ["  after:", "    b: 1"]),
        ({}, []),
    ],
)
def test_a_change_of_any_other_form_stands_below_its_name(row: dict[str, Any], lines: list[str]) -> None:
    assert row_lines({"what": "price", **row}) == ["• price:", *lines]


def test_a_change_whose_name_does_not_fit_on_a_line_stands_below_with_it() -> None:
    assert row_lines({"what": "a\nb", "before": 1, "after": 2}) == [
        "• change:",
        "  what:",
        "    │ a",
        "    │ b",
        "  before: 1",
        "  after: 2",
    ]
    assert row_lines({"after": 2}) == ['• "": 2']
    assert row_lines({"what": 7, "after": 2}) == ["• 7: 2"]


def test_text_of_others_is_what_models_read_and_holds_what_a_person_reads() -> None:
    quoted = Quoted("<guest-1>a</guest-1>", "a")
    assert (str(quoted), quoted.inner) == ("<guest-1>a</guest-1>", "a")
    assert row_lines({"what": "note", "before": quoted, "after": "b"}) == ["• note: a → b"]
