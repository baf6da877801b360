"""Where the HTTP server is reached, and the identifiers that follow from it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

READ, WRITE = "hostex:read", "hostex:write"
SCOPES = (READ, WRITE)
MCP_PATH = "/mcp"
HOOKS_PATH = "/hooks"
HOUSE_RULES_PATH = "/connect/house-rules"


@dataclass(frozen=True, slots=True)
class Address:
    """The public origin, such as `https://mcp.example.com`, without a trailing slash. It is the issuer, byte
    for byte, wherever one is named."""

    origin: str

    @property
    def issuer(self) -> str:
        """The authorization server's identifier (RFC 8414, RFC 9207)."""
        return self.origin

    @property
    def resource(self) -> str:
        """The protected resource's identifier (RFC 9728, RFC 8707)."""
        return f"{self.origin}{MCP_PATH}"

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        return urlsplit(self.origin).hostname in ("localhost", "127.0.0.1", "::1")

    @property
    def secure(self) -> bool:
        """Whether users reach it over https; plain http is for this machine only."""
        return self.origin.startswith("https:")

    @property
    def host(self) -> str:
        """Host and port as in the Host header."""
        return urlsplit(self.origin).netloc
