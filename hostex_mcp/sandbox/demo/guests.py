"""The people who stay: made-up names, numbers that belong to nobody."""

from dataclasses import dataclass
from string import ascii_uppercase
from unicodedata import normalize

from hostex_mcp.sandbox.demo.builder import Builder, load
from hostex_mcp.sandbox.state import Row

PREFIXES = {
    "AT": "+43", "AU": "+61", "BE": "+32", "BG": "+359", "BR": "+55", "CA": "+1", "CH": "+41", "CZ": "+420",
    "DE": "+49", "DK": "+45", "ES": "+34", "FI": "+358", "FR": "+33", "GB": "+44", "HR": "+385", "IE": "+353",
    "IN": "+91", "IT": "+39", "JP": "+81", "KR": "+82", "MA": "+212", "MX": "+52", "NL": "+31", "NO": "+47",
    "PL": "+48", "PT": "+351", "RO": "+40", "SE": "+46", "SG": "+65", "SI": "+386", "TR": "+90", "UA": "+380",
    "US": "+1",
}  # fmt: skip


@dataclass(frozen=True)
class Guest:
    """Whoever booked. Phone and e-mail can be missing, or the e-mail empty, as in live answers."""

    name: str
    country: str
    phone: str | None
    email: str | None

    def card(self) -> Row:
        """Return the contact card of a thread."""
        return {"name": self.name, "phone": self.phone or "", "email": self.email or ""}


class GuestBook:
    """Draws guests from the list of names in a random order; each round has a middle initial of its own."""

    def __init__(self, builder: Builder) -> None:
        self._random = builder.random
        self._names: list[list[str]] = load("guests")
        self._random.shuffle(self._names)
        self._drawn = 0

    def draw(self, channel: str) -> Guest:
        """Return the next guest. Airbnb passes no e-mail on, and some direct guests leave none."""
        rounds, index = divmod(self._drawn, len(self._names))
        name, country = self._names[index]
        if rounds:
            first, last = name.split(" ")
            name = f"{first} {ascii_uppercase[rounds]}. {last}"
        self._drawn += 1
        email = f"{_ascii(name)}{self._drawn}@example.com"
        if channel == "airbnb":
            return Guest(name, country, _phone(country, self._drawn), "")
        return Guest(name, country, _phone(country, self._drawn), self._random.choice([email, email, None]))


def _phone(country: str, number: int) -> str:
    """Return a number out of a range that is kept free for fiction where there is one."""
    line = number % 100
    ranges = {"US": f"31255501{line:02}", "CA": f"41655501{line:02}", "GB": f"7700900{number % 1000:03}"}
    return f"{PREFIXES[country]} {ranges.get(country, f'900000{number % 1000:03}')}"


def _ascii(name: str) -> str:
    letters = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join(letters.replace("-", "").replace(".", "").split())
