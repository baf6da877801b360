"""Which database an address means, and how it is opened."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_data_path
from pydantic import SecretStr
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from hostex_mcp.http.keys.file_lock import make_private
from hostex_mcp.settings import SettingsError

VARIABLE = "HOSTEX_MCP_DATABASE_URL"


@dataclass(frozen=True, slots=True)
class DatabaseLocation:
    """A database. `file` is None for PostgreSQL."""

    url: URL
    file: Path | None = None

    @property
    def lock(self) -> Path | None:
        """The lock file beside a SQLite file."""
        return self.file.with_name(f"{self.file.name}.lock") if self.file else None

    def prepare(self) -> None:
        """Make the SQLite file, for this user only, if it is missing.

        Raises:
            SettingsError: it cannot be made.
        """
        if self.file:
            make_private(self.file)

    def problem(self, error: DBAPIError) -> SettingsError:
        """Return why it cannot be used, in one line without the password."""
        line = (str(error.orig).splitlines() or ["no reason given"])[0]
        if self.url.password:
            line = line.replace(str(self.url.password), "***")
        return SettingsError(f"{self.file or VARIABLE}: cannot use the database: {line}")


def place_of(url: SecretStr | None) -> DatabaseLocation:
    """Return the database that an address means; None is the SQLite file in the user's data directory.

    Raises:
        SettingsError: the address cannot be read, or the driver for PostgreSQL is not installed.
    """
    if url is None:
        return _file(user_data_path("hostex-mcp", appauthor=False) / "hostex-mcp.db")
    parsed = _parsed(url.get_secret_value())
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise SettingsError(f"{VARIABLE}: names no file; allowed: sqlite:///FILE")
        return _file(Path(parsed.database).expanduser().absolute())
    if find_spec("psycopg") is None:
        raise SettingsError(f"{VARIABLE}: PostgreSQL needs its driver: pip install 'hostex-mcp[postgres]'")
    return DatabaseLocation(parsed.set(drivername="postgresql+psycopg"))


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = URL.create("unreadable")
    readable = url.drivername in ("sqlite", "postgresql") and "@" not in (url.host or "")
    if not readable:
        raise SettingsError(
            f"{VARIABLE}: not an address; allowed: sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/DATABASE, "
            "with @, : and / in the password written as %40, %3A and %2F"
        )
    return url


def _file(path: Path) -> DatabaseLocation:
    return DatabaseLocation(URL.create("sqlite", database=str(path)), path)
