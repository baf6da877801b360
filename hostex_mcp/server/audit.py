"""The audit trail: one JSON line for each attempt to change something. No guest text, no secrets: arguments
and previews are there as digests, what was changed as far as it has a fixed form."""

import json
import logging
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.guest_text import bounded, one_line
from hostex_mcp.server.presenting import present
from hostex_mcp.server.quoting import OWN_DAYS, Quoted

# Bytes for what a reserved line says only later: outcome and request ids.
_ROOM = 512

_log = logging.getLogger("hostex_mcp.audit")


MOST_CHARACTERS = 400
_MOST_OF_A_VALUE = 120
_PLACES = ("property", "property_title", "properties")
_ABOUT = (
    *("stays", "dates", "check_in_date", "check_out_date", "days", "about"),
    *("reservation_code", "stay_code", "conversation_id", "id"),
)
# Keys whose values have a fixed form. Any other may hold text of a guest, and is only said to be changed.
_FIXED = frozenset(
    (
        *("status", "stay_status", "scope", "property", "properties", "room_types"),
        *("channels", "dates", "events"),
        *("price of the whole stay", "amount", "fee", "rate_amount", "commission_amount", "received_amount"),
        *("check_in_date", "check_out_date", "expected_date", "expected_time", "scheduled_at"),
        *("arrival_at", "departure_at", "nightly_rate", "long_term_discount", "category_ratings"),
        *("reservation_code", "stay_code", "color", "cancellation_policy", "id_required"),
        *("check_in_start_time", "check_in_end_time", "check_out_before", "type", "currency"),
    )
)
_OURS = re.compile(r"[a-z]+(?:_[a-z]+)*")
_CHANGED = " (changed)"


@dataclass(slots=True)
class Line:
    """A line that is in the file already, with room to be rewritten once more is known."""

    file: Path
    start: int
    content: bytes

    def rewrite(self, text: bytes) -> None:
        """Put another text in its place; where that fails, append it."""
        length = len(self.content)
        if not (len(text) <= length and self._replace(text[:-1].ljust(length - 1) + b"\n")):
            _append(self.file, text)

    def _replace(self, text: bytes) -> bool:
        with suppress(OSError), self.file.open("r+b") as file:
            file.seek(self.start)
            # Since a rotation of the file another line may be there.
            if file.read(len(text)) == self.content:
                file.seek(self.start)
                if file.write(text) == len(text):
                    self.content = text
                    return True
        return False


@dataclass(frozen=True, slots=True)
class AuditLog:
    """A file that lines are appended to and only its owner can read. Without a path they go to the logger
    `hostex_mcp.audit` if `log` says so, without what was changed; else nothing is kept."""

    path: Path | None = None
    log: bool = False

    def record(self, line: Line | None = None, **entry: Any) -> None:
        """Keep one line, in the place of a reserved one if given; members without a value are left out.

        Raises:
            OSError: it cannot be kept.
        """
        if self.path is None:
            if self.log:
                # More people read logs than an audit trail: codes of bookings and days stay out of them.
                _log.info(_text(entry | {"changed": None}))
        elif line:
            line.rewrite(_text(entry).encode() + b"\n")
        else:
            _append(self.path, _text(entry).encode() + b"\n")

    def reserve(self, **entry: Any) -> Line | None:
        """Keep a line about a write that is about to be sent, with room for its outcome.

        Raises:
            OSError: it cannot be kept.
        """
        if self.path is None:
            return None
        line = _text(entry).encode() + b" " * _ROOM + b"\n"
        return Line(self.path, _append(self.path, line), line)


def _text(entry: dict[str, Any]) -> str:
    return json.dumps(
        {name: value for name, value in entry.items() if value}, default=str, ensure_ascii=False
    )


def _append(path: Path, line: bytes) -> int:
    """Append a line, all of it or nothing, and return where it begins."""
    # Appended in one write: several processes may share the file.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        length = os.write(descriptor, line)
        end = os.lseek(descriptor, 0, os.SEEK_CUR)
        # A full disk takes a part, and the next line would be appended to that.
        if length < len(line):
            os.ftruncate(descriptor, end - length)
            raise OSError("no room for a line of the audit trail")
        return end - length
    finally:
        os.close(descriptor)


def describe_change(preview: Mapping[str, Any]) -> str:
    """Return a preview in as few words as an audit trail may hold."""
    target: Mapping[str, Any] = preview.get("target", {})
    words = present({"changes": preview.get("changes", [])} | {"target": target})
    pairs = [*zip(preview.get("changes", []), words["changes"], strict=True)]
    rows = [_row(row, spelled, _titles(target)) for row, spelled in pairs]
    subject = [*_place(target), *_about(target, [spelled.get("what") for _, spelled in pairs])]
    return bounded(": ".join(filter(None, (", ".join(subject), "; ".join(rows)))), MOST_CHARACTERS)


def _place(target: Mapping[str, Any]) -> list[str]:
    """Return the property, and the channel listing if there is one."""
    named = next((_cell(target[name]) for name in _PLACES if name in target), "")
    if "listing_id" not in target:
        return [named] if named else []
    title = named or _cell(target.get("title", ""))
    channel = channel_name(str(target.get("channel_type", "")))
    return [" ".join(filter(None, (title, f"on {channel}" if channel else "", f"({target['listing_id']})")))]


def _titles(target: Mapping[str, Any]) -> list[str]:
    """Return the properties by which changes of several are named."""
    titles = target.get("properties")
    return [str(title) for title in cast("list[Any]", titles)] if isinstance(titles, list) else []


def _about(target: Mapping[str, Any], named: list[Any]) -> list[str]:
    """Return what the write concerns, except what its changes are `named` by."""
    words = present({"target": {name: target[name] for name in _ABOUT if name in target}})["target"]
    return [f"{name} {_cell(value)}" for name, value in words.items() if value not in named]


def _row(row: Mapping[str, Any], words: Mapping[str, Any], titles: list[str]) -> str:
    """Return one change; where its value has no fixed form, only that it changed."""
    key, sides = str(row.get("what", "")), [side for side in ("before", "after") if side in row]
    days = next((key[len(title) + 2 :] for title in titles if key.startswith(f"{title}, ")), key)
    if OWN_DAYS.fullmatch(days) or key in _FIXED or all(_is_number(row[side]) for side in sides):
        return f"{_cell(words['what'])} {' → '.join(_cell(words[side]) for side in sides)}"
    return (str(words["what"]) if _OURS.fullmatch(key) else "text") + _CHANGED


def _is_number(value: object) -> bool:
    """Whether a value is a number, a switch, or a list of them."""
    if isinstance(value, list):
        return all(map(_is_number, cast("list[object]", value)))
    return isinstance(value, bool | int | float) or value in ("not set", "none")


def _cell(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Quoted():
            return bounded(one_line(value.inner), _MOST_OF_A_VALUE)
        case list():
            return ", ".join(map(_cell, cast("list[object]", value))) or "none"
        case _:
            return bounded(one_line(str(value)), _MOST_OF_A_VALUE)
