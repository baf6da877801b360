"""An editor that sets a member in a JSON text and leaves all else byte for byte: comments, order,
indentation.

Clients keep servers of other makers in the same file, and some of them allow comments and trailing commas.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

_DECODER = json.JSONDecoder()
# Texts match as a whole, so that what looks like a comment inside one stays.
_COMMENT_OR_TEXT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_COMMA_OR_TEXT = re.compile(r'"(?:\\.|[^"\\\n])*"|,(?=\s*[}\]])')
_BLANK = re.compile(r"\s*")
_INDENTED = re.compile(r"\n([ \t]+)\S")


class NotJson(ValueError):
    """A text that is not a JSON object, or has none where a member is to go; the message says where."""


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    start: int
    end: int


def load(text: str) -> dict[str, Any]:
    """Return the object of a JSON text in which comments and trailing commas are allowed; an empty text is
    `{}`.

    Raises:
        NotJson: when it is not an object.
    """
    try:
        value = json.loads(_plain(text) if text.strip() else "{}")
    except ValueError as error:
        raise NotJson(f"is not valid JSON: {error}") from None
    except RecursionError:
        raise NotJson("is nested too deeply") from None
    if not isinstance(value, dict):
        raise NotJson("is not a JSON object")
    return cast("dict[str, Any]", value)


def put(text: str, path: Sequence[str], value: Any) -> str:
    """Return the text with the member at `path` set; members on the way are made where they are missing.

    Raises:
        NotJson: when the text is no object, or something on the way is none.
    """
    load(text)
    if not text.strip():
        return json.dumps(_nested(path, value), indent=2, ensure_ascii=False) + "\n"
    plain = _plain(text)
    start = _after_blanks(plain, 0)
    for depth, name in enumerate(path):
        members = list(_members(plain, start))
        present = next((member for member in members if member.name == name), None)
        if present is None:
            return _insert(text, start, members, name, _nested(path[depth + 1 :], value))
        if depth == len(path) - 1:
            return text[: present.start] + _dumped(text, present.start, value) + text[present.end :]
        start = present.start
        if plain[start] != "{":
            raise NotJson(f"has something other than an object under {name!r}")
    raise NotJson("needs a name to set")


def _plain(text: str) -> str:
    """Return the text with comments and trailing commas turned into blanks, so that every place stays the
    same."""
    bare = _COMMENT_OR_TEXT.sub(lambda match: match[0] if match[0][0] == '"' else _blanks(match[0]), text)
    return _COMMA_OR_TEXT.sub(lambda match: match[0] if match[0][0] == '"' else " ", bare)


def _blanks(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _members(plain: str, start: int) -> Iterator[_Member]:
    """Yield the members of the object that starts at `start`."""
    at = _after_blanks(plain, start + 1)
    while plain[at] != "}":
        name, at = _DECODER.raw_decode(plain, at)
        at = _after_blanks(plain, _after_blanks(plain, at) + 1)
        begin = at
        _, at = _DECODER.raw_decode(plain, at)
        yield _Member(name, begin, at)
        at = _after_blanks(plain, at)
        if plain[at] == ",":
            at = _after_blanks(plain, at + 1)


def _insert(text: str, start: int, members: Sequence[_Member], name: str, value: Any) -> str:
    """Put a new member first."""
    # Behind the last one it would come between that member and the comment beside it.
    outer = _indent_of(text, start)
    inner = outer + _step(text)
    head = f"{text[: start + 1]}\n{inner}{json.dumps(name)}: {_indented(value, inner, _step(text))}"
    rest = text[start + 1 :]
    if members:
        return f"{head},{rest}" if rest[:1].isspace() else f"{head},\n{inner}{rest}"
    return f"{head}{rest}" if "\n" in rest[: rest.index("}")] else f"{head}\n{outer}{rest.lstrip()}"


def _dumped(text: str, at: int, value: Any) -> str:
    return _indented(value, _indent_of(text, at), _step(text))


def _indented(value: Any, indent: str, step: str) -> str:
    text = json.dumps(value, indent=step, ensure_ascii=False)
    # Half an emoji, which a client's file may hold, is no text that could be written.
    readable = text if text.encode(errors="replace").decode() == text else json.dumps(value, indent=step)
    return readable.replace("\n", f"\n{indent}")


def _indent_of(text: str, at: int) -> str:
    """Return the blanks at the beginning of the line that holds a place."""
    line = text[text.rfind("\n", 0, at) + 1 : at + 1]
    return line[: len(line) - len(line.lstrip())] if line.strip() else line


def _step(text: str) -> str:
    """Return the indentation of a level."""
    match = _INDENTED.search(text)
    return match[1] if match else "  "


def _after_blanks(plain: str, at: int) -> int:
    match = _BLANK.match(plain, at)
    return match.end() if match else at


def _nested(path: Sequence[str], value: Any) -> Any:
    return {path[0]: _nested(path[1:], value)} if path else value


def member(document: object, *path: str) -> Any:
    """Return the value at a path, None where there is nothing."""
    value: object = document
    for name in path:
        value = cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None
    return value
