"""The names of apps, told from the words for people."""

import re
import unicodedata

from hostex_mcp.domain.guest_text import one_line

_PEOPLE = frozenset(
    (
        *("you", "your", "yours", "me", "i", "we", "user", "users", "owner", "owners", "host", "hosts"),
        *("person", "people", "someone", "somebody", "anyone", "operator", "operators", "cohost", "admin"),
    )
)
# Letters of other scripts, and digits, that look like those of the words above.
_LIKE = str.maketrans(
    "\u0443\u043e\u0435\u0430\u0441\u043d\u0442\u0440\u0455\u043c\u0501\u0456\u0461"
    "\u0261\u03c5\u03bf\u03b5\u03b7\u03b1\u03c1\u03c4\u03bd\u03b9013",
    "yoeachtpsmdiwguoenaptvioie",
)
_WORDS = re.compile(r"[^\W_]+")


def app_name(name: str) -> str:
    """Return the name of an app as pages, lists and the audit trail say it. Apps call themselves what they
    like: one that could be read as a person is said to be an app, as is a comma, which stands behind the
    names of people."""
    name = one_line(name)
    return f"An app called “{name}”" if "," in name or _reads_as_person(name) else name


def _reads_as_person(name: str) -> bool:
    words: list[str] = _WORDS.findall(_plain(name))
    spelled = _WORDS.findall(_plain("".join(words)))
    folded = [word.translate(_LIKE) for word in (*words, *spelled)]
    return any(word in _PEOPLE for word in folded) or any(map(_mixes_scripts, words))


def _plain(text: str) -> str:
    """Return text in small letters without accents, and without the ways of Unicode to write a letter."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _mixes_scripts(word: str) -> bool:
    """Whether a word has letters of Latin and of another script."""
    latin = [unicodedata.name(letter, "").startswith("LATIN") for letter in word if letter.isalpha()]
    return any(latin) and not all(latin)
