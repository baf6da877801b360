"""The length of a text for a model, in tokens.

Models split a text into words with the space before them, groups of three digits and runs of punctuation, and
other scripts into pieces of their own. The weights fit answers of this server best, measured with the o200k
encoding; other encodings differ by a few percent.
"""

import codecs
import re
from bisect import bisect_right
from functools import lru_cache

_SPACED, _JOINED, _BARE, _BY_A_DIGIT, _OF_A_LONG_WORD, _NUMBER, _MARKS = 1.0, 1.2, 0.9, 0.85, 0.4, 1.0, 1.05


def _kind(char: str) -> str:
    """Return the kind of a character: Latin letters are a and A, those beyond ASCII b and B, digits 0, ends
    of lines and tabs n, other blanks s, marks a full stop, the rest a question mark; a space and an
    underscore are themselves."""
    if char in " _":
        return char
    if char.isspace():
        return "n" if char in "\n\t" else "s"
    if char.isdecimal():
        return "0"
    if not char.isascii():
        return _beyond(ord(char))
    if char.isalpha():
        return "A" if char.isupper() else "a"
    return "." if char.isprintable() else "?"


def _beyond(code: int) -> str:
    if 0xC0 <= code < 0xDF:
        return "B"
    return "b" if 0xDF <= code < 0x250 or 0x1E00 <= code < 0x1F00 else "?"


# By the kind of each character, what is looked for is found by searches for fixed bytes, which cost little.
_KINDS = "".join(map(_kind, map(chr, range(128)))).encode() + bytes(range(128))
_ONE_CASE = bytes.maketrans(b"AbB", b"aaa")
_TWO_CASES = bytes.maketrans(b"bB", b"aA")
_ONLY_ASCII = bytes.maketrans(b"AbB", b"a??")
_BEFORE_A_BARE_WORD = (b".a", b"0a", b"na", b"sa", b"?a")
_LETTERS_BY_A_DIGIT = re.compile(rb"(?<=0)aa++|(?<!a)aa++(?=0)")
_LONG_WORD = re.compile(rb"a{12}(a++)")
_BLANKS_BEFORE_MORE = re.compile(rb"[ s](?=[0 sn])")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_APART = re.compile(r" [\u0e00-\u0e7f\u3040-\u30ff\u4e00-\ua000]")
_SPACE = 1.0
"""What a space takes before scripts that are written without any: it is no part of their words."""
_IN_AN_ADDRESS = re.compile(rb"(?<=[a0])\.a")
_ADDRESS = re.compile(r"://[!-~]++")
_SHARED = 0.5
"""What a mark and the word behind it have in common inside of an address."""
# The tokens of a character by its code point, from each of these up to the next.
_SCRIPTS = {
    0x00: 0.0,  # ASCII is counted in words.
    0x80: 1.0,
    0xC0: 0.4,
    0x100: 1.6,
    0x250: 1.0,
    0x370: 0.33,
    0x900: 0.43,
    0x1100: 2.3,
    0x1E00: 0.4,
    0x1F00: 2.3,
    0x2000: 1.0,
    0x2C00: 2.3,
    0x3000: 1.0,
    0x3040: 0.5,
    0x3100: 2.3,
    0x3400: 3.0,
    0x4E00: 0.73,
    0xA000: 3.0,
    0xAC00: 0.66,
    0xD7B0: 2.3,
    0xFE00: 1.0,
    0x10000: 1.9,
    0x20000: 4.0,
}
_LONGEST_WORDS = 12
_STARTS, _WEIGHTS = [*_SCRIPTS], [*_SCRIPTS.values()]
DEAREST = max(_WEIGHTS)
"""The most tokens of a character."""
# The characters of everyday Chinese, Japanese and Korean: those before these rows in the standards' tables,
# which models have tokens for; any other is cut into its bytes.
_EVERYDAY = (("gb2312", 0x4E00, 0xD8), ("euc_jp", 0x4E00, 0xD0), ("euc_kr", 0xAC00, 0xFF))
_RARE = 2.05


def tokens(text: str) -> int:
    """Count the tokens of a text, to about a tenth for texts as hosts and guests write them."""
    count = _in_words(text.encode("ascii", _STAND_INS).translate(_KINDS))
    signs = _NOT_ASCII.findall(text)
    if signs:
        count += sum(map(_tokens_of, signs)) + _SPACE * len(_APART.findall(text))
    if "://" in text:
        count -= _SHARED * sum(map(_shared_in, _ADDRESS.findall(text)))
    return 1 + round(count)


def _shared_in(address: str) -> int:
    """Count the marks of an address that the word behind them begins with."""
    return len(_IN_AN_ADDRESS.findall(address.encode("ascii").translate(_KINDS).translate(_ONE_CASE)))


def beginning(text: str, most: int) -> str:
    """Return the beginning of a text, on one line and of about so many tokens, whole words of it where words
    are apart."""
    # Of a long text only what can be shown is looked at.
    start = text[: _LONGEST_WORDS * most]
    line = " ".join(start.split())
    if len(start) == len(text) and tokens(line) <= most:
        return line
    fit = bisect_right(range(len(line)), most, key=lambda length: tokens(line[:length]))
    part = line[: max(fit - 1, 1)]
    words = part.rpartition(" ")[0]
    # A script without spaces has its last one far before the end.
    return f"{words if 2 * len(words) > len(part) else part}…"


@lru_cache(maxsize=10_000)
def _stand_in(char: str) -> int:
    return ord(_kind(char)) + 128


def _stand_ins(error: UnicodeError) -> tuple[bytes, int]:
    """Return bytes that stand for characters beyond ASCII, for which no character of ASCII is used."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return bytes(map(_stand_in, error.object[error.start : error.end])), error.end


_STAND_INS = "hostex-mcp: kinds of characters"
codecs.register_error(_STAND_INS, _stand_ins)


def _in_words(kinds: bytes) -> float:
    """Count the tokens of words, numbers and marks in the kinds of characters."""
    shape, latin = kinds.translate(_ONE_CASE), kinds.translate(_ONLY_ASCII)
    starts = sum(map(shape.count, _BEFORE_A_BARE_WORD)) + shape.startswith(b"a")
    # A search for what is seldom there takes longer than a look for it.
    by_a_digit = len(_LETTERS_BY_A_DIGIT.findall(latin)) if b"0aa" in latin or b"aa0" in latin else 0
    beyond = sum(map(len, _LONG_WORD.findall(latin))) if b"a" * 13 in latin else 0
    marks = shape.replace(b"_a", b"a").replace(b"_", b".")
    return (
        shape.count(b" a") * _SPACED
        + shape.count(b"_a") * _JOINED
        + (starts + kinds.translate(_TWO_CASES).count(b"aA")) * _BARE
        + by_a_digit * _BY_A_DIGIT
        + beyond * _OF_A_LONG_WORD
        + (_threes(shape, b"0") + len(_BLANKS_BEFORE_MORE.findall(shape)) + shape.count(b"n")) * _NUMBER
        + _threes(marks, b".") * _MARKS
    )


def _threes(kinds: bytes, kind: bytes) -> int:
    """Count the pieces of three characters of a kind at most into which their runs are cut."""
    rest = kinds.replace(kind * 3, b"3")
    last = rest.replace(kind * 2, b"2")
    return rest.count(b"3") + last.count(b"2") + last.count(kind)


@lru_cache(maxsize=10_000)
def _tokens_of(char: str) -> float:
    place = bisect_right(_STARTS, ord(char)) - 1
    rare = _STARTS[place] in (0x4E00, 0xAC00) and not _is_everyday(char)
    return _RARE if rare else _WEIGHTS[place]


def _is_everyday(char: str) -> bool:
    for codec, start, end in _EVERYDAY:
        written = char.encode(codec, "ignore") if ord(char) >= start else b""
        if len(written) == 2 and written[0] < end:
            return True
    return False
