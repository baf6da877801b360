"""The audit trail: one JSON line for each attempt to change something. No guest text, no secrets: arguments
and previews are there as digests only."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Appends lines to a file that only its owner can read; without a path nothing is kept."""

    path: Path | None = None

    def record(self, **entry: Any) -> None:
        """Append one line; members without a value are left out."""
        if self.path is None:
            return
        line = json.dumps({name: value for name, value in entry.items() if value}, default=str) + "\n"
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
