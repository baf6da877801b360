"""Values in a text for a person: on the line of their name, or in a block that nothing inside can leave."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, cast

from hostex_mcp.domain.channels import NAMES
from hostex_mcp.domain.guest_text import visible
from hostex_mcp.server.render import to_json

# Each line of a value begins with a mark, so that none can pass for a line of the question.
LINE, CONTINUED, ROW = "│ ", "┆ ", "• "
WIDTH = 76

_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2}(?: [A-Z][a-z]{2})?(?: \d{4})?"
_CHANNELS = "|".join(map(re.escape, NAMES.values()))
OWN_DAYS = re.compile(rf"(?:(?:{_CHANNELS})(?: [\w.-]+)?, )?{_DAY}(?: (?:and|to) {_DAY})?")
"""Days as changes are named by them, of a channel or one of its listings."""
_OWN_NAME = re.compile(rf"{OWN_DAYS.pattern}|[a-z0-9_](?:[a-z0-9_,.'-]|:(?=\d)| (?=\S))*")
_BARE = re.compile(r"(?! )(?:[\w.,'\u2019&()/+@%#$€£*=;-]|:(?=\S)| (?=\S))+")
# Letters that reorder the line they are on, the name before them included.
_RIGHT_TO_LEFT = frozenset(["R", "AL", "AN"])


class Quoted(str):
    """Text inside the boundary that marks it for models; `inner` is what a person reads of it."""

    inner: str
    __slots__ = ("inner",)

    def __new__(cls, marked: str, inner: str) -> "Quoted":
        """Join the marked text and its inner part."""
        quoted = super().__new__(cls, marked)
        quoted.inner = inner
        return quoted


def sentence(text: str) -> str:
    """Return a text of ours that names others' things on one line, invisible characters made visible."""
    return " ".join(visible(text).split())


def named_lines(name: str, value: object, indent: str = "") -> list[str]:
    """Return a value behind its name, on one line or as a block below it."""
    if not fits(name):
        return [f"{indent}name:", *block(name, f"{indent}  "), *named_lines("value", value, indent)]
    label = indent + name_label(name)
    if (parts := value_parts(value)) is not None:
        lines = [line for key, part in parts.items() for line in named_lines(key, part, f"{indent}  ")]
        return [f"{label}:", *lines]
    text = value_text(value)
    if fits(text):
        return [f"{label}: {cell(text)}"]
    return [f"{label}:", *block(text, f"{indent}  ")]


def row_lines(row: Mapping[str, Any]) -> list[str]:
    """Return a change as `what: before → after`, or with each of them below it."""
    what = str(row.get("what", ""))
    if not fits(what):
        return [
            f"{ROW}change:",
            *(line for name, value in row.items() for line in named_lines(name, value, "  ")),
        ]
    label = f"{ROW}{name_label(what)}"
    values = {name: value for name, value in row.items() if name != "what"}
    texts = {name: value_text(value) for name, value in values.items() if value_parts(value) is None}
    if len(texts) == len(values) <= 2 and all(map(fits, texts.values())):
        match {name: cell(text) for name, text in texts.items()}:
            case {"before": before, "after": after}:
                return [f"{label}: {before} → {after}"]
            case {"after": after, **rest} if not rest:
                return [f"{label}: {after}"]
            case _:
                pass
    return [f"{label}:", *(line for name, value in values.items() for line in named_lines(name, value, "  "))]


def block(text: str, indent: str = "") -> list[str]:
    """Return a text in lines that begin with a mark; what is folded begins with another one."""
    return [
        f"{indent}{LINE if place == 0 else CONTINUED}{part}"
        for line in shown(text).split("\n")
        for place, part in enumerate(_folded(line))
    ]


def _folded(line: str) -> Iterator[str]:
    """Yield a line in parts that fit, cut behind a space where there is one in their second half."""
    while len(line) > WIDTH:
        blank = line.rfind(" ", WIDTH // 2, WIDTH) + 1
        yield line[: blank or WIDTH]
        line = line[blank or WIDTH :]
    yield line


def shown(text: str) -> str:
    """Return a text with everything in it that nobody sees spelled out."""
    return visible(text).replace("\t", "⟨U+0009⟩")


def fits(text: str, width: int = WIDTH) -> bool:
    """Return whether a text can stand on the line of its name: short, and read from left to right."""
    return (
        "\n" not in text
        and len(shown(text)) <= width
        and not any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)
    )


def cell(text: str) -> str:
    """Return a short text, between quotation marks where it could be taken for more than one."""
    return text if _BARE.fullmatch(text) else _between_marks(text)


def name_label(name: str) -> str:
    """Return a name: ours as it is, any other between quotation marks."""
    return name if _OWN_NAME.fullmatch(name) else _between_marks(name)


def _between_marks(text: str) -> str:
    escaped = shown(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def value_text(value: object) -> str:
    """Return a value as one text."""
    match value:
        case Quoted():
            return value.inner
        case str():
            return value
        case list() | tuple():
            return ", ".join(value_text(member) for member in cast("list[object]", value)) or "none"
        case None | {}:
            return "none"
        case bool():
            return "yes" if value else "no"
        case _:
            return to_json(value)


def value_parts(value: object) -> dict[str, object] | None:
    """Return the members of a value that has names in it or texts of which one could be taken for several."""
    if isinstance(value, Mapping) and value:
        return dict(cast("Mapping[str, object]", value))
    if isinstance(value, list | tuple):
        members = cast("list[object]", value)
        if any(isinstance(member, Mapping | list | Quoted) or not _plain(member) for member in members):
            return {f"{number}": member for number, member in enumerate(members, 1)}
    return None


def _plain(member: object) -> bool:
    text = value_text(member)
    return "," not in text and _BARE.fullmatch(text) is not None
