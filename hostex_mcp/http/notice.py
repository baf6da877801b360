"""Who runs this server, as the footer of every page says, and whether it is a demo."""

from collections.abc import Iterable
from dataclasses import dataclass

from hostex_mcp.http.config import Address
from hostex_mcp.settings import Settings

Tokens = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ServerNotice:
    """What the settings say of the server. `demo` says that a simulated Hostex answers; the pages offer its
    `tokens`, each with what it stands for. `remembers` says that accounts are remembered between calls."""

    host: str
    local: bool
    operator: str | None = None
    contact: str | None = None
    privacy_url: str | None = None
    demo: bool = False
    remembers: bool = False
    tokens: Tokens = ()

    @property
    def contact_link(self) -> str:
        """Where a click on the contact leads."""
        contact = self.contact or ""
        return contact if contact.startswith("https://") else f"mailto:{contact}"

    @property
    def run_by(self) -> str:
        """Who runs the server, as far as it is known."""
        unnamed = "you, on this device" if self.local else f"an operator who gave no name ({self.host})"
        return self.operator or unnamed


def notice_of(settings: Settings, address: Address, tokens: Iterable[tuple[str, str]] = ()) -> ServerNotice:
    """Return what the settings say."""
    return ServerNotice(
        host=address.host,
        local=address.local,
        operator=settings.operator,
        contact=settings.contact,
        privacy_url=settings.privacy_url,
        demo=settings.sandbox,
        remembers=settings.memory == "on",
        tokens=tuple(tokens) if settings.sandbox else (),
    )
