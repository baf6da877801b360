"""The audit trail: one JSON line for each attempt to change something. No guest text, no secrets: arguments
and previews are there as digests, what was changed as far as it has a fixed form."""

import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOM = 512

_log = logging.getLogger("hostex_mcp.audit")


@dataclass(slots=True)
class Line:
    """A line that is in the file already, with room to be rewritten once more is known."""

    file: Path
    start: int
    length: int

    def rewrite(self, text: bytes) -> None:
        """Put another text in its place; where that cannot be done, after it."""
        if not (len(text) <= self.length and self._replace(text[:-1].ljust(self.length - 1) + b"\n")):
            _append(self.file, text)

    def _replace(self, text: bytes) -> bool:
        with suppress(OSError), self.file.open("r+b") as file:
            file.seek(self.start)
            if len(file.read(self.length)) == self.length:
                file.seek(self.start)
                return file.write(text) == self.length
        return False


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Appends lines to a file that only its owner can read. Without a path they go to the logger
    `hostex_mcp.audit` if `log` says so, without what was changed; else nothing is kept."""

    path: Path | None = None
    log: bool = False

    def record(self, line: Line | None = None, **entry: Any) -> None:
        """Keep one line, in the place of one that was reserved if there is one; members without a value are
        left out.

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
        """Keep a line about what is about to be done, with room for what will have come of it.

        Raises:
            OSError: it cannot be kept.
        """
        if self.path is None:
            return None
        line = _text(entry).encode() + b" " * _ROOM + b"\n"
        return Line(self.path, _append(self.path, line), len(line))


def _text(entry: dict[str, Any]) -> str:
    return json.dumps(
        {name: value for name, value in entry.items() if value}, default=str, ensure_ascii=False
    )


def _append(path: Path, line: bytes) -> int:
    """Append a line, whole or not at all, and tell where it begins."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        written = os.write(descriptor, line)
        end = os.lseek(descriptor, 0, os.SEEK_CUR)
        if written < len(line):
            os.ftruncate(descriptor, end - written)
            raise OSError("no room for a line of the audit trail")
        return end - written
    finally:
        os.close(descriptor)
