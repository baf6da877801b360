"""Who asks for access and where the answer goes, as a person can read it."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from hostex_mcp.domain.guest_text import clean

NAMELESS = "An app without a name"
_MOST_READ = 1000
_LONGEST_NAME = 60
_LONGEST_HOST = 100
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the browser goes with the answer: a website, a program that listens on this device, or an app
    that opens links of its own kind. `label` is its host, its local address or that kind."""

    kind: Literal["web", "device", "app"]
    label: str


@dataclass(frozen=True, slots=True)
class Asker:
    """The client. `domain` is where its description was fetched from, None when it only says who it is."""

    name: str
    domain: str | None
    destination: Destination

    @property
    def elsewhere(self) -> bool:
        """Whether a verified client is answered at another site than its own."""
        if self.domain is None or self.destination.kind != "web":
            return False
        host = self.destination.label.partition(":")[0]
        return host != self.domain and not host.endswith(f".{self.domain}")


def asker(client_id: str, client_name: str, redirect_uri: str) -> Asker:
    """Return the client as the pages show it; its own words are cleaned and bounded."""
    return Asker(app_name(client_name), _domain(client_id), destination(redirect_uri))


def app_name(text: str | None) -> str:
    """Return a client's name on one short line, without anything invisible."""
    name = " ".join(clean((text or "")[:_MOST_READ]).split())
    return name if 0 < len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…" if name else NAMELESS


def destination(uri: str) -> Destination:
    """Return where a redirect URI leads."""
    parts = urlsplit(uri)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https"):
        return Destination("app", f"an app that opens {_bounded(parts.scheme)}: links")
    if host in _LOOPBACK:
        return Destination("device", f"a program on this device ({_bounded(parts.netloc)})")
    return Destination("web", _bounded(_ascii(host) + (f":{parts.port}" if parts.port else "")))


def _domain(client_id: str) -> str | None:
    parts = urlsplit(client_id)
    return _bounded(_ascii(parts.hostname)) if parts.scheme == "https" and parts.hostname else None


def _ascii(host: str) -> str:
    # Letters that only look alike must not pass for others.
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host.encode("ascii", "backslashreplace").decode("ascii")


def _bounded(text: str) -> str:
    # The end of a host says whose it is, so the middle is left out.
    half = _LONGEST_HOST // 2
    return text if len(text) <= _LONGEST_HOST else f"{text[:half]}…{text[-half:]}"
