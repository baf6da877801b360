"""What no log line may hold: tokens, codes and other random texts that were made meanwhile, and keys."""

import io
import logging
import re
import secrets
from collections.abc import Iterable, Iterator

import pytest

from hostex_mcp.sandbox.oauth import CLIENT_SECRET
from hostex_mcp.sandbox.tokens import TOKENS
from tests.http.keeping import HOSTEX_TOKEN, KEY, OLDER_KEY

_ALWAYS = (*(token.value for token in TOKENS), CLIENT_SECRET, HOSTEX_TOKEN, KEY, OLDER_KEY)
_ISSUED_HERE = re.compile(r"hmx_[a-z]{2}_[\w-]{20,}")


def issued_in(text: str) -> list[str]:
    """Tokens and codes of this server."""
    return _ISSUED_HERE.findall(text)


def secrets_in(text: str, made: Iterable[str] = ()) -> list[str]:
    """The secrets in a log: those of every test, those that were issued, and what was made."""
    return [*issued_in(text), *(secret for secret in (*_ALWAYS, *made) if secret in text)]


class _WithFacts(logging.Formatter):
    """A line as the program writes it in either form: message, facts and exception."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{super().format(record)} {getattr(record, 'facts', '')}"


@pytest.fixture(autouse=True)
def no_secret_is_logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """At the level that tells most, as `HOSTEX_MCP_LOG_LEVEL=debug` does: ours in full, of others warnings.
    Clients run in these tests too; what they log is theirs."""
    made: list[str] = []
    make = secrets.token_urlsafe

    def noted(size: int | None = None) -> str:
        made.append(make(size))
        return made[-1]

    monkeypatch.setattr(secrets, "token_urlsafe", noted)
    lines, ours, everything = io.StringIO(), logging.getLogger("hostex_mcp"), logging.getLogger()
    handler, level = logging.StreamHandler(lines), ours.level
    handler.setFormatter(_WithFacts())
    handler.addFilter(lambda record: not record.name.startswith("mcp.client."))
    ours.setLevel(logging.DEBUG)
    everything.addHandler(handler)
    yield
    everything.removeHandler(handler)
    ours.setLevel(level)
    assert secrets_in(lines.getvalue(), made) == []
