"""The audit trail: one JSON line for each attempt to change something. No guest text, no secrets: arguments
and previews are there as digests only."""

import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_log = logging.getLogger("hostex_mcp.audit")


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Appends lines to a file that only its owner can read. Without a path they go to the logger
    `hostex_mcp.audit` if `log` says so, else nothing is kept."""

    path: Path | None = None
    log: bool = False

    def record(self, **entry: Any) -> None:
        """Keep one line; members without a value are left out."""
        if self.path is None and not self.log:
            return
        line = json.dumps({name: value for name, value in entry.items() if value}, default=str)
        if self.path is None:
            _log.info(line)
        else:
            _append(self.path, line + "\n")


def _append(path: Path, line: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)
