"""Keys kept in a file beside the SQLite file, newest first, one a line."""

import os
from collections.abc import Sequence
from pathlib import Path

from hostex_mcp.http.keys.file_lock import exclusive
from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.settings import SettingsError


class KeyFile:
    """The key file of a database file."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(f"{database.name}.keys")
        self._lock = database.with_name(f"{database.name}.lock")
        self._seen: tuple[int, int, int] | None = None

    def ring(self) -> KeyRing:
        """Return its keys, with one made first if the file is missing. The ring notices when the file
        changes.

        Raises:
            SettingsError: the file cannot be read or made, or holds something else than keys.
        """
        try:
            if not self.path.exists():
                self._make()
            return KeyRing(self._changed() or (), self._changed_since, source=str(self.path))
        except OSError as error:
            raise SettingsError(f"{self.path}: {error.strerror}") from None

    def add(self) -> str:
        """Put a fresh key before the others, and return the key that was first until then."""
        with exclusive(self._lock):
            keys = self._read()
            self._write([new_key(), *keys])
            return keys[0]

    def drop_older_than(self, key: str) -> int:
        """Take the keys behind this one out of the file, and return how many those were."""
        with exclusive(self._lock):
            keys = self._read()
            remaining = keys[: keys.index(key) + 1] if key in keys else keys
            if remaining != keys:
                self._write(remaining)
            return len(keys) - len(remaining)

    def _make(self) -> None:
        with exclusive(self._lock):
            if not self.path.exists():
                self._write([new_key()])

    def _changed_since(self) -> Sequence[str] | None:
        try:
            return self._changed()
        except OSError:
            return None

    def _changed(self) -> Sequence[str] | None:
        status = self.path.stat()
        seen = (status.st_mtime_ns, status.st_ino, status.st_size)
        if seen == self._seen:
            return None
        keys, self._seen = self._read(), seen
        return keys

    def _read(self) -> list[str]:
        return [line for line in self.path.read_text(encoding="ascii", errors="replace").split() if line]

    def _write(self, keys: Sequence[str]) -> None:
        """Write in one step: a reader, or a crash, never meets half a file."""
        draft = self.path.with_name(f"{self.path.name}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write("".join(f"{key}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
