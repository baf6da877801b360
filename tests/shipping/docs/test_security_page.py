"""The page on security names tests, and they exist."""

import re
from functools import cache

from tests.support.root import ROOT


@cache
def existing() -> frozenset[str]:
    files = (ROOT / "tests").rglob("test_*.py")
    found = (re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8")) for file in files)
    return frozenset(name for names in found for name in names)


def test_every_test_that_the_page_names_exists() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))
    assert len(named) > 80
    assert [name for name in named if name not in existing()] == []


def test_the_attacks_on_authorization_tokens_transport_tenants_and_addresses_are_all_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| ([A-E]\d+) \|", page, re.MULTILINE))
    assert rows == {
        *(f"A{number}" for number in range(1, 13)),
        *(f"B{number}" for number in range(13, 18)),
        *(f"C{number}" for number in range(18, 23)),
        *(f"D{number}" for number in range(23, 26)),
        *(f"E{number}" for number in range(26, 29)),
    }
